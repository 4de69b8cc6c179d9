//! The one folder everything is written to.
//!
//! Rust runs no destructors of statics, and a test may be killed: so a small process waits for this one to end,
//! however it does, and removes the folder.

use std::mem;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

const CLEANUP: &str = r#"trap '' INT TERM HUP; cat > /dev/null; rm -rf --one-file-system -- "$1""#;

/// The folder of this test process.
pub fn scratch() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let dir = tempfile::Builder::new().prefix("layertui-interop-").tempdir().unwrap().keep();
        let cleanup = Command::new("sh")
            .args(["-c", CLEANUP, "cleanup"])
            .arg(&dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Held open until the process ends; no other child inherits it.
        mem::forget(cleanup);
        dir
    })
}

/// A new folder in the scratch folder.
pub fn fresh(name: &str) -> PathBuf {
    tempfile::Builder::new().prefix(name).tempdir_in(scratch()).unwrap().keep()
}
