//! Percent-encoding of texts in URLs (RFC 3986, section 2.1).

use std::fmt::Write as _;

/// Encodes all bytes of a text but unreserved characters and those of `plain`.
pub(super) fn encoded(text: &str, plain: &str) -> String {
    let mut coded = String::new();
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || plain.contains(c) {
            coded.push(c);
        } else {
            let _ = write!(coded, "%{byte:02X}");
        }
    }
    coded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_become_another_question() {
        assert_eq!(encoded("a/b:1@sha256:0?x#y z", "/:@"), "a/b:1@sha256:0%3Fx%23y%20z");
        assert_eq!(encoded("a/b", ""), "a%2Fb");
        assert_eq!(encoded("a b&c=ü", "/:,"), "a%20b%26c%3D%C3%BC");
    }
}
