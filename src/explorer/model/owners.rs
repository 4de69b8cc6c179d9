//! Which distribution package a path belongs to, by the image's own database as the selected layer has it. Read when first
//! asked for, by a history or a filter; kept for all layers that have the same database.

use std::collections::HashMap;

use crate::content::packages::package::Package;
use crate::stack::NodeId;

/// Databases that are kept.
pub(crate) const KEPT: usize = 4;

/// What the databases of some layers say.
#[derive(Clone, Debug, Default)]
pub struct Owners {
    /// See [`database_layer`].
    pub database_layer: usize,
    /// The packages.
    pub packages: Vec<Package>,
    /// The paths that belong to a package: its number; `None` to several (mostly directories).
    pub of: HashMap<NodeId, Option<u32>>,
    /// What could not be read. Raw.
    pub notes: Vec<String>,
}

/// What the filter asks of a path's package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageFilter {
    /// It is this one.
    By(String),
    /// There is one.
    Any,
    /// There is none.
    None,
}

/// Who owns a path, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner<'a> {
    /// This package.
    Package(&'a Package),
    /// Several.
    Several,
    /// None; and why that may not be so, where something could not be read. Raw.
    None(Option<&'a str>),
    /// The database is being read.
    Unread,
    /// There is none that could be read; whether an rpm database is there.
    NoDatabase(bool),
}
