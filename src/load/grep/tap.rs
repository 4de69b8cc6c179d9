//! Searches files while their layer is listed.

use std::io::Read;
use std::ops::RangeInclusive;
use std::sync::Mutex;

use crate::layer::Examine;
use crate::load::Examiners;
use crate::load::grep::found::{Found, Keeper, Place};
use crate::load::grep::query::{Query, Wanted};
use crate::load::grep::scope::{Scope, absolute};
use crate::sync;

/// Searches the layers that are listed, and keeps what was found for a [`search`](crate::load::grep::search).
pub struct Tap {
    pub(super) query: Query,
    pub(super) scope: Scope,
    /// The layers whose files are searched.
    layers: RangeInclusive<usize>,
    found: Mutex<Vec<Option<Found>>>,
}

impl Tap {
    /// Searches these layers of an image.
    #[must_use]
    pub fn new(query: Query, scope: Scope, layers: RangeInclusive<usize>) -> Self {
        Self { query, scope, layers, found: Mutex::default() }
    }

    /// What is told of a file.
    #[must_use]
    pub const fn wanted(&self) -> Wanted {
        self.query.wanted()
    }

    /// What was found, by layer; the listing must be complete.
    pub(super) fn take(&self, layers: usize) -> Vec<Option<Found>> {
        let mut found = std::mem::take(&mut *sync::lock(&self.found));
        found.resize_with(layers, || None);
        for found in found.iter_mut().flatten() {
            found.finish();
        }
        found
    }
}

impl Examiners for Tap {
    fn of(&self, layer: usize) -> Option<Box<dyn Examine + '_>> {
        self.layers.contains(&layer).then(|| {
            let keeper = Keeper::new(&self.query);
            let found = Found::default();
            Box::new(LayerTap { tap: self, layer, keeper, found }) as Box<dyn Examine>
        })
    }
}

/// Searches the files of one layer.
struct LayerTap<'t> {
    tap: &'t Tap,
    layer: usize,
    keeper: Keeper,
    found: Found,
}

impl Examine for LayerTap<'_> {
    fn file(&mut self, name: &[u8], offset: u64, size: u64, payload: &mut dyn Read) {
        let scope = &self.tap.scope;
        if self.found.failed.is_none() && scope.has_size(size) && scope.has(&absolute(name)) {
            // The payload of a stream has no errors; a cut one ends early, and its layer has a problem.
            let _ = self.keeper.search(Place::Offset(offset), payload, &mut self.found);
        }
    }
}

impl Drop for LayerTap<'_> {
    /// What was found is kept at the end of the listing.
    fn drop(&mut self) {
        let mut all = sync::lock(&self.tap.found);
        let layers = all.len().max(self.layer + 1);
        all.resize_with(layers, || None);
        let found = std::mem::take(&mut self.found);
        // A layer may be listed again after a failed attempt: the last one counts.
        if found.has_searched() {
            all[self.layer] = Some(found);
        }
    }
}
