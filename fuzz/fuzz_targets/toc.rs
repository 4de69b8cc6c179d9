//! Any bytes as a TOC of each format: it is refused, or lists and opens files, and never panics.
#![no_main]

use std::io::{self, Read};
use std::sync::Arc;

use layertui::image::digest::Digest;
use layertui::layer::blob::Blob;
use layertui::layer::blob::remote::RemoteBlob;
use layertui::layer::toc::{SociLayer, TocDescriptor, TocLayer};
use layertui::layer::{Listing, Unwatched};
use layertui::stack::kept::entry::{Kind, Row};
use libfuzzer_sys::fuzz_target;

/// A remote blob whose bytes and documents are the same bytes.
#[derive(Debug)]
struct Near(Vec<u8>);

impl RemoteBlob for Near {
    fn digest(&self) -> &str {
        "sha256:0"
    }
    fn read_at(&self, _buffer: &mut [u8], _offset: u64) -> io::Result<usize> {
        Err(io::ErrorKind::Other.into())
    }
    fn fetch_verified(&self, _retry: bool) -> io::Result<Blob> {
        Err(io::ErrorKind::Other.into())
    }
    fn local(&self) -> Option<Blob> {
        None
    }
    fn discard(&self) {}
    fn cancel(&self) {}
    fn fetch_range(&self, offset: u64, len: u64) -> io::Result<Vec<u8>> {
        Blob::memory(&self.0[..]).slice(offset, len).read_all(len)
    }
    fn ztoc(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(Some(self.0.clone()))
    }
    fn cached(&self, _digest: &Digest) -> Option<Blob> {
        None
    }
    fn cache(&self, _digest: &Digest, _bytes: &[u8]) {}
}

/// The annotations that a manifest would have.
fn stated(key: &str, bytes: &[u8], position: Option<String>) -> Option<TocDescriptor> {
    let digest = Digest::of(bytes).as_str().to_owned();
    let mut pairs = vec![(key.to_owned(), digest)];
    let place = key.replace("checksum", "position");
    pairs.extend(position.map(|position| (place, position)));
    TocDescriptor::of(&pairs)
}

fuzz_target!(|bytes: &[u8]| {
    let near = |bytes: &[u8]| Arc::new(Near(bytes.to_vec())) as Arc<dyn RemoteBlob>;
    let open = |path: &[u8], size: u64, file: io::Result<Box<dyn Read + Send>>| {
        let Ok(file) = file else { return };
        let mut contents = Vec::new();
        if file.take(1 << 20).read_to_end(&mut contents).is_ok() && size <= 1 << 20 {
            assert_eq!(contents.len() as u64, size, "{}", path.escape_ascii());
        }
    };

    let indexed =
        SociLayer::new(&Blob::remote(near(bytes), bytes.len() as u64)).expect("it is elsewhere");
    for (path, size) in files(&indexed.list(&Unwatched)) {
        open(&path, size, indexed.open(&path, size));
    }

    // As the packed document of zstd:chunked, and as the eStargz blob with footer, tar and document.
    let chunked = "io.github.containers.zstd-chunked.manifest-checksum";
    let packed = zstd_frame(bytes);
    let position = Some(format!("0:{}:{}:1", packed.len(), bytes.len()));
    let stargz = stargz(bytes);
    for (stated, blob) in [
        (stated(chunked, &packed, position), &packed),
        (stated("containerd.io/snapshot/stargz/toc.digest", bytes, None), &stargz),
    ] {
        let blob = Blob::remote(near(blob), blob.len() as u64);
        let Some(lazy) = stated.and_then(|stated| TocLayer::new(&blob, stated)) else { continue };
        for (path, size) in files(&lazy.list(&Unwatched)) {
            open(&path, size, lazy.open(&path, size));
        }
    }
});

/// Path and size of the first files.
fn files(listing: &Listing) -> Vec<(Vec<u8>, u64)> {
    let (mut rows, mut files) = (listing.table.rows(), Vec::new());
    while files.len() < 16
        && let Some(row) = rows.next()
    {
        if let Row::Entry(entry) = row
            && entry.kind == Kind::File
        {
            files.push((entry.path.to_vec(), entry.size));
        }
    }
    files
}

/// A zstd frame that stores the bytes uncompressed (RFC 8878, sections 3.1.1 and 3.1.1.2.2).
fn zstd_frame(bytes: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0xa0];
    frame.extend((bytes.len() as u32).to_le_bytes());
    let pieces: Vec<&[u8]> =
        if bytes.is_empty() { vec![bytes] } else { bytes.chunks(1 << 16).collect() };
    for (at, piece) in pieces.iter().enumerate() {
        let last = u32::from(at + 1 == pieces.len());
        frame.extend_from_slice(&((piece.len() as u32) << 3 | last).to_le_bytes()[..3]);
        frame.extend_from_slice(piece);
    }
    frame
}

/// An eStargz blob with the TOC only: a stored gzip member around a tar, and the footer.
fn stargz(document: &[u8]) -> Vec<u8> {
    let mut header = [0_u8; 512];
    header[..17].copy_from_slice(b"stargz.index.json");
    header[100..107].copy_from_slice(b"0000644");
    header[124..135].copy_from_slice(format!("{:011o}", document.len()).as_bytes());
    header[148..156].fill(b' ');
    header[156] = b'0';
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut tar = header.to_vec();
    tar.extend_from_slice(document);
    tar.resize(tar.len().next_multiple_of(512) + 1024, 0);
    let mut blob = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    let pieces = tar.chunks(0xffff);
    let count = pieces.len();
    for (at, piece) in pieces.enumerate() {
        blob.push(u8::from(at + 1 == count));
        blob.extend((piece.len() as u16).to_le_bytes());
        blob.extend((!(piece.len() as u16)).to_le_bytes());
        blob.extend_from_slice(piece);
    }
    blob.extend(crc32(&tar).to_le_bytes());
    blob.extend((tar.len() as u32).to_le_bytes());
    blob.extend_from_slice(b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x1a\0SG\x16\0");
    blob.extend_from_slice(format!("{:016x}STARGZ", 0).as_bytes());
    blob.extend_from_slice(b"\x01\0\0\xff\xff\0\0\0\0\0\0\0\0");
    blob
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, &byte: &u8| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            sum >> 1 ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    };
    !bytes.iter().fold(!0, step)
}
