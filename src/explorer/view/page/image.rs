//! The image in full: what it is, what it would run as, its labels, its history as a Dockerfile, what lies beside it.

use crate::explorer::model::role::Role;
use crate::explorer::model::state::State;
use crate::explorer::view::page::writer::{OverlayText, Writer};
use crate::image::config::Config;
use crate::image::history::HistoryStep;
use crate::image::platform::Platform;
use crate::image::{Image, Other};
use crate::text::{Foreign, command, marked_str, size};

/// Lines of one step that are shown; a here-document may be a whole program.
const STEP_LINES: usize = 200;

pub(super) fn page(state: &State, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    match state.image.as_deref() {
        Some(image) => {
            identity(&mut out, image);
            config(&mut out, &image.config);
            pairs(&mut out, "Labels", &image.config.labels);
            pairs(&mut out, "Annotations", &image.annotations);
            dockerfile(&mut out, &image.history);
            others(&mut out, &image.others);
            if !image.problems.is_empty() {
                out.heading("Problems");
                for problem in &image.problems {
                    out.foreign(Role::Warning, 2, problem);
                }
            }
        }
        None => out.text(Role::Quiet, 0, "No image is open yet."),
    }
    out.finish("Image".to_owned(), &[("j k", "scroll"), ("esc", "close")])
}

/// `linux/arm64/v8`.
pub(crate) fn platform(platform: &Platform) -> String {
    let mut text = format!("{}/{}", platform.os, platform.architecture);
    if let Some(variant) = platform.variant.as_deref().filter(|variant| !variant.is_empty()) {
        text.push('/');
        text.push_str(variant);
    }
    text
}

fn identity(out: &mut Writer, image: &Image) {
    out.heading("Identity");
    out.field("opened as", &image.reference);
    out.field("found in", &image.source);
    for (index, name) in image.names.iter().enumerate() {
        out.field(if index == 0 { "names" } else { "" }, name);
    }
    out.optional("ID", image.id.as_deref());
    out.optional("manifest", image.manifest_digest.as_deref());
    out.optional("platform", image.platform.as_ref().map(platform).as_deref());
    out.optional("created", image.config.created.as_ref());
    out.optional("author", image.config.author.as_ref());
    let blobs: Option<u64> = image.layers.iter().map(|layer| layer.compressed_bytes).sum();
    let size =
        blobs.filter(|&bytes| bytes > 0).map(|bytes| format!(", {} as blobs", size::long(bytes)));
    out.field("layers", &format!("{}{}", image.layers.len(), size.unwrap_or_default()));
}

fn config(out: &mut Writer, config: &Config) {
    out.heading("Runs as");
    let before = out.lines.len();
    out.optional("user", config.user.as_ref());
    out.optional("directory", config.working_dir.as_ref());
    out.optional("entrypoint", exec_form(&config.entrypoint).as_deref());
    out.optional("command", exec_form(&config.cmd).as_deref());
    out.optional("shell", exec_form(&config.shell).as_deref());
    out.optional("health check", exec_form(&config.healthcheck).as_deref());
    out.optional("stop signal", config.stop_signal.as_ref());
    out.optional("ports", Some(&joined(&config.exposed_ports)));
    out.optional("volumes", Some(&joined(&config.volumes)));
    for (index, variable) in config.env.iter().enumerate() {
        out.field(if index == 0 { "environment" } else { "" }, variable);
    }
    for (index, trigger) in config.on_build.iter().enumerate() {
        out.field(if index == 0 { "on build" } else { "" }, trigger);
    }
    if out.lines.len() == before {
        out.text(Role::Quiet, 2, "the config says nothing");
    }
}

/// `["a", "b"]`, as a Dockerfile writes it.
fn exec_form(words: &[Foreign]) -> Option<String> {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.raw())).collect();
    (!words.is_empty()).then(|| format!("[{}]", quoted.join(", ")))
}

fn joined(texts: &[Foreign]) -> String {
    texts.iter().map(Foreign::raw).collect::<Vec<_>>().join("  ")
}

fn pairs(out: &mut Writer, heading: &str, pairs: &[(Foreign, Foreign)]) {
    if pairs.is_empty() {
        return;
    }
    out.heading(heading);
    for (key, value) in pairs {
        out.text(Role::Quiet, 2, &marked_str(crate::explorer::view::page::writer::cut(key.raw())));
        out.foreign(Role::Text, 4, value);
    }
}

fn dockerfile(out: &mut Writer, history: &[HistoryStep]) {
    if history.is_empty() {
        return;
    }
    out.heading("History, as a Dockerfile");
    let digits = history.len().to_string().len();
    for step in history {
        let layer = step.layer.map_or_else(String::new, |layer| layer.to_string());
        if !out.has_room() {
            break;
        }
        let made_by = step.created_by.as_ref();
        let shown = made_by
            .map(|text| command::beginning(text, crate::explorer::view::page::writer::COMMAND_MAX));
        let lines = shown.as_ref().map(command::dockerfile).unwrap_or_default();
        if lines.iter().all(Foreign::is_empty) {
            let remark = step.comment.as_ref().map_or("no command recorded", Foreign::raw);
            instruction(
                out,
                &format!("{layer:>digits$}"),
                &marked_str(crate::explorer::view::page::writer::cut(&format!("# {remark}"))),
            );
            continue;
        }
        for (index, line) in lines.iter().take(STEP_LINES).enumerate() {
            let number = if index == 0 { layer.as_str() } else { "" };
            instruction(
                out,
                &format!("{number:>digits$}"),
                &marked_str(crate::explorer::view::page::writer::cut(line.raw())),
            );
        }
        if lines.len() > STEP_LINES {
            out.text(
                Role::Quiet,
                digits + 4,
                &format!("({} more lines)", lines.len() - STEP_LINES),
            );
        }
        out.more(digits + 4, made_by.map_or(0, Foreign::len) - shown.map_or(0, |it| it.len()));
    }
}

/// One line of a Dockerfile behind the number of its layer, wrapped under itself, its instruction word set off.
fn instruction(out: &mut Writer, number: &str, line: &str) {
    let word = command::split_instruction(line).map_or(0, |(word, _)| word.len());
    let hang = (line.len() - line.trim_start().len()).min(8);
    let room = out.width.saturating_sub(number.len() + 2 + hang);
    for (index, part) in crate::text::wrap(line, room).into_iter().enumerate() {
        if index == 0 {
            let (word, rest) = part.split_at(word.min(part.len()));
            let spans = [
                (Role::Quiet, format!("{number}  ")),
                (Role::Strong, word.to_owned()),
                (Role::Text, rest.to_owned()),
            ];
            out.line(spans.into());
        } else {
            out.line(vec![(Role::Text, format!("{}{part}", " ".repeat(number.len() + 2 + hang)))]);
        }
    }
}

fn others(out: &mut Writer, others: &[Other]) {
    if others.is_empty() {
        return;
    }
    out.heading("Beside it");
    for other in others {
        let mut facts = vec![other.kind.clone()];
        facts.extend(other.platform.as_ref().map(platform));
        facts.extend(other.size.map(size::short));
        if !other.note.is_empty() {
            facts.push(other.note.raw().to_owned());
        }
        if !other.present {
            facts.push("not here".to_owned());
        }
        out.foreign(Role::Text, 2, &facts.join("  "));
        if let Some(digest) = &other.digest {
            out.foreign(Role::Quiet, 4, digest);
        }
    }
}
