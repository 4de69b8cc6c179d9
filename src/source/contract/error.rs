//! Errors of opening an image: the cause, the place, and what to do.
//!
//! Messages contain foreign text unchanged. Callers that print one make it visible with `text`.

use std::io;

use thiserror::Error;

use crate::image::platform::Platform;
use crate::image::reference::ReferenceError;

/// Why no TLS connection can be made; `None` in a build with TLS.
pub(in crate::source) const NO_TLS: Option<&str> = if cfg!(feature = "tls") {
    None
} else {
    Some("this build has no TLS: it was made without the feature `tls`")
};

/// A layer that is kept as files has no tar.
pub(in crate::source) fn no_tar() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "the store keeps its files, not the tar")
}

/// The remedy for a file of an unknown form.
pub(crate) const WHAT_OPENS: &str = "layertui opens archives of `docker save`, `podman save` and `skopeo copy`, OCI layouts, \
    `dir:` directories, storage roots of Docker, podman and containerd, exported containers and root filesystems";

/// The reasons why an image cannot be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The reference is invalid.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The path does not exist.
    #[error("{path}: no such file or directory")]
    NoSuchPath {
        /// As asked for.
        path: String,
    },
    /// The reference is neither a path nor a supported place.
    #[error("{reference}: {what}; {remedy}")]
    Unsupported {
        /// As asked for.
        reference: String,
        /// What is not possible.
        what: String,
        /// What to do instead.
        remedy: String,
    },
    /// A registry refused, or cannot be reached.
    #[error("{reference}: {what}; {remedy}")]
    Registry {
        /// As asked for.
        reference: String,
        /// What did not work.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// An operation of the file system failed.
    #[error("{place}: {doing}: {source}")]
    Io {
        /// Path or `standard input`.
        place: String,
        /// What failed: `cannot be read`, `cannot be opened`.
        doing: &'static str,
        /// The error of the system.
        source: io::Error,
    },
    /// The disk has not enough space for the temporary copy of a stream or compressed archive.
    #[error(
        "{place}: cannot keep a temporary copy in {directory}, {written} bytes were written: {source}; free space there, or point TMPDIR to a directory that has more"
    )]
    Spool {
        /// The path of the original.
        place: String,
        /// The directory for temporary files.
        directory: String,
        /// Bytes written before the error.
        written: u64,
        /// What the system said.
        source: io::Error,
    },
    /// A compressed archive exceeds the limit of its ratio of uncompressed to compressed bytes.
    #[error(
        "{place}: {consumed} compressed bytes have expanded to {produced} so far; if that is right, \
         decompress it first and open the result"
    )]
    Bomb {
        /// The archive.
        place: String,
        /// Compressed bytes read.
        consumed: u64,
        /// Bytes they became.
        produced: u64,
    },
    /// The bytes have no form that can hold an image.
    #[error("{place}: {what}; {remedy}")]
    Unknown {
        /// Path or `standard input`.
        place: String,
        /// What was found.
        what: String,
        /// The supported forms.
        remedy: &'static str,
    },
    /// A document without which the image cannot be shown is invalid.
    #[error("{place}: {document}: {reason}; save or copy the image again")]
    Document {
        /// Path or `standard input`.
        place: String,
        /// The name of the document.
        document: String,
        /// The defect.
        reason: String,
    },
    /// The document describes something that is not an image.
    #[error("{place}: not an image: {what}")]
    NotAnImage {
        /// Path or `standard input`, and the pick.
        place: String,
        /// What it is.
        what: String,
    },
    /// The contents look like one form, but cannot be opened as that form.
    #[error("{error}; read as {form}, which its contents look like; {forced}")]
    Guessed {
        /// The error of opening it.
        error: Box<Self>,
        /// The form.
        form: &'static str,
        /// The reference that forces another form.
        forced: String,
    },
    /// The archive or store holds other images than the requested one.
    #[error("{place}: no {what}{pick} here; there is {}", list(available))]
    NoSuchImage {
        /// Path or `standard input`.
        place: String,
        /// `image`, or `container`.
        what: &'static str,
        /// The requested name in quotes with a space before it; empty without a name.
        pick: String,
        /// References of the images that exist.
        available: Vec<String>,
    },
    /// The image does not exist for the requested platform.
    #[error("{place}: no image for {asked}; there is {}", list(available))]
    NoSuchPlatform {
        /// Path or `standard input`.
        place: String,
        /// The requested platform.
        asked: Platform,
        /// The platforms that exist.
        available: Vec<String>,
    },
    /// The store is not readable for this user; most stores belong to root.
    #[error(
        "{place}: permission denied; run layertui as the owner of this store: with sudo, or `podman unshare layertui …` \
         for a rootless store of podman"
    )]
    Closed {
        /// The storage root, or the path in it that is not readable.
        place: String,
    },
    /// The records of a store are invalid, or being written.
    #[error(
        "{place}: {reason}; if an engine is writing it just now, try again, else let the engine repair its store"
    )]
    Records {
        /// The file.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No readable local store has the image.
    #[error(
        "{reference}: no local store that can be read has it; try {remedy}{}",
        also(unreadable)
    )]
    NotStored {
        /// As asked for.
        reference: String,
        /// How to obtain it from an engine.
        remedy: String,
        /// Stores that are not readable.
        unreadable: Vec<String>,
    },
    /// No readable local store has any image.
    #[error(
        "no image found in the local stores of Docker, podman or containerd, nor in an engine that answers; give an \
         archive, a directory or - for standard input, or see `layertui demo`{}",
        also(unreadable)
    )]
    NothingLocal {
        /// Stores that could not be looked into.
        unreadable: Vec<String>,
    },
    /// An engine refused, or cannot be reached.
    #[error("{place}: {what}; {remedy}")]
    Engine {
        /// Transport and address of the engine.
        place: String,
        /// The cause.
        what: String,
        /// The remedy.
        remedy: String,
    },
    /// No engine listens at any of the usual addresses.
    #[error("{reference}: no such engine listens here; looked at {}; {remedy}", list(tried))]
    NoEngine {
        /// As asked for.
        reference: String,
        /// The addresses that were tried.
        tried: Vec<String>,
        /// How to start an engine or to configure its address.
        remedy: &'static str,
    },
    /// The caller cancelled.
    #[error("{place}: cancelled")]
    Cancelled {
        /// Path or `standard input`.
        place: String,
    },
}

impl Error {
    /// Adds the recognised form and how to force another one, for a form that was guessed from the contents.
    pub(crate) fn guessed(self, form: &'static str, forced: &str) -> Self {
        match self {
            Self::Document { .. } | Self::NotAnImage { .. } => {
                Self::Guessed { error: Box::new(self), form, forced: forced.to_owned() }
            }
            other => other,
        }
    }
}

fn also(unreadable: &[String]) -> String {
    match unreadable {
        [] => String::new(),
        unreadable => format!("; not searched: {}", list(unreadable)),
    }
}

/// The most names that a message lists.
const MOST_LISTED: usize = 20;

fn list(items: &[String]) -> String {
    match items.len() {
        0 => "none".to_owned(),
        length if length > MOST_LISTED => {
            format!("{} and {} more", items[..MOST_LISTED].join(", "), length - MOST_LISTED)
        }
        _ => items.join(", "),
    }
}
