//! What is odd or broken about a layer, and what it stores that is no content: plain data, made by whoever reads the
//! layer, read by whoever shows it.

/// What is said of a layer whose file was written to while it was open.
pub const CHANGED: &str = "the file was changed while it was open: open the image again";

/// A row of a layer's own troubles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What happened, where (offset or path) and, where there is one, the remedy. Foreign bytes in it are raw:
    /// whoever prints it takes it through `text`.
    pub message: String,
}

/// How a problem begins that is about extended attributes which this process may not read.
pub const UNREAD_ATTRIBUTES: &str = "not all extended attributes could be read";

impl Problem {
    /// Whether objects may have extended attributes that are not known.
    #[must_use]
    pub fn hides_attributes(&self) -> bool {
        self.message.starts_with(UNREAD_ATTRIBUTES)
    }
}

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; everything was read.
    Note,
    /// The layer breaks a rule of its format; what it means was decided by the specification.
    Warning,
    /// The layer was read, but its bytes do not have a digest that is stated of them: engines refuse it.
    Refused,
    /// Part of the layer could not be read.
    Error,
}

/// An object that is stored in the layer but is no content of the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// Its normalised path.
    pub path: Vec<u8>,
    /// Its payload in bytes.
    pub size: u64,
}
