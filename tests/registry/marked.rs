//! Marked passwords and tokens, in every form of authentication, searched for in all output and stored files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::chunked::Format;
use super::lazy::lazy_image;
use super::server::{Access, Turn};
use super::stage::Stage;

const PASSWORD: &str = "MARKED-password-1";
/// `me:` and the password, as files and headers have them.
const CODED: &str = "bWU6TUFSS0VELXBhc3N3b3JkLTE=";
const BASIC: &str = "Basic bWU6TUFSS0VELXBhc3N3b3JkLTE=";
const TOKEN: &str = "MARKED-token-2";
const IDENTITY: &str = "MARKED-identity-3";

/// Forms of authentication: the registry's rule, and the entry of the configuration file.
fn ways() -> Vec<(Access, Value)> {
    let password = json!({"username": "me", "password": PASSWORD});
    let identity = format!("refresh_token={IDENTITY}");
    vec![
        (Access::Basic(BASIC), json!({"auth": CODED})),
        (Access::Basic(BASIC), Value::Null),
        (Access::Token(TOKEN, BASIC), password),
        (Access::Token(TOKEN, identity.leak()), json!({"identitytoken": IDENTITY})),
        // Who is not let in at all.
        (Access::Basic("Basic other"), json!({"auth": CODED})),
        (Access::Token(TOKEN, "Basic other"), json!({"auth": CODED})),
    ]
}

/// Signs in: with a helper where the file is to say nothing itself.
fn sign_in(stage: &Stage, entry: &Value) {
    let docker = stage.path("home/.docker");
    fs::create_dir_all(&docker).unwrap();
    let host = stage.server.host();
    let file = if entry.is_null() {
        let helper = stage.path("docker-credential-marked");
        let answer = json!({"Username": "me", "Secret": PASSWORD});
        fs::write(&helper, format!("#!/bin/sh\necho '{answer}'\necho '{answer}' >&2\n")).unwrap();
        fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
        json!({"credHelpers": {host: "marked"}})
    } else {
        json!({"auths": {host: entry}})
    };
    fs::write(docker.join("config.json"), file.to_string()).unwrap();
}

/// The program, told by every variable there might be to say more than usual.
fn run(stage: &Stage, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_layertui"))
        .args(arguments)
        .env_clear()
        .env("HOME", stage.path("home"))
        .env("PATH", format!("{}:/usr/bin:/bin", stage.folder.path().display()))
        .envs([("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full"), ("LAYERTUI_LOG", "trace")])
        .output()
        .unwrap()
}

fn is_clean(output: &Output, what: &str) {
    for said in [&output.stdout, &output.stderr] {
        let said = String::from_utf8_lossy(said);
        let found = said.contains("MARKED") || said.contains(CODED);
        assert!(!found, "{what}: {said}");
    }
}

#[test]
fn nothing_that_is_said_or_kept_has_a_secret_in_it() {
    let mut signed_in = 0;
    let image = lazy_image(Format::ZstdChunked);
    for (number, (access, entry)) in ways().into_iter().enumerate() {
        let stage = Stage::of(image.clone(), access.clone(), true);
        sign_in(&stage, &entry);
        let reference = stage.reference("1");
        let questions: [&[&str]; 9] = [
            &["layers", &reference],
            &["layers", "--json", &reference],
            &["ls", "--recursive", "--long", &reference],
            &["diff", "--json", &reference],
            &["history", &reference, "/etc/passwd"],
            &["cat", &reference, "/etc/passwd"],
            &["cat", &reference, "/etc/none"],
            &["verify", &reference],
            &["report", &reference],
        ];
        for question in questions {
            let output = run(&stage, question);
            signed_in += usize::from(output.status.success());
            is_clean(&output, &format!("{number} {question:?}"));
        }
        if number < 4 {
            assert!(stage.kept_without(&["MARKED", CODED]) > 0, "{number}: tables are kept");
        }
        // A registry that repeats what it was sent, at every request.
        for status in [400, 401, 403, 404, 418, 429, 500] {
            for path in ["/v2/lab/x/manifests/1".to_owned(), stage.image.blob(0)] {
                let stage = Stage::of(image.clone(), access.clone(), true);
                sign_in(&stage, &entry);
                stage.server.next(&path, vec![Turn::Echo(status); 4]);
                let output = run(&stage, &["ls", "--json", &stage.reference("1")]);
                is_clean(&output, &format!("{number} {status} at {path}"));
            }
        }
    }
    // `cat` finds no /etc/none, and `verify` no diff ID in this config.
    assert!(signed_in >= 4 * 7, "{signed_in}");
}
