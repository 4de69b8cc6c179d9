//! Parses the annotations that describe the TOC of a layer, and downloads and verifies the TOC.
//!
//! eStargz: a footer of 51 bytes has the offset of a gzip member whose tar has the document; the digest is that of the
//! document. zstd:chunked: the annotation has the offset, in a frame that other readers skip; the digest is that of the
//! compressed document.

use std::io;
use std::io::Read;

use crate::image::digest::Digest;
use crate::image::manifest::annotation;
use crate::layer::blob::Blob;
use crate::layer::blob::remote::RemoteBlob;
use crate::layer::codec::Decoder;
use crate::layer::encoding::Codec;
use crate::layer::listing::rows_max;

/// The annotation of an eStargz layer (stargz-snapshotter, `docs/estargz.md`).
const ESTARGZ: &str = "containerd.io/snapshot/stargz/toc.digest";

/// The annotations of a zstd:chunked layer by containers/storage, and by stargz-snapshotter.
const CHUNKED: [&str; 2] =
    ["io.github.containers.zstd-chunked.manifest-", "io.containers.zstd-chunked.manifest-"];

/// The name of the document in an eStargz layer.
const DOCUMENT: &[u8] = b"stargz.index.json";

/// The length of the footer: an empty gzip member, whose extra field (subfield `SG`) has the offset of the document's
/// member.
const FOOTER: u64 = 51;

/// The longest TOC as stored: that of a layer of a million files has some 60 MB.
const STORED_MAX: u64 = 64 << 20;

/// The longest TOC unpacked; containers/storage has the same limit.
const DOCUMENT_MAX: u64 = 150 << 20;

/// The TOC that a manifest states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TocDescriptor {
    digest: Digest,
    /// Offset and length in the blob, if stated (zstd:chunked).
    range: Option<(u64, u64)>,
}

/// A verified TOC.
pub(super) struct Table {
    pub(super) json: Vec<u8>,
    /// The end of the files' bytes in the blob.
    pub(super) end: u64,
}

impl TocDescriptor {
    /// Parses the annotations of a layer; `None` if they state no TOC that can be verified.
    #[must_use]
    pub fn of(annotations: &[(String, String)]) -> Option<Self> {
        let digest =
            |text: &str| Digest::parse(text.trim()).filter(|it| it.algorithm() == "sha256");
        let chunked = CHUNKED.iter().find_map(|prefix| {
            let value = |key: &str| annotation(annotations, &format!("{prefix}{key}"));
            let digest = digest(value("checksum")?)?;
            let mut numbers = value("position")?.split(':').map(|it| it.parse::<u64>().ok());
            let place = (numbers.next()??, numbers.next()??);
            Some(Self { digest, range: Some(place) })
        });
        chunked.or_else(|| {
            Some(Self { digest: digest(annotation(annotations, ESTARGZ)?)?, range: None })
        })
    }

    pub(super) const fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The encoding of the files.
    pub(super) const fn codec(&self) -> Codec {
        if self.range.is_some() { Codec::Zstd } else { Codec::Gzip }
    }

    /// The name of the format in messages.
    pub(super) const fn format(&self) -> &'static str {
        if self.range.is_some() { "zstd:chunked" } else { "eStargz" }
    }

    /// The TOC of a blob of `len` bytes, from the cache or from the blob.
    ///
    /// # Errors
    /// `Unsupported` without range requests; `InvalidData` if the TOC is not valid; else why the download failed.
    pub(super) fn fetch(&self, remote: &dyn RemoteBlob, len: u64) -> io::Result<Table> {
        let kept = remote.cached(&self.digest).and_then(|blob| blob.read_all(DOCUMENT_MAX).ok());
        let kept = kept.filter(|bytes| self.digest.verify(bytes) == Some(true));
        match (self.range, kept) {
            (Some((offset, _)), Some(packed)) => packed_table(packed, offset),
            (Some((offset, stored)), None) => {
                let packed = fetch_table(remote, offset, checked_len(offset, stored, len)?)?;
                self.verified(remote, &packed)?;
                packed_table(packed, offset)
            }
            // The end of the files is not needed: each file ends where the next member begins.
            (None, Some(json)) => Ok(Table { json, end: len }),
            (None, None) => {
                let at = len.checked_sub(FOOTER).ok_or_else(no_footer)?;
                let offset = footer(&remote.fetch_range(at, FOOTER)?).ok_or_else(no_footer)?;
                let stored = checked_len(offset, at.saturating_sub(offset), at)?;
                let tar = unpacked(fetch_table(remote, offset, stored)?, Codec::Gzip)?;
                let json = document(&tar)?;
                self.verified(remote, json)?;
                Ok(Table { json: json.to_vec(), end: offset })
            }
        }
    }

    /// Verifies the bytes and caches them.
    fn verified(&self, remote: &dyn RemoteBlob, bytes: &[u8]) -> io::Result<()> {
        if self.digest.verify(bytes) != Some(true) {
            let message = format!("its bytes do not have the digest {}", self.digest);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        remote.cache(&self.digest, bytes);
        Ok(())
    }
}

/// Unpacks the document of a zstd:chunked layer.
fn packed_table(packed: Vec<u8>, offset: u64) -> io::Result<Table> {
    Ok(Table { json: unpacked(packed, Codec::Zstd)?, end: offset })
}

/// Downloads a TOC, within the limit.
fn fetch_table(remote: &dyn RemoteBlob, offset: u64, stored: u64) -> io::Result<Vec<u8>> {
    if stored > STORED_MAX {
        let message = format!("its {stored} bytes are too many");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    remote.fetch_range(offset, stored)
}

/// `stored`, if it is not 0 and the range ends before `end`.
fn checked_len(offset: u64, stored: u64, end: u64) -> io::Result<u64> {
    let fits = stored > 0 && offset.checked_add(stored).is_some_and(|it| it <= end);
    let message = "its stated range lies outside the layer";
    fits.then_some(stored).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, message))
}

fn no_footer() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the layer does not end in an eStargz footer")
}

/// Parses the offset in an eStargz footer.
fn footer(bytes: &[u8]) -> Option<u64> {
    let extra = bytes.strip_prefix(b"\x1f\x8b\x08\x04").and_then(|rest| rest.get(6..34))?;
    let text = extra.strip_prefix(b"\x1a\0SG\x16\0")?.strip_suffix(b"STARGZ")?;
    u64::from_str_radix(std::str::from_utf8(text).ok()?, 16).ok()
}

fn unpacked(bytes: Vec<u8>, codec: Codec) -> io::Result<Vec<u8>> {
    // Keys and hexadecimal digests make a record of JSON some ten times as long as its row.
    let max = rows_max(bytes.len() as u64).saturating_mul(10).min(DOCUMENT_MAX);
    let mut out = Vec::new();
    Decoder::new(&Blob::memory(bytes), codec)?.take(max + 1).read_to_end(&mut out)?;
    if out.len() as u64 > max {
        let message = format!("it has more than {max} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(out)
}

/// Finds the document in its tar.
fn document(tar: &[u8]) -> io::Result<&[u8]> {
    let (found, _) = crate::layer::list::survey(&Blob::memory(tar));
    let member = found.members.iter().find(|member| member.name == DOCUMENT);
    member
        .and_then(|member| tar.get(member.offset as usize..)?.get(..member.size as usize))
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is not where it should be"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_toc_needs_a_valid_digest() {
        let digest = format!("sha256:{}", "ab".repeat(32));
        for prefix in CHUNKED {
            let (checksum, position) = (format!("{prefix}checksum"), format!("{prefix}position"));
            let stated =
                TocDescriptor::of(&pairs(&[(&checksum, &digest), (&position, "10:20:30:1")]));
            assert_eq!(stated.unwrap().range, Some((10, 20)));
            for bad in ["", "x:y", "1", "-1:2"] {
                let stated = TocDescriptor::of(&pairs(&[(&checksum, &digest), (&position, bad)]));
                assert_eq!(stated, None, "{bad}");
            }
            assert_eq!(TocDescriptor::of(&pairs(&[(&position, "10:20:30:1")])), None);
        }
        assert_eq!(TocDescriptor::of(&pairs(&[(ESTARGZ, &digest)])).unwrap().range, None);
        assert_eq!(TocDescriptor::of(&pairs(&[(ESTARGZ, "sha256:short")])), None);
    }

    #[test]
    fn a_range_is_within_the_blob() {
        assert_eq!(checked_len(5, 5, 10).unwrap(), 5);
        for (offset, stored) in [(5, 6), (0, 0), (u64::MAX, 1), (1, u64::MAX)] {
            assert!(checked_len(offset, stored, 10).is_err(), "{offset} {stored}");
        }
    }

    #[test]
    fn a_footer_is_what_the_format_says() {
        let mut bytes = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x1a\0SG\x16\0".to_vec();
        bytes.extend_from_slice(b"00000000000000ffSTARGZ");
        bytes.extend_from_slice(b"\x01\0\0\xff\xff\0\0\0\0\0\0\0\0");
        assert_eq!((bytes.len() as u64, footer(&bytes)), (FOOTER, Some(255)));
        for at in [0, 10, 12, 20, 35] {
            let mut damaged = bytes.clone();
            damaged[at] = b'?';
            assert_eq!(footer(&damaged), None, "{at}");
        }
        assert_eq!(footer(&bytes[..20]), None);
    }
}
