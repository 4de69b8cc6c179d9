//! Running the binary under test, and reading its JSON.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::engines::run;
use super::scratch::scratch;
use super::tree::Path;

/// An image as the command line names it.
#[derive(Clone, Debug)]
pub struct Form {
    /// For messages.
    pub name: &'static str,
    pub argument: String,
    /// What standard input reads, where the argument is `-`.
    pub stdin: Option<PathBuf>,
    /// The variable that names an engine, and its address.
    pub engine: Option<(&'static str, String)>,
}

impl Form {
    pub fn new(name: &'static str, argument: impl Into<String>) -> Self {
        Self { name, argument: argument.into(), stdin: None, engine: None }
    }

    /// What `layertui COMMAND IMAGE [ARGUMENTS] --json` prints.
    pub fn json(&self, command: &str, arguments: &[&str]) -> Vec<u8> {
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.args([command, "--json", &self.argument]).args(arguments);
        layertui.envs(self.engine.clone());
        layertui.stdin(match &self.stdin {
            Some(file) => Stdio::from(File::open(file).unwrap()),
            None => Stdio::null(),
        });
        let output = layertui.output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{layertui:?}: {}\n{errors}", output.status);
        assert!(errors.is_empty(), "{layertui:?} says {errors}");
        output.stdout
    }

    /// What `layertui cat IMAGE PATH` prints.
    pub fn cat(&self, path: &str) -> Vec<u8> {
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.envs(self.engine.clone());
        let output = layertui.args(["cat", &self.argument, path]).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{layertui:?}: {}\n{errors}", output.status);
        output.stdout
    }

    /// What `layertui extract IMAGE /` puts onto the disk.
    pub fn extracted(&self) -> PathBuf {
        let dest = folder("extracted").join("root");
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.args(["extract", &self.argument, "/"]).arg(&dest);
        run(layertui.envs(self.engine.clone()));
        dest
    }

    /// The same through a tar stream, unpacked by GNU tar.
    pub fn streamed(&self) -> PathBuf {
        let dest = folder("streamed");
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.args(["extract", &self.argument, "/", "-"]).envs(self.engine.clone());
        let tar = dest.join("tar");
        let made = layertui.stdout(File::create(&tar).unwrap()).status().unwrap();
        assert!(made.success(), "{layertui:?}");
        let root = dest.join("root");
        fs::create_dir(&root).unwrap();
        let mut unpack = Command::new("tar");
        // -P: else links that lead out of their directory are put in last, and change its time.
        unpack.args(["--numeric-owner", "--xattrs", "--xattrs-include=*", "-xpPf"]);
        run(unpack.arg(&tar).arg("-C").arg(&root));
        root
    }

    /// The one object that `layertui layers` prints.
    pub fn layers(&self) -> Value {
        serde_json::from_slice(&self.json("layers", &[])).unwrap()
    }

    /// The lines of `layertui ls --recursive --layer LAYER`.
    pub fn ls(&self, layer: usize) -> Vec<Line> {
        lines(&self.json("ls", &["--recursive", "--layer", &layer.to_string()]))
    }

    /// The lines of `layertui diff --layer LAYER`.
    pub fn diff(&self, layer: usize) -> Vec<Line> {
        lines(&self.json("diff", &["--layer", &layer.to_string()]))
    }
}

/// A line of NDJSON about a path.
#[derive(Debug)]
pub struct Line {
    pub path: Path,
    pub value: Value,
}

impl Line {
    pub fn text(&self, key: &str) -> Option<&str> {
        self.value[key].as_str()
    }

    pub fn number(&self, key: &str) -> Option<u64> {
        self.value[key].as_u64()
    }

    pub fn is_hard_link(&self) -> bool {
        self.text("type") == Some("hardlink")
    }
}

/// Reads NDJSON.
pub fn lines(json: &[u8]) -> Vec<Line> {
    let objects = json.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let read = |line: &[u8]| {
        let value: Value = serde_json::from_slice(line).unwrap();
        let path = match value["pathBytes"].as_str() {
            Some(bytes) => STANDARD.decode(bytes).unwrap(),
            None => value["path"].as_str().unwrap().as_bytes().to_vec(),
        };
        Line { path, value }
    };
    objects.map(read).collect()
}

/// An attribute set as JSON has it.
pub fn xattr_text(name: &[u8], value: &[u8]) -> (String, Value) {
    (String::from_utf8_lossy(name).into_owned(), STANDARD.encode(value).into())
}

/// A new folder.
fn folder(name: &str) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = scratch().join(format!("{name}-{number}"));
    fs::create_dir(&path).unwrap();
    path
}
