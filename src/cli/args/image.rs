//! The image argument that most commands take.

use clap::Args as Arguments;

use crate::report::Format;

/// An image, and how to write about it.
#[derive(Debug, Arguments)]
pub(crate) struct Common {
    /// The image.
    pub(crate) image: String,

    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

impl Common {
    pub(crate) fn format(&self) -> Format {
        if self.json { Format::Json } else { Format::Text }
    }
}
