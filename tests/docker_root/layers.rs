//! The layers that all roots hold, as tars, and the archive of them.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use layertui::image::digest::Digest;
use serde_json::{Value, json};

use crate::support::tarball::Tar;

/// Modification time of all files.
pub(crate) const TIME: i64 = 1_600_000_000;

/// An image's layers.
#[derive(Clone)]
pub(crate) struct Layers {
    /// The tars, base first.
    pub(crate) tars: Vec<Vec<u8>>,
}

/// A tar in which every entry has the same time and belongs to the user who runs the tests.
#[derive(Clone)]
pub(crate) struct Plain {
    tar: Tar,
    owner: (u64, u64),
}

impl Plain {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let own = tempfile::tempdir().unwrap().path().metadata().unwrap();
        let owner = (u64::from(own.uid()), u64::from(own.gid()));
        Self { tar: Tar::new(), owner }
    }

    pub(crate) fn dir(self, path: &str) -> Self {
        self.with(|tar| tar.dir(format!("{path}/"), 0o755))
    }

    pub(crate) fn file(self, path: &str, contents: &str) -> Self {
        self.with(|tar| tar.file(path, contents))
    }

    pub(crate) fn mode(mut self, mode: u64) -> Self {
        self.tar = self.tar.mode(mode);
        self
    }

    pub(crate) fn symlink(self, path: &str, target: &str) -> Self {
        self.with(|tar| tar.symlink(path, target))
    }

    pub(crate) fn hardlink(self, path: &str, target: &str) -> Self {
        self.with(|tar| tar.hardlink(path, target))
    }

    pub(crate) fn whiteout(self, path: &str) -> Self {
        self.with(|tar| tar.whiteout(path))
    }

    pub(crate) fn opaque(self, path: &str) -> Self {
        self.with(|tar| tar.opaque(path))
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.tar.finish()
    }

    fn with(mut self, add: impl FnOnce(Tar) -> Tar) -> Self {
        self.tar = add(self.tar).owner(self.owner.0, self.owner.1).mtime(TIME);
        self
    }
}

impl Layers {
    /// Every kind of change. `opaque`: a directory is replaced by an opaque one; what keeps whole trees cannot tell
    /// that from its files being removed, and then they are.
    pub(crate) fn new(opaque: bool) -> Self {
        let base = Plain::new()
            .dir("bin")
            .file("bin/sh", "#!shell")
            .mode(0o755)
            .dir("data")
            .file("data/a.txt", "one")
            .file("data/b.txt", "two")
            .dir("data/dir")
            .file("data/dir/old.txt", "old")
            .dir("etc")
            .file("etc/hosts", "127.0.0.1")
            .dir("gone")
            .file("gone/deep", "deep");
        let links = Plain::new()
            .dir("bin")
            .symlink("bin/ls", "sh")
            .dir("data")
            .file("data/a.txt", "three")
            .hardlink("data/hard.txt", "data/a.txt");
        let removed = Plain::new().dir("data").whiteout("data/b.txt").dir("data/dir");
        let removed =
            if opaque { removed.opaque("data/dir") } else { removed.whiteout("data/dir/old.txt") };
        let removed = removed
            .file("data/dir/new.txt", "new")
            .dir("etc")
            .file("etc/hosts", "127.0.0.1")
            .mode(0o600)
            .whiteout("gone");
        let top = Plain::new().dir("bin").file("bin/ls", "no link").file("extra.txt", "extra");
        let layers = [base, links, removed, top];
        Self { tars: layers.map(Plain::finish).into() }
    }

    /// The same with more layers on top.
    pub(crate) fn and(&self, more: impl IntoIterator<Item = Plain>) -> Self {
        let mut layers = self.clone();
        layers.tars.extend(more.into_iter().map(Plain::finish));
        layers
    }

    pub(crate) fn len(&self) -> usize {
        self.tars.len()
    }

    /// The digests of the tars.
    pub(crate) fn diff_ids(&self) -> Vec<String> {
        self.tars.iter().map(|tar| Digest::of(tar).as_str().to_owned()).collect()
    }

    /// Bytes of the files in a layer.
    pub(crate) fn size(&self, at: usize) -> u64 {
        let mut archive = tar::Archive::new(&self.tars[at][..]);
        archive.entries().unwrap().map(|entry| entry.unwrap().size()).sum()
    }

    /// The image's config.
    pub(crate) fn config(&self) -> Value {
        let history: Vec<Value> =
            (0..self.len()).map(|at| json!({"created_by": command(at)})).collect();
        json!({
            "architecture": "amd64", "os": "linux", "created": "2020-09-13T12:26:40Z",
            "config": {"Cmd": ["run"]}, "history": history,
            "rootfs": {"type": "layers", "diff_ids": self.diff_ids()},
        })
    }

    /// Writes the archive of `docker save`; returns its path.
    pub(crate) fn save(&self, to: &Path) -> String {
        let config = self.config().to_string();
        let name = |at: usize| format!("{at}/layer.tar");
        let names: Vec<String> = (0..self.len()).map(name).collect();
        let manifest = json!([{"Config": "c.json", "RepoTags": ["lab/hello:1"], "Layers": names}]);
        let mut tar = Tar::new().file("c.json", config).file("manifest.json", manifest.to_string());
        for (name, layer) in names.iter().zip(&self.tars) {
            tar = tar.file(name, layer);
        }
        std::fs::write(to, tar.finish()).unwrap();
        to.to_str().unwrap().to_owned()
    }
}

/// The command that made a layer.
pub(crate) fn command(at: usize) -> String {
    format!("/bin/sh -c step {at}")
}
