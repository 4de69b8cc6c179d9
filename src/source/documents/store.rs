//! Blobs by digest, in an OCI layout or a skopeo `dir:`, and documents that are checked against their digests.

use std::sync::Arc;

use crate::image::digest::Digest;
use crate::image::manifest::Descriptor;
use crate::layer::blob::Blob;
use crate::source::documents::files;
use crate::source::documents::files::Files;
use crate::source::documents::found::{Found, Missing};

/// Files that are named by digests.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(super) files: Arc<Files>,
    naming: Naming,
}

/// How files are named after digests.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Naming {
    /// `blobs/sha256/<hex>`
    Layout,
    /// `<hex>`, and `<hex>.manifest.json` for the manifests of a list (skopeo's `dir:`).
    Flat,
}

/// A document and its problems.
pub(super) struct Document {
    pub(super) bytes: Vec<u8>,
    pub(super) problems: Vec<String>,
}

impl Store {
    pub(crate) const fn new(files: Arc<Files>, naming: Naming) -> Self {
        Self { files, naming }
    }

    /// Finds a blob by its digest.
    pub(super) fn blob(&self, digest: &Digest) -> Result<Found, Missing> {
        let (algorithm, encoded) = (digest.algorithm(), digest.encoded());
        match self.naming {
            Naming::Layout => self.first(digest, &[format!("blobs/{algorithm}/{encoded}")]),
            // Version 1.0 of `dir:` appends `.tar` to layers; algorithms other than sha256 are part of the name.
            Naming::Flat => self.first(
                digest,
                &[
                    encoded.to_owned(),
                    format!("{encoded}.tar"),
                    format!("{algorithm}-{encoded}"),
                    format!("{algorithm}:{encoded}"),
                ],
            ),
        }
    }

    fn manifest(&self, digest: &Digest) -> Result<Found, Missing> {
        match self.naming {
            Naming::Layout => self.blob(digest),
            Naming::Flat => {
                let (algorithm, encoded) = (digest.algorithm(), digest.encoded());
                let named = self.first(
                    digest,
                    &[
                        format!("{encoded}.manifest.json"),
                        format!("{algorithm}-{encoded}.manifest.json"),
                    ],
                );
                named.or_else(|_| self.blob(digest))
            }
        }
    }

    fn first(&self, digest: &Digest, names: &[String]) -> Result<Found, Missing> {
        let mut missing = Missing::Absent;
        for name in names {
            match self.files.find_blob(name, digest) {
                Ok(found) => return Ok(found),
                Err(Missing::Absent) => {}
                Err(refused) => missing = refused,
            }
        }
        Err(missing)
    }

    /// The blob of a descriptor: its inline data if that has the digest, else the stored blob.
    pub(super) fn fetch(&self, descriptor: &Descriptor) -> Result<Found, Missing> {
        self.fetch_as(descriptor, Self::blob)
    }

    fn fetch_as(
        &self,
        descriptor: &Descriptor,
        stored: impl Fn(&Self, &Digest) -> Result<Found, Missing>,
    ) -> Result<Found, Missing> {
        let Some(digest) = descriptor.digest() else {
            let stated = &descriptor.stated_digest;
            let what = if stated.is_empty() {
                "its descriptor has no digest".to_owned()
            } else {
                format!("`{stated}` is not a digest")
            };
            return Err(Missing::Refused(what));
        };
        if let Some(data) = &descriptor.data
            && digest.verify(data) != Some(false)
        {
            let blob = Blob::memory(data.as_slice());
            return Ok(Found { blob, key: format!("{digest} inline"), cut_from: None });
        }
        let mut found = stored(self, &digest)?;
        digest.as_str().clone_into(&mut found.key);
        Ok(found)
    }

    /// Reads a document. A wrong size becomes a problem; the document is used.
    pub(super) fn read(&self, descriptor: &Descriptor) -> Result<Document, Missing> {
        check(&self.fetch(descriptor)?, descriptor)
    }

    /// Reads a manifest or index.
    pub(super) fn read_manifest(&self, descriptor: &Descriptor) -> Result<Document, Missing> {
        check(&self.fetch_as(descriptor, Self::manifest)?, descriptor)
    }
}

fn check(found: &Found, descriptor: &Descriptor) -> Result<Document, Missing> {
    let bytes = files::read(found)?;
    let mut problems = descriptor.problems.clone();
    problems.extend(descriptor.data_mismatch());
    let length = bytes.len() as u64;
    if let Some(size) = descriptor.size
        && size != length
    {
        problems.push(format!(
            "{} should have {size} bytes and has {length}",
            descriptor.stated_digest
        ));
    }
    Ok(Document { bytes, problems })
}
