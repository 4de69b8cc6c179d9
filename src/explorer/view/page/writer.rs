//! Builds the lines of a page: headings, fields, wrapped text.

use crate::explorer::model::role::{Role, Span};
use crate::text::width::{pad, width};
use crate::text::{ToVisible, Visible, size, visible, wrap};

/// Maximum bytes shown of one foreign value. Labels can contain whole documents.
const VALUE_MAX: usize = 4096;
/// Maximum bytes shown of one command. Copying takes the whole command.
pub(crate) const COMMAND_MAX: usize = 64 << 10;
/// Maximum bytes of a page. Pages are built at each key, which takes about 10 ms for this many.
const PAGE_MAX: usize = 256 << 10;
/// Width of the labels before values.
const LABEL: usize = 14;

/// Contents of an overlay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverlayText {
    /// Title in the border.
    pub title: Visible<'static>,
    /// All lines, including those off the screen.
    pub lines: Vec<OverlayLine>,
    /// Number of items that can be selected.
    pub items: usize,
    /// Drawn in the lower border: more about the selected item.
    pub foot: Visible<'static>,
    /// Hints for the footer: keys and word.
    pub hints: &'static [(&'static str, &'static str)],
}

/// One line of an overlay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverlayLine {
    /// Spans, left to right.
    pub spans: Vec<Span>,
    /// Index of the item it belongs to.
    pub item: Option<usize>,
}

/// Builds the lines of a page.
pub(crate) struct Writer {
    pub(crate) width: usize,
    pub(crate) lines: Vec<OverlayLine>,
    items: usize,
    in_item: bool,
    /// Bytes of text so far.
    bytes: usize,
}

impl Writer {
    pub(crate) const fn new(width: usize) -> Self {
        let width = if width < 8 { 8 } else { width };
        Self { width, lines: Vec::new(), items: 0, in_item: false, bytes: 0 }
    }

    /// Appends a line.
    pub(crate) fn line(&mut self, spans: Vec<Span>) {
        self.bytes += 1 + spans.iter().map(|(_, text)| text.len()).sum::<usize>();
        let item = self.in_item.then(|| self.items - 1);
        self.lines.push(OverlayLine { spans, item });
    }

    /// Whether the page is shorter than its maximum.
    pub(crate) const fn has_space(&self) -> bool {
        self.bytes < PAGE_MAX
    }

    pub(crate) fn blank(&mut self) {
        self.line(Vec::new());
    }

    /// A heading, after a blank line.
    pub(crate) fn heading(&mut self, text: impl Into<Visible<'static>>) {
        if !self.lines.is_empty() {
            self.blank();
        }
        self.line(vec![(Role::Accent, text.into())]);
    }

    /// Text wrapped to the width, indented by `indent` cells.
    pub(crate) fn text<'t>(&mut self, role: Role, indent: usize, text: impl Into<Visible<'t>>) {
        if !self.has_space() {
            return;
        }
        for line in wrap(&text.into(), self.width.saturating_sub(indent)) {
            self.line(vec![(role, visible![Visible::blanks(indent), line])]);
        }
    }

    /// Foreign text, with its line breaks.
    pub(crate) fn foreign(&mut self, role: Role, indent: usize, raw: &str) {
        let shown = &raw[..raw.floor_char_boundary(VALUE_MAX)];
        for line in shown.lines() {
            self.text(role, indent, visible(line));
        }
        self.more(indent, raw.len() - shown.len());
    }

    /// A label and a value, wrapped with a hanging indent; on a narrow page the value is below the label.
    pub(crate) fn field(&mut self, label: &'static str, value: &(impl ToVisible + ?Sized)) {
        let (shown, left) = value.beginning(VALUE_MAX);
        self.labelled(label, Role::Text, shown);
        self.more(LABEL, left);
    }

    /// As [`Self::field`], with a role, and without a limit to the value.
    pub(crate) fn labelled<'t>(
        &mut self,
        label: impl Into<Visible<'static>>,
        role: Role,
        value: impl Into<Visible<'t>>,
    ) {
        let (label, value) = (label.into(), value.into());
        if !self.has_space() {
            return;
        }
        if self.width < LABEL + 16 {
            self.line(vec![(Role::Quiet, label)]);
            self.text(role, 2, value);
            return;
        }
        self.hanging((Role::Quiet, label), LABEL, role, &value);
    }

    /// A lead in a column of `cells`, and a text after it, wrapped with a hanging indent.
    pub(crate) fn hanging(
        &mut self,
        (lead_role, lead): Span,
        cells: usize,
        role: Role,
        text: &Visible<'_>,
    ) {
        for (index, line) in wrap(text, self.width.saturating_sub(cells)).into_iter().enumerate() {
            let lead = if index == 0 { pad(&lead, cells) } else { Visible::blanks(cells) };
            self.line(vec![(lead_role, lead), (role, line)]);
        }
    }

    /// A field, unless the value is missing or empty.
    pub(crate) fn optional(&mut self, label: &'static str, value: Option<impl ToVisible>) {
        if let Some(value) = value.filter(|value| !value.beginning(VALUE_MAX).0.is_empty()) {
            self.field(label, &value);
        }
    }

    /// Notes the number of bytes left out, if any.
    pub(crate) fn more(&mut self, indent: usize, left: usize) {
        if left > 0 {
            self.text(Role::Quiet, indent, visible!["(", size::count(left as u64), " more bytes)"]);
        }
    }

    /// Starts an item: the lines up to the next item or [`Self::end_items`].
    pub(crate) const fn start_item(&mut self) {
        self.items += 1;
        self.in_item = true;
    }

    pub(crate) const fn end_items(&mut self) {
        self.in_item = false;
    }

    pub(crate) fn finish(
        mut self,
        title: impl Into<Visible<'static>>,
        hints: &'static [(&'static str, &'static str)],
    ) -> OverlayText {
        if !self.has_space() {
            let note = "(more than a page can show: the rest is left out)";
            self.line(vec![(Role::Quiet, note.into())]);
        }
        OverlayText {
            title: title.into(),
            lines: self.lines,
            items: self.items,
            foot: Visible::default(),
            hints,
        }
    }
}

/// The first [`VALUE_MAX`] bytes of a value.
pub(crate) fn cut(text: &(impl ToVisible + ?Sized)) -> Visible<'_> {
    text.beginning(VALUE_MAX).0
}

/// Width of spans in cells.
pub(crate) fn spans_width(spans: &[Span]) -> usize {
    spans.iter().map(|(_, text)| width(text)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_wrap_under_themselves_and_long_ones_are_cut() {
        let mut writer = Writer::new(40);
        writer.field("Label", "one two three four five six");
        assert_eq!(writer.lines[0].spans[0].1, "Label         ");
        assert_eq!(writer.lines[1].spans[0].1, Visible::blanks(LABEL));
        let mut writer = Writer::new(40);
        writer.field("Label", &"é".repeat(VALUE_MAX));
        assert!(writer.lines.last().unwrap().spans[0].1.plain().contains("4,096 more bytes"));
    }

    #[test]
    fn pages_have_a_maximum_length() {
        let mut writer = Writer::new(40);
        for _ in 0..10_000 {
            writer.field("Label", &"x".repeat(2000));
            writer.foreign(Role::Text, 2, &"a\n".repeat(1000));
        }
        let page = writer.finish("", &[]);
        let bytes: usize =
            page.lines.iter().flat_map(|line| &line.spans).map(|(_, text)| text.len()).sum();
        assert!(bytes < PAGE_MAX + 10_000, "{bytes}");
        assert!(page.lines.last().unwrap().spans[0].1.plain().contains("left out"));
    }

    #[test]
    fn lines_carry_their_item() {
        let mut writer = Writer::new(40);
        writer.heading("A");
        writer.start_item();
        writer.text(Role::Text, 0, "first");
        writer.start_item();
        writer.text(Role::Text, 0, "second");
        writer.end_items();
        writer.blank();
        let items: Vec<_> = writer.lines.iter().map(|line| line.item).collect();
        assert_eq!(items, [None, Some(0), Some(1), None]);
    }
}
