//! Validation of IDs from the store's files before they become part of a path: only the alphabets that Docker uses
//! are accepted, so no ID leads out of the root.

use crate::image::digest::Digest;

/// Maximum length of a layer's directory name in bytes. Docker uses 64 characters, BuildKit 25.
const LONGEST: usize = 128;

/// An image ID before 1.10, or a container ID: 64 hexadecimal digits.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}

/// The ID of a layer in a driver: a cache ID (hexadecimal, or BuildKit's base 36), or a container ID, possibly with
/// `-init`.
pub(super) fn is_cache_id(text: &str) -> bool {
    let id = text.strip_suffix("-init").unwrap_or(text);
    !id.is_empty()
        && id.len() <= LONGEST
        && id.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

/// A driver's name: `overlay2`, `fuse-overlayfs`.
pub(super) fn is_driver(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= LONGEST
        && text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-_".contains(&c))
}

/// The hexadecimal part of a sha256 digest, which is a file name in Docker's store.
pub(super) fn sha256_hex(text: &str) -> Option<String> {
    let digest = Digest::parse(text)?;
    (digest.algorithm() == "sha256").then(|| digest.encoded().to_owned())
}

/// The first UID and GID on disk of a user namespace, from a directory name `<uid>.<gid>`.
pub(super) fn namespace(name: &str) -> Option<(u32, u32)> {
    let (uid, gid) = name.split_once('.')?;
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    Some((number(uid)?, number(gid)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_no_path_separators() {
        let hex = "0123456789abcdef".repeat(4);
        assert!(is_id(&hex) && is_cache_id(&hex) && is_cache_id(&format!("{hex}-init")));
        assert!(is_cache_id("k2zq3x9w8v7u6t5s4r1p0o9n8"));
        for text in
            ["", ".", "..", "../x", "a/b", "/", "a\0", "A", "-init", "a-removing", "a b", "é"]
        {
            assert!(!is_id(text) && !is_cache_id(text), "{text:?}");
        }
        assert!(!is_cache_id(&"a".repeat(129)));
        assert!(is_driver("overlay2") && is_driver("fuse-overlayfs"));
        for text in ["", ".", "..", "-s", "a/b", "Overlay"] {
            assert!(!is_driver(text), "{text:?}");
        }
    }

    #[test]
    fn a_digest_is_found_by_its_hex_digits() {
        let hex = "ab".repeat(32);
        assert_eq!(sha256_hex(&format!("sha256:{hex}")), Some(hex.clone()));
        for text in [hex.as_str(), "sha256:../..", "sha512:00", ""] {
            assert_eq!(sha256_hex(text), None, "{text}");
        }
    }

    #[test]
    fn a_namespace_is_two_numbers() {
        assert_eq!(namespace("100000.231072"), Some((100_000, 231_072)));
        for text in ["", ".", "1", "1.", ".1", "1.2.3", "-1.2", "+1.2", "99999999999.1", "a.b"] {
            assert_eq!(namespace(text), None, "{text}");
        }
    }
}
