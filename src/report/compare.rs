//! How two images differ. Text begins with the verdict; JSON, which can be read while it is written, ends with it.

mod comparison;
mod json;
mod text;

use std::io;
use std::io::Write;

pub use crate::report::compare::comparison::{Comparison, Verdict};
use crate::report::compare::json::write_json;
use crate::report::compare::text::write_text;
use crate::report::{Format, Lines};

/// Writes the comparison; text names the first directories, JSON all.
///
/// # Errors
/// Errors of writing to `out`.
pub fn compare(out: &mut dyn Write, found: &Comparison<'_>, format: Format) -> io::Result<()> {
    match format {
        Format::Json => write_json(out, found),
        Format::Text => write_text(&mut Lines::new(out), found),
    }
}
