//! Rows of the viewer: spans for the rows on the screen, and only for those.

use crate::content::search::Needle;
use crate::content::{Row, Token, Window};
use crate::explorer::model::action::entry::Context;
use crate::explorer::model::file::{File, ViewMode, ViewTarget};
use crate::explorer::model::keymap::Keymap;
use crate::explorer::model::role::{Role, Span};
use crate::explorer::view::page::writer::OverlayLine;
use crate::text::width::{chop, pad, pad_left, split_at, width};
use crate::text::{Visible, size, visible};

/// Bytes in a row of hexadecimal bytes.
#[must_use]
pub(crate) const fn hex_columns(width: u16) -> u64 {
    if width >= 78 { 16 } else { 8 }
}

/// Cells between tab stops.
const TAB: usize = 8;

/// The rows of a screen of `columns` by `height` cells.
#[must_use]
pub fn shown(file: &File, keymap: &Keymap, columns: u16, height: u16) -> Vec<OverlayLine> {
    let rows = match file.form {
        ViewMode::Facts => {
            facts(file, keymap).into_iter().skip(file.top).take(usize::from(height)).collect()
        }
        ViewMode::Text => text(file, columns, usize::from(height)),
        ViewMode::Hex => bytes(file, columns, usize::from(height)),
    };
    rows.into_iter().map(|spans| OverlayLine { spans, item: None }).collect()
}

/// Offset of the first byte on the screen, and the size of the file; `None` for facts and empty files.
#[must_use]
pub fn position(file: &File) -> Option<(u64, u64)> {
    let window = file.window()?;
    let at = if file.form == ViewMode::Hex { file.hex_top } else { window.start_of(file.top) };
    (file.form != ViewMode::Facts && window.size > 0).then_some((at, window.size))
}

/// Number of screen rows of a row of the window.
pub(crate) fn parts(file: &File, row: usize, columns: u16) -> usize {
    let Some(window) = file.window().filter(|_| file.wrap) else { return 1 };
    let Some(found) = window.row(row) else { return 1 };
    let space = usize::from(columns).saturating_sub(gutter(file, window));
    folded(&spans(file, window, row, found), space).len()
}

fn text(file: &File, columns: u16, height: usize) -> Vec<Vec<Span>> {
    let Some(window) = file.window() else { return Vec::new() };
    let gutter = gutter(file, window);
    let space = usize::from(columns).saturating_sub(gutter);
    let mut out = Vec::new();
    for row in file.top..window.rows() {
        let Some(found) = window.row(row) else { break };
        let whole = spans(file, window, row, found);
        let lines =
            if file.wrap { folded(&whole, space) } else { vec![cut(&whole, file.left, space)] };
        let skipped = if row == file.top { file.part } else { 0 };
        for (index, line) in lines.into_iter().enumerate().skip(skipped) {
            if out.len() == height {
                return out;
            }
            let number = found.number.filter(|_| index == 0);
            let number = number.map_or_else(Visible::default, |number| visible![number]);
            let mut spans = Vec::new();
            if gutter > 0 {
                spans.push((Role::Quiet, visible![pad_left(&number, gutter - 1), " "]));
            }
            spans.extend(line);
            out.push(spans);
        }
    }
    out
}

/// Cells of the line numbers and the space after them; 0 for a difference.
fn gutter(file: &File, window: &Window) -> usize {
    let last = window.row(window.rows().saturating_sub(1)).and_then(|row| row.number);
    let last = last.unwrap_or(window.lines_before + window.rows() as u64);
    match file.what {
        ViewTarget::Version(_) => last.to_string().len().max(3) + 1,
        ViewTarget::Two(..) => 0,
    }
}

/// A row as spans, by its tokens and the matches of the search.
fn spans(file: &File, window: &Window, row: usize, found: Row<'_>) -> Vec<Span> {
    let bytes = found.bytes;
    let hits: Vec<(usize, usize)> =
        Needle::new(&file.search).map(|needle| needle.matches(bytes).collect()).unwrap_or_default();
    let mut out = Vec::new();
    let mut column = 0;
    let mut at = 0usize;
    let tokens = window.tokens.get(row).map_or(&[][..], Vec::as_slice);
    for (length, token) in tokens.iter().copied().chain([(usize::MAX, Token::Plain)]) {
        let end = at.saturating_add(length).min(bytes.len());
        while at < end {
            let hit = hits.iter().find(|(_, to)| *to > at);
            let (to, role) = match hit {
                Some(&(from, to)) if from <= at => (to.min(end), Role::Hit),
                Some(&(from, _)) => (from.min(end), role(token)),
                None => (end, role(token)),
            };
            push(&mut out, &mut column, role, &bytes[at..to]);
            at = to;
        }
    }
    out
}

/// Appends foreign bytes, with tabs expanded to spaces.
fn push(out: &mut Vec<Span>, column: &mut usize, role: Role, bytes: &[u8]) {
    for (index, piece) in bytes.split(|&byte| byte == b'\t').enumerate() {
        let blanks = if index > 0 { TAB - *column % TAB } else { 0 };
        let text = visible![Visible::blanks(blanks), piece];
        *column += width(&text);
        if !text.is_empty() {
            out.push((role, text));
        }
    }
}

const fn role(token: Token) -> Role {
    match token {
        Token::Plain => Role::Text,
        Token::Comment => Role::Quiet,
        Token::Text => Role::Quoted,
        Token::Constant => Role::Constant,
        Token::Keyword => Role::Keyword,
        Token::Name => Role::Named,
        Token::Added => Role::Added,
        Token::Removed => Role::Removed,
        Token::Hunk => Role::Accent,
    }
}

/// The part of a row from cell `left` on, at least `space` cells if it is that long.
fn cut(spans: &[Span], left: usize, space: usize) -> Vec<Span> {
    let mut before = left;
    let mut out = Vec::new();
    let mut taken = 0;
    for (role, text) in spans {
        let cells = width(text);
        if cells <= before {
            before -= cells;
            continue;
        }
        let (_, text) = split_at(text, before);
        before = 0;
        if taken >= space {
            break;
        }
        taken += width(&text);
        out.push((*role, text.into_owned()));
    }
    out
}

/// A row broken at the width of the screen. Unlike [`crate::text::wrap()`] this keeps all spaces.
fn folded(spans: &[Span], space: usize) -> Vec<Vec<Span>> {
    let space = space.max(2);
    let mut lines = vec![Vec::new()];
    let mut taken = 0;
    for (role, text) in spans {
        for (index, piece) in chop(text, space - taken, space).into_iter().enumerate() {
            if index > 0 {
                lines.push(Vec::new());
                taken = 0;
            }
            taken += width(&piece);
            if let Some(line) = lines.last_mut().filter(|_| !piece.is_empty()) {
                line.push((*role, piece.into_owned()));
            }
        }
    }
    lines
}

/// Rows of offset, bytes in hexadecimal, and printable ASCII characters.
fn bytes(file: &File, columns: u16, height: usize) -> Vec<Vec<Span>> {
    let Some(window) = file.window() else { return Vec::new() };
    let per_row = hex_columns(columns) as usize;
    let mut out = Vec::new();
    for index in 0..height as u64 {
        let from = file.hex_top + index * per_row as u64;
        if from >= window.size.max(1) {
            break;
        }
        let byte = |at: usize| {
            let at = (from + at as u64).checked_sub(window.offset)?;
            window.bytes.get(usize::try_from(at).ok()?).copied()
        };
        let (mut hex, mut text) = (String::new(), String::new());
        for at in 0..per_row {
            let gap = if at % 8 == 7 { "  " } else { " " };
            match byte(at) {
                Some(byte) => hex.extend([&*format!("{byte:02x}"), gap]),
                None => hex.extend(["  ", gap]),
            }
            match byte(at) {
                Some(byte @ b' '..=b'~') => text.push(byte as char),
                Some(_) => text.push('.'),
                None => text.push(' '),
            }
        }
        out.push(vec![
            (Role::Quiet, visible![format!("{from:08x}  ")]),
            (Role::Text, visible![hex]),
            (Role::Named, visible![text]),
        ]);
    }
    out
}

/// Rows of facts about a file.
pub(crate) fn facts(file: &File, keymap: &Keymap) -> Vec<Vec<Span>> {
    let Some(Ok(contents)) = &file.contents else { return Vec::new() };
    let row = |label: &'static str, role, value: Visible<'static>| {
        vec![(Role::Quiet, visible!["  ", pad(&label.into(), 14)]), (role, value)]
    };
    let mut out = vec![Vec::new()];
    let known = contents.facts.iter().any(|(label, _)| *label == "what");
    if !known && matches!(file.what, ViewTarget::Version(_)) {
        out.push(row("what", Role::Strong, "binary data".into()));
    }
    let mut before = "";
    for (label, value) in &contents.facts {
        let role = if *label == "what" { Role::Strong } else { Role::Text };
        let name = if *label == before { "" } else { *label };
        before = label;
        out.push(row(name, role, visible(value.as_bytes()).into_owned()));
    }
    if matches!(file.what, ViewTarget::Version(_)) {
        out.push(row("size", Role::Text, size::long(contents.window.size)));
        out.push(Vec::new());
        out.push(vec![(
            Role::Quiet,
            visible!["  ", keymap.rewritten("x", &[Context::File]), " shows the bytes"],
        )]);
    }
    out
}
