//! Buckets: sorted keys, each with a value or with a bucket below it.

use std::collections::HashSet;
use std::ops::Range;

use crate::source::local::containerd::bolt::page::{HEADER, Leaf, Page, u64_at};
use crate::source::local::containerd::bolt::{Error, State, VISIT_COST};

/// Maximum depth of branch pages above a leaf. A tree of pages with two branches each is larger than any file at this
/// depth.
const DEEPEST: usize = 64;

/// Length of a bucket record in bytes: page number of the root (u64) and sequence (u64).
const RECORD: usize = 16;

/// A bucket of one state of a database.
#[derive(Clone, Debug)]
pub struct Bucket<'d> {
    state: &'d State,
    top: Top,
}

/// Where the root page of a bucket is stored.
#[derive(Clone, Debug)]
enum Top {
    /// In a page of its own, with this number.
    Page(u64),
    /// Inline: in the bucket record itself. bbolt stores small buckets this way.
    Inline(Page),
}

impl<'d> Bucket<'d> {
    pub(super) const fn at(state: &'d State, page: u64) -> Self {
        Self { state, top: Top::Page(page) }
    }

    /// The value of a key; `None` if the key is missing or is a bucket.
    ///
    /// # Errors
    /// If a page on the path is damaged.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let item = self.find(key)?;
        Ok(item.and_then(|item| item.value().map(<[u8]>::to_vec)))
    }

    /// The bucket of a key; `None` if the key is missing or is a value.
    ///
    /// # Errors
    /// If a page on the path or the bucket record is damaged.
    pub fn bucket(&self, key: &[u8]) -> Result<Option<Self>, Error> {
        self.find(key)?.map_or(Ok(None), |item| item.bucket())
    }

    /// The items of the bucket in key order. The iterator ends after an error.
    #[must_use]
    pub fn items(&self) -> Items<'d> {
        Items {
            state: self.state,
            start: Some(self.top.clone()),
            path: Vec::new(),
            seen: HashSet::new(),
        }
    }

    fn find(&self, key: &[u8]) -> Result<Option<Item<'d>>, Error> {
        let mut page = self.top.page(self.state)?;
        for _ in 0..DEEPEST {
            let found = page.search(key);
            if page.is_leaf() {
                return found.map_or(Ok(None), |at| Item::new(self.state, page, at).map(Some));
            }
            // The key of a branch element is the smallest key of its child page.
            let at = found.unwrap_or_else(|after| after.saturating_sub(1));
            page = self.state.page(page.child(at))?;
        }
        Err(page.broken(0, "more than 64 pages above it: they lead in circles"))
    }
}

impl Top {
    fn page(&self, state: &State) -> Result<Page, Error> {
        match self {
            Self::Page(id) => state.page(*id),
            Self::Inline(page) => Ok(page.clone()),
        }
    }
}

/// A key with its value or bucket.
#[derive(Clone, Debug)]
pub struct Item<'d> {
    state: &'d State,
    page: Page,
    at: usize,
}

impl<'d> Item<'d> {
    /// Charges the budget for the key, the value and the visit.
    fn new(state: &'d State, page: Page, at: usize) -> Result<Self, Error> {
        let item = Self { state, page, at };
        let value = match item.page.leaf(at) {
            Leaf::Value(value) => value.len(),
            Leaf::Bucket(record) => record.len(),
        };
        state.spend(VISIT_COST + (item.key().len() + value) as u64)?;
        Ok(item)
    }

    /// The key as stored.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        self.page.key(self.at)
    }

    /// The value; `None` for a bucket.
    #[must_use]
    pub fn value(&self) -> Option<&[u8]> {
        match self.page.leaf(self.at) {
            Leaf::Value(value) => Some(value),
            Leaf::Bucket(_) => None,
        }
    }

    /// The bucket; `None` for a value.
    ///
    /// # Errors
    /// If the bucket record is damaged.
    pub fn bucket(&self) -> Result<Option<Bucket<'d>>, Error> {
        let Leaf::Bucket(record) = self.page.leaf(self.at) else { return Ok(None) };
        let Range { start, end } = record;
        if record.len() < RECORD {
            return Err(self.page.broken(HEADER, "the record of a bucket is cut short"));
        }
        let top = match u64_at(self.page.at(start..end), 0) {
            0 => Top::Inline(self.page.inline(start + RECORD..end)?),
            page => Top::Page(page),
        };
        Ok(Some(Bucket { state: self.state, top }))
    }
}

/// Iterator over the items of a bucket in key order.
#[derive(Debug)]
pub struct Items<'d> {
    state: &'d State,
    start: Option<Top>,
    /// Pages from the root down, each with the index of its next element.
    path: Vec<(Page, usize)>,
    /// Page numbers already entered. A page belongs to one parent, so a second visit means a cycle.
    seen: HashSet<u64>,
}

impl<'d> Items<'d> {
    fn step(&mut self) -> Result<Option<Item<'d>>, Error> {
        if let Some(top) = self.start.take() {
            self.path.push((top.page(self.state)?, 0));
            self.seen.extend(match top {
                Top::Page(id) => Some(id),
                Top::Inline(_) => None,
            });
        }
        while let Some((page, next)) = self.path.last_mut() {
            if *next == page.count() {
                self.path.pop();
                continue;
            }
            let at = *next;
            *next += 1;
            if page.is_leaf() {
                return Item::new(self.state, page.clone(), at).map(Some);
            }
            let child = page.child(at);
            if self.path.len() == DEEPEST || !self.seen.insert(child) {
                let page = &self.path[self.path.len() - 1].0;
                return Err(page.broken(HEADER, &format!("leads to page {child} in a circle")));
            }
            self.path.push((self.state.page(child)?, 0));
        }
        Ok(None)
    }
}

impl<'d> Iterator for Items<'d> {
    type Item = Result<Item<'d>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step();
        if step.is_err() {
            self.path.clear();
        }
        step.transpose()
    }
}
