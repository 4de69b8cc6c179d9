//! OCI layouts, handled without any engine: reading one, cutting an image to its first layers, unpacking by umoci.

use std::fs;
use std::io::Read as _;
use std::path::{Path as FsPath, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::disk;
use super::engines::{filtered, run};
use super::scratch::fresh;
use super::tarball::{self, Layer};
use super::tree::{Tree, digest};

/// One image of an OCI layout.
#[derive(Clone)]
pub struct Layout {
    pub dir: PathBuf,
    pub tag: String,
}

impl Layout {
    /// The manifest with this layout's tag; the only one, where the index names no tags.
    pub fn manifest(&self) -> Value {
        let index = json_file(&self.dir.join("index.json"));
        let manifests = index["manifests"].as_array().unwrap();
        let tag = |manifest: &Value| {
            manifest["annotations"]["org.opencontainers.image.ref.name"].as_str() == Some(&self.tag)
        };
        let found = manifests.iter().find(|manifest| tag(manifest)).unwrap_or(&manifests[0]);
        json_file(&self.blob(&found["digest"]))
    }

    pub fn config(&self) -> Value {
        json_file(&self.blob(&self.manifest()["config"]["digest"]))
    }

    pub fn blob(&self, digest: &Value) -> PathBuf {
        self.dir.join("blobs").join(digest.as_str().unwrap().replace(':', "/"))
    }

    /// The layers' tars, base first.
    pub fn layers(&self) -> Vec<Layer> {
        self.tars().iter().map(|tar| tarball::read(tar)).collect()
    }

    /// The bytes of the layers' tars, base first.
    pub fn tars(&self) -> Vec<Vec<u8>> {
        let manifest = self.manifest();
        let layers = manifest["layers"].as_array().unwrap().iter();
        layers.map(|layer| uncompressed(&self.blob(&layer["digest"]))).collect()
    }

    /// A layout of the same blobs whose image ends with layer `last`.
    fn cut(&self, last: usize) -> Self {
        let dir = fresh("cut-");
        let blobs = dir.join("blobs/sha256");
        fs::create_dir_all(&blobs).unwrap();
        let (mut manifest, mut config) = (self.manifest(), self.config());
        let layers = &manifest["layers"].as_array().unwrap()[..=last];
        for layer in layers {
            let blob = self.blob(&layer["digest"]);
            let to = blobs.join(blob.file_name().unwrap());
            if !to.exists() {
                fs::hard_link(&blob, to).unwrap();
            }
        }
        manifest["layers"] = json!(layers);
        config["rootfs"]["diff_ids"] =
            json!(&config["rootfs"]["diff_ids"].as_array().unwrap()[..=last]);
        config["history"] = json!([]);
        manifest["config"] = put(&blobs, &manifest["config"]["mediaType"], &config);
        let media_type = json!("application/vnd.oci.image.manifest.v1+json");
        let mut descriptor = put(&blobs, &media_type, &manifest);
        descriptor["annotations"] = json!({ "org.opencontainers.image.ref.name": "cut" });
        let index = json!({ "schemaVersion": 2, "manifests": [descriptor] });
        fs::write(dir.join("index.json"), index.to_string()).unwrap();
        fs::write(dir.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
        Self { dir, tag: "cut".to_owned() }
    }

    /// What umoci unpacks of the first layers, up to `last`.
    pub fn unpacked(&self, last: usize) -> Tree {
        let cut = self.cut(last);
        let bundle = fresh("bundle-").join("bundle");
        let image = format!("{}:{}", cut.dir.display(), cut.tag);
        run(Command::new("umoci").args(["unpack", "--image", &image]).arg(&bundle));
        let tree = disk::walk(&bundle.join("rootfs"));
        fs::remove_dir_all(bundle.parent().unwrap()).unwrap();
        fs::remove_dir_all(cut.dir).unwrap();
        tree
    }
}

/// Stores a document as a blob; returns its descriptor.
fn put(blobs: &FsPath, media_type: &Value, document: &Value) -> Value {
    let text = document.to_string();
    let digest = digest(text.as_bytes());
    fs::write(blobs.join(digest.trim_start_matches("sha256:")), &text).unwrap();
    json!({ "mediaType": media_type, "digest": digest, "size": text.len() })
}

pub fn json_file(file: &FsPath) -> Value {
    let text = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_slice(&text).unwrap()
}

/// A file's bytes, uncompressed by the program for its kind.
pub fn uncompressed(file: &FsPath) -> Vec<u8> {
    let mut magic = [0; 4];
    let read = fs::File::open(file).unwrap().read(&mut magic).unwrap();
    match &magic[..read] {
        [0x1f, 0x8b, ..] => filtered(Command::new("gzip").arg("-dc"), file),
        [0x28, 0xb5, 0x2f, 0xfd] => {
            filtered(Command::new("zstd").args(["-dcq", "--long=27"]), file)
        }
        _ => fs::read(file).unwrap(),
    }
}
