//! The arguments of `grep`.

use clap::Args as Arguments;

use crate::cli::args::image::Common;
use crate::cli::args::image_path::ImagePath;
use crate::load::grep::query::CONTEXT_MAX;
use crate::load::grep::{Query, Scope, Wanted};
use crate::text;
use crate::text::pattern::LineOptions;

/// Shown below the options.
pub(in crate::cli) const EXAMPLES: &str = "\
Examples:
  layertui grep image.tar 'AKIA[0-9A-Z]{16}'         in every layer, deleted and overwritten files too
  layertui grep image.tar -i password /etc /opt/app  below these directories
  layertui grep image.tar -lF hunter2 --json         which files of which layers, one object a line
  layertui grep image.tar TODO --visible -C 2        in the merged tree only, with two lines around
  layertui grep image.tar version --layer 3 --glob '*.json'

A line begins with ' ' where the file is visible in the image, '~' where a later layer has another version of it, '-'
where the path was removed, and '?' where a layer that was not read may hide it; then comes the layer that stores the file.
Exit codes: 0 a line matches, 1 none does, 2 a layer or file that the answer needs could not be read.";

#[derive(Debug, Arguments)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(in crate::cli) struct Grep {
    #[command(flatten)]
    pub(in crate::cli) common: Common,

    /// A regular expression, searched for in each line.
    #[arg(allow_hyphen_values = false)]
    pub(in crate::cli) pattern: String,

    /// Files and directories to search. Default: everything.
    #[arg(value_name = "PATH")]
    paths: Vec<ImagePath>,

    /// Only files of the merged tree (at --layer N if it is given), not removed and overwritten ones.
    #[arg(long)]
    pub(in crate::cli) visible: bool,

    /// Only files that this layer stores: a number from 0, a negative number from the top, or a digest prefix.
    #[arg(long, value_name = "N", allow_hyphen_values = true, conflicts_with_all = ["from", "to"])]
    pub(in crate::cli) layer: Option<String>,

    /// The first layer of a range (default: 0 if --to is given).
    #[arg(long, value_name = "A", allow_hyphen_values = true, conflicts_with = "visible")]
    pub(in crate::cli) from: Option<String>,

    /// The last layer of a range (default: the last if --from is given).
    #[arg(long, value_name = "B", allow_hyphen_values = true, conflicts_with = "visible")]
    pub(in crate::cli) to: Option<String>,

    /// Upper and lower case match each other.
    #[arg(long, short)]
    ignore_case: bool,

    /// PATTERN is a text, not a regular expression.
    #[arg(long, short = 'F')]
    fixed_strings: bool,

    /// Match whole words only.
    #[arg(long, short)]
    word_regexp: bool,

    /// Search binary files as text.
    #[arg(long, short = 'a')]
    text: bool,

    /// Print the files that match, not their lines.
    #[arg(long, short = 'l', conflicts_with = "count")]
    files_with_matches: bool,

    /// Print the number of matching lines of each file.
    #[arg(long, short)]
    count: bool,

    /// Print so many lines after a match.
    #[arg(long, short = 'A', value_name = "LINES", value_parser = context)]
    after_context: Option<usize>,

    /// Print so many lines before a match.
    #[arg(long, short = 'B', value_name = "LINES", value_parser = context)]
    before_context: Option<usize>,

    /// Print so many lines before and after a match.
    #[arg(long, short = 'C', value_name = "LINES", value_parser = context)]
    context: Option<usize>,

    /// Only files whose path (with a '/' in GLOB), or name, matches; with ! before it, only others. May be repeated.
    #[arg(long, short, value_name = "GLOB")]
    glob: Vec<String>,

    /// Skip larger files: 500k, 10MB, 1GiB.
    #[arg(long, value_name = "SIZE", value_parser = text::size::parse)]
    max_size: Option<u64>,
}

fn context(argument: &str) -> Result<usize, String> {
    let lines = argument.parse().ok().filter(|lines| *lines <= CONTEXT_MAX);
    lines.ok_or_else(|| format!("expected a number of lines, at most {CONTEXT_MAX}"))
}

impl Grep {
    pub(in crate::cli) fn query(&self) -> Result<Query, String> {
        let options = LineOptions {
            any_case: self.ignore_case,
            literal: self.fixed_strings,
            words: self.word_regexp,
            text: self.text,
        };
        let side = |lines: Option<usize>| lines.or(self.context).unwrap_or(0);
        let wanted = match (self.files_with_matches, self.count) {
            (true, _) => Wanted::Files,
            (_, true) => Wanted::Count,
            _ => {
                Wanted::Lines { before: side(self.before_context), after: side(self.after_context) }
            }
        };
        Query::new(&self.pattern, options, wanted)
    }

    pub(in crate::cli) fn scope(&self) -> Result<Scope, String> {
        Scope::new(self.paths.iter().map(ImagePath::as_bytes), &self.glob, self.max_size)
    }
}
