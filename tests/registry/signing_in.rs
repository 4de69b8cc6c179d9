//! Authentication: passwords, tokens, helpers. Credentials are sent to no other host.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use layertui::source::Registries;
use serde_json::json;

use super::server::{Access, Held, Server, Turn};
use super::stage::Stage;

/// `me:hunter22`
const BASIC: &str = "Basic bWU6aHVudGVyMjI=";
const CODED: &str = "bWU6aHVudGVyMjI=";
const TOKEN: &str = "a-token-of-trust";

fn signed_in(stage: &Stage, entry: &serde_json::Value) -> Registries {
    let file = stage.path("auth.json");
    fs::write(&file, json!({"auths": {stage.server.host(): entry}}).to_string()).unwrap();
    Registries { sign_in: vec![stage.path("absent.json"), file], ..stage.settings() }
}

#[test]
fn a_password_is_sent_when_it_is_asked_for() {
    let stage = Stage::with(Access::Basic(BASIC), true);
    let settings = signed_in(&stage, &json!({"auth": CODED}));
    let source = stage.open_with(settings).unwrap();
    assert_eq!(source.image().layers.len(), 3);
    let sent: Vec<bool> =
        stage.server.seen().iter().map(|seen| seen.authorization.is_some()).collect();
    assert_eq!(sent, [false, true, true], "and is known from then on");
}

/// Who has signed in and is not let in looks for the file first.
#[test]
fn a_file_that_cannot_be_used_is_named() {
    for access in [Access::Basic(BASIC), Access::Token(TOKEN, BASIC)] {
        let stage = Stage::with(access, true);
        let file = stage.path("auth.json");
        fs::write(&file, "{\"auths\": ").unwrap();
        let sign_in = vec![stage.path("absent.json"), file.clone()];
        let refused = stage.open_with(Registries { sign_in, ..stage.settings() }).err().unwrap();
        let refused = refused.to_string();
        assert!(refused.contains(&format!("{}: not JSON", file.display())), "{refused}");
        assert!(refused.contains("correct that first"), "{refused}");
        assert!(!refused.contains("absent.json"), "{refused}");
    }
}

#[test]
fn a_token_is_got_with_a_password_or_an_identity() {
    for (expected, entry) in [
        (BASIC, json!({"username": "me", "password": "hunter22"})),
        ("refresh_token=an-identity", json!({"identitytoken": "an-identity"})),
    ] {
        let stage = Stage::with(Access::Token(TOKEN, expected), true);
        stage.open_with(signed_in(&stage, &entry)).unwrap();
        let paths = stage.server.paths();
        assert_eq!(paths.len(), 4, "{paths:?}");
        assert!(paths[1].starts_with("/token"), "{paths:?}");
        if expected == BASIC {
            assert_eq!(paths[1], "/token?service=here&scope=repository:lab/x:pull");
        }
        let bearer = format!("Bearer {TOKEN}");
        assert_eq!(stage.server.seen()[3].authorization, Some(bearer));
    }
}

#[test]
fn a_token_service_in_trouble_is_asked_again() {
    let path = "/token?service=here&scope=repository:lab/x:pull";
    let no = |status| Turn::Status(status, vec![("retry-after", "0".to_owned())], String::new());
    let stage = Stage::with(Access::Token(TOKEN, BASIC), true);
    stage.server.next(path, [no(503), Turn::Status(500, Vec::new(), String::new()), no(429)]);
    stage.open_with(signed_in(&stage, &json!({"auth": CODED}))).unwrap();
    // Not for ever, and not where the answer is no.
    for (status, times) in [(503, 4), (403, 1)] {
        stage.server.forget();
        stage.server.next(path, vec![no(status); 4]);
        let error = stage.open_with(signed_in(&stage, &json!({"auth": CODED}))).err().unwrap();
        let asked = stage.server.paths().iter().filter(|it| *it == path).count();
        assert_eq!(asked, times, "{status}: {error}");
        assert!(error.to_string().starts_with(&stage.reference("1")), "{error}");
    }
}

#[test]
fn a_token_that_has_run_out_is_renewed() {
    let stage = Stage::with(Access::Token(TOKEN, BASIC), true);
    let source = stage.open_with(signed_in(&stage, &json!({"auth": CODED}))).unwrap();
    let challenge = format!(r#"Bearer realm="http://{}/token""#, stage.server.host());
    let out = Turn::Status(401, vec![("www-authenticate", challenge)], String::new());
    stage.server.next(&stage.image.blob(0), [out]);
    let listing = source.list(0, &layertui::layer::Unwatched);
    assert!(listing.problems.is_empty(), "{:?}", listing.problems);
}

#[test]
fn a_helper_is_asked() {
    let stage = Stage::with(Access::Basic(BASIC), true);
    let bin = stage.path("bin");
    fs::create_dir(&bin).unwrap();
    let script = format!(
        "#!/bin/sh\nread server\n[ \"$1 $server\" = \"get {}\" ] || exit 1\n\
         echo '{{\"Username\":\"me\",\"Secret\":\"hunter22\"}}'\n",
        stage.server.host()
    );
    let program = bin.join("docker-credential-lab");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let docker = stage.path("home/.docker");
    fs::create_dir_all(&docker).unwrap();
    let helpers = json!({"credHelpers": {stage.server.host(): "lab"}});
    fs::write(docker.join("config.json"), helpers.to_string()).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_layertui"))
        .args(["layers", &stage.reference("1")])
        .env_clear()
        .env("HOME", stage.path("home"))
        .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// containers-auth.json(5) and Docker's documentation: each place by itself is enough, and the first that knows the
/// registry counts.
#[test]
fn every_file_that_signing_in_leaves_is_found() {
    let places = [
        ("REGISTRY_AUTH_FILE", "own/auth.json", "own/auth.json"),
        ("XDG_RUNTIME_DIR", "run", "run/containers/auth.json"),
        ("XDG_CONFIG_HOME", "config", "config/containers/auth.json"),
        ("HOME", "home", "home/.config/containers/auth.json"),
        ("DOCKER_CONFIG", "docker", "docker/config.json"),
        ("HOME", "home", "home/.docker/config.json"),
        ("HOME", "home", "home/.dockercfg"),
    ];
    let stage = Stage::with(Access::Basic(BASIC), true);
    let write = |path: &str, auth: &str| {
        let path = stage.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let entry = json!({stage.server.host(): {"auth": auth}});
        let old = path.ends_with(".dockercfg");
        let file = if old { entry } else { json!({"auths": entry}) };
        fs::write(path, file.to_string()).unwrap();
    };
    let ask = |variable: &str, value: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_layertui"));
        command.args(["layers", "--no-cache", &stage.reference("1")]).env_clear();
        let output = command.env(variable, stage.path(value)).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    for (variable, value, path) in places {
        write(path, CODED);
        let (found, said) = ask(variable, value);
        assert!(found, "{path}: {said}");
        fs::remove_file(stage.path(path)).unwrap();
        let (found, said) = ask(variable, value);
        assert!(!found && said.contains("requires authentication"), "{path}: {said}");
    }
    // `me:hunter23`, in the file that counts.
    write("home/.docker/config.json", CODED);
    write("home/.config/containers/auth.json", "bWU6aHVudGVyMjM=");
    let (found, said) = ask("HOME", "home");
    assert!(!found && said.contains("rejected the credentials"), "{said}");
}

#[test]
fn credentials_are_not_sent_where_a_redirect_leads() {
    let stage = Stage::with(Access::Basic(BASIC), true);
    let bytes = stage.image.layers[0].clone();
    let elsewhere = Server::start(
        [("/kept?signature=1".to_owned(), Held { media_type: "x/y", bytes })].into(),
        Access::Open,
        true,
    );
    let to = format!("http://{}/kept?signature=1", elsewhere.host());
    let source = stage.open_with(signed_in(&stage, &json!({"auth": CODED}))).unwrap();
    let redirect = Turn::Status(307, vec![("location", to)], String::new());
    stage.server.next(&stage.image.blob(0), [redirect]);
    let listing = source.list(0, &layertui::layer::Unwatched);
    assert!(listing.problems.is_empty(), "{:?}", listing.problems);
    let seen = elsewhere.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].authorization, None);
}

/// Nor by way of a token that the other host would have us fetch.
#[test]
fn whoever_a_redirect_leads_to_gets_no_token_either() {
    for access in [Access::Token(TOKEN, BASIC), Access::Basic(BASIC)] {
        let stage = Stage::with(Access::Token(TOKEN, BASIC), true);
        let bytes = stage.image.layers[0].clone();
        let held = Held { media_type: "x/y", bytes };
        let elsewhere = Server::start([("/kept".to_owned(), held)].into(), access, true);
        let source = stage.open_with(signed_in(&stage, &json!({"auth": CODED}))).unwrap();
        let to = format!("http://{}/kept", elsewhere.host());
        stage.server.next(
            &stage.image.blob(0),
            vec![Turn::Status(307, vec![("location", to)], String::new()); 4],
        );
        let listing = source.list(0, &layertui::layer::Unwatched);
        let said = &listing.problems[0].message;
        assert!(said.contains("which requires authentication"), "{said}");
        assert!(said.contains(&elsewhere.host()) && said.contains(&stage.server.host()), "{said}");
        assert_eq!(elsewhere.paths(), ["/kept"], "asked once, and for no token");
        assert!(elsewhere.seen().iter().all(|seen| seen.authorization.is_none()));
    }
}

#[test]
fn secrets_are_nowhere_to_be_seen() {
    let stage = Stage::with(Access::Basic("Basic other"), true);
    let entry = json!({"auth": CODED});
    let settings = signed_in(&stage, &entry);
    let echo = format!(r#"{{"errors":[{{"message":"{BASIC} hunter22 is wrong"}}]}}"#);
    let challenge = ("www-authenticate", "Basic realm=x".to_owned());
    let refusal = || Turn::Status(401, vec![challenge.clone()], echo.clone());
    stage.server.next("/v2/lab/x/manifests/1", [refusal(), refusal()]);
    let shown = format!("{settings:?}");
    let error = stage.open_with(settings).err().unwrap();
    let said = format!("{shown} {error} {error:?}");
    assert!(!said.contains("hunter22") && !said.contains(CODED), "{said}");
    assert!(error.to_string().contains("rejected the credentials"), "{error}");
}

#[test]
fn the_cache_holds_no_secret() {
    let stage = Stage::with(Access::Basic(BASIC), true);
    let docker = stage.path("home/.docker");
    fs::create_dir_all(&docker).unwrap();
    let auths = json!({"auths": {stage.server.host(): {"auth": CODED}}});
    fs::write(docker.join("config.json"), auths.to_string()).unwrap();
    stage.says(&["ls", "--recursive", &stage.reference("1")]);
    assert!(stage.kept_without(&["hunter22", CODED]) >= 3);
}
