//! Opening the images and containers of a store.

use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::Opened;
use crate::source::documents::blobs::Blobs;
use crate::source::local::containers_storage::store::Store;
use crate::source::local::containers_storage::{documents, image, list};
use crate::source::local::root::{StorageRoot, StoreContents, opened};

impl StorageRoot for Store {
    fn contents(&self) -> &StoreContents {
        &self.contents
    }

    fn open_image(&self, at: usize, ask: &Ask) -> Result<Opened, Error> {
        opened(self.assemble(at, ask)?, ask)
    }

    fn open_container(&self, at: usize, ask: &Ask) -> Result<Opened, Error> {
        let container = self.containers.get(at).ok_or_else(|| ask.no_such_image(Vec::new()))?;
        Ok(Opened::Image(Box::new(image::container(self, container, ask))))
    }
}

impl Store {
    /// Opens the image at this index, or the instance of a manifest list.
    fn assemble(&self, at: usize, ask: &Ask) -> Result<Blobs, Error> {
        let no_such = || ask.no_such_image(Vec::new());
        let mut image = self.images.get(at).ok_or_else(no_such)?;
        let mut documents = documents::read(&self.roots[image.root], &image.record);
        if let (Some(index), true) = (&documents.list, image.record.layers.is_empty()) {
            image = list::instance(self, index, ask)?;
            documents = documents::read(&self.roots[image.root], &image.record);
        }
        Ok(image::image(self, &image.record, documents, ask))
    }
}
