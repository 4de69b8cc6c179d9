//! Engines behind ssh, behind TLS with certificates of both sides, behind a socket of another user; and containers that
//! they stream.

use std::collections::BTreeSet;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use super::dockerd::Docker;
use super::engines::{find, require_engines, run};
use super::lab::lab;
use super::scratch::fresh;

/// Keys for one host and one user, and a client's configuration that knows both.
const KEYS: &str = "cd \"$1\"\n\
    ssh-keygen -q -t ed25519 -N '' -f host\n\
    ssh-keygen -q -t ed25519 -N '' -f user\n\
    printf '[127.0.0.1]:%s %s\\n' \"$2\" \"$(cat host.pub)\" > known\n\
    printf 'Host *\\nIdentityFile %s/user\\nIdentitiesOnly yes\\nUserKnownHostsFile %s/known\\n' \"$1\" \"$1\" > config\n\
    mkdir bin && printf '#!/bin/sh\\nexec ssh-of-the-system -F %s/config \"$@\"\\n' \"$1\" > bin/ssh\n\
    sed -i \"s|ssh-of-the-system|$3|\" bin/ssh && chmod +x bin/ssh";

/// An ssh server for one user with one key, in whose sessions a variable says where Docker listens.
const SERVER: &str = "mkdir -p /run/sshd\n\
    exec \"$1\" -D -e -f /dev/null -p \"$2\" -h \"$3/host\" -o ListenAddress=127.0.0.1 -o UsePAM=no -o StrictModes=no \
    -o PidFile=none -o PasswordAuthentication=no -o AuthorizedKeysFile=\"$3/user.pub\" \
    -o SetEnv=\"DOCKER_HOST=$4\" >\"$3/log\" 2>&1";

/// A CA, a server's certificate for 127.0.0.1, and a client's.
const CERTIFY: &str = "cd \"$1\"\n\
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=lab-ca -keyout ca.key -out ca.pem\n\
    sign() {\n\
        openssl req -newkey rsa:2048 -nodes -subj \"/CN=$1\" -keyout \"$1.key\" -out \"$1.csr\"\n\
        printf \"$2\\nbasicConstraints=CA:FALSE\\n\" > \"$1.ext\"\n\
        openssl x509 -req -in \"$1.csr\" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile \"$1.ext\" -out \"$1.crt\"\n\
    }\n\
    sign server subjectAltName=IP:127.0.0.1\n\
    sign client extendedKeyUsage=clientAuth\n\
    mkdir mine && cp ca.pem mine/ && cp client.crt mine/cert.pem && cp client.key mine/key.pem\n\
    mkdir stranger && cp ca.pem stranger/";

/// A server that ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn wait_for(port: u16, log: &Path) {
    for _ in 0..400 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("nothing is listening on {port}: {}", fs::read_to_string(log).unwrap_or_default());
}

fn layertui(arguments: &[&str], home: &Path, variables: &[(&str, &str)]) -> Output {
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    layertui.args(arguments).env_clear().env("HOME", home).env("PATH", "/usr/bin:/bin");
    layertui.envs(variables.iter().copied()).stdin(Stdio::null()).output().unwrap()
}

fn prints(arguments: &[&str], home: &Path, variables: &[(&str, &str)]) -> Vec<u8> {
    let output = layertui(arguments, home, variables);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{arguments:?}: {said}");
    output.stdout
}

/// The paths of a listing.
fn paths(listing: &[u8]) -> BTreeSet<String> {
    let lines = listing.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let lines = lines.map(|line| serde_json::from_slice::<Value>(line).unwrap());
    lines.map(|line| line["path"].as_str().unwrap().to_owned()).collect()
}

/// Gives the engine the lab's image; what it is called there.
fn load(engine: &Docker) -> String {
    engine.run(["load", "-q", "-i", &lab().forms[0].argument]);
    engine.text(["images", "--format", "{{.Repository}}:{{.Tag}}"]).trim().to_owned()
}

/// What the image's archive lists.
fn expected() -> Vec<u8> {
    lab().forms[0].json("ls", &["--recursive"])
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn docker_and_podman_are_asked_by_ssh() {
    require_engines();
    let docker = Docker::hidden(&lab().engines, "vfs");
    let podman = Docker::podman(&lab().engines, "vfs", None);
    let (home, port) = (fresh("ssh-"), free_port());
    let ssh = find("ssh").unwrap();
    run(Command::new("sh").args(["-euc", KEYS, "sh"]).arg(&home).arg(port.to_string()).arg(ssh));
    let server = lab()
        .engines
        .script(
            SERVER,
            &[
                find("sshd").unwrap(),
                PathBuf::from(port.to_string()),
                home.clone(),
                PathBuf::from(docker.host()),
            ],
        )
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let _server = Server(server);
    wait_for(port, &home.join("log"));
    let path = format!("{}:/usr/bin:/bin", home.join("bin").display());
    let name = load(&docker);
    let host = format!("ssh://root@127.0.0.1:{port}");
    let variables = [("DOCKER_HOST", host.as_str()), ("PATH", &path)];
    let reference = format!("docker-daemon:{name}");
    let ls =
        |reference: &str| prints(&["ls", "--json", "--recursive", reference], &home, &variables);
    assert!(ls(&reference) == expected(), "over ssh, it is another image");
    let images = prints(&["images"], &home, &variables);
    assert!(String::from_utf8_lossy(&images).contains(&name));

    let name = load(&podman);
    let socket = podman.host().trim_start_matches("unix://").to_owned();
    let host = format!("ssh://root@127.0.0.1:{port}{socket}");
    let variables = [("CONTAINER_HOST", host.as_str()), ("PATH", &path)];
    let reference = format!("podman:{name}");
    let listed = prints(&["ls", "--json", "--recursive", &reference], &home, &variables);
    assert!(listed == expected(), "over ssh, it is another image");

    // A client whose key is not authorised.
    fs::remove_file(home.join("user")).unwrap();
    let refused = layertui(&["layers", &reference], &home, &variables);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2));
    assert!(said.contains("Permission denied") && said.contains("password"), "{said}");
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn docker_is_asked_over_tls_by_those_whom_it_knows() {
    require_engines();
    let home = fresh("tls-");
    run(Command::new("sh").args(["-euc", CERTIFY, "sh"]).arg(&home));
    let port = free_port();
    let docker = Docker::over_tls(&lab().engines, &home, port);
    let reference = format!("docker-daemon:{}", load(&docker));
    let host = format!("tcp://127.0.0.1:{port}");
    let certificates = |folder: &str| home.join(folder).display().to_string();
    let ask = |folder: &str, verify: bool| {
        let certificates = certificates(folder);
        let mut variables =
            vec![("DOCKER_HOST", host.as_str()), ("DOCKER_CERT_PATH", certificates.as_str())];
        variables.push(if verify { ("DOCKER_TLS_VERIFY", "1") } else { ("DOCKER_TLS", "1") });
        layertui(&["ls", "--json", "--recursive", &reference], &home, &variables)
    };
    for verify in [true, false] {
        let listed = ask("mine", verify);
        assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
        assert!(listed.stdout == expected(), "over TLS, it is another image");
    }
    // Without a certificate of one's own; where the server's authority is not known; and a context instead of variables.
    for (folder, word) in [("stranger", "ertificate"), ("nowhere", "ertificate")] {
        let refused = ask(folder, true);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(said.contains(&host) && said.contains(word), "{said}");
    }
    let context = "set -eu\nexport HOME=\"$1\"\ncd \"$2\"\n\
        docker context create lab --docker \"host=$3,ca=ca.pem,cert=cert.pem,key=key.pem\" >/dev/null\n\
        docker context use lab >/dev/null 2>&1";
    let mut make = Command::new("sh");
    make.args(["-c", context, "sh"]).arg(&home).arg(home.join("mine")).arg(&host);
    run(make.env_remove("DOCKER_HOST").env_remove("DOCKER_CONTEXT"));
    let listed = prints(&["ls", "--json", "--recursive", &reference], &home, &[]);
    assert!(listed == expected(), "by a context, it is another image");
}

/// A user that no machine has.
const USER: &str = "12345";

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn a_socket_of_another_user_is_named_with_a_remedy() {
    require_engines();
    let docker = Docker::hidden(&lab().engines, "vfs");
    let socket = docker.host().trim_start_matches("unix://").to_owned();
    let home = fresh("denied-");
    let mut open = Command::new("chmod");
    open.arg("a+x").args([&home, home.parent().unwrap(), Path::new(&socket).parent().unwrap()]);
    run(&mut open);
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o660)).unwrap();
    let layertui = home.join("layertui");
    fs::copy(env!("CARGO_BIN_EXE_layertui"), &layertui).unwrap();
    for (variable, reference) in
        [("DOCKER_HOST", "docker-daemon:x"), ("CONTAINER_HOST", "podman:x")]
    {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", USER, "--regid", USER, "--clear-groups"]).arg(&layertui);
        command.args(["layers", reference]).current_dir("/").env(variable, docker.host());
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        for word in [socket.as_str(), variable, "permission denied", "sudo", "group"] {
            assert!(said.contains(word), "no `{word}` in: {said}");
        }
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn a_container_of_an_engine_elsewhere_has_what_it_exports() {
    require_engines();
    for (engine, variable) in [
        (Docker::hidden(&lab().engines, "vfs"), "DOCKER_HOST"),
        (Docker::podman(&lab().engines, "vfs", None), "CONTAINER_HOST"),
    ] {
        let (name, home) = (load(&engine), fresh("container-"));
        engine.run(["create", "--name", "lab-web", &name, "/bin/busybox", "true"]);
        let exported = home.join("exported.tar");
        fs::write(&exported, engine.bytes(["export", "lab-web"])).unwrap();
        let host = engine.host();
        let variables = [(variable, host.as_str())];
        let listed = paths(&prints(
            &["ls", "--json", "--recursive", "container:lab-web"],
            &home,
            &variables,
        ));
        let archive = format!("rootfs:{}", exported.display());
        let saved = paths(&prints(&["ls", "--json", "--recursive", &archive], &home, &[]));
        // An engine adds mount points of its own to an export.
        let missing: Vec<_> = listed.difference(&saved).collect();
        assert!(
            listed.len() > 100 && missing.is_empty(),
            "{variable}: not in the export: {missing:?}"
        );
        let cat = ["cat", "container:lab-web", "/etc/passwd"];
        let contents = prints(&cat, &home, &[(variable, host.as_str())]);
        assert_eq!(contents, prints(&["cat", &archive, "/etc/passwd"], &home, &[]));
    }
}
