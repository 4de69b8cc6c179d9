//! Keys of entries: the digest of hashed bytes, or the identity of a region of a file.

use xxhash_rust::xxh3::xxh3_128;

use crate::layer::blob::Identity;

/// A key. Its bytes are stored in the entry as well, so that an entry under a wrong name is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    kind: Kind,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Digest,
    File,
}

/// Prefixes of file names: by digest, by file.
pub(super) const BY_DIGEST: &str = "blob-";
pub(super) const BY_FILE: &str = "file-";

impl Key {
    /// The key of a digest; `None` unless it is a well-formed sha256, because it becomes a file name.
    pub(super) fn digest(digest: &str) -> Option<Self> {
        let hex = digest.strip_prefix("sha256:")?;
        let well_formed = hex.len() == 64
            && hex.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it));
        well_formed.then(|| Self { kind: Kind::Digest, bytes: digest.as_bytes().to_vec() })
    }

    /// The key of a region of a file.
    pub(super) fn file(identity: &Identity) -> Self {
        let Identity { device, inode, size, mtime, ctime, offset, len } = *identity;
        let mut bytes = Vec::with_capacity(64);
        for number in [device, inode, size, mtime.0 as u64, ctime.0 as u64, offset, len] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        for nanos in [mtime.1, ctime.1] {
            bytes.extend_from_slice(&nanos.to_le_bytes());
        }
        Self { kind: Kind::File, bytes }
    }

    /// The file name in the cache directory.
    pub(super) fn name(&self) -> String {
        match self.kind {
            Kind::Digest => {
                let digest = String::from_utf8_lossy(&self.bytes);
                format!("{BY_DIGEST}{}", digest.trim_start_matches("sha256:"))
            }
            Kind::File => format!("{BY_FILE}{:032x}", xxh3_128(&self.bytes)),
        }
    }

    /// The bytes stored in the entry.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sha256_digest_becomes_a_file_name() {
        let hex = "0a".repeat(32);
        assert_eq!(Key::digest(&format!("sha256:{hex}")).unwrap().name(), format!("blob-{hex}"));
        for bad in ["", "sha256:", "sha256:../../x", &hex, &format!("sha512:{hex}")] {
            assert_eq!(Key::digest(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_field_of_the_identity_is_in_the_key() {
        let same = Identity {
            device: 1,
            inode: 2,
            size: 3,
            mtime: (4, 5),
            ctime: (6, 7),
            offset: 8,
            len: 9,
        };
        let others = [
            Identity { device: 0, ..same.clone() },
            Identity { inode: 0, ..same.clone() },
            Identity { size: 0, ..same.clone() },
            Identity { mtime: (0, 5), ..same.clone() },
            Identity { mtime: (4, 0), ..same.clone() },
            Identity { ctime: (0, 7), ..same.clone() },
            Identity { ctime: (6, 0), ..same.clone() },
            Identity { offset: 0, ..same.clone() },
            Identity { len: 0, ..same.clone() },
        ];
        let key = Key::file(&same);
        assert_eq!(key, Key::file(&same.clone()));
        for other in &others {
            assert_ne!(key.name(), Key::file(other).name(), "{other:?}");
        }
    }
}
