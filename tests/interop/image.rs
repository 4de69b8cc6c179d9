//! The image of these tests: built once in a process, saved in every form.

use std::fs;
use std::io::Read as _;
use std::path::{Path as FsPath, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};

use super::base;
use super::engines::{Engines, filter, run};
use super::layertui::Form;
use super::scratch::scratch;
use super::tarball::{self, Layer};
use super::tree::digest;
use super::union::Union;

/// What every engine calls the image.
pub const NAME: &str = "localhost/lab/interop:1";

/// The image, in every form.
pub struct Built {
    pub engines: Engines,
    /// The OCI layout, with gzip layers, that the other forms were made from.
    pub layout: PathBuf,
    pub forms: Vec<Form>,
    pub layers: Vec<Layer>,
    pub model: Union,
}

/// Builds on first use.
pub fn built() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(build)
}

fn build() -> Built {
    let engines = Engines::new(&scratch().join("engines"));
    let context = scratch().join("build/context");
    fs::create_dir_all(&context).unwrap();
    base::write_context(&context);
    let file = FsPath::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/Containerfile");
    let arguments = [file.as_os_str(), context.as_os_str()];
    let script = format!(
        "exec buildah build --isolation chroot --cap-add CAP_MKNOD --network host --layers --tag {NAME} -f \"$1\" \"$2\""
    );
    run(&mut engines.script(&script, &arguments));
    let layout = scratch().join("oci");
    let forms = save(&engines, &layout);
    let layers: Vec<Layer> = layer_tars(&layout).iter().map(|tar| tarball::read(tar)).collect();
    let model = Union::of(&layers);
    Built { engines, layout, forms, layers, model }
}

fn save(engines: &Engines, layout: &FsPath) -> Vec<Form> {
    let oci = format!("oci:{}:1", layout.display());
    let copy = |options: &[&str], from: &str, to: &str| {
        let arguments = [&["copy", "--quiet"], options, &[from, to]].concat();
        run(&mut engines.command("skopeo", &arguments));
    };
    copy(&[], &format!("containers-storage:{NAME}"), &oci);
    let place = |name: &str| scratch().join(name).display().to_string();
    let zstd = ["--dest-compress", "--dest-compress-format", "zstd"];
    copy(&[], &oci, &format!("oci-archive:{}:1", place("oci.tar")));
    copy(&zstd, &oci, &format!("oci-archive:{}:1", place("oci-zstd.tar")));
    copy(&zstd, &oci, &format!("oci:{}:1", place("oci-zstd")));
    copy(&[], &oci, &format!("docker-archive:{}:{NAME}", place("skopeo.tar")));
    copy(&[], &oci, &format!("dir:{}", place("dir")));
    copy(&["--format", "v2s2"], &oci, &format!("dir:{}", place("dir-v2s2")));
    copy(&["--format", "v2s1"], &oci, &format!("dir:{}", place("dir-v2s1")));
    let podman = place("podman.tar");
    let save = ["save", "--quiet", "--format", "docker-archive", "-o", &podman, NAME];
    run(&mut engines.command("podman", &save));
    let plain = scratch().join("skopeo.tar");
    filter(Command::new("gzip").args(["-1c"]), &plain, &scratch().join("skopeo.tar.gz"));
    filter(Command::new("zstd").args(["-qc"]), &plain, &scratch().join("skopeo.tar.zst"));
    vec![
        Form::new("OCI layout", oci),
        Form::new("OCI archive", place("oci.tar")),
        Form::new("OCI archive, zstd", place("oci-zstd.tar")),
        Form::new("OCI layout, zstd", place("oci-zstd")),
        Form::new("docker-archive of skopeo", format!("docker-archive:{}", place("skopeo.tar"))),
        Form::new("docker-archive of podman", podman),
        Form::new("dir:", format!("dir:{}", place("dir"))),
        Form::new("dir:, schema 2", place("dir-v2s2")),
        Form::new("dir:, schema 1", place("dir-v2s1")),
        Form::new("archive in gzip", place("skopeo.tar.gz")),
        Form::new("archive in zstd", place("skopeo.tar.zst")),
        Form { stdin: Some(plain), ..Form::new("standard input", "-") },
    ]
}

/// The document that a descriptor leads to.
pub fn blob(layout: &FsPath, descriptor: &Value) -> Vec<u8> {
    let digest = descriptor["digest"].as_str().unwrap();
    fs::read(layout.join("blobs").join(digest.replace(':', "/"))).unwrap()
}

/// The one manifest of a layout, and its config.
pub fn documents(layout: &FsPath) -> (Value, Value) {
    let index: Value =
        serde_json::from_slice(&fs::read(layout.join("index.json")).unwrap()).unwrap();
    let manifest: Value = serde_json::from_slice(&blob(layout, &index["manifests"][0])).unwrap();
    let config = serde_json::from_slice(&blob(layout, &manifest["config"])).unwrap();
    (manifest, config)
}

/// The uncompressed layers of a layout with gzip or plain layers.
pub fn layer_tars(layout: &FsPath) -> Vec<Vec<u8>> {
    let (manifest, _) = documents(layout);
    let layers = manifest["layers"].as_array().unwrap();
    layers.iter().map(|layer| plain(blob(layout, layer))).collect()
}

/// A layer without its gzip, if it has one.
pub fn plain(stored: Vec<u8>) -> Vec<u8> {
    if !stored.starts_with(&[0x1f, 0x8b]) {
        return stored;
    }
    let mut tar = Vec::new();
    MultiGzDecoder::new(&stored[..]).read_to_end(&mut tar).unwrap();
    tar
}

/// A layout of the image's first layers only, up to and with `last`, named `cut`.
pub fn cut(layout: &FsPath, last: usize, to: &FsPath) {
    let (mut manifest, mut config) = documents(layout);
    fs::create_dir_all(to.join("blobs/sha256")).unwrap();
    fs::copy(layout.join("oci-layout"), to.join("oci-layout")).unwrap();
    let put = |bytes: Vec<u8>, media_type: &Value| {
        let digest = digest(&bytes);
        fs::write(to.join("blobs").join(digest.replace(':', "/")), &bytes).unwrap();
        json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
    };
    manifest["layers"].as_array_mut().unwrap().truncate(last + 1);
    config["rootfs"]["diff_ids"].as_array_mut().unwrap().truncate(last + 1);
    config.as_object_mut().unwrap().remove("history");
    for layer in manifest["layers"].as_array().unwrap() {
        put(blob(layout, layer), &layer["mediaType"]);
    }
    manifest["config"] =
        put(serde_json::to_vec(&config).unwrap(), &manifest["config"]["mediaType"]);
    let media_type = "application/vnd.oci.image.manifest.v1+json".into();
    let mut manifest = put(serde_json::to_vec(&manifest).unwrap(), &media_type);
    manifest["annotations"] = json!({"org.opencontainers.image.ref.name": "cut"});
    let index = json!({"schemaVersion": 2, "manifests": [manifest]});
    fs::write(to.join("index.json"), serde_json::to_vec(&index).unwrap()).unwrap();
}
