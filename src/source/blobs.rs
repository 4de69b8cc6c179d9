//! The one implementation of [`Source`], whatever form the layers have: blobs, split tars, directories.
//!
//! Archives, layouts and directories differ only in how they find manifest, config and blobs. Once they have, this
//! is what they all become.

use std::io::{self, Read};

use super::{Source, Stored};
use crate::image::Image;
use crate::layer::blob::Blob;
use crate::layer::codec::Codec;
use crate::layer::directory::Tree;
use crate::layer::split::Split;
use crate::layer::{self, Listing, Problem, Severity, Watch};

/// An image and where its layers' bytes are.
#[derive(Debug)]
pub(super) struct Blobs {
    pub(super) image: Image,
    /// As many as `image.layers`.
    pub(super) contents: Vec<Content>,
}

/// The bytes of one layer.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// A tar, compressed or not.
    Blob {
        /// Its bytes.
        blob: Blob,
        /// Equal for equal bytes.
        key: String,
    },
    /// A listing of the tar, and the files' contents beside it.
    Split(Split),
    /// A directory tree.
    Tree(Tree),
    /// There are none, for this reason.
    Absent(String),
}

impl Source for Blobs {
    fn image(&self) -> &Image {
        &self.image
    }

    fn weight(&self, layer: usize) -> u64 {
        match self.contents.get(layer) {
            Some(Content::Blob { blob, .. }) => blob.len(),
            Some(Content::Split(split)) => split.weight(),
            _ => 0,
        }
    }

    fn content_key(&self, layer: usize) -> Option<String> {
        match self.contents.get(layer)? {
            Content::Blob { key, .. } => Some(key.clone()),
            Content::Split(split) => Some(split.key().to_owned()),
            Content::Tree(tree) => Some(tree.root.to_string_lossy().into_owned()),
            Content::Absent(_) => None,
        }
    }

    fn list(&self, layer: usize, watch: &dyn Watch) -> Listing {
        match self.contents.get(layer) {
            Some(Content::Blob { blob, .. }) => {
                let mut listing = layer::list(blob, watch);
                self.compare(layer, &mut listing);
                listing
            }
            Some(Content::Split(split)) => split.list(watch),
            Some(Content::Tree(tree)) => tree.list(watch),
            Some(Content::Absent(reason)) => broken(reason.clone()),
            None => broken(format!("the image has no layer {layer}")),
        }
    }

    fn open(&self, layer: usize, file: &Stored<'_>) -> io::Result<Box<dyn Read + Send>> {
        match self.contents.get(layer) {
            Some(Content::Blob { blob, .. }) => match file.data {
                Some(data) => layer::open(blob, data, file.stored),
                None if file.stored == 0 => Ok(Box::new(io::empty())),
                None => {
                    Err(io::Error::other("where the file's bytes are in its layer is not known"))
                }
            },
            Some(Content::Split(split)) => split.open(file.path, file.stored, file.fingerprint),
            Some(Content::Tree(tree)) => tree.open(file.path),
            Some(Content::Absent(reason)) => Err(io::Error::other(reason.clone())),
            None => Err(io::Error::other(format!("the image has no layer {layer}"))),
        }
    }

    fn opens_cheaply(&self, layer: usize) -> bool {
        match self.contents.get(layer) {
            Some(Content::Blob { blob, .. }) => layer::opens_cheaply(blob),
            Some(Content::Split(_) | Content::Tree(_)) => true,
            _ => false,
        }
    }
}

impl Blobs {
    /// Holds what the listing found out about the bytes against what manifest and config say of them.
    fn compare(&self, layer: usize, listing: &mut Listing) {
        let Some(stated) = self.image.layers.get(layer) else { return };
        let pairs = [
            ("digest", stated.digest.as_deref(), listing.blob_digest.as_deref()),
            ("diff ID", stated.diff_id.as_deref(), listing.diff_id.as_deref()),
        ];
        for (what, stated, found) in pairs {
            if let (Some(stated), Some(found)) = (stated, found)
                && stated != found
                && stated.starts_with("sha256:")
            {
                let message = format!("the {what} should be {stated}, the bytes have {found}");
                listing.problems.push(Problem { severity: Severity::Warning, message });
            }
        }
        let claimed = stated.media_type.as_deref().and_then(claimed_codec);
        if let (Some(claimed), Some(found)) = (claimed, listing.codec)
            && claimed != found
        {
            let message = format!(
                "the media type says {}, the bytes are {}: read as what they are",
                claimed.name(),
                found.name()
            );
            listing.problems.push(Problem { severity: Severity::Note, message });
        }
        listing.problems.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
    }
}

/// The encoding that a layer's media type promises; `None` where it promises none.
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
