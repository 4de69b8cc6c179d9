//! Images in Debian's docker-registry, pushed by skopeo, held against the layout they were pushed from: open to
//! everybody, with a password, over TLS with a CA of its own.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use layertui::image::digest::Digest;
use serde_json::{Value, json};

use super::agree::Differences;
use super::asked::answers_agree;
use super::chunked::{Format, build};
use super::engines::{find, require_engines, run};
use super::lab::lab;
use super::layertui::Form;
use super::layout::{Layout, uncompressed};
use super::scratch::{fresh, scratch};

/// `me:hunter22`, as `htpasswd -B` and as `docker login` write it.
const USERS: &str = "me:$2y$05$layertuilayertuilayereZ6OC.YoPwUQO2pu6CCOks3skyXxpuKW\n";
const AUTH: &str = "bWU6aHVudGVyMjI=";

/// A certificate of an untrusted CA, for 127.0.0.1.
const CERTIFY: &str = "cd \"$1\"\n\
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=lab-ca -keyout ca.key -out ca.crt\n\
    openssl req -newkey rsa:2048 -nodes -subj /CN=lab -keyout own.key -out own.csr\n\
    printf 'subjectAltName=IP:127.0.0.1\\nbasicConstraints=CA:FALSE\\n' > own.ext\n\
    openssl x509 -req -in own.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile own.ext -out own.crt";

/// A running registry, and a home directory for the client.
pub struct Registry {
    child: Child,
    pub host: String,
    pub home: PathBuf,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Registry {
    pub fn start(password: bool, tls: bool) -> Self {
        let home = fresh("registry-");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let host = format!("127.0.0.1:{port}");
        let mut http = json!({"addr": host, "secret": "lab"});
        if tls {
            run(Command::new("sh").args(["-euc", CERTIFY, "sh"]).arg(&home));
            http["tls"] = json!({"certificate": home.join("own.crt"), "key": home.join("own.key")});
        }
        let mut settings = json!({
            "version": "0.1",
            "log": {"level": "error", "accesslog": {"disabled": true}},
            "storage": {"filesystem": {"rootdirectory": home.join("data")}},
            "http": http,
        });
        if password {
            fs::write(home.join("users"), USERS).unwrap();
            settings["auth"] = json!({"htpasswd": {"realm": "lab", "path": home.join("users")}});
        }
        // JSON is YAML.
        fs::write(home.join("settings.yml"), settings.to_string()).unwrap();
        let child = Command::new(find("docker-registry").unwrap())
            .arg("serve")
            .arg(home.join("settings.yml"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let registry = Self { child, host, home };
        registry.wait();
        registry
    }

    fn wait(&self) {
        for _ in 0..400 {
            if TcpStream::connect(&self.host).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("docker-registry does not listen on {}", self.host);
    }

    /// Pushes the lab's image.
    fn push(&self, tag: &str, options: &str) -> String {
        self.push_layout(&scratch().join("lab/layout"), tag, options)
    }

    pub fn push_layout(&self, layout: &Path, tag: &str, options: &str) -> String {
        let copy = format!(
            "skopeo copy -q --dest-tls-verify=false {options} \"oci:$1:lab\" docker://{}/lab/hello:{tag}",
            self.host
        );
        run(&mut lab().engines.script(&copy, &[layout]));
        self.reference(tag)
    }

    /// Whether all layers were listed by tables of contents of that format, but for one with names that JSON cannot say.
    fn lists_by_table(&self, reference: &str, format: &str) {
        let said = self.ask(&["layers", "--json", reference]).stdout;
        let said: Value = serde_json::from_slice(&said).unwrap();
        let layers = said["layers"].as_array().unwrap();
        let note = format!("listed by its {format} table of contents");
        let noted = |problem: &Value| problem.as_str().unwrap().contains(&note);
        let by_table = |layer: &&Value| layer["problems"].as_array().unwrap().iter().any(noted);
        assert_eq!(layers.iter().filter(by_table).count(), layers.len() - 1, "{reference}");
        assert_eq!(self.kept(), layers.len() + 1, "tables, and that layer");
    }

    fn reference(&self, tag: &str) -> String {
        format!("docker://{}/lab/hello:{tag}", self.host)
    }

    pub fn ask(&self, arguments: &[&str]) -> Output {
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.args(arguments).env_clear().env("HOME", &self.home);
        layertui.output().unwrap()
    }

    /// The image that was pushed is the one that is listed, whatever is asked.
    pub fn agrees(&self, reference: &str, options: &[&str]) {
        let near = &lab().image.form;
        let last = (lab().image.layer_count() - 1).to_string();
        for (command, more) in [
            ("ls", vec!["--recursive"]),
            ("diff", vec!["--from", "0"]),
            ("diff", vec!["--layer", &last]),
            ("history", vec!["--glob", "**"]),
        ] {
            let mut arguments = vec![command, "--json"];
            arguments.extend_from_slice(options);
            arguments.push(reference);
            arguments.extend_from_slice(&more);
            let far = self.ask(&arguments);
            let said = String::from_utf8_lossy(&far.stderr).into_owned();
            assert!(far.status.success() && said.is_empty(), "{arguments:?}: {said}");
            let near = near.json(command, &more);
            let pairs = far.stdout.split(|it| *it == b'\n').zip(near.split(|it| *it == b'\n'));
            for (far, near) in pairs {
                let [far, near] = [far, near].map(String::from_utf8_lossy);
                assert_eq!(far, near, "{arguments:?}: not the same image");
            }
            assert_eq!(far.stdout.len(), near.len(), "{arguments:?}: not all of the image");
        }
    }

    /// What is said where it does not work.
    fn complaint(&self, arguments: &[&str]) -> String {
        let output = self.ask(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Files and bytes of the blobs that came.
    fn kept(&self) -> usize {
        files(&self.home.join(".cache/layertui/blobs"))
    }
}

fn files(directory: &Path) -> usize {
    fs::read_dir(directory).map_or(0, Iterator::count)
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn an_image_in_a_registry_is_the_image_that_was_pushed() {
    require_engines();
    let registry = Registry::start(false, false);
    for (tag, options) in [
        ("gzip", "--dest-compress-format gzip"),
        ("zstd", "--dest-compress-format zstd"),
        ("schema2", "--format v2s2"),
    ] {
        let reference = registry.push(tag, options);
        registry.agrees(&reference, &[]);
        let mut found = Differences::default();
        answers_agree(&Form::new("registry", reference), true, &mut found);
        found.assert_none();
    }
    assert!(registry.kept() > 0, "layers were kept");
    // What came is enough: the registry's own layers may go.
    let reference = registry.reference("gzip");
    let tree = registry.ask(&["ls", "--recursive", "--no-cache", &reference]).stdout;
    let blobs = registry.home.join("data/docker/registry/v2/blobs");
    let manifest_and_config = 64 << 10;
    for blob in walk(&blobs) {
        if fs::metadata(&blob).unwrap().len() > manifest_and_config {
            fs::remove_file(blob).unwrap();
        }
    }
    assert_eq!(registry.ask(&["ls", "--recursive", &reference]).stdout, tree);
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn a_layer_with_a_table_of_contents_is_listed_without_it() {
    require_engines();
    let registry = Registry::start(false, false);
    // Pushed by those who invented the format.
    let reference = registry.push("chunked", "--dest-compress-format zstd:chunked");
    registry.agrees(&reference, &[]);
    registry.lists_by_table(&reference, "zstd:chunked");

    for (format, name) in [(Format::EStargz, "eStargz"), (Format::ZstdChunked, "zstd:chunked")] {
        let registry = Registry::start(false, false);
        let layout = fresh("chunked-").join("layout");
        chunked(&layout, format);
        let reference = registry.push_layout(&layout, "own", "");
        registry.agrees(&reference, &[]);
        registry.lists_by_table(&reference, name);
        let path = "/etc/passwd";
        let far = registry.ask(&["cat", &reference, path]);
        let said = String::from_utf8_lossy(&far.stderr);
        assert_eq!(far.stdout, lab().image.form.cat(path), "{said}");
    }
}

/// The lab's image with layers of that format. No Debian package writes eStargz.
fn chunked(to: &Path, format: Format) {
    repacked(to, |tar| {
        let chunked = build(tar, format, 100_000);
        assert!(chunked.files_end < chunked.blob.len(), "a table follows the files");
        (chunked.blob, format.media_type(), chunked.annotations)
    });
}

/// The lab's image as an OCI layout with layers that are packed in another way: each blob, what its media type ends in and its
/// annotations. The digest of the manifest.
pub fn repacked(to: &Path, pack: impl Fn(&[u8]) -> (Vec<u8>, &'static str, Value)) -> Digest {
    let lab = Layout { dir: scratch().join("lab/layout"), tag: "lab".to_owned() };
    let blobs = to.join("blobs/sha256");
    fs::create_dir_all(&blobs).unwrap();
    let put = |bytes: &[u8], media_type: &str| {
        let digest = Digest::of(bytes);
        fs::write(blobs.join(digest.encoded()), bytes).unwrap();
        json!({"mediaType": media_type, "digest": digest.as_str(), "size": bytes.len()})
    };
    let (mut manifest, mut config) = (lab.manifest(), lab.config());
    let mut diff_ids = Vec::new();
    for layer in manifest["layers"].as_array_mut().unwrap() {
        let tar = uncompressed(&lab.blob(&layer["digest"]));
        let (blob, media_type, annotations) = pack(&tar);
        *layer = put(&blob, &format!("application/vnd.oci.image.layer.v1.{media_type}"));
        // What the blob unpacks to: an eStargz layer has its table in the tar as well.
        let unpacked = uncompressed(&blobs.join(Digest::of(&blob).encoded()));
        diff_ids.push(Digest::of(&unpacked).to_string());
        layer["annotations"] = annotations;
    }
    config["rootfs"]["diff_ids"] = json!(diff_ids);
    manifest["config"] =
        put(config.to_string().as_bytes(), "application/vnd.oci.image.config.v1+json");
    let mut image =
        put(manifest.to_string().as_bytes(), "application/vnd.oci.image.manifest.v1+json");
    image["annotations"] = json!({"org.opencontainers.image.ref.name": "lab"});
    let index = json!({"schemaVersion": 2, "manifests": [image]});
    fs::write(to.join("index.json"), index.to_string()).unwrap();
    fs::write(to.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    Digest::of(manifest.to_string().as_bytes())
}

pub fn walk(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn a_registry_with_a_password_lets_in_who_has_signed_in() {
    require_engines();
    let registry = Registry::start(true, false);
    let reference = registry.push("1", "--dest-creds me:hunter22");
    let refused = registry.complaint(&["layers", &reference]);
    assert!(refused.contains("docker login"), "{refused}");
    let docker = registry.home.join(".docker");
    fs::create_dir_all(&docker).unwrap();
    let sign_in = |auth: &str| {
        let file = json!({"auths": {registry.host.clone(): {"auth": auth}}});
        fs::write(docker.join("config.json"), file.to_string()).unwrap();
    };
    // `me:hunter23`
    sign_in("bWU6aHVudGVyMjM=");
    let refused = registry.complaint(&["layers", &reference]);
    assert!(refused.contains("rejected the credentials"), "{refused}");
    assert!(!refused.contains("hunter"), "{refused}");
    sign_in(AUTH);
    registry.agrees(&reference, &[]);
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn a_registrys_own_authority_is_believed_where_it_was_put() {
    require_engines();
    let registry = Registry::start(true, true);
    let reference = registry.push("1", "--dest-creds me:hunter22");
    let docker = registry.home.join(".docker");
    fs::create_dir_all(&docker).unwrap();
    let file = json!({"auths": {registry.host.clone(): {"auth": AUTH}}});
    fs::write(docker.join("config.json"), file.to_string()).unwrap();
    let strict = "--tls-verify=true";
    let refused = registry.complaint(&["layers", strict, &reference]);
    assert!(refused.contains("certs.d"), "{refused}");
    registry.agrees(&reference, &["--tls-verify=false"]);
    let certificates = registry.home.join(".config/containers/certs.d").join(&registry.host);
    fs::create_dir_all(&certificates).unwrap();
    fs::copy(registry.home.join("ca.crt"), certificates.join("ca.crt")).unwrap();
    registry.agrees(&reference, &[strict, "--no-cache"]);
}
