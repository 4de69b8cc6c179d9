//! A layer's blob in a registry: fetched when it is read, checked against its digest while it arrives, then cached.
//!
//! After a broken connection the fetch continues with a range request or, without ranges, skips the bytes that it has.
//! More bytes than stated end it.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::{io, thread};

use tempfile::NamedTempFile;

use crate::image::digest::{Digest, Hasher};
use crate::layer::blob::Blob;
use crate::layer::blob::growing_file::{GrowingFile, Reason};
use crate::layer::blob::remote::RemoteBlob;
use crate::source::registry::blob_cache::BlobCache;
use crate::source::registry::failure::{Failure, FailureKind};
use crate::source::registry::part::Span;
use crate::source::registry::repository::{Item, Repository};
use crate::source::registry::soci::Soci;
use crate::source::registry::wire::Answer;
use crate::source::registry::{part, repository, soci};
use crate::sync;

const CHUNK: usize = 128 << 10;

/// The most consecutive attempts that bring few bytes.
const ATTEMPTS: u32 = 4;

/// The largest zTOC; that of a layer of 20 GB has about 200 MB.
const TABLE_MAX: u64 = 256 << 20;

/// The number of bytes after which an attempt counts as progress.
const PROGRESS_MIN: u64 = 1 << 20;

/// A blob.
#[derive(Clone, Debug)]
pub(super) struct Remote(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    repository: Arc<Repository>,
    digest: Digest,
    size: u64,
    blob_cache: Option<Arc<BlobCache>>,
    /// Finds the zTOC of the layer, if the layer is large enough for one.
    soci: Option<Arc<Soci>>,
    /// The zTOC after its first use.
    table: Mutex<Option<Remote>>,
    state: Mutex<State>,
    stop: Arc<AtomicBool>,
    /// Whether the registry answered a range request with the whole.
    only_whole: AtomicBool,
}

#[derive(Debug)]
enum State {
    /// Not requested.
    Absent,
    /// Being fetched, or broken.
    Fetching(Arc<GrowingFile>),
    /// Complete. Verified when it arrived; a cached file may have been damaged since.
    Present(Blob),
}

impl Remote {
    pub(super) fn new(
        repository: Arc<Repository>,
        digest: Digest,
        size: u64,
        blob_cache: Option<Arc<BlobCache>>,
    ) -> Self {
        let (state, stop) = (Mutex::new(State::Absent), Arc::default());
        let (only_whole, soci, table) = (AtomicBool::new(false), None, Mutex::default());
        Self(Arc::new(Inner {
            repository,
            digest,
            size,
            blob_cache,
            soci,
            table,
            state,
            stop,
            only_whole,
        }))
    }

    /// A blob of an image with SOCI indexes, before it is read.
    pub(super) fn known_to(mut self, soci: Option<&Arc<Soci>>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.soci = soci.filter(|_| inner.size >= soci::WORTH).cloned();
        }
        self
    }

    /// The bytes received so far; starts the fetch if necessary.
    fn come(&self, state: &mut State, again: bool) -> io::Result<Arrival> {
        if let State::Absent = state
            && let Some(blob) = self.0.shelved()
        {
            *state = State::Present(blob);
        }
        match state {
            State::Present(blob) => return Ok(Arrival::Present(blob.clone())),
            State::Fetching(growing) if !again || !matches!(growing.ended(), Some(Err(_))) => {
                return Ok(Arrival::Fetching(Arc::clone(growing)));
            }
            State::Fetching(_) | State::Absent => {}
        }
        let (file, kept) = self.0.file()?;
        let growing = Arc::new(GrowingFile::new(file));
        *state = State::Fetching(Arc::clone(&growing));
        self.0.stop.store(false, Ordering::Relaxed);
        let (inner, into) = (Arc::clone(&self.0), Arc::clone(&growing));
        thread::Builder::new().name("fetch".to_owned()).spawn(move || inner.fetch(&into, kept))?;
        Ok(Arrival::Fetching(growing))
    }
}

enum Arrival {
    Fetching(Arc<GrowingFile>),
    Present(Blob),
}

impl RemoteBlob for Remote {
    fn digest(&self) -> &str {
        self.0.digest.as_str()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let arrival = self.come(&mut self.0.state(), false)?;
        match arrival {
            Arrival::Fetching(growing) => growing.read_at(buffer, offset),
            Arrival::Present(blob) => blob.read_at(buffer, offset),
        }
    }

    fn fetch_verified(&self, retry: bool) -> io::Result<Blob> {
        let arrival = self.come(&mut self.0.state(), retry)?;
        match arrival {
            Arrival::Present(blob) => Ok(blob),
            Arrival::Fetching(growing) => {
                growing.wait()?;
                Ok(growing.blob())
            }
        }
    }

    fn local(&self) -> Option<Blob> {
        let mut state = self.0.state();
        match &*state {
            State::Present(blob) => return Some(blob.clone()),
            State::Fetching(_) => return None,
            State::Absent => {}
        }
        let blob = self.0.shelved()?;
        *state = State::Present(blob.clone());
        Some(blob)
    }

    fn discard(&self) {
        let mut state = self.0.state();
        if let Some(blob_cache) = &self.0.blob_cache {
            blob_cache.remove(&self.0.digest);
        }
        *state = State::Absent;
    }

    fn cancel(&self) {
        self.0.stop.store(true, Ordering::Relaxed);
        if let Some(table) = &*self.0.table() {
            table.0.stop.store(true, Ordering::Relaxed);
        }
        self.0.repository.cut();
    }

    fn fetch_range(&self, offset: u64, len: u64) -> io::Result<Vec<u8>> {
        if let Some(blob) = self.local() {
            return blob.slice(offset, len).read_all(len);
        }
        self.0.stop.store(false, Ordering::Relaxed);
        self.0.part(offset, len)
    }

    fn ztoc(&self) -> io::Result<Option<Vec<u8>>> {
        let inner = &self.0;
        let Some(soci) = &inner.soci else { return Ok(None) };
        inner.stop.store(false, Ordering::Relaxed);
        let found = soci
            .of(&inner.digest, &inner.stop)
            .map_err(|failure| failure.reason(&inner.repository.name()))?;
        let Some((digest, size)) = found else { return Ok(None) };
        if size > TABLE_MAX {
            let message = format!("its {size} bytes are too many");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let repository = Arc::clone(&inner.repository);
        let table = Self::new(repository, digest.clone(), size, inner.blob_cache.clone());
        *inner.table() = Some(table.clone());
        if inner.stop.load(Ordering::Relaxed) {
            return Err(Reason::from(Failure::stopped()).into());
        }
        let bytes = table.fetch_verified(true)?.read_all(size)?;
        if digest.verify(&bytes) == Some(true) {
            return Ok(Some(bytes));
        }
        // The cached blob is damaged.
        table.discard();
        table.fetch_verified(true)?.read_all(size).map(Some)
    }

    fn cached(&self, digest: &Digest) -> Option<Blob> {
        self.0.blob_cache.as_ref()?.any(digest)
    }

    fn cache(&self, digest: &Digest, bytes: &[u8]) {
        if let Some(blob_cache) =
            self.0.blob_cache.as_ref().filter(|blob_cache| blob_cache.any(digest).is_none())
        {
            blob_cache.put(digest, bytes);
        }
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        sync::lock(&self.state)
    }

    fn table(&self) -> MutexGuard<'_, Option<Remote>> {
        sync::lock(&self.table)
    }

    fn shelved(&self) -> Option<Blob> {
        self.blob_cache.as_ref()?.find(&self.digest, self.size)
    }

    /// The file for the bytes: in the cache if there is one, else without a name.
    fn file(&self) -> io::Result<(std::fs::File, Option<NamedTempFile>)> {
        let kept = self
            .blob_cache
            .as_ref()
            .and_then(|blob_cache| blob_cache.begin(&self.digest, self.size));
        match kept {
            Some(kept) => Ok((kept.reopen()?, Some(kept))),
            None => Ok((tempfile::tempfile()?, None)),
        }
    }

    /// After the registry sent the whole for a range, ranges are not requested again.
    fn part(&self, offset: u64, len: u64) -> io::Result<Vec<u8>> {
        if self.only_whole.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let name = format!("blobs/{}", self.digest);
        part::fetch(&self.repository, &name, (offset, len), &self.stop).map_err(|failure| {
            self.only_whole
                .store(failure.kind == FailureKind::RangesUnsupported, Ordering::Relaxed);
            failure.reason(&self.repository.name()).into()
        })
    }

    fn fetch(&self, into: &Arc<GrowingFile>, kept: Option<NamedTempFile>) {
        let how = self.receive(into);
        if how.is_ok() {
            if let (Some(blob_cache), Some(kept)) = (&self.blob_cache, kept) {
                blob_cache.keep(kept, &self.digest);
            }
            *self.state() = State::Present(into.blob());
        }
        into.end(how.map_err(|failure| failure.reason(&self.repository.name())));
    }

    /// Fetches the blob over as many connections as necessary.
    fn receive(&self, into: &GrowingFile) -> Result<(), Failure> {
        let mut hasher = Hasher::new(self.digest.algorithm()).ok_or_else(|| {
            let what = format!("the digest {} cannot be verified", self.digest);
            Failure::new(FailureKind::Refused, what, "only sha256 and sha512 are known")
        })?;
        let (mut attempt, mut before) = (1, 0);
        while into.ready() < self.size {
            let at = into.ready();
            let name = format!("blobs/{}", self.digest);
            let range = (at > 0).then_some((at, None));
            let item = Item { name: &name, accept: "*/*", range, head: false };
            let answer = self.repository.get(item, &self.stop)?;
            let broke = match self.take(answer, into, &mut hasher)? {
                _ if into.ready() == self.size => break,
                broke => broke.unwrap_or_else(|| "the connection was closed".to_owned()),
            };
            let ready = into.ready();
            attempt = if ready - before >= PROGRESS_MIN { 1 } else { attempt + 1 };
            before = ready;
            if attempt > ATTEMPTS {
                let (host, size) = (self.repository.host(), self.size);
                let what = format!("{ready} of {size} bytes were received from {host}: {broke}");
                return Err(Failure::new(FailureKind::Network, what, "try again"));
            }
            repository::sleep(self.repository.pause(attempt - 1), &self.stop)?;
        }
        let found = hasher.finish();
        if found == self.digest {
            return Ok(());
        }
        let what = format!(
            "{} sent bytes that do not match {}: their digest is {found}",
            self.repository.host(),
            self.digest
        );
        Err(Failure::new(FailureKind::Mismatch, what, "they are discarded"))
    }

    /// Appends the bytes of one response; returns the error that ended it.
    fn take(
        &self,
        answer: Answer,
        into: &GrowingFile,
        hasher: &mut Hasher,
    ) -> Result<Option<String>, Failure> {
        let at = into.ready();
        let mut pass = match answer.status {
            206 if Span::of(&answer).is_some_and(|span| span.is_rest(at, self.size)) => 0,
            206 => return Ok(Some("the range received is not the one requested".to_owned())),
            _ => at,
        };
        let mut body = answer.body.into_with_config().limit(u64::MAX).reader();
        let mut chunk = vec![0; CHUNK];
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Failure::stopped());
            }
            let count = match body.read(&mut chunk) {
                Ok(0) => return Ok(None),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) if self.stop.load(Ordering::Relaxed) => return Err(Failure::stopped()),
                Err(error) => return Ok(Some(error.to_string())),
            };
            let passed = pass.min(count as u64);
            pass -= passed;
            let new = &chunk[passed as usize..count];
            if into.ready() + new.len() as u64 > self.size {
                let (host, size) = (self.repository.host(), self.size);
                let what = format!("{host} sent more than the {size} bytes of {}", self.digest);
                return Err(Failure::new(FailureKind::Mismatch, what, "they are discarded"));
            }
            hasher.update(new);
            into.push(new).map_err(|error| {
                let what = format!("no space for the download: {error}");
                let remedy = "free space in the cache directory, or see `layertui cache`";
                Failure::new(FailureKind::NoSpace, what, remedy)
            })?;
        }
    }
}
