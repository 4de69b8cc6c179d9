//! Problems of a layer, and objects in it that are not content of the image.

/// Message for a layer whose file was modified while it was open.
pub const CHANGED: &str = "the file was changed while it was open: open the image again";

/// A problem of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Severity.
    pub severity: Severity,
    /// What happened, where (offset or path) and the remedy, if there is one. May contain raw foreign text: print it
    /// through `text`.
    pub message: String,
}

/// The first of the most severe problems, if the layer was not read to its end or engines refuse it: an answer that needs the
/// layer is not certain.
#[must_use]
pub fn decisive(problems: &[Problem]) -> Option<&Problem> {
    let worst = problems.iter().map(|problem| problem.severity).max()?;
    // The first of equals caused the others.
    problems.iter().find(|it| it.severity == worst && worst >= Severity::Refused)
}

/// Severity of a [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A fact of interest; everything was read.
    Note,
    /// The layer violates its format; it was interpreted as the specification says.
    Warning,
    /// The layer was read, but does not have its stated digest: engines refuse it.
    Refused,
    /// Part of the layer could not be read.
    Error,
}

/// An object in the layer that is not content of the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// Normalised path.
    pub path: Vec<u8>,
    /// Length of its content in bytes.
    pub size: u64,
}
