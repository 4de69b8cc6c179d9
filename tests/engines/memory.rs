//! An image far larger than what its export may take of the memory.

use layertui::layer;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use layertui::image::digest::{Digest, Hasher};
use layertui::layer::Unwatched;
use layertui::layer::blob::Blob;
use serde_json::json;

use crate::peer::{Peer, Reply};
use crate::stage::layertui;
use crate::support::tarball::Tar;

/// Bytes of the only file: 2 GB, which are a hole in the test's own files.
const SIZE: u64 = 2_000_000_000;

/// What acceptance allows, in KiB.
const MOST: u64 = 150 * 1000 * 1000 / 1024;

/// A tar header of a file of that many bytes.
fn header(name: &str, size: u64) -> Vec<u8> {
    let mut header = Tar::new().file(name, "").finish()[..512].to_vec();
    header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

/// A saved image of one layer at `path`, its ID and its layer's diff ID.
fn save(path: &Path) -> (String, String) {
    let file = File::create_new(path).unwrap();
    let layer = 512 + SIZE.next_multiple_of(512) + 1024;
    file.write_all_at(&header("0/layer.tar", layer), 0).unwrap();
    file.write_all_at(&header("huge", SIZE), 512).unwrap();
    let after = 512 + layer;
    file.set_len(after).unwrap();
    let blob = Blob::whole(File::open(path).unwrap()).unwrap().slice(512, layer);
    let diff_id =
        layer::blob_digest::of_blob(&blob, Hasher::sha256(), &Unwatched).unwrap().to_string();
    let config = json!({"architecture": "amd64", "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [diff_id]}})
    .to_string();
    let id = Digest::of(config.as_bytes());
    let name = format!("{}.json", id.encoded());
    let manifest = json!([{"Config": name, "RepoTags": ["huge:1"], "Layers": ["0/layer.tar"]}]);
    let rest = Tar::new().file(&name, &config).file("manifest.json", manifest.to_string()).finish();
    file.write_all_at(&rest, after).unwrap();
    (id.as_str().to_owned(), diff_id)
}

/// The most memory that a running process had so far, in KiB.
fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[test]
fn two_gigabytes_pass_by_in_bounded_memory() {
    let home = tempfile::tempdir().unwrap();
    let archive = home.path().join("huge.tar");
    let (id, diff_id) = save(&archive);
    let inspect = json!({"Id": id, "RepoTags": ["huge:1"], "Os": "linux", "Architecture": "amd64",
        "Config": {}, "RootFS": {"Type": "layers", "Layers": [diff_id]}});
    let peer = Peer::start(home.path(), "1.41", move |path| match path {
        "/_ping" => Reply::Raw(b"OK".to_vec()),
        "/info" => Reply::Json(json!({"DockerRootDir": "/nowhere/at/all"})),
        _ if path.ends_with("/history") => Reply::Json(json!([{"Size": SIZE}])),
        _ if path.ends_with("/get") => Reply::File(archive.clone()),
        _ => Reply::Json(inspect.clone()),
    });
    let spool = home.path().join("spool");
    std::fs::create_dir(&spool).unwrap();
    let host = format!("unix://{}", peer.socket.display());
    let variables = [("DOCKER_HOST", host.as_str()), ("TMPDIR", spool.to_str().unwrap())];
    let mut child = layertui(home.path(), &variables)
        .args(["ls", "--long", "docker-daemon:huge:1"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut most = 0;
    let status = loop {
        most = most.max(peak(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let mut told = String::new();
    child.stdout.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(status.success() && told.contains("huge"), "{status}: {told}");
    eprintln!("peak: {most} KiB");
    assert!(most > 0 && most < MOST, "{most} KiB at its peak");
    assert_eq!(std::fs::read_dir(&spool).unwrap().count(), 0, "nothing is left behind");
}
