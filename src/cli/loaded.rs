//! A loaded image, the layers that an answer about it depends on, and the layers that arguments name.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::cli::failure::Failure;
use crate::image::Image;
use crate::layer::Listing;
use crate::load::{LayerState, Loader};
use crate::report::{Range, Subject};
use crate::stack::Stack;
use crate::stack::kept::table::Table;
use crate::text::Foreign;

/// The layers that an answer can depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// All of them.
    All,
    /// Those up to this one: the merged tree there does not depend on layers above.
    UpTo(usize),
    /// As [`Self::UpTo`]; a refused layer is printed but does not change the exit code.
    EvenRefused(usize),
    /// The command has handled unread layers itself. Refused layers still make the answer unknown.
    Judged,
}

impl Needs {
    /// The last layer of them.
    pub(super) const fn last(self) -> usize {
        match self {
            Self::All | Self::Judged => usize::MAX,
            Self::UpTo(layer) | Self::EvenRefused(layer) => layer,
        }
    }
}

/// A loaded image.
pub(super) struct Loaded {
    pub(super) loader: Loader,
    pub(super) states: Vec<Arc<LayerState>>,
    pub(super) needs: Cell<Needs>,
    /// The answer depends on the config.
    pub(super) needs_config: Cell<bool>,
    /// Sentences about files that the answer depends on and that could not be read.
    pub(super) unread_files: RefCell<Vec<String>>,
    /// Layers as they were listed; empty unless [`examine_with_rows`](crate::cli::open) kept them.
    pub(super) listings: Vec<Arc<Listing>>,
}

impl Loaded {
    pub(super) fn image(&self) -> &Image {
        self.loader.source().image()
    }

    /// Calls `with` with the subject of reports.
    pub(super) fn subject<T>(&self, with: impl FnOnce(Subject<'_>) -> T) -> T {
        let stack = self.loader.stack();
        with(Subject { image: self.image(), stack: &stack, states: &self.states })
    }

    pub(super) fn with_stack<T>(&self, with: impl FnOnce(&Stack) -> T) -> T {
        with(&self.loader.stack())
    }

    /// The rows of each layer, after [`examine_with_rows`](crate::cli::open); none for a layer that was not listed.
    pub(super) fn tables(&self) -> impl Iterator<Item = &Table> {
        self.listings.iter().map(|listing| &listing.table)
    }

    /// Sets the layers that the answer can depend on; default: all.
    pub(super) fn needs(&self, needs: Needs) {
        self.needs.set(needs);
    }

    /// The answer depends on the config as well.
    pub(super) fn needs_config(&self) {
        self.needs_config.set(true);
    }

    /// The answer depends on files that could not be read, each in a sentence.
    pub(super) fn unread_files(&self, sentences: Vec<String>) {
        self.unread_files.replace(sentences);
    }

    /// Why the config could not be read, if the answer depends on it.
    pub(super) fn unread_config(&self) -> Option<&Foreign> {
        self.image().config.unread.as_ref().filter(|_| self.needs_config.get())
    }

    /// Parses a layer argument: a number, a negative number from the top, or a prefix of a digest or diff ID.
    pub(super) fn layer(&self, argument: Option<&str>) -> Result<usize, Failure> {
        layer_of(self.image(), argument)
    }
}

/// As [`Loaded::layer`], before the image is loaded.
pub(super) fn layer_of(image: &Image, argument: Option<&str>) -> Result<usize, Failure> {
    let layers = &image.layers;
    let Some(last) = layers.len().checked_sub(1) else {
        let reference = image.reference.visible();
        return Err(Failure::Error(format!("{reference}: the image has no layers")));
    };
    let Some(argument) = argument else { return Ok(last) };
    if let Ok(number) = argument.parse::<i64>() {
        let index = if number < 0 { layers.len() as i64 + number } else { number };
        if let Some(index) = usize::try_from(index).ok().filter(|&index| index <= last) {
            return Ok(index);
        }
    }
    let matches = |digest: &Option<String>| {
        digest.as_deref().is_some_and(|digest| {
            let hex = digest.split_once(':').map_or(digest, |(_, hex)| hex);
            !argument.is_empty() && (digest.starts_with(argument) || hex.starts_with(argument))
        })
    };
    let found: Vec<usize> = (0..layers.len())
        .filter(|&at| matches(&layers[at].digest) || matches(&layers[at].diff_id))
        .collect();
    match found[..] {
        [one] => Ok(one),
        [] => Err(Failure::Error(format!(
            "no layer '{argument}': layers are 0 to {last}, -1 is the last, or give the beginning of a digest"
        ))),
        _ => Err(Failure::Error(format!(
            "layer '{argument}' is ambiguous: layers {} begin like that",
            found.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        ))),
    }
}

/// The layers that `--from` and `--to` name: without them the lowest and the highest.
pub(super) fn range_of(
    image: &Image,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<Range, Failure> {
    let (from, to) = (layer_of(image, Some(from.unwrap_or("0")))?, layer_of(image, to)?);
    if from > to {
        return Err(Failure::Error(format!("--from {from} is above --to {to}")));
    }
    Ok(Range { from, to })
}
