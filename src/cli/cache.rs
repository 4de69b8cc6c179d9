//! `layertui cache`, and which cache the other commands use.

use std::io;
use std::io::Write as _;
use std::sync::Arc;

use serde_json::json;

use crate::cli::args;
use crate::cli::args::CacheCommand;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::{notice, output};
use crate::load::cache;
use crate::load::cache::{Cache, Pruned, Rules};
use crate::report::{Lines, json_line};
use crate::source::{BlobCache, CacheUsage};
use crate::text;

/// The cache of this user, or the reason why it cannot be used.
fn layer_cache() -> Result<Cache, String> {
    let directory = cache::directory()?;
    cache::check(&directory)?;
    Ok(Cache::new(directory, Rules::default()))
}

/// The cache of blobs from registries.
fn blob_cache() -> Result<BlobCache, String> {
    let directory = cache::directory()?.join("blobs");
    cache::check(&directory)?;
    Ok(BlobCache::new(directory, BlobCache::LIMIT))
}

/// The caches of listings and blobs. Prints a notice if another user may write to their directory.
pub(super) fn usable() -> (Option<Arc<Cache>>, Option<Arc<BlobCache>>) {
    let Ok(directory) = cache::directory() else { return (None, None) };
    let parts = [directory.clone(), directory.join("blobs")];
    if let Some(why) = parts.iter().find_map(|part| cache::check(part).err()) {
        notice(&format!("the cache is not used: {why}"));
        return (None, None);
    }
    (layer_cache().ok().map(Arc::new), blob_cache().ok().map(Arc::new))
}

pub(super) fn run(command: &args::Cache) -> Outcome {
    let cache = layer_cache();
    match command.command.unwrap_or(CacheCommand::Info) {
        CacheCommand::Info => info(cache, command.json),
        CacheCommand::Clear => {
            removed(&there(cache)?, command.json, Cache::clear, BlobCache::clear)
        }
        CacheCommand::Prune => {
            removed(&there(cache)?, command.json, Cache::prune, BlobCache::prune)
        }
    }
}

fn there(cache: Result<Cache, String>) -> Result<Cache, Failure> {
    cache.map_err(|why| Failure::Error(format!("there is no cache: {why}")))
}

/// Prints the reason if the cache cannot be used.
fn info(cache: Result<Cache, String>, as_json: bool) -> Outcome {
    let (survey, problem) = match cache {
        Ok(cache) => {
            let survey = cache.survey().map_err(|error| failed(&cache, &error))?;
            (Some(survey), cache.problem())
        }
        Err(why) => (None, Some(why)),
    };
    let blobs = blob_cache()
        .ok()
        .and_then(|blob_cache| Some((blob_cache.usage().ok()?, blob_cache.limit())));
    output(|out| {
        if as_json {
            let directory = survey.as_ref().map(|it| it.directory.to_string_lossy());
            return json_line(
                out,
                &json!({
                    "schema": "layertui/1",
                    "directory": directory,
                    "layers": survey.as_ref().map(|it| it.layers),
                    "files": survey.as_ref().map(|it| it.files),
                    "unfinished": survey.as_ref().map(|it| it.unfinished),
                    "bytes": survey.as_ref().map(|it| it.bytes),
                    "limit": survey.as_ref().map(|it| it.limit),
                    "blobs": blobs.map(|(usage, _)| usage.blobs),
                    "blobBytes": blobs.map(|(usage, _)| usage.bytes),
                    "blobLimit": blobs.map(|(_, limit)| limit),
                    "problem": problem,
                }),
            );
        }
        let out = &mut Lines::new(out);
        if let Some(survey) = &survey {
            let directory = survey.directory.to_string_lossy();
            writeln!(out, "directory   {}", text::visible(&directory))?;
            writeln!(out, "layers      {}", survey.layers)?;
            writeln!(out, "files       {}", survey.files)?;
            writeln!(out, "unfinished  {}", survey.unfinished)?;
            let (bytes, limit) = (survey.bytes, survey.limit);
            let (bytes, limit) = (text::size::short(bytes), text::size::short(limit));
            writeln!(out, "size        {bytes} of {limit}")?;
        }
        if let Some((usage, limit)) = blobs {
            let (bytes, limit) = (text::size::short(usage.bytes), text::size::short(limit));
            writeln!(out, "blobs       {} from registries, {bytes} of {limit}", usage.blobs)?;
        }
        match &problem {
            Some(problem) => writeln!(out, "nothing is cached: {}", text::visible(problem)),
            None => Ok(()),
        }
    })
}

fn removed(
    cache: &Cache,
    as_json: bool,
    remove: impl FnOnce(&Cache) -> io::Result<Pruned>,
    remove_blobs: impl FnOnce(&BlobCache) -> io::Result<CacheUsage>,
) -> Outcome {
    let Pruned { files, bytes } = remove(cache).map_err(|error| failed(cache, &error))?;
    let removed_blobs = blob_cache()
        .map_or_else(|_| Ok(CacheUsage::default()), |blob_cache| remove_blobs(&blob_cache));
    let removed_blobs = removed_blobs.map_err(|error| failed(cache, &error))?;
    let (files, bytes) = (files + removed_blobs.blobs, bytes + removed_blobs.bytes);
    output(|out| {
        if as_json {
            let removed =
                json!({"schema": "layertui/1", "removedFiles": files, "removedBytes": bytes});
            return json_line(out, &removed);
        }
        let s = if files == 1 { "" } else { "s" };
        writeln!(out, "{files} file{s} removed, {}", text::size::short(bytes))
    })
}

fn failed(cache: &Cache, error: &io::Error) -> Failure {
    let directory = cache.directory().display();
    Failure::Error(format!(
        "the cache in {directory}: {error}; it can be deleted at any time, nothing else is in it"
    ))
}
