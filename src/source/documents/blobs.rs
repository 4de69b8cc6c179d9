//! The implementation of [`Source`] for everything but engines: layers are blobs, split tars or directories.
//!
//! Archives, layouts, stores and registries differ in how they find manifest, config and blobs; the result is always
//! this type.

use std::collections::HashMap;
use std::io;
use std::io::Read;
use std::sync::{Arc, Mutex};

use crate::image::Image;
use crate::layer;
use crate::layer::blob::{Blob, CHANGED};
use crate::layer::encoding::Codec;
use crate::layer::sparse::Map;
use crate::layer::{Checkpoints, Listing, Problem, Severity, Watch, sparse};
use crate::source::contract::error::no_tar;
use crate::source::contract::source::{Attachments, Source, Stored};
use crate::source::contract::verified::Verified;
use crate::source::documents::content::{Content, here, settled};
use crate::source::documents::verify;
use crate::sync;
use crate::text::Foreign;

/// An image and the contents of its layers.
#[derive(Debug)]
pub(crate) struct Blobs {
    pub(crate) image: Image,
    /// The contents of each of `image.layers`.
    pub(crate) contents: Vec<Content>,
    /// By content key: equal layers are listed once.
    checkpoints: Mutex<HashMap<String, Arc<Checkpoints>>>,
    /// The listing of a single layer that was read while the form was recognised; the first call of `list` takes it.
    listed: Mutex<Option<Listing>>,
    /// Finds further documents about the image.
    pub(crate) extra: Option<Box<dyn ExtraDocuments>>,
}

/// Further documents about an image: signatures, SBOMs, attestations.
pub(crate) trait ExtraDocuments: std::fmt::Debug + Send + Sync {
    /// Requests the documents.
    fn list(&self) -> Attachments;
}

impl Source for Blobs {
    fn image(&self) -> &Image {
        &self.image
    }

    fn listing_cost(&self, layer: usize) -> u64 {
        match self.contents.get(layer) {
            Some(Content::Blob { blob, .. }) => blob.len(),
            Some(Content::Toc { toc, .. }) => toc.blob().len(),
            Some(Content::Split(split)) => split.weight(),
            _ => 0,
        }
    }

    fn content_key(&self, layer: usize) -> Option<String> {
        match self.contents.get(layer)? {
            Content::Blob { key, .. } | Content::Toc { key, .. } => Some(key.clone()),
            Content::Split(split) => Some(split.key().to_owned()),
            Content::Tree(tree) => Some(tree.root.to_string_lossy().into_owned()),
            Content::Absent(_) => None,
        }
    }

    fn list(&self, layer: usize, watch: &dyn Watch) -> Listing {
        let mut listing = self.list_content(layer, watch);
        if self.changed(layer) {
            listing.faulty = true;
            let problem = Problem { severity: Severity::Error, message: CHANGED.to_owned() };
            listing.problems.insert(0, problem);
        }
        listing
    }

    fn changed(&self, layer: usize) -> bool {
        matches!(self.contents.get(layer), Some(Content::Blob { blob, .. }) if blob.changed())
    }

    fn check_listing(&self, layer: usize, listing: &Listing) -> Vec<Problem> {
        let Some(stated) = self.image.layers.get(layer) else { return Vec::new() };
        let mut problems = Vec::new();
        let diff_id = listing.diff_id.as_deref();
        // An uncompressed blob is the tar.
        let of_plain = diff_id.filter(|_| listing.codec == Some(Codec::Plain));
        let pairs = [
            ("digest", stated.digest.as_deref(), listing.blob_digest.as_deref().or(of_plain)),
            ("diff ID", stated.diff_id.as_deref(), diff_id),
        ];
        for (what, stated, found) in pairs {
            if let (Some(stated), Some(found)) = (stated, found)
                && stated != found
                && stated.starts_with("sha256:")
            {
                let message = format!(
                    "the {what} should be {stated}, the bytes have {found}: engines refuse this layer"
                );
                problems.push(Problem { severity: Severity::Refused, message });
            }
        }
        let claimed = stated.media_type.as_ref().map(Foreign::raw).and_then(claimed_codec);
        if let (Some(claimed), Some(found)) = (claimed, listing.codec)
            && claimed != found
        {
            let message = format!(
                "the media type says {}, the bytes are {}: read as what they are",
                claimed.name(),
                found.name()
            );
            problems.push(Problem { severity: Severity::Note, message });
        }
        problems
    }

    fn blob(&self, layer: usize) -> Option<&Blob> {
        match self.contents.get(layer)? {
            Content::Blob { blob, .. } => Some(blob),
            // The table's listing may differ from the blob's: only a complete local blob is used.
            Content::Toc { toc, .. } => Some(toc.blob()).filter(|blob| here(blob).is_some()),
            Content::Split(_) | Content::Tree(_) | Content::Absent(_) => None,
        }
    }

    fn open(&self, layer: usize, file: &Stored<'_>) -> io::Result<Box<dyn Read + Send>> {
        match self.contents.get(layer) {
            Some(Content::Blob { soci: Some(soci), .. }) if file.data.is_none() => {
                soci.open(file.path, file.stored)
            }
            Some(Content::Blob { blob, .. }) => self.open_in(layer, blob, file),
            // The whole layer was read after all, so the offsets of its files are known.
            Some(Content::Toc { toc, .. }) if file.data.is_some() => {
                self.open_in(layer, toc.blob(), file)
            }
            Some(Content::Toc { toc, .. }) => toc.open(file.path, file.stored),
            Some(Content::Split(split)) => split.open(file.path, file.stored, file.fingerprint),
            Some(Content::Tree(tree)) => tree.open(file.path),
            Some(Content::Absent(reason)) => Err(io::Error::other(reason.clone())),
            None => Err(io::Error::other(format!("the image has no layer {layer}"))),
        }
    }

    fn sparse(&self, layer: usize, file: &Stored<'_>, size: u64) -> io::Result<Map> {
        let blob = match self.contents.get(layer) {
            Some(Content::Blob { blob, .. }) => Some(blob),
            Some(Content::Toc { toc, .. }) => Some(toc.blob()),
            _ => None,
        };
        match (blob, file.data) {
            (Some(blob), Some(data)) => {
                let checkpoints = self.checkpoints(layer);
                sparse::map(&settled(blob)?, data, file.stored, size, checkpoints.as_deref())
            }
            // Files of a directory have no sparse map; a missing file is reported by `open`.
            _ => Ok(Map::dense(size)),
        }
    }

    fn verify(&self, layer: usize, watch: &dyn Watch) -> Verified {
        match (self.contents.get(layer), self.image.layers.get(layer)) {
            (Some(content), Some(stated)) => verify::verify(content, stated, watch),
            (_, stated) => Verified::unknown(stated, "the image has no such layer"),
        }
    }

    fn tar(&self, layer: usize) -> io::Result<Box<dyn Read + Send>> {
        let blob = match self.contents.get(layer) {
            Some(Content::Blob { blob, .. }) => blob,
            Some(Content::Toc { toc, .. }) => toc.blob(),
            Some(Content::Split(split)) => return split.tar(),
            Some(Content::Absent(reason)) => return Err(io::Error::other(reason.clone())),
            Some(Content::Tree(_)) => return Err(no_tar()),
            None => return Err(io::Error::other(format!("the image has no layer {layer}"))),
        };
        let blob = settled(blob)?;
        blob.unchanged()?;
        let codec = layer::codec::sniff_blob(&blob)?;
        let contents = Box::new(layer::codec::Decoder::new(&blob, codec)?);
        Ok(Box::new(Unchanged { contents, blob }))
    }

    fn uncompressed_blob(&self, layer: usize) -> Option<Blob> {
        match self.contents.get(layer) {
            Some(Content::Blob { blob, .. }) => here(blob).filter(layer::opens_cheaply),
            // A table of contents has no offsets in the tar.
            _ => None,
        }
    }

    fn opens_cheaply(&self, layer: usize) -> bool {
        match self.contents.get(layer) {
            Some(Content::Blob { blob, .. }) => {
                here(blob).is_some_and(|blob| layer::opens_cheaply(&blob))
            }
            Some(Content::Split(_) | Content::Tree(_)) => true,
            _ => false,
        }
    }

    fn checkpoints(&self, layer: usize) -> Option<Arc<Checkpoints>> {
        let key = self.content_key(layer)?;
        sync::lock(&self.checkpoints).get(&key).cloned()
    }

    fn attachments(&self) -> Attachments {
        self.extra.as_ref().map(|extra| extra.list()).unwrap_or_default()
    }

    fn set_checkpoints(&self, layer: usize, checkpoints: Arc<Checkpoints>) {
        if let Some(key) = self.content_key(layer) {
            let mut known = sync::lock(&self.checkpoints);
            known.insert(key, checkpoints);
        }
    }
}

impl Blobs {
    /// An image with as many contents as it has layers.
    pub(super) fn new(image: Image, contents: Vec<Content>) -> Self {
        let (checkpoints, listed) = (Mutex::default(), Mutex::default());
        Self { image, contents, checkpoints, listed, extra: None }
    }

    fn list_content(&self, layer: usize, watch: &dyn Watch) -> Listing {
        match self.contents.get(layer) {
            Some(Content::Blob { blob, soci, .. }) => {
                let known = sync::lock(&self.listed).take();
                let listing = known.unwrap_or_else(|| match (soci, blob.as_remote()) {
                    (Some(soci), _) if watch.examiner().is_none() => soci.list(watch),
                    (_, Some(remote)) => layer::list_remote::list(blob, remote, watch),
                    (_, None) => layer::list(blob, watch),
                });
                self.set_checkpoints_of(layer, &listing);
                listing
            }
            Some(Content::Toc { toc, .. }) => {
                // The contents of all files are in the blob alone.
                let listing = match toc.blob().as_remote().filter(|_| watch.examiner().is_some()) {
                    Some(remote) => layer::list_remote::list(toc.blob(), remote, watch),
                    None => toc.list(watch),
                };
                self.set_checkpoints_of(layer, &listing);
                listing
            }
            Some(Content::Split(split)) => split.list(watch),
            Some(Content::Tree(tree)) => tree.list(watch),
            Some(Content::Absent(reason)) => broken(reason.clone()),
            None => broken(format!("the image has no layer {layer}")),
        }
    }

    fn set_checkpoints_of(&self, layer: usize, listing: &Listing) {
        if let Some(checkpoints) = &listing.checkpoints {
            self.set_checkpoints(layer, Arc::clone(checkpoints));
        }
    }

    /// Opens a file of a layer that is one blob.
    fn open_in(
        &self,
        layer: usize,
        blob: &Blob,
        file: &Stored<'_>,
    ) -> io::Result<Box<dyn Read + Send>> {
        let contents = self.open_unwatched(layer, blob, file)?;
        Ok(Box::new(Unchanged { contents, blob: blob.clone() }))
    }

    fn open_unwatched(
        &self,
        layer: usize,
        blob: &Blob,
        file: &Stored<'_>,
    ) -> io::Result<Box<dyn Read + Send>> {
        blob.unchanged()?;
        match file.data {
            Some(data) => {
                let checkpoints = self.checkpoints(layer);
                let checkpoints = checkpoints.as_deref();
                if let (Some(points), Some(mark)) = (checkpoints, file.fingerprint)
                    && here(blob).is_none()
                    && let Some(opened) = layer::open_remote(blob, data, file.stored, points, mark)
                {
                    return Ok(opened);
                }
                layer::open_at(&settled(blob)?, data, file.stored, checkpoints)
            }
            None if file.stored == 0 => Ok(Box::new(io::empty())),
            None => Err(io::Error::other("where the file's bytes are in its layer is not known")),
        }
    }

    /// Sets the listing of the single layer.
    pub(crate) fn listed(self, listing: Option<Listing>) -> Self {
        Self { listed: Mutex::new(listing), ..self }
    }
}

/// A reader that fails if its blob changed since it was opened.
struct Unchanged {
    contents: Box<dyn Read + Send>,
    blob: Blob,
}

impl Read for Unchanged {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.contents.read(buffer);
        // The bytes, or the error, may come from the changed file.
        self.blob.unchanged()?;
        read
    }
}

/// The encoding that the media type states, if it states one.
fn claimed_codec(media_type: &str) -> Option<Codec> {
    match media_type {
        _ if media_type.ends_with("+gzip") || media_type.ends_with(".tar.gzip") => {
            Some(Codec::Gzip)
        }
        _ if media_type.ends_with("+zstd") || media_type.ends_with(".tar.zstd") => {
            Some(Codec::Zstd)
        }
        "application/vnd.oci.image.layer.v1.tar"
        | "application/vnd.oci.image.layer.nondistributable.v1.tar"
        | "application/vnd.docker.image.rootfs.diff.tar" => Some(Codec::Plain),
        _ => None,
    }
}

fn broken(message: String) -> Listing {
    let problem = Problem { severity: Severity::Error, message };
    Listing { problems: vec![problem], ..Listing::default() }
}
