//! The normal form of paths, as bytes, that every table, fold and query uses.

/// Writes the normal form of a stored name to `out`, which is cleared first: relative to the root, components joined by one
/// `/`, no `.` or empty component, no leading or trailing slash. `..` removes the component before it, if there is one.
/// Returns whether the name has a `..`, which engines treat differently.
pub fn normalise(raw: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    // Nearly all names are in normal form except for a leading `./` and a trailing slash.
    let plain = raw.strip_prefix(b"./").unwrap_or(raw);
    let plain = plain.strip_suffix(b"/").unwrap_or(plain);
    if !has_odd_component(plain) {
        out.extend_from_slice(plain);
        return false;
    }
    let mut stepped_back = false;
    for component in raw.split(|&byte| byte == b'/') {
        match component {
            b"" | b"." => {}
            b".." => {
                stepped_back = true;
                let parent = memchr::memrchr(b'/', out).unwrap_or(0);
                out.truncate(parent);
            }
            name => {
                if !out.is_empty() {
                    out.push(b'/');
                }
                out.extend_from_slice(name);
            }
        }
    }
    stepped_back
}

/// Whether some component is empty or begins with a dot: all others are plain names.
fn has_odd_component(path: &[u8]) -> bool {
    let [first, rest @ ..] = path else { return true };
    let odd = |byte: u8| byte == b'/' || byte == b'.';
    // No early end, so that 16 bytes are looked at together.
    let pairs = path.iter().zip(rest);
    let inside = pairs.fold(false, |found, (&before, &byte)| found | (before == b'/') & odd(byte));
    inside || odd(*first) || path.ends_with(b"/")
}

/// Whether a path is in normal form. `false` for the root, `b""`.
#[must_use]
pub fn is_normal(path: &[u8]) -> bool {
    let name = |component: &[u8]| !matches!(component, b"" | b"." | b"..");
    !has_odd_component(path) || path.split(|&byte| byte == b'/').all(name)
}

/// The length of the longest common prefix of two paths.
#[must_use]
pub fn shared_prefix(one: &[u8], other: &[u8]) -> usize {
    let words = one.as_chunks::<8>().0.iter().zip(other.as_chunks::<8>().0);
    let same = 8 * words.take_while(|(one, other)| one == other).count();
    let rest = one[same..].iter().zip(&other[same..]);
    same + rest.take_while(|(one, other)| one == other).count()
}

/// Splits a normalised path into its parent and its last component; `None` for the root.
#[must_use]
pub fn split(path: &[u8]) -> Option<(&[u8], &[u8])> {
    if path.is_empty() {
        return None;
    }
    Some(match memchr::memrchr(b'/', path) {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (b"", path),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_path_is_one_path() {
        let mut out = Vec::new();
        for spelling in ["a/b", "./a/b", "/a/b", "a//b", "a/./b", "a/b/", ".//a/b/."] {
            assert!(!normalise(spelling.as_bytes(), &mut out), "{spelling}");
            assert_eq!(out, b"a/b", "{spelling}");
        }
    }

    #[test]
    fn a_path_is_normal_if_normalising_does_not_change_it() {
        let mut out = Vec::new();
        for path in [
            "a", "a/b", ".a", "a/.b/..c", "...", "", "/", "a/", "/a", "a//b", ".", "a/.", "..",
            "a/../b",
        ] {
            normalise(path.as_bytes(), &mut out);
            assert_eq!(
                is_normal(path.as_bytes()),
                out == path.as_bytes() && !path.is_empty(),
                "{path}"
            );
        }
    }

    #[test]
    fn dot_dot_never_leaves_the_root() {
        let mut out = Vec::new();
        assert!(normalise(b"../../etc/x", &mut out));
        assert_eq!(out, b"etc/x");
        assert!(normalise(b"a/b/../c", &mut out));
        assert_eq!(out, b"a/c");
        assert!(normalise(b"..", &mut out));
        assert_eq!(out, b"");
    }

    #[test]
    fn the_shared_prefix_ends_at_the_first_difference() {
        let path = b"usr/share/doc/apt/changelog.gz";
        for length in 0..=path.len() {
            assert_eq!(shared_prefix(path, &path[..length]), length);
            let mut other = path.to_vec();
            if let Some(byte) = other.get_mut(length) {
                *byte = b'!';
            }
            assert_eq!(shared_prefix(&other, path), length);
        }
    }

    #[test]
    fn splitting_gives_parent_and_name() {
        assert_eq!(split(b""), None);
        assert_eq!(split(b"a"), Some((&b""[..], &b"a"[..])));
        assert_eq!(split(b"a/b/c"), Some((&b"a/b"[..], &b"c"[..])));
    }
}
