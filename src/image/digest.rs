//! Digests (`sha256:…`), validated before use.
//!
//! A digest from untrusted JSON becomes part of a path below `blobs/`, so it must be well-formed. Grammar: OCI
//! image-spec, `descriptor.md`.

use std::fmt;

use sha2::{Digest as _, Sha256, Sha512};

/// Maximum length of a digest in bytes; sha512 needs 135.
const LONGEST: usize = 256;

/// A well-formed digest.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest {
    text: String,
    colon: usize,
}

impl Digest {
    /// Parses a digest; `None` if it is not well-formed. For sha256 and sha512 the length must match.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let colon = text.find(':')?;
        let (algorithm, encoded) = (&text[..colon], &text[colon + 1..]);
        let lower_hex = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        let well_formed = match algorithm {
            "sha256" => encoded.len() == 64 && encoded.bytes().all(lower_hex),
            "sha512" => encoded.len() == 128 && encoded.bytes().all(lower_hex),
            _ => {
                let component = |part: &str| {
                    !part.is_empty()
                        && part.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                };
                algorithm.split(['+', '.', '_', '-']).all(component)
                    && !encoded.is_empty()
                    && encoded.bytes().all(|c| c.is_ascii_alphanumeric() || b"=_-".contains(&c))
            }
        };
        well_formed.then(|| Self { text: text.to_owned(), colon })
    }

    /// The sha256 of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self { text: format!("sha256:{}", hex(&Sha256::digest(bytes))), colon: 6 }
    }

    /// The digest `sha256:<hex>`, if well-formed.
    #[must_use]
    pub fn from_sha256_hex(hex: &str) -> Option<Self> {
        Self::parse(&format!("sha256:{hex}"))
    }

    /// `sha256`, `sha512`, …
    #[must_use]
    pub fn algorithm(&self) -> &str {
        &self.text[..self.colon]
    }

    /// The part after the colon.
    #[must_use]
    pub fn encoded(&self) -> &str {
        &self.text[self.colon + 1..]
    }

    /// The whole digest.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The digest of `bytes` by the same algorithm; `None` if that is neither sha256 nor sha512.
    #[must_use]
    pub fn of_same_algorithm(&self, bytes: &[u8]) -> Option<Self> {
        let mut hasher = Hasher::new(self.algorithm())?;
        hasher.update(bytes);
        Some(hasher.finish())
    }

    /// Whether this is the digest of `bytes`; `None` if the algorithm is not supported.
    #[must_use]
    pub fn verify(&self, bytes: &[u8]) -> Option<bool> {
        Some(self.of_same_algorithm(bytes)? == *self)
    }
}

/// Computes a digest incrementally.
#[derive(Clone, Debug)]
pub struct Hasher(State);

#[derive(Clone, Debug)]
enum State {
    Sha256(Box<Sha256>),
    Sha512(Box<Sha512>),
}

impl Hasher {
    /// A hasher for `sha256` or `sha512`; `None` for any other algorithm.
    #[must_use]
    pub fn new(algorithm: &str) -> Option<Self> {
        match algorithm {
            "sha256" => Some(Self::sha256()),
            "sha512" => Some(Self(State::Sha512(Box::default()))),
            _ => None,
        }
    }

    /// A hasher for `sha256`.
    #[must_use]
    pub fn sha256() -> Self {
        Self(State::Sha256(Box::default()))
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha256(sum) => sum.update(bytes),
            State::Sha512(sum) => sum.update(bytes),
        }
    }

    /// The digest of all bytes.
    #[must_use]
    pub fn finish(self) -> Digest {
        let (name, hex) = match self.0 {
            State::Sha256(sum) => ("sha256", hex(&sum.finalize())),
            State::Sha512(sum) => ("sha512", hex(&sum.finalize())),
        };
        Digest { text: format!("{name}:{hex}"), colon: name.len() }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The chain ID of a layer on top of the one with chain ID `below` (OCI image-spec, `config.md`, "Layer ChainID").
pub(crate) fn chain_id(below: Option<&str>, diff_id: &str) -> String {
    below.map_or_else(
        || diff_id.to_owned(),
        |below| Digest::of(format!("{below} {diff_id}").as_bytes()).as_str().to_owned(),
    )
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_digests_are_refused() {
        for text in [
            "",
            "sha256",
            "sha256:",
            "sha256:../../../etc/passwd",
            "sha256:AAAA",
            &format!("sha256:{}", "A".repeat(64)),
            &format!("sha256:{}", "a".repeat(63)),
            &format!("sha512:{}", "a".repeat(64)),
            "..:a",
            "a/b:c",
            "blake3:a/b",
            "blake3:a\0b",
            &format!("blake3:{}", "a".repeat(300)),
        ] {
            assert_eq!(Digest::parse(text), None, "{text}");
        }
    }

    #[test]
    fn sha256_and_sha512_are_verified_and_others_unknown() {
        let sha256 = Digest::of(b"abc");
        assert_eq!(
            sha256.as_str(),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(sha256.verify(b"abc"), Some(true));
        assert_eq!(sha256.verify(b"abd"), Some(false));
        let sha512 = Digest::parse(&format!("sha512:{}", "0".repeat(128))).unwrap();
        assert_eq!(sha512.verify(b"abc"), Some(false));
        let other = Digest::parse("blake3:ab_C=").unwrap();
        assert_eq!((other.algorithm(), other.encoded()), ("blake3", "ab_C="));
        assert_eq!(other.verify(b"abc"), None);
    }
}
