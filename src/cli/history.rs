//! `layertui history`: every event of one path.

use crate::cli::args::History;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::loaded::Loaded;
use crate::cli::open::examine;
use crate::cli::output::output;
use crate::load::Want;
use crate::load::files::plan::locate;
use crate::load::settings::OpenSettings;
use crate::report;
use crate::report::pattern::Pattern;
use crate::stack::{ChangeKind, NodeId, Stack};

pub(super) fn run(command: &History, settings: &OpenSettings) -> Outcome {
    let image = &command.common.image;
    // What layers put below a directory needs the totals, and a pattern the whole tree.
    examine(image, settings, Want::Tree, |loaded| answer(loaded, command))
}

fn answer(loaded: &Loaded, command: &History) -> Outcome {
    let nodes = nodes(loaded, command)?;
    if nodes.is_empty() {
        return Err(unnamed(command));
    }
    compare(loaded, &nodes);
    loaded.subject(|subject| {
        output(|out| report::history(out, subject, &nodes, command.common.format()))
    })
}

/// The failure if no layer names the path. A bare name is usually a file in some directory, not in `/`, so `find` is suggested.
fn unnamed(command: &History) -> Failure {
    let (image, path) = (&command.common.image, &command.path);
    let hint = if command.glob || command.regex || path.as_bytes().contains(&b'/') {
        String::new()
    } else {
        format!("; 'layertui find {image} {path}' looks for the name in all directories")
    };
    Failure::No(format!("{path}: no layer has this path{hint}"))
}

fn nodes(loaded: &Loaded, command: &History) -> Result<Vec<NodeId>, Failure> {
    let pattern = if command.glob {
        command.path.as_pattern().and_then(Pattern::glob).map_err(Failure::Error)?
    } else if command.regex {
        command.path.as_pattern().and_then(Pattern::regex).map_err(Failure::Error)?
    } else {
        return Ok(
            loaded.with_stack(|stack| known(stack, command.path.as_bytes()).into_iter().collect())
        );
    };
    Ok(loaded.with_stack(|stack| pattern.matches(stack).collect()))
}

/// The path, if a layer has it; else, since files below a linked directory are asked for by either name, what it leads to in the
/// highest layer where it leads anywhere.
fn known(stack: &Stack, path: &[u8]) -> Option<NodeId> {
    let is_known = |node: &NodeId| stack.has_below(*node) || !stack.history(*node).is_empty();
    let mut layers = (0..stack.folded()).rev();
    stack
        .find(path)
        .filter(is_known)
        .or_else(|| layers.find_map(|layer| locate(stack, path, layer)))
}

/// Compares the contents of the undecided events of these paths.
fn compare(loaded: &Loaded, nodes: &[NodeId]) {
    let pairs = loaded.with_stack(|stack| {
        nodes
            .iter()
            .flat_map(|&node| {
                stack
                    .history(node)
                    .into_iter()
                    .filter(|step| step.event == ChangeKind::Undecided)
                    .filter_map(move |step| {
                        let change = stack.change(node, step.layer)?;
                        change.event.zip(change.previous)
                    })
                    .collect::<Vec<_>>()
            })
            .collect()
    });
    loaded.loader.compare(pairs, &|_| {});
}
