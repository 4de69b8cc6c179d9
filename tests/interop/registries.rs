//! Images in Debian's docker-registry, pushed by skopeo, held against the layout they were pushed from: open to
//! everybody, with a password, over TLS with a CA of its own.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::engines::{find, run, wanted};
use super::lab::lab;
use super::scratch::{fresh, scratch};

/// `me:hunter22`, as `htpasswd -B` and as `docker login` write it.
const USERS: &str = "me:$2y$05$layertuilayertuilayereZ6OC.YoPwUQO2pu6CCOks3skyXxpuKW\n";
const AUTH: &str = "bWU6aHVudGVyMjI=";

/// A certificate of a CA that nobody knows, for 127.0.0.1.
const CERTIFY: &str = "cd \"$1\"\n\
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=lab-ca -keyout ca.key -out ca.crt\n\
    openssl req -newkey rsa:2048 -nodes -subj /CN=lab -keyout own.key -out own.csr\n\
    printf 'subjectAltName=IP:127.0.0.1\\nbasicConstraints=CA:FALSE\\n' > own.ext\n\
    openssl x509 -req -in own.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile own.ext -out own.crt";

/// A registry that runs, and a home for somebody who asks it.
struct Registry {
    child: Child,
    host: String,
    home: PathBuf,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Registry {
    fn start(password: bool, tls: bool) -> Self {
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
        let layout = scratch().join("lab/layout");
        let copy = format!(
            "skopeo copy -q --dest-tls-verify=false {options} \"oci:$1:lab\" docker://{}/lab/hello:{tag}",
            self.host
        );
        run(&mut lab().engines.script(&copy, &[&layout]));
        self.reference(tag)
    }

    fn reference(&self, tag: &str) -> String {
        format!("docker://{}/lab/hello:{tag}", self.host)
    }

    fn ask(&self, arguments: &[&str]) -> Output {
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.args(arguments).env_clear().env("HOME", &self.home);
        layertui.output().unwrap()
    }

    /// The image that was pushed is the one that is listed, whatever is asked.
    fn agrees(&self, reference: &str, options: &[&str]) {
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
            assert!(far.stdout == near.json(command, &more), "{arguments:?}: not the same image");
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
fn an_image_in_a_registry_is_the_image_that_was_pushed() {
    if !wanted() {
        return;
    }
    let registry = Registry::start(false, false);
    for (tag, options) in [
        ("gzip", "--dest-compress-format gzip"),
        ("zstd", "--dest-compress-format zstd"),
        ("schema2", "--format v2s2"),
    ] {
        let reference = registry.push(tag, options);
        registry.agrees(&reference, &[]);
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

fn walk(directory: &Path) -> Vec<PathBuf> {
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
fn a_registry_with_a_password_lets_in_who_has_signed_in() {
    if !wanted() {
        return;
    }
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
    assert!(refused.contains("does not accept these credentials"), "{refused}");
    assert!(!refused.contains("hunter"), "{refused}");
    sign_in(AUTH);
    registry.agrees(&reference, &[]);
}

#[test]
fn a_registrys_own_authority_is_believed_where_it_was_put() {
    if !wanted() {
        return;
    }
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
