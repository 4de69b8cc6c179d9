//! `layertui cache`, and which caches the other commands use.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::cli::args;
use crate::cli::args::CacheCommand;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::{notice, output};
use crate::load::cache;
use crate::load::cache::{Cache, Pruned, Rules};
use crate::report;
use crate::report::{CacheContents, Format};
use crate::source::{BlobCache, CacheUsage};

/// The caches of listings and of blobs from registries in the directory, or why neither is used: another user may write to one
/// of them.
fn caches(directory: &Path) -> Result<(Cache, BlobCache), String> {
    let blobs = directory.join("blobs");
    cache::check(directory)?;
    cache::check(&blobs)?;
    Ok((
        Cache::new(directory.to_owned(), Rules::default()),
        BlobCache::new(blobs, BlobCache::LIMIT),
    ))
}

/// The caches of this user. Prints a notice if another user may write to their directory.
pub(super) fn usable() -> (Option<Arc<Cache>>, Option<Arc<BlobCache>>) {
    let Ok(directory) = cache::directory() else { return (None, None) };
    match caches(&directory) {
        Ok((listings, blobs)) => (Some(Arc::new(listings)), Some(Arc::new(blobs))),
        Err(why) => {
            notice(&format!("the cache is not used: {why}"));
            (None, None)
        }
    }
}

pub(super) fn run(command: &args::Cache) -> Outcome {
    let caches = cache::directory().and_then(|directory| caches(&directory));
    let format = if command.json { Format::Json } else { Format::Text };
    match command.command.unwrap_or(CacheCommand::Info) {
        CacheCommand::Info => {
            let contents = match caches {
                Ok((listings, blobs)) => CacheContents {
                    problem: listings.problem(),
                    blobs: Some((blobs.usage().map_err(failed(&listings))?, blobs.limit())),
                    listings: Some(listings.survey().map_err(failed(&listings))?),
                },
                Err(why) => CacheContents { problem: Some(why), ..CacheContents::default() },
            };
            output(|out| report::cache(out, &contents, format))
        }
        CacheCommand::Clear => removed(caches, format, Cache::clear, BlobCache::clear),
        CacheCommand::Prune => removed(caches, format, Cache::prune, BlobCache::prune),
    }
}

fn removed(
    caches: Result<(Cache, BlobCache), String>,
    format: Format,
    remove: impl FnOnce(&Cache) -> io::Result<Pruned>,
    remove_blobs: impl FnOnce(&BlobCache) -> io::Result<CacheUsage>,
) -> Outcome {
    let (listings, blobs) = caches.map_err(|why| {
        Failure::Error(format!("nothing was removed, the cache is not used: {why}"))
    })?;
    let removed = remove(&listings).map_err(failed(&listings))?;
    let of_blobs = remove_blobs(&blobs).map_err(failed(&listings))?;
    let removed =
        Pruned { files: removed.files + of_blobs.blobs, bytes: removed.bytes + of_blobs.bytes };
    output(|out| report::removed(out, removed, format))
}

fn failed(listings: &Cache) -> impl FnOnce(io::Error) -> Failure + '_ {
    let directory = listings.directory().display();
    move |error| {
        Failure::Error(format!(
            "the cache in {directory}: {error}; it can be deleted at any time, nothing else is in it"
        ))
    }
}
