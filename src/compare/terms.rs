//! What does not count when two images are compared.

use crate::stack::query::glob::Globs;

/// What does not count. By default all counts.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Neither times count nor the contents of files that every build rewrites (`compare/rewritten.rs` lists them).
    pub semantic: bool,
    /// The databases of rpm that were read in both images, as paths below the root: since their packages are compared, they
    /// themselves may be set aside.
    pub databases: Vec<&'static str>,
    /// These paths are not compared.
    pub excludes: Globs,
}
