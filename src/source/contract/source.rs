//! The trait that every source implements, and what opening gives.

use std::fmt;
use std::io::Read;
use std::sync::Arc;

use crate::image::platform::Platform;
use crate::image::{Image, Other};
use crate::layer::blob::Blob;
use crate::layer::sparse::{Map, Whole};
use crate::layer::{Checkpoints, Fingerprint, Listing, Problem, Watch};
use crate::source::contract::error::Error;
use crate::source::contract::verified::Verified;

/// What was found at a reference.
pub enum Opened {
    /// The image that was asked for, or the only one.
    Image(Box<dyn Source>),
    /// Several, none of which was asked for alone.
    Several(Several),
}

/// Several images in one place.
pub struct Several {
    /// What there is, in the place's own order.
    pub choices: Vec<Choice>,
    /// What could not be looked into: sentences.
    pub notes: Vec<String>,
    pub(crate) opener: Box<Opener>,
}

type Opener = dyn Fn(usize) -> Result<Box<dyn Source>, Error> + Send + Sync;

/// One image of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What to ask for to get it: an `<image>` argument.
    pub reference: String,
    /// Names and tags.
    pub names: Vec<String>,
    /// Image ID.
    pub id: Option<String>,
    /// Platform.
    pub platform: Option<Platform>,
    /// Number of layers, where it is known.
    pub layers: Option<usize>,
    /// Bytes of the layers as stored, of those that are there.
    pub size: u64,
    /// An image, or a container.
    pub kind: ChoiceKind,
    /// Nothing of it is here: its registry would be asked.
    pub remote: bool,
    /// What it belongs to, where there are several stores to choose from.
    pub group: Option<String>,
    /// A remark: of a container, the image it was made from.
    pub note: Option<String>,
}

/// What there is to choose from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChoiceKind {
    /// An image.
    #[default]
    Image,
    /// A container: the layers of its image, and its own writable one on top.
    Container,
}

impl Several {
    /// Opens one of the choices, by its place in the list. The place itself is not opened again, so this works for a
    /// stream as well.
    ///
    /// # Errors
    /// As [`open()`].
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

/// An opened place that holds one chosen image.
pub trait Source: Send + Sync {
    /// Config, history and layer list: no layer is read.
    fn image(&self) -> &Image;

    /// Bytes the listing of this layer will have to deal with, as `Watch::progress` counts them. 0 if unknown.
    fn weight(&self, layer: usize) -> u64;

    /// Layers with equal keys have the same bytes: one of them is listed for all.
    fn content_key(&self, layer: usize) -> Option<String>;

    /// Lists one layer. Never fails as a whole: what went wrong is in the listing's problems.
    fn list(&self, layer: usize, watch: &dyn Watch) -> Listing;

    /// Where a layer's listing, as [`Self::list`] gives it, is not what manifest and config promised.
    fn judge(&self, layer: usize, listing: &Listing) -> Vec<Problem>;

    /// The bytes that [`Self::list`] reads, where all it reads is one blob: what its listing can be remembered by.
    fn blob(&self, layer: usize) -> Option<&Blob>;

    /// The digest of the uncompressed layer, where [`Self::list`] gives the listing of bytes that were found to have it,
    /// or none: it can be remembered by that digest, and one that is remembered spares asking.
    fn verified_by(&self, _layer: usize) -> Option<&str> {
        None
    }

    /// Whether layers come one after the other in an order of their own: who lists one mostly waits, so all of them are
    /// to be asked for at once.
    fn comes_by_itself(&self) -> bool {
        false
    }

    /// Where a temporary copy of contents is being made just now: how many bytes it will have.
    fn being_copied(&self) -> Option<u64> {
        None
    }

    /// Whether the file that the layer lies in was written to since the image was opened.
    fn changed(&self, _layer: usize) -> bool {
        false
    }

    /// Opens the stored payload of one file of one layer (a sparse file's payload is its segments).
    ///
    /// # Errors
    /// Where the layer or that part of it cannot be read.
    fn open(&self, layer: usize, file: &Stored<'_>) -> std::io::Result<Box<dyn Read + Send>>;

    /// Where the segments of a sparse file of logical size `size` belong. Its payload is these and nothing of the holes:
    /// it is opened as [`Map::stored`] bytes.
    ///
    /// # Errors
    /// Where the layer cannot be read, or what it says of the file makes no sense.
    fn sparse(&self, _layer: usize, _file: &Stored<'_>, size: u64) -> std::io::Result<Map> {
        // Where files lie as an engine has put them together.
        Ok(Map::dense(size))
    }

    /// Opens a sparse file of logical size `size` as programs would read it: holes are zeros.
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

    /// Reads the whole layer and says whether it has the digests that are stated of it. `watch` is told how far that is.
    fn verify(&self, layer: usize, _watch: &dyn Watch) -> Verified {
        Verified::unknown(self.image().layers.get(layer), "its bytes are not to be had as a whole")
    }

    /// The uncompressed bytes of the layer, where they lie somewhere as they are: a file's payload can then be read in
    /// place, at [`Stored::data`].
    fn plain(&self, layer: usize) -> Option<Blob>;

    /// Whether [`Self::open`] costs no more than the file itself (the layer is stored plain).
    fn opens_cheaply(&self, layer: usize) -> bool;

    /// Places inside a compressed layer from where [`Self::open`] decodes: those that listing it brought, or that it
    /// was told to [remember](Self::remember). `None` where there are none.
    fn checkpoints(&self, _layer: usize) -> Option<Arc<Checkpoints>> {
        None
    }

    /// What the place has about the image beyond [`Image::others`], which only asking tells: signatures, SBOMs,
    /// attestations. May take as long as a network takes.
    fn beside(&self) -> Vec<Other> {
        Vec::new()
    }

    /// Makes [`Self::open`] use checkpoints that an earlier listing of the same bytes brought, where this layer need
    /// not be listed again.
    fn remember(&self, _layer: usize, _checkpoints: Arc<Checkpoints>) {}
}

/// Where a file's payload is in its layer.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// The normalised path of the entry that carries the payload.
    pub path: &'a [u8],
    /// Offset in the uncompressed layer, from the listing.
    pub data: Option<u64>,
    /// Payload bytes.
    pub stored: u64,
    /// What the listing knows of the payload: a store's file that has changed since is found out by it.
    pub fingerprint: Option<Fingerprint>,
}
