//! An engine on another machine, by an `ssh` that plays both it and the engine's client there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use layertui::image::digest::Digest;

use crate::peer::Reply;
use crate::stage::{Image, NAME, complaint, layertui};

/// Answers each question with the file that is named like it.
const SCRIPT: &str = r#"#!/bin/sh
here=$(dirname "$0")
printf '%s\n' "$*" >> "$here/called"
while read -r method path version; do
    while read -r line && [ "${#line}" -gt 1 ]; do :; done
    file=$here/$(printf '%s' "$path" | sed 's/^.v1.41//' | sha256sum | cut -c 1-64)
    [ -f "$file" ] || file=$here/none
    cat "$file"
done
"#;

/// A folder for `PATH` whose `ssh` is that script.
fn far(home: &Path, script: &str) -> PathBuf {
    let programs = home.join("programs");
    fs::create_dir(&programs).unwrap();
    let ssh = programs.join("ssh");
    fs::write(&ssh, script).unwrap();
    fs::set_permissions(&ssh, fs::Permissions::from_mode(0o755)).unwrap();
    programs
}

fn answers(programs: &Path, image: &Image) {
    let whole = |status: &str, body: &[u8]| {
        let head = format!(
            "HTTP/1.1 {status}\r\nApi-Version: 1.41\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    };
    let mut paths = vec!["/_ping".to_owned(), "/info".to_owned()];
    for name in [NAME, &image.id] {
        paths.extend(["json", "history", "get"].map(|what| format!("/images/{name}/{what}")));
    }
    for path in paths {
        let body = match image.answer(&path) {
            Reply::Json(value) => value.to_string().into_bytes(),
            Reply::Raw(bytes) | Reply::Stream(bytes) => bytes,
            _ => panic!("{path}"),
        };
        let name = Digest::of(path.as_bytes()).encoded().to_owned();
        fs::write(programs.join(name), whole("200 OK", &body)).unwrap();
    }
    let message = br#"{"message": "no such image"}"#;
    fs::write(programs.join("none"), whole("404 Not Found", message)).unwrap();
}

fn ask(home: &Path, programs: &Path, variable: (&str, &str), arguments: &[&str]) -> Output {
    let path = format!("{}:/usr/bin:/bin", programs.display());
    layertui(home, &[variable, ("PATH", &path)]).args(arguments).output().unwrap()
}

#[test]
fn an_image_of_an_engine_elsewhere_comes_by_ssh() {
    let home = tempfile::tempdir().unwrap();
    let programs = far(home.path(), SCRIPT);
    let image = Image::new();
    answers(&programs, &image);
    let host = ("DOCKER_HOST", "ssh://me@lab:2222");
    let reference = format!("docker-daemon:{NAME}");
    let output = ask(home.path(), &programs, host, &["ls", "--recursive", &reference]);
    assert_eq!(complaint(&output), "");
    let listed = String::from_utf8(output.stdout).unwrap();
    assert!(listed.contains("etc/a") && listed.contains("new"), "{listed}");
    let called = fs::read_to_string(programs.join("called")).unwrap();
    let expected =
        "-T -o BatchMode=yes -o ConnectTimeout=3 -l me -p 2222 -- lab docker system dial-stdio";
    assert_eq!(called.lines().collect::<Vec<_>>(), [expected; 2], "one to ask, one for the export");
}

#[test]
fn podman_elsewhere_is_asked_at_its_socket() {
    let home = tempfile::tempdir().unwrap();
    let programs = far(home.path(), SCRIPT);
    answers(&programs, &Image::new());
    let host = ("CONTAINER_HOST", "ssh://lab/run/user/7/podman/podman.sock");
    let output = ask(home.path(), &programs, host, &["layers", &format!("podman:{NAME}")]);
    assert_eq!(complaint(&output), "");
    let called = fs::read_to_string(programs.join("called")).unwrap();
    let end = "-- lab podman --url unix:///run/user/7/podman/podman.sock system dial-stdio";
    assert!(called.lines().all(|line| line.ends_with(end)), "{called}");
}

#[test]
fn what_ssh_says_is_what_is_said() {
    let home = tempfile::tempdir().unwrap();
    let refused = "#!/bin/sh\necho 'me@lab: Permission denied (publickey).' >&2\nexit 255\n";
    let programs = far(home.path(), refused);
    let host = ("DOCKER_HOST", "ssh://me:hunter2@lab");
    let output = ask(home.path(), &programs, host, &["layers", "docker-daemon:x"]);
    let message = complaint(&output);
    assert_eq!(output.status.code(), Some(2));
    for word in ["ssh://me@lab (DOCKER_HOST)", "Permission denied (publickey)", "password"] {
        assert!(message.contains(word), "{message}");
    }
    assert!(!message.contains("hunter2"), "{message}");
    fs::remove_file(programs.join("ssh")).unwrap();
    let path = [host, ("PATH", programs.to_str().unwrap())];
    let output = layertui(home.path(), &path).args(["layers", "docker-daemon:x"]).output().unwrap();
    assert!(complaint(&output).contains("`ssh` is not installed"), "{}", complaint(&output));
}

/// As a connection that stays for later ones (`ControlPersist`): it keeps the standard error of the `ssh` that started it.
#[test]
fn what_ssh_leaves_in_the_background_keeps_nobody_waiting() {
    let home = tempfile::tempdir().unwrap();
    let script = "#!/bin/sh\necho 'lab: no docker there' >&2\n\
        here=$(dirname \"$0\")\n(while [ -d \"$here\" ]; do sleep 0.1; done) <&- >&- &\nexit 1\n";
    let programs = far(home.path(), script);
    let host = ("DOCKER_HOST", "ssh://lab");
    let output = ask(home.path(), &programs, host, &["layers", "docker-daemon:x"]);
    assert!(complaint(&output).contains("lab: no docker there"), "{}", complaint(&output));
}
