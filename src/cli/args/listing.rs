//! The arguments of `layers`, `ls` and `history`.

use clap::{Args as Arguments, ValueEnum};

use crate::cli::args::image::Common;
use crate::cli::args::image_path::ImagePath;
use crate::report::Sort;

#[derive(Debug, Arguments)]
#[command(after_help = "\
Example:
  layertui layers image.tar --dockerfile > Dockerfile")]
pub(in crate::cli) struct Layers {
    #[command(flatten)]
    pub(in crate::cli) common: Common,

    /// Print the history as a Dockerfile instead, with values of secrets hidden. No layer is read.
    #[arg(long, conflicts_with = "json")]
    pub(in crate::cli) dockerfile: bool,
}

/// The order of `ls`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Order {
    /// By the bytes of the path
    Name,
    /// Largest first; a directory by the bytes below it
    Size,
    /// Topmost layer first
    Layer,
}

impl From<Order> for Sort {
    fn from(order: Order) -> Self {
        match order {
            Order::Name => Self::Name,
            Order::Size => Self::Size,
            Order::Layer => Self::Layer,
        }
    }
}

#[derive(Debug, Arguments)]
#[command(after_help = "\
Examples:
  layertui ls image.tar /usr --du --sort size    what takes the space below /usr
  layertui ls image.tar --du --depth 0           one line: the bytes of the whole tree")]
pub(in crate::cli) struct Ls {
    #[command(flatten)]
    pub(in crate::cli) common: Common,

    /// The directory to list.
    #[arg(default_value = "/")]
    pub(in crate::cli) path: ImagePath,

    /// The layer on top: a number from 0, a negative number from the top, or a digest prefix.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(in crate::cli) layer: Option<String>,

    /// List subdirectories recursively.
    #[arg(long, short)]
    pub(in crate::cli) recursive: bool,

    /// List this many levels below PATH; 0 with --du is PATH alone.
    #[arg(long, value_name = "N", conflicts_with = "recursive")]
    depth: Option<usize>,

    /// Show mode, owner, size, time and the layer that wrote the entry.
    #[arg(long, short)]
    pub(in crate::cli) long: bool,

    /// The order of the lines.
    #[arg(long, value_name = "ORDER", default_value = "name")]
    pub(in crate::cli) sort: Order,

    /// Show sizes, those of directories as du --apparent-size adds them up: the bytes of the files below, one with several
    /// names once, whatever --depth lists; directories and symbolic links add nothing. The last line is PATH itself.
    #[arg(long, visible_alias = "total")]
    pub(in crate::cli) du: bool,
}

impl Ls {
    /// The number of levels to list.
    pub(in crate::cli) fn levels(&self) -> usize {
        self.depth.unwrap_or(if self.recursive { usize::MAX } else { 1 })
    }
}

#[derive(Debug, Arguments)]
#[command(after_help = "\
Example:
  layertui history image.tar /var/lib    its events, and what each layer put below it")]
pub(in crate::cli) struct History {
    #[command(flatten)]
    pub(in crate::cli) common: Common,

    /// The path, or a pattern with --glob or --regex.
    pub(in crate::cli) path: ImagePath,

    /// PATH is a shell pattern (over the whole path if it has a '/', else over the name).
    #[arg(long, conflicts_with = "regex")]
    pub(in crate::cli) glob: bool,

    /// PATH is a regular expression over whole paths.
    #[arg(long)]
    pub(in crate::cli) regex: bool,
}
