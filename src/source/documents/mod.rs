//! From manifest and config to an image, for every source.

pub(crate) mod archive;
pub(crate) mod assemble;
pub(crate) mod blobs;
pub(crate) mod budget;
pub(crate) mod choose;
pub(crate) mod content;
pub(crate) mod files;
pub(crate) mod folder;
pub(crate) mod found;
pub(crate) mod index;
pub(crate) mod layout;
pub(crate) mod oci;
mod selection;
pub(crate) mod spool;
pub(crate) mod store;
mod verify;
