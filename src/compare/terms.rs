//! What does not count when two images are compared.

use crate::stack::query::glob::Globs;

/// What does not count. By default all counts.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Neither times count nor the contents of files that every build rewrites (`compare/rewritten.rs` lists them).
    pub semantic: bool,
    /// The packages of both images are known and compared: then the database itself may be set aside.
    pub packages: bool,
    /// These paths are not compared.
    pub excludes: Globs,
}
