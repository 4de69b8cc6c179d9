//! Paths as bytes: the one normal form that every table, fold and query uses.

/// Brings a stored name into normal form in `out` (cleared first): relative to the root, components joined by one
/// `/`, no `.` or empty component, no leading or trailing slash. `..` steps back but never above the root.
/// Returns whether a `..` had to be stopped at the root or stepped back at all, which engines treat differently.
pub fn normalise(raw: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
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
    fn splitting_gives_parent_and_name() {
        assert_eq!(split(b""), None);
        assert_eq!(split(b"a"), Some((&b""[..], &b"a"[..])));
        assert_eq!(split(b"a/b/c"), Some((&b"a/b"[..], &b"c"[..])));
    }
}
