//! Which distribution package a path belongs to, by the package database in the image at the selected layer. It is read when
//! a history or a filter first needs it, and cached for all layers that have the same database.

use std::collections::HashMap;

use crate::content::packages::package::Package;
use crate::stack::NodeId;

/// Databases that are cached.
pub(crate) const KEPT: usize = 4;

/// The contents of the package databases of consecutive layers.
#[derive(Clone, Debug, Default)]
pub struct Owners {
    /// The layer that wrote the databases: see [`crate::explorer::view::owners::database_layer`].
    pub database_layer: usize,
    /// In the order of the databases.
    pub packages: Vec<Package>,
    /// For each owned path the index of its package; `None` where several own it (mostly directories).
    pub of: HashMap<NodeId, Option<u32>>,
    /// Errors of databases that could not be read. Raw.
    pub notes: Vec<String>,
}

/// A criterion for the package of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageFilter {
    /// The package of this name.
    By(String),
    /// Any package.
    Any,
    /// No package.
    None,
}

/// The owner of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner<'a> {
    /// One package.
    Package(&'a Package),
    /// Several packages.
    Several,
    /// No package; with the reason why that is uncertain, if it is. Raw.
    None(Option<&'a str>),
    /// Unknown while the database is being read.
    Unread,
    /// The image has no database.
    NoDatabase,
}
