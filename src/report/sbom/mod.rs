//! Bills of materials: the packages of an image in the formats of CycloneDX and SPDX, each with its layer.
//!
//! The same image gives the same document: times are those of the image, identifiers come from its digest.

mod cyclonedx;
mod materials;
mod spdx;

use std::io;
use std::io::Write;

use crate::report::json_line;
pub use crate::report::sbom::materials::Materials;

/// A format of a bill of materials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sbom {
    /// CycloneDX 1.6, in JSON.
    CycloneDx,
    /// SPDX 2.3, in JSON.
    Spdx,
}

/// Writes a document.
///
/// # Errors
/// Errors of writing to `out`.
pub fn sbom(out: &mut dyn Write, materials: &Materials<'_>, format: Sbom) -> io::Result<()> {
    match format {
        Sbom::CycloneDx => json_line(out, &cyclonedx::Document::new(materials)),
        Sbom::Spdx => json_line(out, &spdx::Document::new(materials)),
    }
}
