//! Reading the files of a loaded image.

mod facts;
pub(crate) mod judged;
pub mod package_layers;
pub mod packages;
pub mod part;
pub(crate) mod pass;
pub(crate) mod plan;
