//! Candidates for the path in a prompt.

use crate::stack::kept::entry::Kind;
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{NodeId, Stack};

/// The names that may follow the text of a prompt. Raw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The text before the cursor.
    pub text: String,
    /// Names in the directory that the text names, directories with a slash; sorted.
    pub names: Vec<String>,
}

/// Candidates of one directory; of larger ones the first are listed.
pub const NAMES_MAX: usize = 10_000;

/// Directory and beginning of a name in the text of a prompt. What stands before a colon is the transport of a reference:
/// `oci-archive:build/im` is `build/` and `im`.
#[must_use]
pub fn typed_path(text: &str) -> (&str, &str) {
    let path = match text.split_once(':') {
        Some((transport, path)) if !transport.contains('/') => path,
        _ => text,
    };
    path.split_at(path.rfind('/').map_or(0, |at| at + 1))
}

/// Whether a name may follow a typed beginning: hidden names only after a dot.
#[must_use]
pub fn follows(name: &str, prefix: &str) -> bool {
    name.starts_with(prefix) && (prefix.starts_with('.') || !name.starts_with('.'))
}

/// The beginning that all names share; empty for none.
#[must_use]
pub fn common(names: &[String]) -> &str {
    let Some((first, others)) = names.split_first() else { return "" };
    let shared = others.iter().fold(first.len(), |shared, other| {
        let same = first.bytes().zip(other.bytes()).take_while(|(one, other)| one == other);
        shared.min(same.count())
    });
    let end = (0..=shared).rev().find(|&at| first.is_char_boundary(at)).unwrap_or(0);
    &first[..end]
}

/// The names of a directory of the image that begin as the path does.
#[must_use]
pub fn of_image(stack: &Stack, layer: usize, path: &str) -> Vec<String> {
    let (directory, prefix) = path.split_at(path.rfind('/').map_or(0, |at| at + 1));
    let Some(directory) = stack.find(directory.as_bytes()) else { return Vec::new() };
    let name = |node: NodeId| {
        let version = stack.visible(node, layer)?;
        let name = str::from_utf8(stack.name(node)).ok().filter(|name| follows(name, prefix))?;
        let slash = if version.kind == Kind::Directory { "/" } else { "" };
        Some(format!("{name}{slash}"))
    };
    let children = Walk::new(stack, Scope::Merged(layer), directory, false);
    children.filter_map(name).take(NAMES_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_reference_follows_its_transport() {
        for (text, parts) in [
            ("a/b/c", ("a/b/", "c")),
            ("c", ("", "c")),
            ("oci:dir/im", ("dir/", "im")),
            ("docker-archive:im", ("", "im")),
            ("./with:colon/im", ("./with:colon/", "im")),
            ("", ("", "")),
        ] {
            assert_eq!(typed_path(text), parts, "{text}");
        }
    }

    #[test]
    fn what_all_names_share_ends_at_a_character() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(common(&names(&["image.tar", "images/", "im"])), "im");
        assert_eq!(common(&names(&["aé", "aè"])), "a");
        assert_eq!(common(&[]), "");
        assert!(follows(".git", ".") && !follows(".git", ""));
    }
}
