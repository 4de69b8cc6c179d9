//! Generated images as saved archives on disk: `docker save` with plain layers, or an OCI archive with compressed ones.
//!
//! Everything is streamed: a layer's size and digest are known when it is written, and its header in the outer
//! archive is filled in then.

mod contents;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use flate2::write::GzEncoder;
use layertui::stack::kept::entry::{Entry, Kind, Row};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::generator::Image;
use contents::Contents;

/// How layers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// In a docker archive.
    Plain,
    /// gzip at level 6, in an OCI archive.
    Gzip,
    /// zstd at level 3, in an OCI archive.
    Zstd,
}

/// Where the layers of an archive lie.
pub struct Saved {
    /// Offset and length of each layer's blob, base first.
    pub layers: Vec<(u64, u64)>,
    /// Bytes of the layers uncompressed.
    pub uncompressed: u64,
}

struct Blob {
    at: u64,
    len: u64,
    digest: String,
    diff_id: String,
    uncompressed: u64,
}

/// Writes `image` to `path`.
///
/// # Errors
/// What the file system reports.
pub fn save(image: &Image, path: &Path, packing: Packing) -> io::Result<Saved> {
    let mut outer = Outer { file: BufWriter::with_capacity(1 << 20, File::create(path)?), at: 0 };
    let mut blobs = Vec::new();
    for layer in 0..image.layers() {
        blobs.push(outer.layer(image, layer, packing)?);
    }
    let diff_ids: Vec<&str> = blobs.iter().map(|blob| &blob.diff_id[..]).collect();
    let history: Vec<_> = (0..blobs.len())
        .map(|layer| json!({"created": "2022-01-01T00:00:00Z", "created_by": format!("RUN /bin/sh -c step {layer}")}))
        .collect();
    let config = json!({
        "architecture": "amd64", "os": "linux", "config": {}, "history": history,
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
    });
    let config = config.to_string().into_bytes();
    if packing == Packing::Plain {
        outer.docker(&config, &blobs)?;
    } else {
        outer.oci(&config, &blobs, packing)?;
    }
    outer.file.write_all(&[0; 1024])?;
    outer.file.flush()?;
    Ok(Saved {
        layers: blobs.iter().map(|blob| (blob.at, blob.len)).collect(),
        uncompressed: blobs.iter().map(|blob| blob.uncompressed).sum(),
    })
}

/// The archive around the layers.
struct Outer {
    file: BufWriter<File>,
    at: u64,
}

impl Outer {
    fn layer(&mut self, image: &Image, layer: usize, packing: Packing) -> io::Result<Blob> {
        let header_at = self.at;
        self.file.write_all(&[0; 512])?;
        let stored = Counting::new(&mut self.file);
        let (uncompressed, stored) = match packing {
            Packing::Plain => tar(image, layer, Counting::new(stored))?.split(),
            Packing::Gzip => {
                let encoder = GzEncoder::new(stored, flate2::Compression::new(6));
                let (counted, encoder) = tar(image, layer, Counting::new(encoder))?.split();
                (counted, encoder.finish()?)
            }
            Packing::Zstd => {
                let encoder = zstd::Encoder::new(stored, 3)?;
                let (counted, encoder) = tar(image, layer, Counting::new(encoder))?.split();
                (counted, encoder.finish()?)
            }
        };
        let (stored, _) = stored.split();
        let blob = Blob {
            at: header_at + 512,
            len: stored.len,
            digest: stored.digest,
            diff_id: uncompressed.digest,
            uncompressed: uncompressed.len,
        };
        self.at = blob.at + blob.len;
        self.pad()?;
        let name = match packing {
            Packing::Plain => plain_name(&blob),
            _ => blob_name(&blob.digest),
        };
        self.file.seek(SeekFrom::Start(header_at))?;
        self.file.write_all(header(&name, blob.len)?.as_bytes())?;
        self.file.seek(SeekFrom::Start(self.at))?;
        Ok(blob)
    }

    fn member(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(header(name, bytes.len() as u64)?.as_bytes())?;
        self.file.write_all(bytes)?;
        self.at += 512 + bytes.len() as u64;
        self.pad()
    }

    fn pad(&mut self) -> io::Result<()> {
        let padding = self.at.next_multiple_of(512) - self.at;
        self.file.write_all(&[0; 512][..padding as usize])?;
        self.at += padding;
        Ok(())
    }

    fn docker(&mut self, config: &[u8], blobs: &[Blob]) -> io::Result<()> {
        let name = format!("{}.json", hex(&Sha256::digest(config)));
        self.member(&name, config)?;
        let layers: Vec<String> = blobs.iter().map(plain_name).collect();
        let manifest = json!([{"Config": name, "RepoTags": ["bench:latest"], "Layers": layers}]);
        self.member("manifest.json", manifest.to_string().as_bytes())
    }

    fn oci(&mut self, config: &[u8], blobs: &[Blob], packing: Packing) -> io::Result<()> {
        let suffix = if packing == Packing::Zstd { "zstd" } else { "gzip" };
        let layers: Vec<_> = blobs
            .iter()
            .map(|blob| {
                json!({
                    "mediaType": format!("application/vnd.oci.image.layer.v1.tar+{suffix}"),
                    "digest": blob.digest, "size": blob.len,
                })
            })
            .collect();
        let config_digest = self.document(config)?;
        let manifest = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": config_digest, "size": config.len(),
            },
            "layers": layers,
        });
        let manifest = manifest.to_string().into_bytes();
        let manifest_digest = self.document(&manifest)?;
        let index = json!({
            "schemaVersion": 2,
            "manifests": [{
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": manifest_digest, "size": manifest.len(),
            }],
        });
        self.member("index.json", index.to_string().as_bytes())?;
        self.member("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#)
    }

    fn document(&mut self, bytes: &[u8]) -> io::Result<String> {
        let digest = format!("sha256:{}", hex(&Sha256::digest(bytes)));
        self.member(&blob_name(&digest), bytes)?;
        Ok(digest)
    }
}

fn plain_name(blob: &Blob) -> String {
    format!("{}/layer.tar", &blob.diff_id["sha256:".len()..])
}

fn blob_name(digest: &str) -> String {
    format!("blobs/{}", digest.replace(':', "/"))
}

fn header(name: &str, size: u64) -> io::Result<tar::Header> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    Ok(header)
}

/// Writes one layer as a tar, and gives the writer back.
fn tar<W: Write>(image: &Image, layer: usize, out: W) -> io::Result<W> {
    let mut builder = tar::Builder::new(out);
    let mut result = Ok(());
    image.rows(layer, &mut |made| {
        if result.is_ok() {
            result = match &made.row {
                Row::Entry(entry) => append(&mut builder, entry, made.content),
                Row::Whiteout { path } => append_marker(&mut builder, path, b".wh."),
                Row::Opaque { path } => {
                    append_marker(&mut builder, &[path, &b"/.wh..opq"[..]].concat(), b".wh.")
                }
            };
        }
    });
    result?;
    builder.into_inner()
}

fn append<W: Write>(
    builder: &mut tar::Builder<W>,
    entry: &Entry<'_>,
    content: u64,
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_mode(u32::from(entry.mode));
    header.set_uid(entry.uid);
    header.set_gid(entry.gid);
    header.set_mtime(entry.mtime.seconds as u64);
    header.set_size(entry.stored);
    header.set_entry_type(match entry.kind {
        Kind::Directory => tar::EntryType::Directory,
        Kind::Symlink => tar::EntryType::Symlink,
        Kind::Hardlink => tar::EntryType::Link,
        _ => tar::EntryType::Regular,
    });
    let path = text(entry.path)?;
    match entry.kind {
        Kind::Symlink | Kind::Hardlink => builder.append_link(&mut header, path, text(entry.link)?),
        Kind::Directory => builder.append_data(&mut header, format!("{path}/"), io::empty()),
        _ => builder.append_data(&mut header, path, Contents::new(content, entry.stored)),
    }
}

/// An empty file whose name is that of `path` behind a prefix.
fn append_marker<W: Write>(
    builder: &mut tar::Builder<W>,
    path: &[u8],
    prefix: &[u8],
) -> io::Result<()> {
    let stem = path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    let marker = [&path[..stem], prefix, &path[stem..]].concat();
    append(builder, &Entry::new(&marker, Kind::File), 0)
}

fn text(path: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(path).map_err(io::Error::other)
}

/// Counts and digests what is written through it.
struct Counting<W> {
    out: W,
    len: u64,
    digest: Sha256,
}

struct Counted {
    len: u64,
    digest: String,
}

impl<W: Write> Counting<W> {
    fn new(out: W) -> Self {
        Self { out, len: 0, digest: Sha256::new() }
    }

    fn split(self) -> (Counted, W) {
        let digest = format!("sha256:{}", hex(&self.digest.finalize()));
        (Counted { len: self.len, digest }, self.out)
    }
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.digest.update(&bytes[..count]);
        self.len += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
