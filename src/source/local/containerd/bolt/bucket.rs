//! Buckets: sorted keys, each with a value or with a bucket below it.

use std::collections::HashSet;
use std::ops::Range;

use crate::source::local::containerd::bolt::page::{HEADER, Leaf, Page, u64_at};
use crate::source::local::containerd::bolt::{Error, State, VISIT_COST};

/// Branch pages above a leaf. With the fewest branches a page can have, this is more than a file can hold.
const DEEPEST: usize = 64;

/// Bytes of a bucket's record: the number of its top page, and a sequence.
const RECORD: usize = 16;

/// A bucket of one state of a database.
#[derive(Clone, Debug)]
pub struct Bucket<'d> {
    state: &'d State,
    top: Top,
}

/// Where a bucket's keys are.
#[derive(Clone, Debug)]
enum Top {
    /// Below a page of its own.
    Page(u64),
    /// In a page inside the bucket's record, as small buckets are.
    Inline(Page),
}

impl<'d> Bucket<'d> {
    pub(super) const fn at(state: &'d State, page: u64) -> Self {
        Self { state, top: Top::Page(page) }
    }

    /// The value of that key; `None` where there is none, or a bucket.
    ///
    /// # Errors
    /// Where a page on the way is damaged.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let item = self.find(key)?;
        Ok(item.and_then(|item| item.value().map(<[u8]>::to_vec)))
    }

    /// The bucket of that key; `None` where there is none, or a value.
    ///
    /// # Errors
    /// Where a page on the way, or the bucket's record, is damaged.
    pub fn bucket(&self, key: &[u8]) -> Result<Option<Self>, Error> {
        self.find(key)?.map_or(Ok(None), |item| item.bucket())
    }

    /// What the bucket holds, in the order of its keys. After an error nothing follows.
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
            // A branch's key is the first one below it.
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

/// A key and what it has.
#[derive(Clone, Debug)]
pub struct Item<'d> {
    state: &'d State,
    page: Page,
    at: usize,
}

impl<'d> Item<'d> {
    /// Costs what looking at it may cost.
    fn new(state: &'d State, page: Page, at: usize) -> Result<Self, Error> {
        let item = Self { state, page, at };
        let value = match item.page.leaf(at) {
            Leaf::Value(value) => value.len(),
            Leaf::Bucket(record) => record.len(),
        };
        state.spend(VISIT_COST + (item.key().len() + value) as u64)?;
        Ok(item)
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        self.page.key(self.at)
    }

    /// The value, where it is no bucket.
    #[must_use]
    pub fn value(&self) -> Option<&[u8]> {
        match self.page.leaf(self.at) {
            Leaf::Value(value) => Some(value),
            Leaf::Bucket(_) => None,
        }
    }

    /// The bucket, where it is one.
    ///
    /// # Errors
    /// Where the bucket's record is damaged.
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

/// What a bucket holds, in order.
#[derive(Debug)]
pub struct Items<'d> {
    state: &'d State,
    start: Option<Top>,
    /// Pages from the top down, each with its next element.
    path: Vec<(Page, usize)>,
    /// Pages that were entered: each belongs to one place of one bucket.
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
