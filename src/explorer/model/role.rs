//! What a piece of text is, so that a theme can say how it read_requests.

use crate::text::Visible;

/// A piece of text and its meaning.
pub type Span = (Role, Visible<'static>);

/// The meaning of a span on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Secondary text: present, not loud.
    Quiet,
    /// What the eye should find first.
    Strong,
    /// A directory's name.
    Directory,
    /// Headings, keys, prompts.
    Accent,
    /// Came to be.
    Added,
    /// Content changed.
    Modified,
    /// Attributes changed.
    Metadata,
    /// Stored again, identical.
    Rewritten,
    /// Not known yet.
    Undecided,
    /// Went away.
    Removed,
    /// The name of something that went away.
    Gone,
    /// An opaque directory.
    Opaque,
    /// Shadowed by a later layer.
    Shadowed,
    /// A path that the search found.
    Hit,
    /// The filled part of a bar.
    Bar,
    /// Something broke.
    Error,
    /// Something is odd.
    Warning,
    /// A pane's frame.
    Frame,
    /// The focused pane's frame.
    FrameFocused,
    /// In a file: a quoted text.
    Quoted,
    /// In a file: a number or another constant.
    Constant,
    /// In a file: a word of the language.
    Keyword,
    /// In a file: what is defined, called or given a value.
    Named,
    /// The row of the cursor.
    Selected,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 25] = [
        Self::Text,
        Self::Quiet,
        Self::Strong,
        Self::Directory,
        Self::Accent,
        Self::Added,
        Self::Modified,
        Self::Metadata,
        Self::Rewritten,
        Self::Undecided,
        Self::Removed,
        Self::Gone,
        Self::Opaque,
        Self::Shadowed,
        Self::Hit,
        Self::Bar,
        Self::Error,
        Self::Warning,
        Self::Frame,
        Self::FrameFocused,
        Self::Quoted,
        Self::Constant,
        Self::Keyword,
        Self::Named,
        Self::Selected,
    ];
}
