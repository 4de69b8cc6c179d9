//! Which layers are reliable: read to their end, with bytes that match the stated digests.

use std::io;
use std::io::Write;

use crate::image::problem::{Severity, decisive};
use crate::report::Subject;
use crate::text;

/// Why totals are unknown.
pub(super) const NONE_READ: &str = "no layer was read to its end";

/// An unreliable layer: not read to its end, or refused by engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsure<'a> {
    /// Its index, from 0.
    pub layer: usize,
    /// Read to its end, but its bytes do not match the stated digest, so engines refuse it.
    pub refused: bool,
    /// The most severe problem. Foreign text.
    pub reason: &'a str,
}

/// Which numbers of a layer are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// None: nothing of the layer was read.
    Nothing,
    /// Its stored bytes, but not its changes, because it or a layer below was not read to its end.
    Stored,
    /// All of them.
    All,
}

impl<'a> Subject<'a> {
    /// The unreliable layers, with the most severe problem of each. If there are any, totals of the image are `null`.
    #[must_use]
    pub fn unsure(self) -> Vec<Unsure<'a>> {
        (0..self.image.layers.len()).filter_map(|layer| self.unsure_layer(layer)).collect()
    }

    fn unsure_layer(self, layer: usize) -> Option<Unsure<'a>> {
        let Some(state) = self.states.get(layer) else {
            return Some(Unsure { layer, refused: false, reason: "not read" });
        };
        let worst = decisive(&state.problems)?;
        let refused = worst.severity == Severity::Refused;
        Some(Unsure { layer, refused, reason: &worst.message })
    }

    /// Whether every layer is reliable.
    #[must_use]
    pub fn is_sure(self) -> bool {
        self.sure_below() == self.image.layers.len()
    }

    /// The first unreliable layer; the number of layers if all are reliable.
    pub(super) fn sure_below(self) -> usize {
        let layers = self.image.layers.len();
        (0..layers).find(|layer| self.unsure_layer(*layer).is_some()).unwrap_or(layers)
    }

    /// Whether the layer is unreliable.
    pub(super) fn is_unsure(self, layer: usize) -> bool {
        self.unsure_layer(layer).is_some()
    }

    /// Number of layers that were read to their end.
    fn read(self) -> usize {
        let unread = |layer: &usize| self.unsure_layer(*layer).is_some_and(|it| !it.refused);
        let layers = self.image.layers.len();
        layers - (0..layers).filter(unread).count()
    }

    /// `of the 4 of 6 layers read`; `None` if all were read to their end.
    pub(super) fn coverage(self) -> Option<String> {
        let (read, layers) = (self.read(), self.image.layers.len());
        match read {
            _ if read == layers => None,
            0 => Some(format!("incomplete: {NONE_READ}")),
            _ => Some(format!("of the {read} of {layers} layers read")),
        }
    }

    /// Whether no layer was read to its end and none has an entry, so that totals are unknown.
    pub(super) fn is_unread(self) -> bool {
        self.read() == 0 && !self.image.layers.is_empty() && self.stack.balance().entries == 0
    }

    /// Whether entries were read, but no layer to its end: what is wasted is not known.
    pub(super) fn is_in_part(self) -> bool {
        self.read() == 0 && self.stack.balance().entries > 0
    }

    /// The totals of an image in a sentence, with the number of layers read if not all were.
    pub(super) fn totals(self, size: fn(u64) -> text::Visible<'static>) -> String {
        if self.is_unread() {
            return format!("the totals are unknown: {NONE_READ}");
        }
        let balance = self.stack.balance();
        if self.is_in_part() {
            let (stored, visible) = (size(balance.stored), size(balance.visible));
            return format!("{stored} stored, {visible} visible in what was read: {NONE_READ}");
        }
        let coverage = self.coverage().map(|it| format!(", {it}")).unwrap_or_default();
        format!(
            "{} stored, {} visible, {} wasted, efficiency {}{coverage}",
            size(balance.stored),
            size(balance.visible),
            size(balance.wasted),
            text::size::percent(balance.efficiency),
        )
    }

    /// Writes a line for each unreliable layer.
    pub(super) fn write_unsure(self, out: &mut dyn Write) -> io::Result<()> {
        self.unsure().into_iter().try_for_each(|Unsure { layer, reason, .. }| {
            writeln!(out, "  incomplete: layer {layer}: {}", text::visible(reason))
        })
    }

    /// Which numbers of a layer text shows. A refused layer was read, so its numbers are shown.
    pub(super) fn known(self, layer: usize) -> Known {
        let unread = |at: usize| self.unsure_layer(at).is_some_and(|it| !it.refused);
        let is_empty = self.stack.summary(layer).entries == 0;
        if is_empty && self.unsure_layer(layer).is_some() {
            Known::Nothing
        } else if (0..=layer).any(unread) {
            Known::Stored
        } else {
            Known::All
        }
    }

    /// Cells for the stored bytes, the net change and the wasted bytes of a layer.
    pub(super) fn sizes(self, layer: usize, wasted: u64) -> [String; 3] {
        let summary = self.stack.summary(layer);
        let stored = || text::size::short(summary.bytes).to_string();
        let net = || text::size::signed(summary.net_bytes).plain().trim().to_owned();
        let wasted = || text::size::short(wasted).to_string();
        let unknown = || "?".to_owned();
        match self.known(layer) {
            Known::Nothing => ["not read".to_owned(), unknown(), unknown()],
            Known::Stored => [stored(), unknown(), wasted()],
            Known::All => [stored(), net(), wasted()],
        }
    }

    /// The cell of an unread layer: replaces its numbers.
    pub(super) fn not_read(self, layer: usize) -> String {
        let bytes = self.image.layers.get(layer).and_then(|layer| layer.compressed_bytes);
        match bytes {
            Some(bytes) => format!("not read, its blob has {}", text::size::short(bytes)),
            None => "not read".to_owned(),
        }
    }
}
