//! A source that counts what is asked of it.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use layertui::image::Image;
use layertui::layer::blob::Blob;
use layertui::layer::{Checkpoints, Listing, Problem, Watch};
use layertui::source::{Opened, Options, Source, Stored, open};

type OnOpen = Box<dyn Fn() -> io::Result<()> + Send + Sync>;

/// The source of one image, which counts layers that are listed and files that are opened.
pub(crate) struct Watched {
    source: Box<dyn Source>,
    listed: AtomicUsize,
    opened: Vec<AtomicUsize>,
    on_open: OnOpen,
}

impl Watched {
    /// `on_open` is called for each file that is opened, which fails where it does.
    pub(crate) fn open(
        image: &str,
        on_open: impl Fn() -> io::Result<()> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let Ok(Opened::Image(source)) = open(image, &Options::default()) else {
            panic!("{image} is one image");
        };
        let opened = source.image().layers.iter().map(|_| AtomicUsize::new(0)).collect();
        let (listed, on_open) = (AtomicUsize::new(0), Box::new(on_open));
        Arc::new(Self { source, listed, opened, on_open })
    }

    /// How often a layer was listed.
    pub(crate) fn listed(&self) -> usize {
        self.listed.load(Ordering::Relaxed)
    }

    /// How often files of each layer were opened.
    pub(crate) fn opened(&self) -> Vec<usize> {
        self.opened.iter().map(|count| count.load(Ordering::Relaxed)).collect()
    }
}

impl Source for Watched {
    fn image(&self) -> &Image {
        self.source.image()
    }

    fn listing_cost(&self, layer: usize) -> u64 {
        self.source.listing_cost(layer)
    }

    fn content_key(&self, layer: usize) -> Option<String> {
        self.source.content_key(layer)
    }

    fn list(&self, layer: usize, watch: &dyn Watch) -> Listing {
        self.listed.fetch_add(1, Ordering::Relaxed);
        self.source.list(layer, watch)
    }

    fn check_listing(&self, layer: usize, listing: &Listing) -> Vec<Problem> {
        self.source.check_listing(layer, listing)
    }

    fn blob(&self, layer: usize) -> Option<&Blob> {
        self.source.blob(layer)
    }

    fn open(&self, layer: usize, file: &Stored<'_>) -> io::Result<Box<dyn Read + Send>> {
        self.opened[layer].fetch_add(1, Ordering::Relaxed);
        (self.on_open)()?;
        self.source.open(layer, file)
    }

    fn uncompressed_blob(&self, layer: usize) -> Option<Blob> {
        self.source.uncompressed_blob(layer)
    }

    fn opens_cheaply(&self, layer: usize) -> bool {
        self.source.opens_cheaply(layer)
    }

    fn checkpoints(&self, layer: usize) -> Option<Arc<Checkpoints>> {
        self.source.checkpoints(layer)
    }
}

#[cfg(test)]
mod tests {
    use layertui::layer::Unwatched;

    use super::*;
    use crate::support::tarball::Tar;

    #[test]
    fn what_is_listed_and_opened_is_counted() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("layer.tar");
        std::fs::write(&file, Tar::new().file("a", "x").finish()).unwrap();
        let source = Watched::open(file.to_str().unwrap(), || Err(io::ErrorKind::Other.into()));
        source.list(0, &Unwatched);
        let stored = Stored { path: b"a", data: Some(512), stored: 1, fingerprint: None };
        assert!(Source::open(&*source, 0, &stored).is_err());
        assert_eq!((source.listed(), source.opened()), (1, vec![1]));
    }
}
