//! Which layers an answer can rely on: those that were read to their end and have the digests that are stated of them.

use std::io;
use std::io::Write;

use crate::layer::Severity;
use crate::report::Subject;
use crate::text;

/// A layer that an answer cannot rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsure<'a> {
    /// Its index, from 0.
    pub layer: usize,
    /// All of it was read, but engines refuse it: its bytes have another digest than is stated.
    pub refused: bool,
    /// Why, the worst reason first. Foreign text.
    pub reason: &'a str,
}

/// What a report can state of one layer's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing of the layer was read.
    Nothing,
    /// What it stores; what it changed is unsure, because it or a layer below was not read to its end.
    Stored,
    /// All of them.
    All,
}

impl<'a> Subject<'a> {
    /// The layers that an answer cannot rely on, with the worst reason of each. A total over an image is `null` where
    /// there are any.
    #[must_use]
    pub fn unsure(self) -> Vec<Unsure<'a>> {
        (0..self.image.layers.len()).filter_map(|layer| self.unsure_layer(layer)).collect()
    }

    fn unsure_layer(self, layer: usize) -> Option<Unsure<'a>> {
        let Some(state) = self.states.get(layer) else {
            return Some(Unsure { layer, refused: false, reason: "not read" });
        };
        let worst = state.problems.iter().max_by_key(|problem| problem.severity)?;
        // `max_by_key` gives the last of equals, the first is the cause of the others.
        let worst = state.problems.iter().find(|problem| problem.severity == worst.severity)?;
        (worst.severity >= Severity::Refused).then(|| Unsure {
            layer,
            refused: worst.severity == Severity::Refused,
            reason: &worst.message,
        })
    }

    /// Whether every layer can be relied on.
    #[must_use]
    pub fn is_sure(self) -> bool {
        self.sure_below() == self.image.layers.len()
    }

    /// The first layer that cannot be relied on; their number where there is none.
    pub(super) fn sure_below(self) -> usize {
        let layers = self.image.layers.len();
        (0..layers).find(|layer| self.unsure_layer(*layer).is_some()).unwrap_or(layers)
    }

    /// How many layers were read to their end.
    fn read(self) -> usize {
        let unread = |layer: &usize| self.unsure_layer(*layer).is_some_and(|it| !it.refused);
        let layers = self.image.layers.len();
        layers - (0..layers).filter(unread).count()
    }

    /// `of the 4 of 6 layers read`; `None` where all were read.
    pub(super) fn coverage(self) -> Option<String> {
        let (read, layers) = (self.read(), self.image.layers.len());
        (read < layers).then(|| format!("of the {read} of {layers} layers read"))
    }

    /// The totals of an image as a sentence, with the layers that they are of where not all were read.
    pub(super) fn totals(self, size: fn(u64) -> text::Visible<'static>) -> String {
        let (read, layers) = (self.read(), self.image.layers.len());
        if read == 0 && layers > 0 && self.stack.balance().entries == 0 {
            return format!("the totals are unknown: none of {layers} layers was read");
        }
        let balance = self.stack.balance();
        let coverage = self.coverage().map(|it| format!(", {it}")).unwrap_or_default();
        format!(
            "{} stored, {} visible, {} wasted, efficiency {:.1} %{coverage}",
            size(balance.stored),
            size(balance.visible),
            size(balance.wasted),
            balance.efficiency * 100.0,
        )
    }

    /// A line for each layer that the report cannot rely on.
    pub(super) fn write_unsure(self, out: &mut dyn Write) -> io::Result<()> {
        self.unsure().into_iter().try_for_each(|Unsure { layer, reason, .. }| {
            writeln!(out, "  incomplete: layer {layer}: {}", text::visible(reason))
        })
    }

    /// What can be stated of a layer in a table for people. A refused layer was read: its numbers are shown.
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

    /// What a layer stores and by how much it changed the merged tree, for a cell each.
    pub(super) fn stored_and_net(self, layer: usize) -> [String; 2] {
        let summary = self.stack.summary(layer);
        let stored = || text::size::short(summary.bytes).to_string();
        let net = || text::size::signed(summary.net_bytes).plain().trim().to_owned();
        match self.known(layer) {
            Known::Nothing => ["not read".to_owned(), "?".to_owned()],
            Known::Stored => [stored(), "?".to_owned()],
            Known::All => [stored(), net()],
        }
    }

    /// What stands in a table for the numbers of a layer of which nothing was read.
    pub(super) fn not_read(self, layer: usize) -> String {
        let bytes = self.image.layers.get(layer).and_then(|layer| layer.compressed_bytes);
        match bytes {
            Some(bytes) => format!("not read, its blob has {}", text::size::short(bytes)),
            None => "not read".to_owned(),
        }
    }
}
