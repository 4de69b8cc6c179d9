//! Accepted findings: by id, or by id and place.
//!
//! `setuid` accepts the finding everywhere, `setuid:/usr/bin/su` one path (a shell pattern), `secret-in-env:DEMO_TOKEN` one name.

use crate::findings::Id;
use crate::findings::place::{Location, Thing};
use crate::stack::Stack;
use crate::stack::query::glob::{Glob, Globs};

/// The ignore list.
#[derive(Clone, Debug, Default)]
pub struct Accepted {
    entries: Vec<(Id, Option<Glob>)>,
    /// Excluded paths.
    excludes: Globs,
}

impl Accepted {
    /// Reads the entries of an ignore list and of a list of excluded paths.
    ///
    /// # Errors
    /// A message that names the invalid entry and lists the findings.
    pub fn new<S: AsRef<str>>(entries: &[S], excludes: &[S]) -> Result<Self, String> {
        let entries = entries.iter().map(|entry| read(entry.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { entries, excludes: Globs::new(excludes)? })
    }

    /// Whether a place of a finding is accepted.
    pub(super) fn has(&self, id: Id, place: &Location, stack: &Stack) -> bool {
        if self.entries.is_empty() && self.excludes.is_empty() {
            return false;
        }
        let name = match &place.thing {
            Thing::Path(node) => stack.path(*node),
            Thing::Name(name) => name.clone().into_bytes(),
            Thing::Whole => Vec::new(),
        };
        let excluded = matches!(place.thing, Thing::Path(_)) && self.excludes.matches(&name);
        excluded
            || self.entries.iter().any(|(accepted, which)| {
                *accepted == id && which.as_ref().is_none_or(|glob| glob.matches(&name))
            })
    }
}

fn read(entry: &str) -> Result<(Id, Option<Glob>), String> {
    let (name, which) = match entry.split_once(':') {
        Some((name, which)) => (name, Some(which)),
        None => (entry, None),
    };
    let id = Id::named(name.trim()).ok_or_else(|| {
        let names = Id::ALL.iter().map(|id| id.facts().name).collect::<Vec<_>>();
        format!("'{name}' is not a finding; the findings are: {}", names.join(", "))
    })?;
    Ok((id, which.map(|which| Glob::new(which.trim())).transpose()?))
}
