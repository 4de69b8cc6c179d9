//! The meaning of a piece of text, which a theme maps to a style.

use crate::text::Visible;

/// A piece of text and its meaning.
pub type Span = (Role, Visible<'static>);

/// Number of tints of a theme.
pub const TINTS: usize = 6;

/// The meaning of a span on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ordinary text.
    #[default]
    Text,
    /// Secondary text.
    Quiet,
    /// Emphasis.
    Strong,
    /// A directory's name.
    Directory,
    /// Headings, keys, prompts.
    Accent,
    /// Added by a layer.
    Added,
    /// Changed content.
    Modified,
    /// Changed attributes.
    Metadata,
    /// Stored again with the same bytes.
    Rewritten,
    /// Modified or rewritten: not compared yet.
    Undecided,
    /// Removed by a layer: signs, counts and sentences.
    Removed,
    /// The name of a removed path: struck through.
    RemovedName,
    /// An opaque directory.
    Opaque,
    /// Shadowed by a later layer: signs, counts and sentences.
    Shadowed,
    /// The name of a shadowed path: underlined.
    ShadowedName,
    /// A path that the search found.
    Hit,
    /// The filled part of a bar.
    Bar,
    /// Errors.
    Error,
    /// Warnings.
    Warning,
    /// A pane's frame.
    Frame,
    /// The focused pane's frame.
    FrameFocused,
    /// In a file: a string.
    Quoted,
    /// In a file: a number or another constant.
    Constant,
    /// In a file: a keyword.
    Keyword,
    /// In a file: a name that is defined, called or assigned.
    Named,
    /// A tile of the map: the number of its layer, modulo [`TINTS`]. Colours frames and fills, never text.
    Tint(u8),
}
