//! Layers of real stores, found in them without layertui: each put together again from its tar-split and the files
//! beside it, to the very bytes that its diff ID is of; and the rows of the tar-split are those of that tar.

use layertui::stack::kept::paths;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use layertui::layer::blob::Blob;
use layertui::layer::split::{Contents, Split};
use layertui::layer::{Listing, Unwatched, list};
use layertui::stack::kept::entry::Row;

use super::engines::require_engines;
use super::layout::json_file;
use super::saved;
use super::tree::digest;

/// A layer of a store.
struct Kept {
    listing: PathBuf,
    contents: Contents,
    /// What its tar hashes to, where the store says so.
    diff_id: Option<String>,
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn layers_of_every_store_come_back_from_their_tar_split() {
    require_engines();
    let mut known = BTreeSet::new();
    for sample in ["save-1.9", "save-20.10"] {
        let dir = saved::restore(&saved::shared(&format!("samples/archives/{sample}.tar.zst")));
        for folder in folders(&dir) {
            known.extend(fs::read(folder.join("layer.tar")).ok().map(|tar| digest(&tar)));
        }
    }
    let mut count = 0;
    for sample in saved::files(&saved::shared("samples/stores"), ".tar.zst") {
        let dir = saved::restore(&sample);
        let root = folders(&dir).remove(0);
        for layer in kept(&root) {
            let place = layer.listing.display().to_string();
            let blob = Blob::whole(fs::File::open(&layer.listing).unwrap()).unwrap();
            let split = Split::new(blob, layer.contents, place.clone());
            let listing = split.list(&Unwatched);
            assert!(listing.problems.is_empty(), "{place}: {:?}", listing.problems);
            let mut tar = Vec::new();
            split.assemble(&mut tar).unwrap_or_else(|error| panic!("{place}: {error}"));
            match layer.diff_id {
                Some(diff_id) => assert_eq!(digest(&tar), diff_id, "{place}"),
                None => assert!(known.contains(&digest(&tar)), "{place}"),
            }
            assert_eq!(listing.uncompressed, Some(tar.len() as u64), "{place}");
            assert_eq!(rows(&listing), rows(&list(&Blob::memory(tar), &Unwatched)), "{place}");
            count += 1;
        }
    }
    assert!(count >= 35, "only {count} layers");
}

/// Rows but for what only one of the two ways can know.
fn rows(listing: &Listing) -> Vec<String> {
    let mut rows = listing.table.rows();
    std::iter::from_fn(|| {
        let mut row = rows.next()?;
        if let Row::Entry(entry) = &mut row {
            (entry.data, entry.fingerprint) = (None, None);
        }
        Some(format!("{row:?}"))
    })
    .collect()
}

fn kept(root: &FsPath) -> Vec<Kept> {
    let docker = folders(&root.join("image"))
        .into_iter()
        .chain(folders(root).into_iter().flat_map(|root| folders(&root.join("image"))));
    let mut layers: Vec<Kept> = docker.flat_map(|image| of_docker(&image)).collect();
    layers
        .extend(folders(&root.join("graph")).iter().filter_map(|entry| of_old_docker(root, entry)));
    if root.join("overlay-layers").exists() {
        layers.extend(of_podman(root));
    }
    layers
}

/// The layers of `image/<driver>`.
fn of_docker(image: &FsPath) -> Vec<Kept> {
    let root = image.parent().unwrap().parent().unwrap();
    folders(&image.join("layerdb/sha256"))
        .iter()
        .map(|layer| {
            let id = fs::read_to_string(layer.join("cache-id")).unwrap();
            Kept {
                listing: layer.join("tar-split.json.gz"),
                contents: Contents::Directory(directory(root, id.trim())),
                diff_id: Some(fs::read_to_string(layer.join("diff")).unwrap().trim().to_owned()),
            }
        })
        .collect()
}

/// A layer of Docker before 1.10, which kept no diff IDs.
fn of_old_docker(root: &FsPath, entry: &FsPath) -> Option<Kept> {
    let listing = Some(entry.join("tar-data.json.gz")).filter(|listing| listing.exists())?;
    let id = entry.file_name().unwrap().to_str().unwrap();
    Some(Kept { listing, contents: Contents::Directory(directory(root, id)), diff_id: None })
}

fn of_podman(root: &FsPath) -> Vec<Kept> {
    let layers = json_file(&root.join("overlay-layers/layers.json"));
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let of = |layer: &serde_json::Value| {
        let id = text(&layer["id"]).unwrap();
        let records = root.join("overlay-layers");
        let diff = root.join("overlay").join(&id).join("diff");
        let record = |key| records.join(&id).join(format!("={}", STANDARD.encode(key)));
        let (toc, data) = (record("zstd-chunked-manifest"), record("zstd-chunked-layer-data"));
        // 0 is an ordinary tree, 1 is composefs.
        let contents = if data.exists() && json_file(&data)["format"] == 1 {
            Contents::ByDigest { root: diff, digests: Arc::new(digests(&toc)) }
        } else {
            Contents::Directory(diff)
        };
        let listing = records.join(format!("{id}.tar-split.gz"));
        Kept { listing, contents, diff_id: text(&layer["diff-digest"]) }
    };
    // A container's own layer has no tar.
    layers.as_array().unwrap().iter().map(of).filter(|layer| layer.listing.exists()).collect()
}

fn digests(toc: &FsPath) -> HashMap<Vec<u8>, String> {
    let toc = json_file(toc);
    let of = |entry: &serde_json::Value| {
        let digest = entry["digest"].as_str()?.strip_prefix("sha256:")?.to_owned();
        let mut path = Vec::new();
        paths::normalise(entry["name"].as_str()?.as_bytes(), &mut path);
        Some((path, digest))
    };
    toc["entries"].as_array().unwrap().iter().filter_map(of).collect()
}

/// Where a driver keeps a layer's files.
fn directory(root: &FsPath, id: &str) -> PathBuf {
    let places = [
        format!("overlay2/{id}/diff"),
        format!("btrfs/subvolumes/{id}"),
        format!("vfs/dir/{id}"),
        format!("aufs/diff/{id}"),
    ];
    places.iter().map(|place| root.join(place)).find(|place| place.exists()).unwrap()
}

/// The folders in a folder, if it is there.
fn folders(folder: &FsPath) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}
