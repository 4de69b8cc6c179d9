//! A read-only reader of bbolt databases, in which containerd stores its metadata. Format: go.etcd.io/bbolt,
//! `internal/common/{meta,page,bucket}.go`.
//!
//! No lock is taken, because a running containerd holds an exclusive one. A bbolt transaction writes only to pages
//! that the newest committed state does not use, so a state is intact as long as it is the newest. [`Db::view`] reads
//! one state and retries if another one was committed meanwhile.
//!
//! Pages are untrusted: their fields are validated before use, reading is bounded, and errors name the page and the
//! offset in the file. Keys and values are opaque here.

mod bucket;
mod error;
mod meta;
mod page;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::layer::blob::Blob;
use crate::source::disk::given;
pub use crate::source::local::containerd::bolt::bucket::{Bucket, Item, Items};
pub use crate::source::local::containerd::bolt::error::Error;
use crate::source::local::containerd::bolt::meta::Meta;
use crate::source::local::containerd::bolt::page::Page;

/// Number of states to try before giving up with [`Error::Busy`].
const ATTEMPTS: u32 = 40;

/// Delay before a retry. A commit takes some milliseconds, because it waits for the disk.
const RETRY_DELAY: Duration = Duration::from_millis(5);

/// Files up to this size in bytes are read as a whole, which takes less time than a commit.
const WHOLE_FILE_MAX: u64 = 16 << 20;

/// Constant part of the read budget, in bytes of pages and values.
const BUDGET_BASE: u64 = 64 << 20;

/// Part of the read budget proportional to the file: how many times its size may be read in one view.
const BUDGET_FACTOR: u64 = 64;

/// Maximum length of a page with its overflow pages, in bytes, and so of a value. containerd stores no large values.
const PAGE_MAX: u64 = 64 << 20;

/// Budget charged for each visit of a page or an element, in addition to its bytes.
const VISIT_COST: u64 = 16;

/// Maximum size of the page cache in bytes.
const CACHE_MAX: u64 = 32 << 20;

/// A database, opened read-only.
#[derive(Clone, Debug)]
pub struct Db {
    bytes: Blob,
}

impl Db {
    /// Opens a file, which another process may be writing to.
    ///
    /// # Errors
    /// If it cannot be opened or is not a regular file.
    pub fn open(path: &Path) -> Result<Self, Error> {
        // The file may grow while it is read.
        Ok(Self::new(Blob::region(Arc::new(given::open(path)?), 0, i64::MAX as u64)))
    }

    /// A database in these bytes.
    #[must_use]
    pub const fn new(bytes: Blob) -> Self {
        Self { bytes }
    }

    /// Calls `read` with the root bucket of the newest state. If another state is committed meanwhile, the result is
    /// dropped and `read` is called again with the newer state.
    ///
    /// # Errors
    /// Errors of `read`, no valid meta page, or [`Error::Busy`].
    pub fn view<T>(&self, read: impl Fn(&Bucket<'_>) -> Result<T, Error>) -> Result<T, Error> {
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                thread::sleep(RETRY_DELAY);
            }
            let meta = Meta::newest(&self.bytes)?;
            let len = self.bytes.present()?;
            if len <= WHOLE_FILE_MAX {
                let state = Blob::memory(self.bytes.slice(0, len).read_all(WHOLE_FILE_MAX)?);
                if self.is_newest(&meta)? {
                    return read(&State::new(state, len, meta).top());
                }
            } else {
                let seen = read(&State::new(self.bytes.clone(), len, meta.clone()).top());
                if self.is_newest(&meta)? {
                    return seen;
                }
            }
        }
        Err(Error::Busy { attempts: ATTEMPTS })
    }

    /// Whether no newer state was committed. Only then are the pages of this state certainly intact: pages that the
    /// next state does not share are overwritten by the transaction after it, before that commits.
    fn is_newest(&self, meta: &Meta) -> Result<bool, Error> {
        Ok(Meta::newest(&self.bytes)?.transaction == meta.transaction)
    }
}

/// One committed state of a database.
#[derive(Debug)]
struct State {
    bytes: Blob,
    len: u64,
    meta: Meta,
    /// Remaining read budget in bytes.
    budget: Cell<u64>,
    cache: RefCell<PageCache>,
}

/// Cache of validated pages: lookups of many keys pass the same few branch pages.
#[derive(Debug, Default)]
struct PageCache {
    pages: HashMap<u64, Page>,
    bytes: u64,
}

impl State {
    fn new(bytes: Blob, len: u64, meta: Meta) -> Self {
        let budget = Cell::new(BUDGET_BASE.saturating_add(len.saturating_mul(BUDGET_FACTOR)));
        Self { bytes, len, meta, budget, cache: RefCell::default() }
    }

    const fn top(&self) -> Bucket<'_> {
        Bucket::at(self, self.meta.root)
    }

    /// Charges the budget, which ends reading where pages refer to each other repeatedly.
    fn spend(&self, bytes: u64) -> Result<(), Error> {
        let budget = self.budget.get().checked_sub(bytes).ok_or(Error::TooMuch)?;
        self.budget.set(budget);
        Ok(())
    }

    /// A page with its overflow pages, from the cache or the file.
    fn page(&self, id: u64) -> Result<Page, Error> {
        self.spend(VISIT_COST)?;
        if let Some(page) = self.cache.borrow().pages.get(&id) {
            return Ok(page.clone());
        }
        let (page, length) = self.read(id)?;
        let mut cache = self.cache.borrow_mut();
        if cache.bytes + length > CACHE_MAX {
            *cache = PageCache::default();
        }
        cache.bytes += length;
        cache.pages.insert(id, page.clone());
        Ok(page)
    }

    /// Reads and validates a page; returns it and its length in bytes.
    fn read(&self, id: u64) -> Result<(Page, u64), Error> {
        let size = self.meta.page_size;
        let offset = id.checked_mul(size).filter(|_| id < self.meta.pages).ok_or_else(|| {
            let pages = self.meta.pages;
            Error::page(id, id.saturating_mul(size), format!("the database has {pages} pages"))
        })?;
        let broken = |what: String| Error::page(id, offset, what);
        let mut header = [0; page::HEADER];
        if self.bytes.fill_at(&mut header, offset)? < header.len() {
            return Err(broken(format!("the file ends before it, after {} bytes", self.len)));
        }
        let header = page::Header::read(&header);
        if header.id != id {
            return Err(broken(format!("its header has the page number {}", header.id)));
        }
        let length = (u64::from(header.overflow) + 1).saturating_mul(size);
        if length > self.len - offset.min(self.len) {
            return Err(broken(format!(
                "its {length} bytes reach past the end of the file, which has {}",
                self.len
            )));
        }
        if length > PAGE_MAX {
            return Err(broken(format!("it claims {length} bytes, more than a page may have")));
        }
        self.spend(length)?;
        let mut bytes = vec![0; length as usize];
        if self.bytes.fill_at(&mut bytes, offset)? < bytes.len() {
            return Err(broken("the file ends inside it".to_owned()));
        }
        Ok((Page::new(id, offset, bytes)?, length))
    }
}
