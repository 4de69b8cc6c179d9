//! Killed processes, several writers, a full disk, no usable directory: through the binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::stage::{Stage, large, load};
use crate::support::compress::{gzip, zstd};

const BINARY: &str = env!("CARGO_BIN_EXE_layertui");

/// An image whose layers are large enough to be kept.
fn image(stage: &Stage) -> String {
    let layers: Vec<Vec<u8>> = (0..6)
        .map(|number| {
            let tar = large(100_000 + number);
            if number % 2 == 0 { gzip(&tar) } else { zstd(&tar) }
        })
        .collect();
    stage.layout("image", &layers)
}

fn layertui(cache: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).env("XDG_CACHE_HOME", cache).stdin(Stdio::null());
    command
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn layers(cache: &Path, image: &str, flags: &[&str]) -> String {
    let mut command = layertui(cache, &["layers", "--json", image]);
    said(&command.args(flags).output().unwrap())
}

fn info(cache: &Path) -> Value {
    let output = layertui(cache, &["cache", "--json"]).output().unwrap();
    serde_json::from_str(&said(&output)).unwrap()
}

#[test]
fn the_cache_survives_being_killed_at_any_moment() {
    let stage = Stage::new();
    let (image, cache) = (image(&stage), stage.path("cache"));
    let truth = layers(&cache, &image, &["--no-cache"]);
    assert!(!cache.exists());
    let seed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().subsec_nanos();
    let mut random = u64::from(seed);
    for _ in 0..40 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let mut child =
            layertui(&cache, &["layers", "--json", &image]).stdout(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_micros((random >> 33) % 25_000));
        child.kill().unwrap();
        child.wait().unwrap();
        // Half of the time it has to begin anew.
        if random & (1 << 40) == 0 {
            layertui(&cache, &["cache", "clear"]).stdout(Stdio::null()).status().unwrap();
        }
    }
    assert_eq!(layers(&cache, &image, &[]), truth, "seed {seed}");
    assert_eq!(layers(&cache, &image, &[]), truth, "seed {seed}");
    assert_eq!(info(&cache)["layers"], 6, "seed {seed}");
    assert_eq!(info(&cache)["problem"], Value::Null);
}

#[test]
fn concurrent_writers_and_clearing_are_safe() {
    let stage = Stage::new();
    let (image, cache) = (image(&stage), stage.path("cache"));
    let truth = layers(&cache, &image, &["--no-cache"]);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..6 {
                    assert_eq!(layers(&cache, &image, &[]), truth);
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..6 {
                for what in ["prune", "clear"] {
                    said(&layertui(&cache, &["cache", what]).output().unwrap());
                }
            }
        });
    });
    assert_eq!(layers(&cache, &image, &[]), truth);
    assert_eq!(
        (info(&cache)["layers"].as_u64(), info(&cache)["unfinished"].as_u64()),
        (Some(6), Some(0))
    );
}

#[cfg(unix)]
#[test]
fn a_read_only_cache_changes_nothing_else() {
    let stage = Stage::new();
    let (image, cache) = (image(&stage), stage.path("cache"));
    let truth = layers(&cache, &image, &["--no-cache"]);
    // No file may grow at all, which is what a full disk looks like from inside.
    let full = |arguments: &[&str]| {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh", BINARY]);
        command.args(arguments).env("XDG_CACHE_HOME", &cache).stdin(Stdio::null());
        said(&command.output().unwrap())
    };
    assert_eq!(full(&["layers", "--json", &image]), truth);
    let told: Value = serde_json::from_str(&full(&["cache", "info", "--json"])).unwrap();
    assert!(told["problem"].as_str().unwrap().contains("cannot be written"), "{told}");
    assert_eq!((told["layers"].as_u64(), told["unfinished"].as_u64()), (Some(0), Some(0)));
    // The place is inside a file.
    fs::write(stage.path("file"), "").unwrap();
    let nowhere = stage.path("file/below");
    assert_eq!(layers(&nowhere, &image, &[]), truth);
    // There is no place.
    let mut homeless = Command::new(BINARY);
    homeless.env_remove("XDG_CACHE_HOME").env_remove("HOME").args(["layers", "--json", &image]);
    assert_eq!(said(&homeless.output().unwrap()), truth);
    let mut homeless = Command::new(BINARY);
    let told = said(
        &homeless.env_remove("XDG_CACHE_HOME").env_remove("HOME").arg("cache").output().unwrap(),
    );
    assert!(told.contains("neither XDG_CACHE_HOME nor HOME"), "{told}");
}

/// A real one, of a few blocks: mounting it needs root.
#[cfg(target_os = "linux")]
#[test]
#[cfg_attr(not(interop), ignore = "mounts a file system, as root: LAYERTUI_INTEROP=1 cargo test")]
fn a_disk_that_is_full_indeed() {
    let stage = Stage::new();
    let (image, disk) = (image(&stage), stage.path("disk"));
    let truth = load(&image, None);
    fs::create_dir(&disk).unwrap();
    let script = "mount -t tmpfs -o size=8k layertui \"$1\" && \"$2\" layers --json \"$3\" && \"$2\" cache info --json";
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", script, "sh"])
        .args([&disk, &PathBuf::from(BINARY), &PathBuf::from(&image)])
        .env("XDG_CACHE_HOME", &disk)
        .output()
        .unwrap();
    let lines = said(&output);
    let (answer, told) = lines.trim_end().rsplit_once('\n').unwrap();
    assert!(truth.answers.starts_with(answer), "{answer}");
    let told: Value = serde_json::from_str(told).unwrap();
    assert!(told["bytes"].as_u64().unwrap() <= 16384, "{told}");
    assert_eq!(told["unfinished"], 0);
}

#[test]
fn the_command_reports_what_it_removed() {
    let stage = Stage::new();
    let (image, cache) = (image(&stage), stage.path("cache"));
    layers(&cache, &image, &[]);
    let text = said(&layertui(&cache, &["cache"]).output().unwrap());
    assert!(text.contains("layers      6\n") && text.contains(" of 537 MB\n"), "{text}");
    let removed = said(&layertui(&cache, &["cache", "clear", "--json"]).output().unwrap());
    let removed: Value = serde_json::from_str(&removed).unwrap();
    assert_eq!(removed["removedFiles"], 6);
    assert_eq!(info(&cache)["bytes"], 0);
    assert_eq!(
        said(&layertui(&cache, &["cache", "prune"]).output().unwrap()),
        "0 files removed, 0 B\n"
    );
}

/// Neither cache is used, and each command says so with the reason.
#[cfg(unix)]
#[test]
fn a_directory_of_blobs_that_others_may_write_to_is_said() {
    use std::os::unix::fs::PermissionsExt as _;

    let stage = Stage::new();
    let (image, cache) = (image(&stage), stage.path("cache"));
    let truth = layers(&cache, &image, &[]);
    let blobs = cache.join("layertui/blobs");
    fs::create_dir_all(&blobs).unwrap();
    fs::set_permissions(&blobs, fs::Permissions::from_mode(0o777)).unwrap();
    let output = layertui(&cache, &["layers", "--json", &image]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), truth);
    assert!(String::from_utf8(output.stderr).unwrap().contains("the cache is not used: "));
    let told = info(&cache);
    assert!(told["problem"].as_str().unwrap().contains("blobs"), "{told}");
    assert!(told["layers"].is_null() && told["blobs"].is_null(), "{told}");
    for what in ["clear", "prune"] {
        let output = layertui(&cache, &["cache", what]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("nothing was removed") && said.contains("blobs"), "{said}");
    }
}
