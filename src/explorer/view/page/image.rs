//! The image page: identity, config, labels, history as a Dockerfile, and other documents of the image.

use crate::explorer::model::{Role, State};
use crate::explorer::view::coverage;
use crate::explorer::view::page::mounts;
use crate::explorer::view::page::writer::{COMMAND_MAX, OverlayText, Writer, cut};
use crate::image::config::Config;
use crate::image::history::HistoryStep;
use crate::image::platform::Platform;
use crate::image::{Image, Other};
use crate::stack::Stack;
use crate::text::width::{pad_left, split_at};
use crate::text::{Foreign, Visible, command, size, visible, wrap};

/// Lines of one history step that are shown. A here-document can be a whole program.
const STEP_LINES: usize = 200;

pub(super) fn page(state: &State, stack: &Stack, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    match state.image.as_deref() {
        Some(image) => {
            identity(&mut out, image);
            if let Some(read) = coverage::layers_read(state, stack) {
                out.labelled("read", Role::Warning, visible!["what is shown is ", read]);
            }
            config(&mut out, &image.config);
            if image.layers.iter().any(|layer| layer.writable) {
                mounts::section(&mut out, image);
            }
            pairs(&mut out, "Labels", &image.config.labels);
            pairs(&mut out, "Annotations", &image.annotations);
            dockerfile(&mut out, &image.history);
            others(&mut out, &image.others);
            if !image.problems.is_empty() {
                out.heading("Problems");
                for problem in &image.problems {
                    out.foreign(Role::Warning, 2, problem.raw());
                }
            }
        }
        None => out.text(Role::Quiet, 0, "No image is open yet."),
    }
    out.finish("Image", &[("j k", "scroll"), ("esc", "close")])
}

/// `linux/arm64/v8`.
pub(crate) fn platform(platform: &Platform) -> Visible<'static> {
    let variant = platform.variant.as_deref().filter(|variant| !variant.is_empty());
    let before = if variant.is_some() { "/" } else { "" };
    visible![platform.os, "/", platform.architecture, before, variant.unwrap_or_default()]
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
    out.optional("platform", image.platform.as_ref().map(platform));
    out.optional("created", image.config.created.as_ref());
    out.optional("author", image.config.author.as_ref());
    let blobs: Option<u64> = image.layers.iter().map(|layer| layer.compressed_bytes).sum();
    let size = blobs
        .filter(|&bytes| bytes > 0)
        .map(|bytes| visible![", ", size::long(bytes), " as blobs"]);
    out.field("layers", &visible![image.layers.len(), size.unwrap_or_default()]);
}

fn config(out: &mut Writer, config: &Config) {
    out.heading("Runs as");
    let before = out.lines.len();
    out.optional("user", config.user.as_ref());
    out.optional("directory", config.working_dir.as_ref());
    out.optional("entrypoint", exec_form(&config.entrypoint));
    out.optional("command", exec_form(&config.cmd));
    out.optional("shell", exec_form(&config.shell));
    out.optional("health check", exec_form(&config.healthcheck));
    out.optional("stop signal", config.stop_signal.as_ref());
    out.optional("ports", Some(joined(&config.exposed_ports)));
    out.optional("volumes", Some(joined(&config.volumes)));
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
fn exec_form(words: &[Foreign]) -> Option<Foreign> {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.raw())).collect();
    (!words.is_empty()).then(|| format!("[{}]", quoted.join(", ")).into())
}

fn joined(texts: &[Foreign]) -> Foreign {
    texts.iter().map(Foreign::raw).collect::<Vec<_>>().join("  ").into()
}

fn pairs(out: &mut Writer, heading: &'static str, pairs: &[(Foreign, Foreign)]) {
    if pairs.is_empty() {
        return;
    }
    out.heading(heading);
    for (key, value) in pairs {
        out.text(Role::Quiet, 2, cut(key));
        out.foreign(Role::Text, 4, value.raw());
    }
}

fn dockerfile(out: &mut Writer, history: &[HistoryStep]) {
    if history.is_empty() {
        return;
    }
    out.heading("History, as a Dockerfile");
    let digits = history.len().to_string().len();
    for step in history {
        let layer = step.layer.map_or_else(Visible::default, |layer| visible![layer]);
        if !out.has_space() {
            break;
        }
        let made_by = step.created_by.as_ref();
        let shown = made_by.map(|text| command::beginning(text, COMMAND_MAX));
        let lines = shown.as_ref().map(command::dockerfile).unwrap_or_default();
        if lines.iter().all(Foreign::is_empty) {
            let remark = step.comment.as_ref().map_or("no command recorded", Foreign::raw);
            instruction(out, &pad_left(&layer, digits), &visible!["# ", cut(remark)]);
            continue;
        }
        for (index, line) in lines.iter().take(STEP_LINES).enumerate() {
            let number =
                if index == 0 { pad_left(&layer, digits) } else { Visible::blanks(digits) };
            instruction(out, &number, &cut(line));
        }
        if lines.len() > STEP_LINES {
            out.text(
                Role::Quiet,
                digits + 4,
                visible!["(", lines.len() - STEP_LINES, " more lines)"],
            );
        }
        out.more(digits + 4, made_by.map_or(0, Foreign::len) - shown.map_or(0, |it| it.len()));
    }
}

/// One line of a Dockerfile after the number of its layer, wrapped with a hanging indent, its instruction highlighted.
fn instruction(out: &mut Writer, number: &Visible<'_>, line: &Visible<'_>) {
    let word = command::split_instruction(line).map_or(0, |(word, _)| word.len());
    let hang = line.plain().bytes().take_while(|&byte| byte == b' ').count().min(8);
    let space = out.width.saturating_sub(number.len() + 2 + hang);
    for (index, part) in wrap(line, space).into_iter().enumerate() {
        if index == 0 {
            let (word, rest) = split_at(&part, word);
            let spans = [
                (Role::Quiet, visible![number, "  "]),
                (Role::Strong, word.into_owned()),
                (Role::Text, rest.into_owned()),
            ];
            out.line(spans.into());
        } else {
            out.line(vec![(Role::Text, visible![Visible::blanks(number.len() + 2 + hang), part])]);
        }
    }
}

fn others(out: &mut Writer, others: &[Other]) {
    if others.is_empty() {
        return;
    }
    out.heading("Beside it");
    for other in others {
        let mut facts = vec![cut(&other.kind)];
        facts.extend(other.platform.as_ref().map(platform));
        facts.extend(other.size.map(size::short));
        if !other.note.is_empty() {
            facts.push(cut(&other.note));
        }
        if !other.present {
            facts.push("not here".into());
        }
        out.text(Role::Text, 2, Visible::join(&facts, "  "));
        if let Some(digest) = &other.digest {
            out.text(Role::Quiet, 4, cut(digest));
        }
    }
}
