//! The page of a search of contents: the lines found so far, below the version of the file that has them.

use crate::explorer::model::contents::{ContentsSearch, HITS_MAX, SearchEnd};
use crate::explorer::model::{Overlay, Role, State};
use crate::explorer::view::page::waste;
use crate::explorer::view::page::writer::{OverlayText, Writer};
use crate::load::grep::{HITS_PER_FILE, HitKind, VersionHit};
use crate::stack::{NodeId, Stack, VersionState};
use crate::text::width::{pad, truncate, width};
use crate::text::{Visible, shorten, size, visible};

/// Width of the column of layers and numbers of lines.
const LEAD: usize = 8;

pub(super) fn page(
    state: &State,
    stack: &Stack,
    overlay: &Overlay,
    below: NodeId,
    width: usize,
) -> OverlayText {
    let mut out = Writer::new(width);
    match state.contents_below(below) {
        Some(search) if !overlay.typing => found(&mut out, state, stack, search),
        _ => out.text(
            Role::Quiet,
            0,
            "A regular expression, searched for in each line of every file below this directory, in every layer, \
             removed and overwritten files too. Without a capital letter, both cases match.",
        ),
    }
    let path = stack.path(below);
    let title = visible!["Contents below ", shorten::path(&visible(&path), width / 2)];
    let hints: &[_] = if overlay.typing {
        &[("enter", "search"), ("esc", "cancel")]
    } else {
        &[
            ("enter", "open at the line"),
            ("/", "search again"),
            ("j k", "move"),
            ("esc", "stop, close"),
        ]
    };
    out.finish(title, hints)
}

fn found(out: &mut Writer, state: &State, stack: &Stack, search: &ContentsSearch) {
    let lines = search.hits.len();
    let noun = if lines == 1 { " line" } else { " lines" };
    let files = size::count(search.files);
    let told = visible![size::count(lines as u64), noun, ", ", files, " files searched"];
    let cut = match search.hits.iter().filter(|hit| hit.more).count() {
        0 => Visible::default(),
        1 => ", 1 has more lines".into(),
        cut => visible![", ", cut, " have more lines"],
    };
    let rest: Visible<'static> = match search.ended {
        None => " …".into(),
        Some(SearchEnd::Done(0)) => Visible::default(),
        Some(SearchEnd::Done(unread)) => visible![", ", unread, " could not be read"],
        Some(SearchEnd::Stopped) => ", stopped".into(),
        Some(SearchEnd::Full) => visible![", stopped at ", HITS_MAX, " lines"],
    };
    let pattern = shorten::middle(&visible(&search.pattern), out.width / 3);
    out.line(vec![(Role::Strong, pattern), (Role::Quiet, visible![":  ", told, cut, rest])]);
    waste::unread(out, state, stack);
    let mut last = None;
    for hit in &search.hits {
        out.start_item();
        if last != Some((hit.node, hit.layer)) {
            file(out, stack, hit);
        }
        last = Some((hit.node, hit.layer));
        line(out, hit);
        if hit.more {
            let told = visible!["the first ", HITS_PER_FILE, " lines; there are more"];
            out.line(vec![(Role::Quiet, Visible::blanks(LEAD)), (Role::Warning, told)]);
        }
    }
    out.end_items();
}

/// The version of a file, and what became of it.
fn file(out: &mut Writer, stack: &Stack, hit: &VersionHit) {
    let (role, since) = match stack.version_state(hit.event) {
        VersionState::Visible => (Role::Text, Visible::default()),
        VersionState::Covered(by) => (Role::ShadowedName, visible!["  L", by, " rewrites"]),
        VersionState::Removed(by) => (Role::RemovedName, visible!["  gone since L", by]),
    };
    let path = stack.path(hit.node);
    let space = out.width.saturating_sub(LEAD + since.len());
    let path = shorten::path(&visible(&path), space);
    let lead = pad(&visible!["L", hit.layer], LEAD);
    out.line(vec![(Role::Modified, lead), (role, path), (Role::Quiet, since)]);
}

/// The line, its matches marked.
fn line(out: &mut Writer, VersionHit { hit, .. }: &VersionHit) {
    if hit.kind == HitKind::Binary {
        let lead = Visible::blanks(LEAD);
        return out.line(vec![(Role::Quiet, lead), (Role::Quiet, "binary file matches".into())]);
    }
    let mut spans = vec![(Role::Quiet, pad(&visible![hit.line], LEAD))];
    // The first match stands at most in the middle of the line.
    let space = out.width.saturating_sub(LEAD);
    let first = hit.matches.first().map_or(0, |first| first.start as usize);
    let mut at = first.saturating_sub(space / 2);
    if at == 0 {
        at = hit.text.iter().take_while(|byte| byte.is_ascii_whitespace()).count().min(first);
    }
    let mut left = space;
    let mut part = |role, from: usize, to: usize| {
        if left > 0 {
            let bytes = hit.text.get(from..to.min(from + space)).unwrap_or_default();
            let text = truncate(&visible(bytes), left);
            left = left.saturating_sub(width(&text));
            spans.push((role, text));
        }
    };
    for found in &hit.matches {
        let (start, end) = (found.start as usize, found.end as usize);
        part(Role::Text, at, start.max(at));
        part(Role::Hit, start.max(at), end.max(at));
        at = end.max(at);
    }
    part(Role::Text, at, hit.text.len());
    out.line(spans);
}
