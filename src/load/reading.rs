//! Reads the layers of an image, folds them in order and decides undecided files.

use std::sync::Arc;

use crate::layer::Listing;
use crate::load::queue::Arrival;
use crate::load::{Event, LayerState, Loader, Pair, ROWS_PER_LOCK, Want, check, queue, undecided};
use crate::stack::EventId;
use crate::stack::fold::Fold;
use crate::stack::kept::table::Table;

/// Rows of the lowest layer with which the first ones are reported again: more than a screen has.
const MORE_ROWS: u64 = 2_000;

impl Loader {
    /// Reads all layers that are not part of the stack yet, and blocks until done. Returns the states of the layers
    /// that were folded: fewer than the image has if it was stopped. `report` is called from several threads.
    pub fn run(&self, want: Want, report: &(dyn Fn(Event) + Sync)) -> Vec<Arc<LayerState>> {
        let mut states = Vec::new();
        let mut first = None;
        let (mut first_rows, mut next_rows) = (Table::default(), 1);
        let (open, compared) = undecided::Beside::new(self);
        // In the explorer, pairs on screen come first.
        let open = (self.brief && want == Want::Kinds).then_some(open);
        let (folded, begun) = (&mut states, &mut first);
        let take = move |arrival: Arrival<'_>| match arrival {
            Arrival::Rows(part) => {
                if !self.brief && next_rows < u64::MAX {
                    first_rows.append(part);
                    if first_rows.len() >= next_rows {
                        next_rows = if next_rows == 1 { MORE_ROWS } else { u64::MAX };
                        report(Event::Rows(first_rows.clone()));
                    }
                }
                self.advance(begun.get_or_insert_with(|| Fold::new(&self.stack())), part);
            }
            Arrival::Layer(layer, listing) => {
                let fold = begun.take().unwrap_or_else(|| Fold::new(&self.stack()));
                let state = Arc::new(self.fold(fold, layer, listing));
                folded.push(Arc::clone(&state));
                report(Event::Folded(layer, state));
                if let Some(open) = &open {
                    let stack = self.stack();
                    // The receiver lives longer.
                    let _ = open.send(undecided::sides(&stack, &stack.undecided(layer)));
                }
            }
        };
        queue::in_order(self, report, take, |cpus| compared.compare(cpus));
        compared.finish();
        if first.is_some() {
            // The first layer is incomplete: drop its rows. No other layer is in the stack yet.
            *self.stack_mut() = self.empty_stack();
        }
        if !self.brief && self.is_complete() {
            self.stack_mut().freeze();
        }
        if let Some(cache) = &self.cache {
            cache.shrink();
        }
        if want == Want::Kinds {
            let layers = self.stack().folded();
            let pairs = (0..layers).flat_map(|layer| self.stack().undecided(layer)).collect();
            self.compare(pairs, report);
        }
        report(Event::Finished);
        states
    }

    /// Folds a listed layer onto the stack and checks its listing against the manifest.
    fn fold(&self, mut fold: Fold, layer: usize, listing: &Listing) -> LayerState {
        self.advance(&mut fold, &listing.table);
        let oddities = fold.finish(&mut self.stack_mut());
        let described = self.source.image().layers.get(layer);
        LayerState {
            problems: check::problems(
                listing,
                self.source.check_listing(layer, listing),
                &oddities,
                described,
            ),
            unread_attributes: listing.unread_attributes.clone(),
            hidden: listing.hidden.clone(),
        }
    }

    /// Folds all rows that the table has so far.
    fn advance(&self, fold: &mut Fold, table: &Table) {
        while fold.step(&mut self.stack_mut(), table, ROWS_PER_LOCK) {}
    }

    /// Decides undecided events by reading their contents.
    pub fn compare(&self, pairs: Vec<Pair>, report: &(dyn Fn(Event) + Sync)) {
        undecided::decide(self, pairs, report);
    }

    /// Whether two files have the same contents.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub fn same_contents(&self, one: EventId, other: EventId) -> std::io::Result<bool> {
        undecided::same_contents(self, one, other)
    }
}
