//! Why an image could not be opened: the thing, the place, and what to do about it.
//!
//! Messages quote foreign text as it is; whoever prints one takes it through `text`.

use std::io;

use thiserror::Error;

use crate::image::platform::Platform;
use crate::image::reference::ReferenceError;

/// What somebody whose file is nothing of the kind is told.
pub(crate) const WHAT_OPENS: &str = "what opens is an archive of `docker save`, `podman save` or `skopeo copy`, an OCI layout, a \
    `dir:` directory, a storage root of Docker, podman or containerd, an exported container or a root filesystem";

/// Why no image was opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The argument cannot be understood.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// Nothing is where the argument points.
    #[error("{path}: no such file or directory")]
    NoSuchPath {
        /// As asked for.
        path: String,
    },
    /// It is neither a path nor a place that can be read.
    #[error("{reference}: {what}; {remedy}")]
    Unsupported {
        /// As asked for.
        reference: String,
        /// What is not possible.
        what: String,
        /// What to do instead.
        remedy: String,
    },
    /// A registry did not give it.
    #[error("{reference}: {what}; {remedy}")]
    Registry {
        /// As asked for.
        reference: String,
        /// What did not work.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// The file system refused.
    #[error("{place}: {doing}: {source}")]
    Io {
        /// Path or `standard input`.
        place: String,
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// Not enough room for the temporary copy that a stream or a compressed archive needs.
    #[error(
        "{place}: cannot keep a temporary copy in {directory}, {written} bytes were written: {source}; make room \
         there, or point TMPDIR to a directory with more of it"
    )]
    Spool {
        /// What was being copied.
        place: String,
        /// The directory for temporary files.
        directory: String,
        /// How far it got.
        written: u64,
        /// What the system said.
        source: io::Error,
    },
    /// A small compressed archive became so large that it must be an attack or a mistake.
    #[error(
        "{place}: {consumed} compressed bytes have become {produced} and there are more to come; if that is right, \
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
    /// The bytes are nothing that holds an image.
    #[error("{place}: {what}; {remedy}")]
    Unknown {
        /// Path or `standard input`.
        place: String,
        /// What was found.
        what: String,
        /// What would be understood.
        remedy: &'static str,
    },
    /// A document that the whole image hangs on is broken.
    #[error("{place}: {document}: {reason}; save or copy the image again")]
    Document {
        /// Path or `standard input`.
        place: String,
        /// Which document.
        document: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is something, but it is no image.
    #[error("{place}: not an image: {what}")]
    NotAnImage {
        /// Path or `standard input`, and the pick.
        place: String,
        /// What it is.
        what: String,
    },
    /// What was taken for an image of some form by its contents, and cannot be opened as that.
    #[error("{error}; read as {form}, which its contents look like; {forced}")]
    Guessed {
        /// Why it cannot be opened.
        error: Box<Self>,
        /// The form.
        form: &'static str,
        /// How to see it in another one.
        forced: String,
    },
    /// The place holds other images than the one asked for.
    #[error("{place}: no {what}{pick} here; there is {}", list(available))]
    NoSuchImage {
        /// Path or `standard input`.
        place: String,
        /// `image`, or `container`.
        what: &'static str,
        /// What was asked for, in quotes and behind a space, where it was asked for by name.
        pick: String,
        /// How to ask for those that are there.
        available: Vec<String>,
    },
    /// The image is not there for the platform asked for.
    #[error("{place}: no image for {asked}; there is {}", list(available))]
    NoSuchPlatform {
        /// Path or `standard input`.
        place: String,
        /// What was asked for.
        asked: Platform,
        /// What is there.
        available: Vec<String>,
    },
    /// A store that belongs to somebody else, most often to root.
    #[error(
        "{place}: permission denied; run layertui as the owner of this store: with sudo, or `podman unshare layertui …` \
         for a rootless store of podman"
    )]
    Closed {
        /// The storage root, or what in it is closed.
        place: String,
    },
    /// The records of a store are broken, or just being written.
    #[error(
        "{place}: {reason}; if an engine is writing it just now, try again, else let the engine repair its store"
    )]
    Records {
        /// The file.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No local store that can be read has it.
    #[error(
        "{reference}: no local store that can be read has it; try {remedy}{}",
        also(unreadable)
    )]
    NotStored {
        /// As asked for.
        reference: String,
        /// How an engine that has it can hand it over.
        remedy: String,
        /// Stores that could not be looked into.
        unreadable: Vec<String>,
    },
    /// There is no image in any local store that can be read.
    #[error(
        "no image found in the local stores of Docker, podman or containerd, nor in an engine that answers; give an \
         archive, a directory or - for standard input, or see `layertui demo`{}",
        also(unreadable)
    )]
    NothingLocal {
        /// Stores that could not be looked into.
        unreadable: Vec<String>,
    },
    /// An engine does not do what it is asked.
    #[error("{place}: {what}; {remedy}")]
    Engine {
        /// The transport and the address.
        place: String,
        /// What is wrong.
        what: String,
        /// What to do about it.
        remedy: String,
    },
    /// No engine listens where engines usually do.
    #[error("{reference}: no such engine listens here; looked at {}; {remedy}", list(tried))]
    NoEngine {
        /// As asked for.
        reference: String,
        /// Where was looked.
        tried: Vec<String>,
        /// How to start one, or to say where it is.
        remedy: &'static str,
    },
    /// Whoever asked no longer wants it.
    #[error("{place}: cancelled")]
    Cancelled {
        /// Path or `standard input`.
        place: String,
    },
}

impl Error {
    /// Adds which form the place was recognised as and how to force another, where that may have been a wrong guess.
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
        unreadable => format!("; not looked into: {}", list(unreadable)),
    }
}

/// More than these are not listed in a message.
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
