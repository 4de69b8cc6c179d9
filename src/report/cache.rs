//! The caches of listings and of blobs: what they hold, and what was removed from them.

use std::borrow::Cow;
use std::io;
use std::io::Write;

use serde::Serialize;

use crate::load::cache::{Pruned, Survey};
use crate::report::{Format, Lines, SCHEMA, json_line};
use crate::source::CacheUsage;
use crate::text;

/// What the caches hold. What is not known is `None`.
#[derive(Clone, Debug, Default)]
pub struct CacheContents {
    /// The listings.
    pub listings: Option<Survey>,
    /// The blobs from registries, and their limit in bytes.
    pub blobs: Option<(CacheUsage, u64)>,
    /// Why nothing is cached. Foreign text.
    pub problem: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    schema: &'static str,
    directory: Option<Cow<'a, str>>,
    layers: Option<u64>,
    files: Option<u64>,
    unfinished: Option<u64>,
    bytes: Option<u64>,
    limit: Option<u64>,
    blobs: Option<u64>,
    blob_bytes: Option<u64>,
    blob_limit: Option<u64>,
    problem: Option<&'a str>,
}

#[derive(Serialize)]
struct Removed {
    schema: &'static str,
    #[serde(rename = "removedFiles")]
    files: u64,
    #[serde(rename = "removedBytes")]
    bytes: u64,
}

/// Writes what the caches hold.
///
/// # Errors
/// Errors of writing to `out`.
pub fn cache(out: &mut dyn Write, contents: &CacheContents, format: Format) -> io::Result<()> {
    let CacheContents { listings, blobs, problem } = contents;
    if format == Format::Json {
        let listings = listings.as_ref();
        return json_line(
            out,
            &Document {
                schema: SCHEMA,
                directory: listings.map(|it| it.directory.to_string_lossy()),
                layers: listings.map(|it| it.layers),
                files: listings.map(|it| it.files),
                unfinished: listings.map(|it| it.unfinished),
                bytes: listings.map(|it| it.bytes),
                limit: listings.map(|it| it.limit),
                blobs: blobs.map(|(usage, _)| usage.blobs),
                blob_bytes: blobs.map(|(usage, _)| usage.bytes),
                blob_limit: blobs.map(|(_, limit)| limit),
                problem: problem.as_deref(),
            },
        );
    }
    let out = &mut Lines::new(out);
    if let Some(survey) = listings {
        let directory = survey.directory.to_string_lossy();
        writeln!(out, "directory   {}", text::visible(&directory))?;
        writeln!(out, "layers      {}", survey.layers)?;
        writeln!(out, "files       {}", survey.files)?;
        writeln!(out, "unfinished  {}", survey.unfinished)?;
        let (bytes, limit) = (text::size::short(survey.bytes), text::size::short(survey.limit));
        writeln!(out, "size        {bytes} of {limit}")?;
    }
    if let Some((usage, limit)) = blobs {
        let (bytes, limit) = (text::size::short(usage.bytes), text::size::short(*limit));
        writeln!(out, "blobs       {} from registries, {bytes} of {limit}", usage.blobs)?;
    }
    match problem {
        Some(problem) => writeln!(out, "nothing is cached: {}", text::visible(problem)),
        None => Ok(()),
    }
}

/// Writes what was removed from both caches.
///
/// # Errors
/// Errors of writing to `out`.
pub fn removed(out: &mut dyn Write, removed: Pruned, format: Format) -> io::Result<()> {
    let Pruned { files, bytes } = removed;
    match format {
        Format::Json => {
            let keys = Removed { schema: SCHEMA, files, bytes };
            json_line(out, &keys)
        }
        Format::Text => {
            let s = if files == 1 { "" } else { "s" };
            let bytes = text::size::short(bytes);
            writeln!(Lines::new(out), "{files} file{s} removed, {bytes}")
        }
    }
}
