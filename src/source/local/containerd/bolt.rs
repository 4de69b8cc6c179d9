//! A read-only reader of bbolt databases, in which containerd keeps what it knows. Format: storage-layouts, 4.1.
//!
//! It takes no lock: whoever writes the database goes on, and its lock would not be had anyway. bbolt writes pages of
//! a new state only over pages that the newest committed state no longer uses, so a state may be read as long as it is
//! the newest one. [`Db::view`] reads one state and, where it was overtaken meanwhile, reads the next one.
//!
//! Every page is foreign: what it claims is checked before it is used, reading is bounded, and what is wrong is said
//! with its page and its place in the file. What keys and values mean is not known here.

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

/// States that are tried before the writer is taken to be too quick for us.
const ATTEMPTS: u32 = 40;

/// How long a writer is left alone after it overtook us. A commit waits for the disk, some milliseconds.
const RETRY_DELAY: Duration = Duration::from_millis(5);

/// A file up to this size is read as a whole, which takes less time than a commit does.
const WHOLE_FILE_MAX: u64 = 16 << 20;

/// Bytes of pages and values that following a damaged file's pages may cost beyond what a sound one costs.
const BUDGET_BASE: u64 = 64 << 20;

/// How many times over the file may be read in one view.
const BUDGET_FACTOR: u64 = 64;

/// A page with its overflow pages is as large as its largest value, and nobody keeps values of this size.
const PAGE_MAX: u64 = 64 << 20;

/// What looking at a page or an element costs in addition to the bytes that are read for it.
const VISIT_COST: u64 = 16;

/// Bytes of pages that are kept.
const CACHE_MAX: u64 = 32 << 20;

/// A database that is not being opened for writing.
#[derive(Clone, Debug)]
pub struct Db {
    bytes: Blob,
}

impl Db {
    /// Opens a file, which may be in use.
    ///
    /// # Errors
    /// Where it cannot be opened, or is not a regular file.
    pub fn open(path: &Path) -> Result<Self, Error> {
        // It may grow while it is read.
        Ok(Self { bytes: Blob::region(Arc::new(given::open(path)?), 0, i64::MAX as u64) })
    }

    /// A database in memory.
    #[must_use]
    pub fn memory(bytes: &[u8]) -> Self {
        Self { bytes: Blob::memory(bytes) }
    }

    /// Lets `look` read one state of the database, from its top bucket down. Where a writer overtakes it, `look` is
    /// called again with a newer state, and what it made of the older one is dropped.
    ///
    /// # Errors
    /// What `look` says, or: no valid meta page, or a writer that is always quicker.
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

    /// Whether nobody has committed since. Only then are the state's pages certainly untouched: those it no longer
    /// shares with the next state are written to by the one after that, before it is committed.
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
    /// Bytes that may still be read.
    budget: Cell<u64>,
    cache: RefCell<PageCache>,
}

/// Pages that were read and checked: whoever looks up many keys comes by the same few again and again.
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

    /// Pages may be led to again and again; this is what ends it.
    fn spend(&self, bytes: u64) -> Result<(), Error> {
        let budget = self.budget.get().checked_sub(bytes).ok_or(Error::TooMuch)?;
        self.budget.set(budget);
        Ok(())
    }

    /// The page of that number with its overflow pages.
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

    /// Reads and checks a page; and how many bytes it has.
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
            return Err(broken(format!("it calls itself page {}", header.id)));
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
