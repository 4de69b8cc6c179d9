//! `layertui compare`: how two images differ; exit 1 if they do.

use crate::cli::args::Compare;
use crate::cli::compare_layers::compare_layers;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::loaded::Loaded;
use crate::cli::open::examine_both;
use crate::cli::output::output_verdict;
use crate::cli::policy_file;
use crate::cli::progress::Progress;
use crate::compare::{Files, Side, Terms};
use crate::load::Want;
use crate::load::files::packages::{Inventory, databases};
use crate::load::settings::OpenSettings;
use crate::report::{Comparison, Format, Subject, Verdict};
use crate::stack::query::glob::Globs;
use crate::{compare, policy, report};

pub(super) fn run(command: &Compare, settings: &OpenSettings) -> Outcome {
    let excludes = if command.layers { Globs::default() } else { excludes(command)? };
    examine_both([&command.old, &command.new], settings, Want::Tree, |old, new| {
        if command.layers {
            compare_layers(old, new, format(command))
        } else {
            compare_images(command, &excludes, old, new)
        }
    })
}

fn format(command: &Compare) -> Format {
    if command.json { Format::Json } else { Format::Text }
}

/// The paths that are not compared: those of the option, else those of the rules file.
fn excludes(command: &Compare) -> Result<Globs, Failure> {
    if !command.exclude.is_empty() {
        return policy::globs(&command.exclude)
            .map_err(|why| Failure::Error(format!("--exclude: {why}")));
    }
    let found = policy_file::read(command.config.as_deref(), &[policy_file::OWN])?;
    let rules = found.map(|found| found.rules).unwrap_or_default();
    policy::globs(&rules.excludes).map_err(Failure::Error)
}

fn compare_images(command: &Compare, excludes: &Globs, old: &Loaded, new: &Loaded) -> Outcome {
    let format = format(command);
    let layers = (old.layer(None)?, new.layer(None)?);
    let progress = Progress::new().with_verb("comparing");
    let (old_source, new_source) = (old.loader.source().as_ref(), new.loader.source().as_ref());
    let (before, after) = (packages(old, layers.0), packages(new, layers.1));
    // What a damaged database lacks is not removed.
    let packages_known = before.notes.is_empty() && after.notes.is_empty();
    let of_both =
        before.rpm.iter().copied().filter(|path| packages_known && after.rpm.contains(path));
    let terms = Terms {
        semantic: command.semantic,
        databases: of_both.collect(),
        excludes: excludes.clone(),
    };
    let mut files = old.with_stack(|one| {
        new.with_stack(|other| {
            let side = |source, stack, layer| Side { source, stack, layer };
            Files::of(side(old_source, one, layers.0), side(new_source, other, layers.1), &terms)
        })
    });
    files.decide(old_source, new_source, &progress);
    progress.clear();
    let mut notes: Vec<String> = Vec::new();
    let mut incomplete = !files.unread.is_empty();
    for (whose, loaded, inventory) in [(&command.old, old, &before), (&command.new, new, &after)] {
        let unsure = loaded.subject(|subject| {
            let unsure = subject.unsure().into_iter();
            unsure.map(|it| format!("layer {}: {}", it.layer, it.reason)).collect::<Vec<_>>()
        });
        let unseen = loaded.subject(unseen_attributes);
        let config = loaded.image().config.unread.as_ref().map(|why| why.raw().to_owned());
        let documents: Vec<String> =
            loaded.image().differing_documents().map(ToString::to_string).collect();
        incomplete |= !unseen.is_empty() || !documents.is_empty() || config.is_some();
        let all = unsure.iter().chain(&unseen).chain(&documents).chain(&config);
        let all = all.chain(&inventory.notes);
        notes.extend(all.map(|note| format!("{whose}: {note}")));
    }
    notes.extend(
        files.unread.iter().map(|(path, why)| format!("{}: {why}", String::from_utf8_lossy(path))),
    );
    let settings_known = [old, new].iter().all(|it| it.image().config.unread.is_none());
    let settings = if settings_known {
        compare::settings(old.image(), new.image(), !command.semantic)
    } else {
        notes.push("settings are not compared".to_owned());
        Vec::new()
    };
    let changes = if packages_known {
        compare::packages(&before.packages, &after.packages)
    } else {
        notes.push("packages are not compared".to_owned());
        Vec::new()
    };
    let verdict = old.subject(|one| {
        new.subject(|other| {
            let found = Comparison {
                old: (one, layers.0),
                new: (other, layers.1),
                files: &files,
                settings: &settings,
                packages: &changes,
                shared: compare::shared_layers(old.image(), new.image()),
                notes: &notes,
                incomplete,
                semantic: command.semantic,
            };
            output_verdict(|out| report::compare(out, &found, format))?;
            Ok::<_, Failure>(found.verdict())
        })
    })?;
    match verdict {
        Verdict::Same => Ok(()),
        Verdict::Differ => Err(Failure::ExitCode(1)),
        Verdict::Unknown => Err(Failure::ExitCode(2)),
    }
}

/// Notes on extended attributes that could not be read: the other image may have them.
fn unseen_attributes(subject: Subject<'_>) -> Vec<String> {
    let layers = subject.states.iter().enumerate();
    let unseen =
        layers.filter_map(|(layer, state)| Some((layer, state.unread_attributes.as_ref()?)));
    unseen.map(|(layer, why)| format!("layer {layer}: {why}")).collect()
}

fn packages(loaded: &Loaded, layer: usize) -> Inventory {
    let found = loaded.with_stack(|stack| databases(stack, layer, false));
    found.read(loaded.loader.source().as_ref())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::image::Image;
    use crate::load::LayerState;
    use crate::stack::Stack;

    #[test]
    fn attributes_that_could_not_be_read_are_a_note() {
        let layer = |why: Option<&str>| {
            let unread_attributes = why.map(str::to_owned);
            Arc::new(LayerState { unread_attributes, ..LayerState::default() })
        };
        let states = [layer(None), layer(Some("those of /x could not be read"))];
        let (image, stack) = (Image::default(), Stack::new(2));
        let notes = unseen_attributes(Subject { image: &image, stack: &stack, states: &states });
        assert_eq!(notes, ["layer 1: those of /x could not be read"]);
    }
}
