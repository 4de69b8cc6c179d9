//! An OCI layout in a temporary directory, its layers in every encoding; and loading it as a command does.

use layertui::report;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use layertui::image::digest::Digest;
use layertui::load::cache::{Cache, Rules};
use layertui::load::{Loader, Want};
use layertui::report::pattern::Pattern;
use layertui::report::{Format, Ls, Range, Sort, Subject};
use layertui::source::Source;
use layertui::stack::NodeId;
use serde_json::json;

use crate::support::compress::{bzip2, gzip, xz, zstd};
use crate::support::tarball::Tar;
use crate::support::watched::Watched;

/// A temporary directory with an image and space for caches.
pub(crate) struct Stage(tempfile::TempDir);

/// What a loader without a cache, or with one, says of an image, and how many layers it had to list for it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) answers: String,
    pub(crate) listed: usize,
}

/// Everything is kept, and files count as known at once: they are not written to while a journey lasts.
pub(crate) const EAGER: Rules =
    Rules { limit: 512 << 20, settle: Duration::ZERO, least_blob: 0, least_rows: 0 };

/// Layers of the usual image.
pub(crate) const LAYERS: usize = 6;
/// Those of them that are compressed.
pub(crate) const COMPRESSED: usize = 5;

impl Stage {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A cache that keeps everything.
    pub(crate) fn cache(&self) -> Arc<Cache> {
        Arc::new(Cache::new(self.path("cache/layertui"), EAGER))
    }

    /// The usual image: an encoding each, markers, problems, a layer cut short, one that repeats files.
    pub(crate) fn image(&self) -> String {
        let cut = gzip(&changes("cut"));
        self.layout(
            "image",
            &[
                gzip(&base()),
                zstd(&changes("zstd")),
                changes("plain"),
                cut[..cut.len() * 3 / 4].to_vec(),
                bzip2(&changes("bzip2")),
                xz(&changes("xz")),
            ],
        )
    }

    /// An image of these layers; gives its path.
    pub(crate) fn layout(&self, name: &str, layers: &[Vec<u8>]) -> String {
        let claims: Vec<String> = layers.iter().map(|layer| digest(layer)).collect();
        self.claiming(name, layers, &claims)
    }

    /// An image whose manifest says these digests of its layers.
    pub(crate) fn claiming(&self, name: &str, layers: &[Vec<u8>], claims: &[String]) -> String {
        let place = self.path(name);
        let blobs = place.join("blobs/sha256");
        fs::create_dir_all(&blobs).unwrap();
        let put = |claim: &str, bytes: &[u8]| {
            fs::write(blobs.join(claim.trim_start_matches("sha256:")), bytes).unwrap();
        };
        let config = json!({"os": "linux", "architecture": "amd64"}).to_string();
        put(&digest(config.as_bytes()), config.as_bytes());
        let mut described = Vec::new();
        for (layer, claim) in layers.iter().zip(claims) {
            put(claim, layer);
            let media = "application/vnd.oci.image.layer.v1.tar+gzip";
            described.push(json!({"mediaType": media, "digest": claim, "size": layer.len()}));
        }
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": digest(config.as_bytes()), "size": config.len()},
            "layers": described,
        })
        .to_string();
        put(&digest(manifest.as_bytes()), manifest.as_bytes());
        let index = json!({"schemaVersion": 2, "manifests": [
            {"mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": digest(manifest.as_bytes()), "size": manifest.len()}]});
        fs::write(place.join("index.json"), index.to_string()).unwrap();
        fs::write(place.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
        place.to_str().unwrap().to_owned()
    }

    /// The files of the cache, by name.
    pub(crate) fn kept(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.path("cache/layertui")).into_iter().flatten();
        let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        files
    }
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    Digest::of(bytes).as_str().to_owned()
}

/// Some files, one of them of `size` bytes that do not compress.
pub(crate) fn large(size: usize) -> Vec<u8> {
    let mut state = 1u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    })
    .take(size)
    .collect();
    Tar::new().file("noise", noise).file("etc/passwd", "root").finish()
}

fn base() -> Vec<u8> {
    let mut tar = Tar::new().dir("etc/", 0o755).file("etc/passwd", "root:x").owner(0, 42);
    for number in 0..40 {
        tar = tar.file(format!("usr/lib/{number}.so"), number.to_string()).mtime(number);
    }
    tar.symlink("bin", "usr/bin").char_device("dev/null", 1, 3).xattr("user.a", "b").finish()
}

fn changes(name: &str) -> Vec<u8> {
    Tar::new()
        .file("etc/passwd", "root:y")
        .file(name, name)
        .file("usr/lib/1.so", "1")
        .whiteout("usr/lib/2.so")
        .whiteout("no/such")
        .opaque("opt")
        .file("../escaped", "x")
        .file(".wh..wh.plnk/1.2", "hidden")
        .file("late", "z".repeat(4000))
        .finish()
}

/// All that is told of the image at `place`.
pub(crate) fn load(place: &str, cache: Option<&Arc<Cache>>) -> Told {
    let source = Watched::open(place, || Ok(()));
    let loader = Loader::new(Arc::<Watched>::clone(&source), cache.cloned());
    let states = loader.run(Want::Kinds, &|_| {});
    let stack = loader.stack();
    let subject = Subject { image: source.image(), stack: &stack, states: &states };
    let mut out = Vec::new();
    report::layers(&mut out, subject, Format::Json).unwrap();
    report::layers(&mut out, subject, Format::Text).unwrap();
    for layer in 0..source.image().layers.len() {
        let (depth, sort) = (usize::MAX, Sort::Name);
        let what = Ls { node: NodeId::ROOT, layer, depth, long: true, sort, du: false };
        report::ls(&mut out, subject, what, Format::Json).unwrap();
        let range = Range { from: layer, to: layer };
        report::diff(&mut out, subject, range, Format::Json, &|_, _| None).unwrap();
    }
    let all = Pattern::guess("*").unwrap();
    report::find(&mut out, subject, &all, Format::Json).unwrap();
    let nodes: Vec<NodeId> = all.matches(&stack).collect();
    report::history(&mut out, subject, &nodes, Format::Json).unwrap();
    for state in &states {
        out.extend(format!("{state:?}\n").into_bytes());
    }
    let answers = String::from_utf8(out).unwrap();
    Told { answers, listed: source.listed() }
}

/// Copies a directory of files and directories.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
