//! The layer page: command, sizes, digests, hidden entries, problems.

use crate::explorer::model::{LoadStatus, Role, State};
use crate::explorer::view::coverage;
use crate::explorer::view::coverage::Coverage;
use crate::explorer::view::page::writer::{COMMAND_MAX, OverlayText, Writer};
use crate::explorer::view::page::{mounts, problems};
use crate::image::layer::{Layer, LayerStore};
use crate::stack::Stack;
use crate::text::{command, size, visible};

/// Hidden entries that are listed.
const HIDDEN_MAX: usize = 20;

pub(super) fn page(state: &State, stack: &Stack, index: usize, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    let described = state.described(index);
    if let Some(layer) = described {
        made_by(&mut out, layer);
        sizes(&mut out, state, stack, index, layer);
        digests(&mut out, layer);
        if let Some(image) = state.image.as_deref().filter(|_| layer.writable) {
            mounts::section(&mut out, image);
        }
        if let Some(kept) = &layer.store {
            store(&mut out, kept);
        }
    }
    let load = state.loads.get(index);
    if let Some(load) = load.filter(|load| !load.hidden.is_empty()) {
        out.heading("Stored, but no content");
        for hidden in load.hidden.iter().take(HIDDEN_MAX) {
            out.text(Role::Text, 2, visible![size::fixed(hidden.size), "  /", hidden.path]);
        }
        if load.hidden.len() > HIDDEN_MAX {
            out.text(
                Role::Quiet,
                2,
                visible!["and ", size::count((load.hidden.len() - HIDDEN_MAX) as u64), " more"],
            );
        }
    }
    let found: Vec<_> = problems::of_layer(state, index).collect();
    if !found.is_empty() {
        out.heading("Problems");
        for (role, message) in found {
            out.foreign(role, 2, message);
        }
    }
    let title = visible!["Layer ", index];
    out.finish(title, &[("j k", "scroll"), ("esc", "close")])
}

fn made_by(out: &mut Writer, layer: &Layer) {
    out.heading("Made by");
    match layer.created_by.as_ref().filter(|text| !text.raw().trim().is_empty()) {
        Some(text) => {
            let shown = command::beginning(text, COMMAND_MAX);
            for line in command::dockerfile(&shown) {
                out.foreign(Role::Text, 2, line.raw());
            }
            out.more(2, text.len() - shown.len());
        }
        None => out.text(Role::Quiet, 2, "the history does not say"),
    }
    out.optional("comment", layer.comment.as_ref());
    out.optional("created", layer.created.as_ref());
}

fn sizes(out: &mut Writer, state: &State, stack: &Stack, index: usize, layer: &Layer) {
    out.heading("Sizes");
    let read = coverage::read(state, stack, index);
    if read == Coverage::Part {
        out.labelled("read", Role::Warning, "a part only: these numbers are of that");
    }
    if matches!(read, Coverage::Part | Coverage::All) {
        let summary = stack.summary(index);
        out.field("stored", &size::long(summary.bytes));
        match coverage::first_unread(state, stack, index) {
            None => {
                out.field("net", &size::signed_long(summary.net_bytes));
                out.field("total", &size::long(summary.cumulative_bytes));
            }
            Some(gap) => {
                let why = visible!["unknown: layer ", gap, " was not read whole"];
                out.labelled("net", Role::Quiet, why.clone());
                out.labelled("total", Role::Quiet, why);
            }
        }
        out.field("entries", &size::count(summary.entries));
        let changes = [
            ("added", summary.added),
            ("modified", summary.modified),
            ("metadata", summary.metadata),
            ("rewritten", summary.rewritten),
            ("removed", summary.removed),
            ("not compared", summary.undecided),
        ];
        for (name, number) in changes.into_iter().filter(|(_, number)| *number > 0) {
            out.field(name, &size::count(number));
        }
    } else {
        let status = match state.loads.get(index).map(|load| load.status) {
            _ if read == Coverage::Nothing => "not read: what it changes is unknown",
            _ if read == Coverage::Unmerged => "read, but a layer below it was not",
            Some(LoadStatus::Reading { .. }) => "being read",
            Some(LoadStatus::Listed) => "read, waits for the layers below",
            _ => "not read",
        };
        out.labelled("content", Role::Quiet, status);
    }
    out.optional("as a blob", layer.compressed_bytes.map(size::long));
}

fn digests(out: &mut Writer, layer: &Layer) {
    out.heading("Identity");
    out.field(
        "kind",
        if layer.writable { "read-write: the container's own layer" } else { "read-only" },
    );
    out.optional("diff ID", layer.diff_id.as_deref());
    out.optional("digest", layer.digest.as_deref());
    out.optional("media type", layer.media_type.as_ref());
}

fn store(out: &mut Writer, store: &LayerStore) {
    out.heading("In the store");
    out.field("driver", &store.driver);
    out.optional("cache ID", store.cache_id.as_ref());
    out.optional("chain ID", store.chain_id.as_deref());
    let directory = store.directory.as_ref().map(|path| path.to_string_lossy());
    out.optional("directory", directory.as_deref());
}
