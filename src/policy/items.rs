//! The keys of a rules file, by the subset of YAML that [`crate::policy::file`] describes, with their values and lines.

use saphyr_parser::{Event, Parser};

use crate::stack::query::glob::Globs;

/// An error in a rules file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// The line, from 1.
    pub line: usize,
    /// The message.
    pub message: String,
}

impl FileError {
    pub(super) fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// The rules that dive has too.
pub(super) const LIMITS: [&str; 3] =
    ["lowest-efficiency", "highest-wasted-bytes", "highest-user-wasted-percent"];

pub(super) const RULES: [&str; 9] = [
    LIMITS[0],
    LIMITS[1],
    LIMITS[2],
    "max-layers",
    "max-size",
    "block",
    "deny-waste",
    "no-setuid-except",
    "scope",
];
pub(super) const FINDINGS: [&str; 3] = ["fail-on", "ignore", "scope"];
pub(super) const TOP: [&str; 5] = ["rules", "findings", "excludes", "base", "scope"];

/// The mapping that contains a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Top,
    Rules,
    Findings,
}

impl Section {
    pub(super) const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Top => &TOP,
            Self::Rules => &RULES,
            Self::Findings => &FINDINGS,
        }
    }

    /// The section of that name.
    fn named(key: &str) -> Option<Self> {
        [(TOP[0], Self::Rules), (TOP[1], Self::Findings)]
            .into_iter()
            .find_map(|(name, section)| (name == key).then_some(section))
    }
}

/// A key with its values.
pub(super) struct Item {
    pub(super) section: Section,
    pub(super) key: String,
    pub(super) values: Vec<String>,
    pub(super) list: bool,
    pub(super) line: usize,
}

/// Maximum number of patterns in a list: a compiled pattern takes about 10 kB.
const PATTERNS_MAX: usize = 1000;

/// The patterns of a list.
///
/// # Errors
/// The first pattern that is not a glob, or too many patterns.
pub fn globs(patterns: &[String]) -> Result<Globs, String> {
    check_count(patterns)?;
    Globs::new(patterns)
}

pub(super) fn check_count(patterns: &[String]) -> Result<(), String> {
    if patterns.len() <= PATTERNS_MAX {
        return Ok(());
    }
    Err(format!("{} patterns; a list can have {PATTERNS_MAX}", patterns.len()))
}

impl Item {
    pub(super) fn one(&self) -> Result<&str, String> {
        match self.values.as_slice() {
            [one] if !self.list => Ok(one),
            _ => Err("one value is expected".to_owned()),
        }
    }

    pub(super) fn globs(&self) -> Result<Vec<String>, String> {
        globs(&self.values)?;
        Ok(self.values.clone())
    }
}

/// The state of the reader: at the top, in a mapping, in a list.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Start,
    In(Section),
    List(Section),
    End,
}

/// The keys of a rules file with their values, in the file's order.
pub(super) fn items(text: &str) -> Result<Vec<Item>, FileError> {
    let mut items: Vec<Item> = Vec::new();
    let mut at = At::Start;
    // A key whose value was not read yet.
    let mut key: Option<(String, usize)> = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event
            .map_err(|error| FileError::new(error.marker().line(), error.info().to_owned()))?;
        let line = span.start.line();
        match (at, event) {
            (_, Event::Alias(_)) => {
                return Err(FileError::new(line, "aliases are not supported here"));
            }
            (At::Start, Event::Scalar(value, ..)) if is_nothing(&value) => at = At::End,
            (At::In(Section::Top), Event::MappingEnd) => at = At::End,
            (At::Start, Event::MappingStart(..)) | (At::In(_), Event::MappingEnd) => {
                at = At::In(Section::Top);
            }
            (At::In(Section::Top), Event::MappingStart(..)) if section(key.as_ref()).is_some() => {
                at = section(key.take().as_ref()).map_or(at, At::In);
            }
            (At::In(section), Event::Scalar(value, ..)) => match key.take() {
                None => key = Some((value.into_owned(), line)),
                // A key without a value is ignored.
                Some(_) if is_nothing(&value) => {}
                Some((key, line)) => {
                    let values = vec![value.into_owned()];
                    items.push(Item { section, key, values, list: false, line });
                }
            },
            (At::In(section), Event::SequenceStart(..)) if key.is_some() => {
                if let Some((key, line)) = key.take() {
                    items.push(Item { section, key, values: Vec::new(), list: true, line });
                }
                at = At::List(section);
            }
            (At::List(_), Event::Scalar(value, ..)) => {
                if let Some(item) = items.last_mut() {
                    item.values.push(value.into_owned());
                }
            }
            (At::List(section), Event::SequenceEnd) => at = At::In(section),
            (
                _,
                Event::Nothing
                | Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_)
                | Event::DocumentEnd,
            ) => {}
            _ => {
                return Err(FileError::new(
                    line,
                    "keys with a value or a list of values are expected here",
                ));
            }
        }
    }
    Ok(items)
}

fn section(key: Option<&(String, usize)>) -> Option<Section> {
    key.and_then(|(key, _)| Section::named(key))
}

fn is_nothing(value: &str) -> bool {
    matches!(value, "" | "~" | "null")
}
