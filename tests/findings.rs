//! Each finding: an image that has it, with its bytes counted by hand, and one that hasn't. Then the command: what it
//! shows, what it never shows, and how it ends.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use layertui::stack::notation;
use std::path::Path;
use std::process::{Command, Output};

use layertui::findings::place::{Contents, Head, Thing};
use layertui::findings::{
    Accepted, Finding, Findings, Id, Redaction, dockerfile, from_layer, judge,
};
use layertui::image::Image;
use layertui::image::history::HistoryStep;
use layertui::image::platform::Platform;
use layertui::stack::{EventId, Stack};

/// Every file that can be looked into begins like this.
struct All(Option<&'static [u8]>);

fn denied() -> String {
    "permission denied".to_owned()
}

impl Contents for All {
    fn heads(&self, files: &[EventId], take: &mut dyn FnMut(usize, Head<'_>)) {
        (0..files.len()).rev().for_each(|at| take(at, self.0.ok_or_else(denied)));
    }

    fn digests(&self, files: &[EventId], take: &mut dyn FnMut(usize, Result<u64, String>)) {
        (0..files.len())
            .rev()
            .for_each(|at| take(at, self.0.map(|head| head.len() as u64).ok_or_else(denied)));
    }
}

/// What is looked for in files of every kind.
const KEY: &[u8] = b"-----BEGIN OPENSSH PRIVATE KEY-----\n//host/:_authToken=x {\"auth\": \"x\"}\n\
    aws_secret_access_key = x\nAPI_TOKEN=x\n";

fn user() -> Image {
    let mut image = Image::default();
    image.config.user = Some("1000".into());
    image
}

fn findings(image: &Image, stack: &Stack, contents: &All) -> Vec<Finding> {
    judge(image, stack, contents, &Accepted::default(), 1).list
}

/// The bytes of a finding in layers; `None` where it is not found.
fn bytes(id: Id, layers: &str) -> Option<u64> {
    let (stack, _) = notation::stack(layers).unwrap();
    let found = findings(&user(), &stack, &All(Some(KEY)));
    found.iter().find(|finding| finding.id == id).map(Finding::bytes)
}

#[test]
fn each_finding_has_an_image_with_it_and_one_without() {
    for (id, with, stake, without) in [
        (Id::PrivateKey, "0: +root/.ssh/id_rsa:9 | 1: -root", 9, "0: +root/.ssh/id_rsa.pub:9"),
        (Id::CloudCredentials, "0: +root/.aws/credentials:7", 7, "0: +root/aws/credentials:7"),
        (Id::RegistryCredentials, "0: +a/.npmrc:3 +root/.docker/config.json:4", 7, "0: +a/npmrc:3"),
        (Id::EnvFile, "0: +app/.env:5 | 1: +app/.env:6", 11, "0: +app/.env.example:5"),
        (Id::VersionControl, "0: +src/.git/HEAD:2 +src/.git/x/y:3", 5, "0: +src/.gitignore:2"),
        (Id::RemovedLater, "0: +d/a:5 +b:1 | 1: -d", 5, "0: +a:5 | 1: +a:6"),
        (Id::RewrittenAttributes, "0: +a:5#1 | 1: +a:5#1@700", 5, "0: +a:5#1 | 1: +a:5#2@700"),
        (Id::RewrittenSame, "0: +a:5#1 | 1: +a:5#1 | 2: +a:5#1", 10, "0: +a:5#1 | 1: +b:5#1"),
        (
            Id::Overwritten,
            "0: +b | 1: +a:100000#1 | 2: +a:9#2",
            100_000,
            "0: +b:100000#1 | 1: +b:9#2 +a:99999#3 +tmp/c:100000#4 | 2: +a:9#5 +tmp/c:9#6",
        ),
        (
            Id::CacheApt,
            "0: +var/lib/apt/lists/p:8 | 1: -var/lib/apt/lists/p",
            8,
            "0: +var/lib/apt/x:8",
        ),
        (Id::CacheApk, "0: +var/cache/apk/p:8", 8, "0: +var/cache/apkx/p:8"),
        (Id::CacheDnf, "0: +var/cache/dnf/p:8 +var/cache/yum/q:1", 9, "0: +var/cache/d:8"),
        (Id::CachePip, "0: +root/.cache/pip/p:8", 8, "0: +root/.cache/p:8"),
        (Id::CacheNpm, "0: +root/.npm/_cacache/p:8", 8, "0: +root/.npm/p:8"),
        (Id::CacheCargo, "0: +usr/local/cargo/registry/p:8", 8, "0: +usr/local/cargo/bin/p:8"),
        (Id::CacheGo, "0: +root/.cache/go-build/p:8 +go/pkg/mod/q:2", 10, "0: +go/bin/p:8"),
        (Id::BuildLeftovers, "0: +src/main.o:8 +tmp/x:2", 10, "0: +src/main.c:8"),
        (Id::DebugInfo, "0: +usr/lib/debug/x:8", 8, "0: +usr/lib/x:8"),
        (Id::Duplicates, "0: +a:5000#1 | 1: +b:5000#1 +c:5000#1", 10_000, "0: +a:5000#1 +b:5000#2"),
        (Id::LargeLayer, "0: +a:500000001", 500_000_001, "0: +a:500000000"),
        (Id::Setuid, "0: +su:7@4755 +wall:2@2755", 9, "0: +su:7@4755 | 1: +su:7@755"),
        (Id::Setuid, "0: +su:7@4755 +sudo=>su@4755", 7, "0: +su:7@4644 +lock:2@2644 +d/@2777"),
        (Id::WorldWritable, "0: +a:3@666 +d/@777", 3, "0: +a:3@664 +tmp/@1777"),
    ] {
        let name = id.facts().name;
        assert_eq!(bytes(id, with), Some(stake), "{name}: {with}");
        assert_eq!(bytes(id, without), None, "{name}: {without}");
    }
}

/// Such files are mostly certificates: one that cannot be read is no finding, and is named as not read.
#[test]
fn a_key_is_told_by_its_contents_and_what_cannot_be_read_is_not_cleared() {
    let (stack, _) = notation::stack("0: +etc/ssl/a.pem:9").unwrap();
    let (accepted, none) = (Accepted::default(), Accepted::new::<&str>(&[], &["/etc/**"]).unwrap());
    let of = |head, accepted| {
        let found = judge(&user(), &stack, &All(head), accepted, 1);
        (found.list.len(), found.unread.iter().map(|file| file.sentence(&stack)).collect())
    };
    assert_eq!(of(Some(KEY), &accepted), (1, Vec::<String>::new()));
    assert_eq!(of(Some(b"-----BEGIN CERTIFICATE-----"), &accepted), (0, vec![]));
    let why = "layer 0: /etc/ssl/a.pem cannot be read, so secret-private-key is not known: permission denied";
    assert_eq!(of(None, &accepted), (0, vec![why.to_owned()]));
    assert_eq!(of(None, &none), (0, vec![]), "what is accepted need not be read");
}

/// Whatever a finding reads and cannot: credentials, `/etc/passwd`, files of equal size.
#[test]
fn every_file_that_cannot_be_read_is_named_with_its_finding() {
    let (stack, _) =
        notation::stack("0: +a/.npmrc:3 +etc/passwd:9 +b:5000 | 1: +c:5000 +id_rsa:1").unwrap();
    let mut image = Image { id: Some("sha256:1".to_owned()), ..Image::default() };
    image.config.user = Some("app".into());
    let found = judge(&image, &stack, &All(None), &Accepted::default(), 1);
    let of = |found: &Findings| {
        let files = found.unread.iter();
        let name = |path: Vec<u8>| String::from_utf8(path).unwrap();
        files.map(|it| (it.id, name(it.path(&stack)))).collect::<Vec<_>>()
    };
    let all = [
        (Id::RegistryCredentials, "/a/.npmrc".to_owned()),
        (Id::PrivateKey, "/id_rsa".to_owned()),
        (Id::RunsAsRoot, "/etc/passwd".to_owned()),
        (Id::Duplicates, "/b".to_owned()),
        (Id::Duplicates, "/c".to_owned()),
    ];
    assert_eq!(of(&found), all);
    assert_eq!(of(&from_layer(found, 1)), [all[1].clone(), all[4].clone()]);
}

/// Which name of a file has its bytes depends on the order of the tar only.
#[test]
fn a_key_is_found_by_every_name_of_its_file() {
    for layers in [
        "0: +data/1:9 +root/.ssh/id_rsa=>data/1",
        "0: +data/1:9 | 1: +root/.ssh/id_rsa=>data/1 | 2: -root/.ssh/id_rsa",
        "0: +root/.ssh/id_rsa:9 +data/1=>root/.ssh/id_rsa",
    ] {
        let (stack, _) = notation::stack(layers).unwrap();
        let found = findings(&user(), &stack, &All(Some(KEY)));
        let keys = found.iter().find(|finding| finding.id == Id::PrivateKey);
        let keys = keys.unwrap_or_else(|| panic!("{layers}"));
        let node = stack.find(b"root/.ssh/id_rsa").unwrap();
        assert!(keys.places.iter().any(|place| place.thing == Thing::Path(node)), "{layers}");
        assert_eq!(keys.places.len(), 1, "{layers}");
    }
    assert_eq!(bytes(Id::PrivateKey, "0: +data/1:9 +other=>data/1"), None);
}

#[test]
fn places_come_by_their_bytes_most_first() {
    let (stack, _) = notation::stack("0: +a:5#1 +b:9#2 +c:7#3 | 1: -a -b -c").unwrap();
    let found = findings(&user(), &stack, &All(None));
    let removed = found.iter().find(|finding| finding.id == Id::RemovedLater).unwrap();
    assert_eq!(removed.places.iter().map(|place| place.bytes).collect::<Vec<_>>(), [9, 7, 5]);
}

/// A file without another of its size cannot be a copy: it need not be read.
#[test]
fn only_files_of_equal_size_are_read_to_find_copies() {
    struct Counting(std::cell::Cell<usize>);
    impl Contents for Counting {
        fn heads(&self, files: &[EventId], take: &mut dyn FnMut(usize, Head<'_>)) {
            (0..files.len()).for_each(|at| take(at, Err(denied())));
        }

        fn digests(&self, files: &[EventId], take: &mut dyn FnMut(usize, Result<u64, String>)) {
            self.0.set(self.0.get() + files.len());
            (0..files.len()).for_each(|at| take(at, Ok(1)));
        }
    }
    let (stack, _) = notation::stack("0: +a:5000 +b:5000 +c:6000 +d:7000").unwrap();
    let contents = Counting(std::cell::Cell::new(0));
    drop(judge(&user(), &stack, &contents, &Accepted::default(), 1));
    assert_eq!(contents.0.get(), 2);
}

/// Only copies that the final tree shows could be links.
#[test]
fn a_copy_that_was_removed_or_overwritten_is_no_duplicate() {
    for layers in [
        "0: +a:5000#1 +b:5000#1 | 1: -a",
        "0: +a:5000#1 +b:5000#1 | 1: -b",
        "0: +a:5000#1 | 1: +b:5000#1 +a:7#2",
        "0: +a:5000#1 | 1: +a:5000#1",
        "0: +a:5000#1 +b=>a",
    ] {
        assert_eq!(bytes(Id::Duplicates, layers), None, "{layers}");
    }
    assert_eq!(bytes(Id::Duplicates, "0: +a:5000#1 +b:5000#1 | 1: +c:5000#1 -a"), Some(5000));
}

#[test]
fn a_user_of_the_config_is_root_by_any_spelling() {
    let (stack, _) = notation::stack("0: +etc/passwd:9").unwrap();
    let as_root = |user: &str, os: &str, contents: All| {
        let mut image = Image { id: Some("sha256:1".to_owned()), ..Image::default() };
        image.config.user = Some(user.into());
        image.platform =
            Some(Platform { os: os.to_owned(), architecture: "amd64".to_owned(), variant: None });
        let found = findings(&image, &stack, &contents);
        found.iter().any(|finding| finding.id == Id::RunsAsRoot)
    };
    let passwd = All(Some(b"root:x:0:0\ntoor:x:0:0\napp:x:1000:0\n"));
    for root in
        ["", "0", "00", "+0", "-0", "0:0", "00:5", "root", "root:users", ":5", "toor", "toor:app"]
    {
        assert!(as_root(root, "linux", All(passwd.0)), "{root}");
    }
    for other in ["1000", "app", "app:0", "65532:65532", "nobody", "0x0", "01", "Root"] {
        assert!(!as_root(other, "linux", All(passwd.0)), "{other}");
    }
    assert!(!as_root("toor", "linux", All(None)));
    assert!(as_root("containeradministrator", "windows", All(None)));
    assert!(!as_root("", "windows", All(None)));
}

/// Where no fingerprint came free the contents are read; those that cannot be are not called equal.
#[test]
fn equal_contents_are_read_where_nothing_tells() {
    let (stack, _) = notation::stack("0: +a:5000 +b:5000 +c:6000").unwrap();
    let copies = |contents: All| {
        let found = findings(&user(), &stack, &contents);
        found.iter().find(|finding| finding.id == Id::Duplicates).map(Finding::bytes)
    };
    assert_eq!((copies(All(Some(b"x"))), copies(All(None))), (Some(5000), None));
}

fn step(created_by: &str, layer: Option<usize>) -> HistoryStep {
    let created_by = Some(created_by.to_owned());
    HistoryStep {
        created_by: created_by.map(Into::into),
        layer,
        empty_layer: layer.is_none(),
        ..HistoryStep::default()
    }
}

#[test]
fn metadata_is_judged_by_names_and_shows_no_value() {
    let (stack, _) = notation::stack("0: +a:1 | 1: +b:2").unwrap();
    let mut image = Image::default();
    image.layers.resize(2, layertui::image::layer::Layer::default());
    image.config.env = vec!["DB_PASSWORD=correct horse".into(), "PATH=/bin".into()];
    image.config.labels = vec![("deploy.token".into(), "label-value".into())];
    image.history = vec![
        step("ADD x /", Some(0)),
        step("/bin/sh -c #(nop)  ENV DB_PASSWORD=correct horse", None),
        step("|1 API_KEY=argument-value /bin/sh -c curl -H argument-value x", Some(1)),
    ];
    let found = findings(&image, &stack, &All(None));
    let steps = |id| {
        let finding = found.iter().find(|finding| finding.id == id).unwrap();
        finding.places.iter().map(|place| (place.step, place.layer)).collect::<Vec<_>>()
    };
    assert_eq!(steps(Id::SecretInEnv), [(Some(1), None)]);
    assert_eq!(steps(Id::SecretInLabel), [(None, None)]);
    assert_eq!(steps(Id::SecretInHistory), [(Some(2), Some(1))]);
    assert_eq!(steps(Id::RunsAsRoot), [(None, None)]);
    let shown = format!("{found:?} {:?}", dockerfile(&image, &found));
    let command = Redaction::of(&image).hide(image.history[2].created_by.as_ref().unwrap());
    for secret in ["correct horse", "label-value", "argument-value"] {
        assert!(!shown.contains(secret) && !command.raw().contains(secret), "{shown} {command:?}");
    }
    assert!(findings(&user(), &stack, &All(None)).is_empty());
}

#[test]
fn what_is_accepted_is_not_found() {
    let (stack, _) = notation::stack("0: +su:7@4755 +wall:2@2755 +tmp/x:3").unwrap();
    let with = |ignore: &[&str], exclude: &[&str]| {
        let found = judge(&user(), &stack, &All(None), &Accepted::new(ignore, exclude).unwrap(), 1);
        found.list.iter().map(Finding::bytes).collect::<Vec<_>>()
    };
    assert_eq!(with(&[], &[]), [9, 3]);
    assert_eq!(with(&["setuid"], &[]), [3]);
    assert_eq!(with(&["setuid:/su"], &[]), [2, 3]);
    assert_eq!(with(&[], &["/tmp/**"]), [9]);
    assert!(
        Accepted::new(&["no-such"], &[])
            .unwrap_err()
            .contains("the findings are: secret-private-key")
    );
}

/// The instruction that removed is the one that has the finding.
#[test]
fn findings_stand_beside_the_instruction_that_caused_them() {
    let (stack, _) = notation::stack("0: +a:5 | 1: -a").unwrap();
    let mut image = user();
    image.layers.resize(2, layertui::image::layer::Layer::default());
    image.history = vec![step("COPY a /", Some(0)), step("RUN rm a", Some(1))];
    let found = findings(&image, &stack, &All(None));
    let beside: Vec<_> = dockerfile(&image, &found).into_iter().map(|step| step.findings).collect();
    assert_eq!(beside, [vec![], vec![(Id::RemovedLater, 1, 5)]]);
}

fn command(arguments: &[&str]) -> Output {
    let image = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/image.tar");
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    layertui.args(["--no-cache", "findings"]).arg(image).args(arguments).output().unwrap()
}

#[test]
fn the_command_ends_as_it_is_asked_to() {
    for (arguments, code) in [
        (&[][..], 0),
        (&["--fail-on", "high"], 1),
        (&["--fail-on", "high", "--ignore", "secret-env-file"], 0),
        (&["--fail-on", "medium", "--ignore", "secret-env-file"], 1),
        (&["--ignore", "nonsense"], 2),
        (&["--base", "/no/such/image"], 2),
    ] {
        assert_eq!(command(arguments).status.code(), Some(code), "{arguments:?}");
    }
    let shown = String::from_utf8(command(&[]).stdout).unwrap();
    assert!(shown.contains("# medium: removed-later ×7, 6.1 MB\n  L5  RUN rm -rf"), "{shown}");
    assert!(shown.contains("# ─── end of the base image"), "{shown}");
    assert!(
        shown.contains("L0    /usr/bin/passwd"),
        "rights are about the whole merged tree: {shown}"
    );
    let json: serde_json::Value = serde_json::from_slice(&command(&["--json"]).stdout).unwrap();
    let finding = &json["findings"][0];
    assert_eq!((&finding["id"], &finding["bytes"]), (&"secret-env-file".into(), &28.into()));
    assert_eq!(finding["places"][0]["path"], "/root/.env");
    assert_eq!(json["base"]["layers"], 1);
}
