//! The trait that every source implements, and what opening gives.

use std::fmt;
use std::io::Read;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use crate::image::platform::Platform;
use crate::image::{Image, Other};
use crate::layer::blob::Blob;
use crate::layer::sparse::{Map, Whole};
use crate::layer::{Checkpoints, Fingerprint, Listing, Problem, Unwatched, Watch};
use crate::source::contract::error::{Error, no_tar};
use crate::source::contract::verified::Verified;
use crate::text::Foreign;

/// The result of opening a reference.
pub enum Opened {
    /// The image that the reference names, or the only one.
    Image(Box<dyn Source>),
    /// Several images match the reference.
    Several(Several),
}

/// Several images behind one reference.
pub struct Several {
    /// The images, in the order of the archive or store.
    pub choices: Vec<Choice>,
    /// What could not be read, as sentences.
    pub notes: Vec<String>,
    pub(crate) opener: Box<Opener>,
}

type Opener = dyn Fn(usize) -> Result<Box<dyn Source>, Error> + Send + Sync;

/// One image of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The IMAGE argument that opens it.
    pub reference: String,
    /// Names with tags.
    pub names: Vec<String>,
    /// The image ID.
    pub id: Option<String>,
    /// The platform, if the record states one.
    pub platform: Option<Platform>,
    /// The number of layers, where it is known.
    pub layers: Option<usize>,
    /// Bytes of the layers as stored, without layers that are absent.
    pub size: u64,
    /// An image or a container.
    pub kind: ChoiceKind,
    /// Only its registry has it: opening it uses the network.
    pub remote: bool,
    /// When it was created, RFC 3339, if the record states it.
    pub created: Option<Foreign>,
    /// An untagged image of a build that another image was built on.
    pub intermediate: bool,
    /// The store that holds it, where there are several.
    pub group: Option<String>,
    /// Of a container, the image it was created from.
    pub note: Option<String>,
}

/// What a choice opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChoiceKind {
    /// An image.
    #[default]
    Image,
    /// The layers of a container's image with its writable layer on top.
    Container,
}

impl Several {
    /// Opens the choice with this index. The archive or store is not opened again, so this works for a stream as well.
    ///
    /// # Errors
    /// As [`open()`](crate::source::open()).
    pub fn open(&self, choice: usize) -> Result<Box<dyn Source>, Error> {
        (self.opener)(choice)
    }
}

impl fmt::Debug for Several {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Several").field("choices", &self.choices).finish_non_exhaustive()
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(source) => f.debug_tuple("Image").field(source.image()).finish(),
            Self::Several(several) => several.fmt(f),
        }
    }
}

/// One opened image: what describes it, and access to its layers.
pub trait Source: Send + Sync {
    /// Config, history and layer list. No layer is read for it.
    fn image(&self) -> &Image;

    /// The bytes that listing this layer will read, in the unit of `Watch::progress`. 0 if unknown.
    fn listing_cost(&self, layer: usize) -> u64;

    /// Layers with equal keys have the same bytes, so that one listing serves all of them.
    fn content_key(&self, layer: usize) -> Option<String>;

    /// Lists one layer. Errors become problems of the listing; the rows before them are kept.
    fn list(&self, layer: usize, watch: &dyn Watch) -> Listing;

    /// Compares a listing that [`Self::list`] gave with what manifest and config state of the layer. Returns the
    /// differences.
    fn check_listing(&self, layer: usize, listing: &Listing) -> Vec<Problem>;

    /// The blob that [`Self::list`] reads, where it reads nothing else. Its digest is the key of the listing in the cache.
    fn blob(&self, layer: usize) -> Option<&Blob>;

    /// The digest of the uncompressed layer, where [`Self::list`] lists only bytes that were checked against it. It is the
    /// key of the listing in the cache; with a cached listing the layer is not requested.
    fn verified_by(&self, _layer: usize) -> Option<&str> {
        None
    }

    /// Whether one stream delivers the layers in its own order. Listing a layer then mostly waits for the stream, so all
    /// layers are listed at once.
    fn is_pushed(&self) -> bool {
        false
    }

    /// The size in bytes of the temporary copy of contents that is being written; `None` if there is no copy.
    fn temp_copy_bytes(&self) -> Option<u64> {
        None
    }

    /// Whether the file that holds the layer changed since the image was opened.
    fn changed(&self, _layer: usize) -> bool {
        false
    }

    /// A number that changes when a container writes to its layer; `None` if there is no such layer or it cannot be
    /// asked. Lists the layer, as it is now.
    fn written(&self) -> Option<u64> {
        let layer = self.image().layers.iter().rposition(|layer| layer.writable)?;
        Some(xxh3_64(self.list(layer, &Unwatched).table.as_bytes()))
    }

    /// Opens the stored payload of one file of one layer (a sparse file's payload is its segments).
    ///
    /// # Errors
    /// Where the layer or that part of it cannot be read.
    fn open(&self, layer: usize, file: &Stored<'_>) -> std::io::Result<Box<dyn Read + Send>>;

    /// The segments of a sparse file of logical size `size`. Its payload consists of the segments without the holes and is
    /// opened as [`Map::stored`] bytes.
    ///
    /// # Errors
    /// Where the layer cannot be read, or its sparse map is invalid.
    fn sparse(&self, _layer: usize, _file: &Stored<'_>, size: u64) -> std::io::Result<Map> {
        // Files of a directory have no sparse map.
        Ok(Map::dense(size))
    }

    /// Opens a sparse file of logical size `size` with its holes read as zeros.
    ///
    /// # Errors
    /// As [`Self::open`] and [`Self::sparse`].
    fn open_whole(
        &self,
        layer: usize,
        file: &Stored<'_>,
        size: u64,
    ) -> std::io::Result<Box<dyn Read + Send>> {
        let map = self.sparse(layer, file, size)?;
        let payload = self.open(layer, &Stored { stored: map.stored(), ..*file })?;
        Ok(Box::new(Whole::new(map, payload)))
    }

    /// Reads the whole layer and compares its digests with the stated ones.
    fn verify(&self, layer: usize, _watch: &dyn Watch) -> Verified {
        Verified::unknown(self.image().layers.get(layer), "its bytes are not available as a whole")
    }

    /// The uncompressed tar of the layer, front to back: decoded, fetched, or put together from tar-split and files.
    ///
    /// # Errors
    /// `Unsupported` where there is no tar, another where it cannot be read. The reader fails where it is cut or damaged.
    fn tar(&self, _layer: usize) -> std::io::Result<Box<dyn Read + Send>> {
        Err(no_tar())
    }

    /// The uncompressed bytes of the layer, where they are stored. A file's payload can then be read in place, at
    /// [`Stored::data`].
    fn uncompressed_blob(&self, layer: usize) -> Option<Blob>;

    /// Whether [`Self::open`] reads only the bytes of the file: the layer is stored uncompressed.
    fn opens_cheaply(&self, layer: usize) -> bool;

    /// Positions inside a compressed layer at which [`Self::open`] can start decoding: recorded while it was listed, or
    /// [set](Self::set_checkpoints).
    fn checkpoints(&self, _layer: usize) -> Option<Arc<Checkpoints>> {
        None
    }

    /// Signatures, SBOMs and attestations that are not part of [`Image::others`] and need requests of their own. May take
    /// as long as the network takes.
    fn attachments(&self) -> Attachments {
        Attachments::default()
    }

    /// Makes [`Self::open`] use the checkpoints of an earlier listing of the same bytes.
    fn set_checkpoints(&self, _layer: usize, _checkpoints: Arc<Checkpoints>) {}
}

/// Where a file's payload is in its layer.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// The normalised path of the entry that has the payload.
    pub path: &'a [u8],
    /// Offset in the uncompressed layer, from the listing.
    pub data: Option<u64>,
    /// Payload bytes.
    pub stored: u64,
    /// A digest of the contents, if listing the layer gave one; a later change of the file is detected by it.
    pub fingerprint: Option<Fingerprint>,
}

/// Signatures, SBOMs and attestations of an image that are not part of [`Image::others`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attachments {
    /// Those that were found.
    pub found: Vec<Other>,
    /// Why there may be others: a sentence. Foreign text.
    pub unread: Option<String>,
}
