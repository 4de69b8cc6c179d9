//! Collects the problems of one layer. The number kept of each severity is limited, so that a million notes cannot
//! displace an error or fill the memory.

use crate::layer::listing::{Problem, Severity};

/// Problems kept of each severity; the rest are counted.
const KEPT: usize = 100;

/// The most bytes of a foreign name that a message quotes.
const QUOTED: usize = 200;

/// Collects problems.
#[derive(Clone, Debug, Default)]
pub(crate) struct Problems {
    kept: Vec<Problem>,
    count: [usize; 4],
}

impl Problems {
    pub(super) fn note(&mut self, message: impl FnOnce() -> String) {
        self.add(Severity::Note, message);
    }

    pub(super) fn warning(&mut self, message: impl FnOnce() -> String) {
        self.add(Severity::Warning, message);
    }

    pub(super) fn error(&mut self, message: impl FnOnce() -> String) {
        self.add(Severity::Error, message);
    }

    pub(super) fn push(&mut self, problem: Problem) {
        self.add(problem.severity, || problem.message);
    }

    /// Adds the problems and counts of another collection.
    pub(super) fn absorb(&mut self, other: &Self) {
        for problem in &other.kept {
            self.push(problem.clone());
        }
        for (count, of_other) in self.count.iter_mut().zip(other.count) {
            *count += of_other.saturating_sub(KEPT);
        }
    }

    /// `message` is called only if the problem is kept.
    fn add(&mut self, severity: Severity, message: impl FnOnce() -> String) {
        let count = &mut self.count[severity as usize];
        *count += 1;
        if *count <= KEPT {
            self.kept.push(Problem { severity, message: message() });
        }
    }

    /// Most severe first, then in order of occurrence.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        self.kept.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
        for (severity, name) in [
            (Severity::Error, "errors"),
            (Severity::Warning, "warnings"),
            (Severity::Note, "notes"),
        ] {
            let dropped = self.count[severity as usize].saturating_sub(KEPT);
            if dropped > 0 {
                let end = self.kept.partition_point(|problem| problem.severity >= severity);
                let message = format!("{dropped} more {name} of this layer are not listed");
                self.kept.insert(end, Problem { severity, message });
            }
        }
        self.kept
    }
}

/// Quotes a foreign name for a message: lossy UTF-8, at most [`QUOTED`] bytes.
pub(super) fn quote(name: &[u8]) -> String {
    format!("'{}'", beginning(name, QUOTED))
}

/// At most `most` bytes of a foreign name, lossy UTF-8, with an ellipsis where it is longer.
pub(crate) fn beginning(name: &[u8], most: usize) -> String {
    let shown = String::from_utf8_lossy(&name[..name.len().min(most)]);
    let ellipsis = if name.len() > most { "…" } else { "" };
    format!("{shown}{ellipsis}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_notes_do_not_displace_an_error() {
        let mut problems = Problems::default();
        for index in 0..1_000 {
            problems.note(|| index.to_string());
        }
        problems.error(|| "broken".to_owned());
        let list = problems.finish();
        assert_eq!(list.len(), KEPT + 2);
        assert_eq!(list[0].message, "broken");
        assert_eq!(list[KEPT + 1].message, "900 more notes of this layer are not listed");
    }
}
