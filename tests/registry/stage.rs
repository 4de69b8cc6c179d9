//! A registry, places to keep things in, and looking at an image as a command and as the explorer does.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use layertui::image::platform::Platform;
use layertui::load::{LayerState, Loader, Want};
use layertui::source::{BlobCache, Error, Opened, Options, Registries, Source, open};

use super::image::Image;
use super::server::{Access, Server};

pub(crate) struct Stage {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) image: Image,
    pub(crate) server: Server,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(Access::Open, true)
    }

    pub(crate) fn with(access: Access, ranges: bool) -> Self {
        Self::of(Image::new(), access, ranges)
    }

    pub(crate) fn of(image: Image, access: Access, ranges: bool) -> Self {
        let server = Server::start(image.held(), access, ranges);
        Self { folder: tempfile::tempdir().unwrap(), image, server }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn reference(&self, tag: &str) -> String {
        format!("docker://{}/lab/x:{tag}", self.server.host())
    }

    /// Without files of this user, hasty, keeping blobs here.
    pub(crate) fn settings(&self) -> Registries {
        Registries {
            blob_cache: Some(Arc::new(BlobCache::new(self.path("blobs"), 10 << 20))),
            stall: Duration::from_millis(400),
            back_off: Duration::from_millis(2),
            ..Registries::default()
        }
    }

    pub(crate) fn open(&self) -> Result<Box<dyn Source>, Error> {
        self.open_with(self.settings())
    }

    /// What another tag names.
    pub(crate) fn open_tag(&self, tag: &str) -> Result<Box<dyn Source>, Error> {
        Self::open_reference(&self.reference(tag), self.settings())
    }

    pub(crate) fn open_with(&self, registries: Registries) -> Result<Box<dyn Source>, Error> {
        Self::open_reference(&self.reference("1"), registries)
    }

    pub(crate) fn open_reference(
        reference: &str,
        registries: Registries,
    ) -> Result<Box<dyn Source>, Error> {
        let platform = Platform::parse("linux/amd64").ok();
        let options = Options { registries, platform, ..Options::default() };
        match open(reference, &options)? {
            Opened::Image(source) => Ok(source),
            Opened::Several(several) => panic!("{several:?}"),
        }
    }

    /// Opens and reads all of it.
    pub(crate) fn load(&self) -> (Loader, Vec<Arc<LayerState>>) {
        let loader = Loader::new(Arc::from(self.open().unwrap()), None);
        let states = loader.run(Want::Kinds, &|_| {});
        (loader, states)
    }

    /// The program, in a home of its own.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_layertui"));
        command.args(arguments).env_clear().env("HOME", self.path("home"));
        command.output().unwrap()
    }

    /// How many files the program has kept in its home's cache, none of which has any of these texts in it.
    pub(crate) fn kept_without(&self, secrets: &[&str]) -> usize {
        let (mut files, mut open) = (0, vec![self.path("home/.cache")]);
        while let Some(directory) = open.pop() {
            for entry in std::fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                files += 1;
                let bytes = std::fs::read(&path).unwrap();
                for secret in secrets.iter().map(|it| it.as_bytes()) {
                    let found = bytes.windows(secret.len()).any(|it| it == secret);
                    assert!(!found, "{}", path.display());
                }
            }
        }
        files
    }

    /// What the program says, where all is well.
    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {errors}");
        assert_eq!(errors, "", "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// All problems of a layer, in a line.
pub(crate) fn problems(state: &LayerState) -> String {
    let problems: Vec<&str> =
        state.problems.iter().map(|problem| problem.message.as_str()).collect();
    problems.join("; ")
}
