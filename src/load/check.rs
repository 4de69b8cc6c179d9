//! All problems of a layer, from its description, its listing and its fold, as messages.

use crate::image;
use crate::layer::problems::beginning;
use crate::layer::{Listing, Problem, Severity};
use crate::stack::fold::{DEPTH_MAX, EVENT_LIMIT, Oddities, Oddity};

/// The most bytes of a path in a message; a tar can have names of gigabytes.
const PATH_SHOWN: usize = 1000;

/// All problems of a layer, worst first.
pub(super) fn problems(
    listing: &Listing,
    judged: Vec<Problem>,
    oddities: &Oddities,
    described: Option<&image::layer::Layer>,
) -> Vec<Problem> {
    let mut problems = listing.problems.clone();
    problems.extend(judged);
    if let Some(layer) = described {
        let said = layer.problems.iter().map(|message| warning(message.raw().to_owned()));
        problems.extend(
            said.filter(|said| {
                listing.problems.iter().all(|problem| problem.message != said.message)
            }),
        );
    }
    problems.extend(oddities.iter().map(|(&oddity, (count, path))| odd(oddity, *count, path)));
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
    problems
}

fn warning(message: String) -> Problem {
    Problem { severity: Severity::Warning, message }
}

fn odd(oddity: Oddity, count: u64, path: &[u8]) -> Problem {
    let severity = match oddity {
        Oddity::WhiteoutOfNothing | Oddity::OpaqueOfNothing | Oddity::ThroughLink => Severity::Note,
        Oddity::Duplicate
        | Oddity::Clamped
        | Oddity::BrokenLink
        | Oddity::LinkToItself
        | Oddity::LinkToDirectory
        | Oddity::Contradiction
        | Oddity::RootNotDirectory
        | Oddity::ImpossibleSize => Severity::Warning,
        Oddity::TooManyEvents | Oddity::TooDeep | Oddity::TooManyImplied => Severity::Error,
    };
    let what = match oddity {
        Oddity::WhiteoutOfNothing => "whiteout of a path that no lower layer has".to_owned(),
        Oddity::OpaqueOfNothing => "opaque marker in a directory that does not exist".to_owned(),
        Oddity::ThroughLink => {
            "entry below a symbolic link, shown where the link leads (as umoci and containerd extract \
             it; Docker's overlay2 and containers/storage would make a directory in the link's place)"
                .to_owned()
        }
        Oddity::Duplicate => "path with more than one entry, the last one counts".to_owned(),
        Oddity::Clamped => "name with '..' in it, kept below the root".to_owned(),
        Oddity::BrokenLink => "hard link to a path that is not there".to_owned(),
        Oddity::LinkToItself => "hard link to itself, ignored".to_owned(),
        Oddity::LinkToDirectory => "hard link to a directory".to_owned(),
        Oddity::Contradiction => {
            "path that is a directory for some entries and none for another, the last one counts"
                .to_owned()
        }
        Oddity::ImpossibleSize => {
            "entry that states more bytes than any image can hold, shown as empty".to_owned()
        }
        Oddity::RootNotDirectory => {
            "entry for the root that is not a directory, ignored".to_owned()
        }
        Oddity::TooDeep => format!("name more than {DEPTH_MAX} directories deep, left out"),
        Oddity::TooManyImplied => {
            "name that implies more directories than an image can have for its entries, left out"
                .to_owned()
        }
        Oddity::TooManyEvents => format!(
            "more than {EVENT_LIMIT} events, or 4 GB of names and attributes, in all layers; the rest is not shown"
        ),
    };
    let path = beginning(path, PATH_SHOWN);
    let message = if count == 1 {
        format!("{what}: {path}")
    } else {
        format!("{what}: {path} and {} more", count - 1)
    };
    Problem { severity, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_is_cut_in_a_message() {
        for (length, shown) in [(1000, 1000), (1001, 1000), (50_000, 1000)] {
            let message = odd(Oddity::TooDeep, 1, &vec![b'a'; length]).message;
            assert_eq!(message.matches("aaaa").count(), shown / 4, "{message}");
            assert_eq!(message.ends_with('…'), length > shown, "{message}");
        }
    }
}
