//! The demo image: made from `assets/demo/recipe.txt`, embedded in the program, and showing every phenomenon.
//!
//! `LAYERTUI_BLESS=1 cargo test --test demo` writes `assets/demo/image.tar` anew.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder, read::MultiGzDecoder};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};

/// The image's own time: 2024-03-01 12:00:00 UTC.
const EPOCH: u64 = 1_709_294_400;

struct Step {
    command: String,
    /// The uncompressed tar, if the step made a layer.
    layer: Option<Vec<u8>>,
}

fn asset(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo").join(name)
}

/// Turns `\n` and `\xNN` into what they stand for.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        match (byte, after) {
            (b'\\', [b'n', after @ ..]) => {
                bytes.push(b'\n');
                rest = after;
            }
            (b'\\', [b'x', high, low, after @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
                rest = after;
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    bytes
}

/// The contents of a file that stand in the recipe.
fn text_of(text: &str) -> Vec<u8> {
    let Some((text, length)) = text.rsplit_once(" padded to ") else { return unescape(text) };
    let mut bytes = unescape(text);
    bytes.resize(length.parse::<usize>().unwrap() - 1, b'.');
    bytes.push(b'\n');
    bytes
}

/// Text that looks like something and compresses well: one page of made-up words, again and again.
fn fill(length: usize, seed: &str) -> Vec<u8> {
    let mut state = seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut page = format!("{seed}\n").into_bytes();
    while page.len() < 1500 {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let word = (state >> 40) as usize;
        page.extend_from_slice(
            &["layer", "stack", "union", "merged", "lower", "upper"][word % 6].as_bytes()
                [..word % 3 + 2],
        );
        page.push(if word.is_multiple_of(11) { b'\n' } else { b' ' });
    }
    page.iter().copied().cycle().take(length).collect()
}

struct Layer {
    tar: Builder<Vec<u8>>,
    xattr: Option<(String, Vec<u8>)>,
}

impl Layer {
    fn header(kind: EntryType, mode: u32, owner: (u64, u64), seconds: u64, size: usize) -> Header {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(owner.0);
        header.set_gid(owner.1);
        header.set_mtime(EPOCH + seconds);
        header.set_size(size as u64);
        header
    }

    fn add(&mut self, mut header: Header, path: &[u8], content: &[u8]) {
        use std::os::unix::ffi::OsStrExt as _;
        if let Some((name, value)) = self.xattr.take() {
            self.tar.append_pax_extensions([(name.as_str(), value.as_slice())]).unwrap();
        }
        let path = Path::new(std::ffi::OsStr::from_bytes(path));
        self.tar.append_data(&mut header, path, content).unwrap();
    }

    fn line(&mut self, line: &str) {
        let (kind, rest) = line.split_once(' ').unwrap();
        let name = |path: &str| unescape(path);
        let sibling = |path: &str, prefix: &str| match path.rsplit_once('/') {
            Some((dir, last)) => name(&format!("{dir}/{prefix}{last}")),
            None => name(&format!("{prefix}{path}")),
        };
        let empty = |mode| Self::header(EntryType::Regular, mode, (0, 0), 0, 0);
        match kind {
            "-" => return self.add(empty(0o644), &sibling(rest, ".wh."), b""),
            "!" => return self.add(empty(0o644), &name(&format!("{rest}/.wh..wh..opq")), b""),
            "xattr" => unreachable!("attributes stand behind their entry"),
            _ => {}
        }
        if let Some((path, target)) = line.split_once(" -> ") {
            let mut header = Self::header(EntryType::Symlink, 0o777, (0, 0), 0, 0);
            header.set_link_name(target).unwrap();
            return self.add(header, &name(path), b"");
        }
        self.object(line);
    }

    /// A directory, file, device or fifo. The path may have spaces: what follows it is found from its mode on.
    fn object(&mut self, line: &str) {
        let (head, content) = match (line.split_once(" | "), line.split_once(" fill ")) {
            (Some((head, text)), _) => (head, text_of(text)),
            (None, Some((head, fill_words))) => {
                let (length, seed) = fill_words.split_once(' ').unwrap();
                (head, fill(length.parse().unwrap(), seed))
            }
            (None, None) => (line, Vec::new()),
        };
        let (head, link) = match head.split_once(" => ") {
            Some((head, target)) => (head, Some(target)),
            None => (head, None),
        };
        let words: Vec<&str> = head.split(' ').collect();
        let is_mode =
            |word: &&str| word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_digit());
        let at = words.iter().rposition(is_mode).unwrap();
        let mode = u32::from_str_radix(words[at], 8).unwrap();
        let (mut owner, mut seconds) = ((0, 0), 0);
        for word in &words[at + 1..] {
            if let Some((uid, gid)) = word.split_once(':') {
                owner = (uid.parse().unwrap(), gid.parse().unwrap());
            } else {
                seconds = word.strip_prefix('+').unwrap().parse().unwrap();
            }
        }
        let path = words[..at].join(" ");
        if let Some((path, device)) = path.split_once(" c ") {
            let mut header = Self::header(EntryType::Char, mode, owner, seconds, 0);
            let (major, minor) = device.split_once(':').unwrap();
            header.set_device_major(major.parse().unwrap()).unwrap();
            header.set_device_minor(minor.parse().unwrap()).unwrap();
            return self.add(header, &unescape(path), b"");
        }
        if let Some(path) = path.strip_suffix(" p") {
            return self.add(
                Self::header(EntryType::Fifo, mode, owner, seconds, 0),
                &unescape(path),
                b"",
            );
        }
        if let Some(target) = link {
            let mut header = Self::header(EntryType::Link, mode, owner, seconds, 0);
            header.set_link_name(target).unwrap();
            return self.add(header, &unescape(&path), b"");
        }
        let kind = if path.ends_with('/') { EntryType::Directory } else { EntryType::Regular };
        self.add(
            Self::header(kind, mode, owner, seconds, content.len()),
            &unescape(&path),
            &content,
        );
    }
}

fn steps() -> Vec<Step> {
    let recipe = std::fs::read_to_string(asset("recipe.txt")).unwrap();
    let mut steps: Vec<Step> = Vec::new();
    let mut layer: Option<Layer> = None;
    let mut lines =
        recipe.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).peekable();
    while let Some(line) = lines.next() {
        let command = line.strip_prefix("layer ").or_else(|| line.strip_prefix("empty "));
        if let Some(command) = command {
            finish(&mut steps, layer.take());
            layer = line
                .starts_with("layer ")
                .then(|| Layer { tar: Builder::new(Vec::new()), xattr: None });
            steps.push(Step { command: command.to_owned(), layer: None });
            continue;
        }
        let layer = layer.as_mut().unwrap();
        if let Some(xattr) = lines.peek().and_then(|line| line.strip_prefix("xattr ")) {
            let words: Vec<&str> = xattr.splitn(3, ' ').collect();
            layer.xattr = Some((format!("SCHILY.xattr.{}", words[1]), unescape(words[2])));
            lines.next();
        }
        layer.line(line);
    }
    finish(&mut steps, layer);
    steps
}

fn finish(steps: &mut [Step], layer: Option<Layer>) {
    if let (Some(step), Some(layer)) = (steps.last_mut(), layer) {
        step.layer = Some(layer.tar.into_inner().unwrap());
    }
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold("sha256:".to_owned(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// The OCI archive: layout, index, manifest, config, layers.
fn build() -> Vec<u8> {
    let steps = steps();
    let mut blobs: Vec<(String, Vec<u8>)> = Vec::new();
    let mut put = |media: &str, bytes: Vec<u8>| {
        let descriptor = serde_json::json!({
            "mediaType": format!("application/vnd.oci.image.{media}"),
            "digest": digest(&bytes),
            "size": bytes.len(),
        });
        blobs.push((digest(&bytes), bytes));
        descriptor
    };
    let (mut layers, mut diff_ids, mut history) = (Vec::new(), Vec::new(), Vec::new());
    for (number, step) in steps.iter().enumerate() {
        let created = format!("2024-03-01T12:{number:02}:00Z");
        let mut entry = serde_json::json!({"created": created, "created_by": step.command, "comment": "buildkit.dockerfile.v0"});
        match &step.layer {
            Some(tar) => {
                diff_ids.push(digest(tar));
                let mut gzip = GzBuilder::new().write(Vec::new(), Compression::best());
                gzip.write_all(tar).unwrap();
                layers.push(put("layer.v1.tar+gzip", gzip.finish().unwrap()));
            }
            None => entry["empty_layer"] = true.into(),
        }
        history.push(entry);
    }
    let config = serde_json::json!({
        "created": "2024-03-01T12:30:00Z",
        "author": "the layertui developers",
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "User": "shop",
            "Env": ["PATH=/usr/local/bin:/usr/bin", "LANG=C.UTF-8"],
            "Cmd": ["python3", "app.py"],
            "WorkingDir": "/srv/shop",
            "ExposedPorts": {"8080/tcp": {}},
            "Labels": {"org.opencontainers.image.title": "shop", "org.opencontainers.image.version": "1.4"},
        },
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": history,
    });
    let config = put("config.v1+json", serde_json::to_vec(&config).unwrap());
    let manifest = serde_json::json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config,
        "layers": layers,
    });
    let mut manifest = put("manifest.v1+json", serde_json::to_vec(&manifest).unwrap());
    manifest["annotations"] = serde_json::json!({"org.opencontainers.image.ref.name": "shop:1.4"});
    let index = serde_json::json!({"schemaVersion": 2, "manifests": [manifest]});
    let mut out = Builder::new(Vec::new());
    let mut add = |name: &str, bytes: &[u8]| {
        let mut header = Layer::header(EntryType::Regular, 0o644, (0, 0), 0, bytes.len());
        out.append_data(&mut header, name, bytes).unwrap();
    };
    add("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#);
    add("index.json", &serde_json::to_vec(&index).unwrap());
    for (digest, bytes) in &blobs {
        add(&format!("blobs/{}", digest.replace(':', "/")), bytes);
    }
    out.into_inner().unwrap()
}

/// The uncompressed layers of an archive, in the order of its blobs. Compressors differ; what they compress must not.
fn layers(archive: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut layers = BTreeSet::new();
    for entry in tar::Archive::new(archive).entries().unwrap() {
        let mut bytes = Vec::new();
        entry.unwrap().read_to_end(&mut bytes).unwrap();
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut plain = Vec::new();
            MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
            layers.insert(plain);
        }
    }
    layers
}

#[test]
fn the_image_is_what_the_recipe_says() {
    let built = build();
    if std::env::var_os("LAYERTUI_BLESS").is_some() {
        std::fs::write(asset("image.tar"), &built).unwrap();
    }
    let stored = std::fs::read(asset("image.tar")).unwrap();
    assert!(stored.len() < 300_000, "{} bytes", stored.len());
    assert!(
        layers(&stored) == layers(&built),
        "the recipe changed: LAYERTUI_BLESS=1 cargo test --test demo"
    );
}
