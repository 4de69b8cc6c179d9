//! Compares the bytes of findings with the model: payloads by path, by the way in which their last name was hidden, by equal
//! contents, and modes of the final tree.
//!
//! The expected id of each path is written by hand, for the few paths of the random layers.

use layertui::stack::notation;
use std::collections::{BTreeMap, BTreeSet};

use layertui::findings::place::{Contents, Head};
use layertui::findings::{Accepted, Id, Severity, judge};
use layertui::image::Image;
use layertui::stack::kept::entry::{Fingerprint, Kind};
use layertui::stack::{EventId, Stack};
use proptest::prelude::*;

use crate::model::Model;

/// Paths, and the finding about any file there, whatever its contents.
const PATHS: [(&str, Option<Id>); 25] = [
    ("root/.ssh/id_rsa", Some(Id::PrivateKey)),
    ("etc/tls/a.pem", Some(Id::PrivateKey)),
    ("root/.ssh/id_rsa.pub", None),
    ("root/.aws/credentials", Some(Id::CloudCredentials)),
    ("root/.docker/config.json", Some(Id::RegistryCredentials)),
    ("app/.env", Some(Id::EnvFile)),
    ("app/.env.example", None),
    ("src/.git/objects/x", Some(Id::VersionControl)),
    ("src/.gitignore", None),
    ("var/lib/apt/lists/p", Some(Id::CacheApt)),
    ("var/lib/apt/extended_states", None),
    ("var/cache/apk/p", Some(Id::CacheApk)),
    ("var/cache/dnf/p", Some(Id::CacheDnf)),
    ("root/.cache/pip/p", Some(Id::CachePip)),
    ("root/.npm/_cacache/p", Some(Id::CacheNpm)),
    ("root/.cargo/registry/p", Some(Id::CacheCargo)),
    ("root/.cargo/bin/p", None),
    ("root/.cache/go-build/p", Some(Id::CacheGo)),
    ("src/main.o", Some(Id::BuildLeftovers)),
    ("tmp/p", Some(Id::BuildLeftovers)),
    ("usr/lib/debug/p", Some(Id::DebugInfo)),
    ("usr/lib/p", None),
    ("usr/bin/p", None),
    ("srv/p", None),
    ("srv/q", None),
];

/// Contents in which every file has a private key and credentials of all kinds.
struct Keys;

const CREDENTIALS: &[u8] = b"-----BEGIN PRIVATE KEY-----\n\
    {\"auths\": {\"registry.example\": {\"auth\": \"dXNlcjpodW50ZXIyMg==\"}}}\n\
    aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYzzzz\n\
    API_TOKEN=hunter2hunter2\n";

impl Contents for Keys {
    fn heads(&self, files: &[EventId], take: &mut dyn FnMut(usize, Head<'_>)) {
        (0..files.len()).for_each(|at| take(at, Ok(CREDENTIALS)));
    }

    fn digests(&self, files: &[EventId], take: &mut dyn FnMut(usize, Result<u64, String>)) {
        (0..files.len()).for_each(|at| take(at, Err("not read".to_owned())));
    }
}

/// Layers of the base image.
const BASE: usize = 1;

fn ours(stack: &Stack) -> BTreeMap<&'static str, u64> {
    let mut image = Image::default();
    image.config.user = Some("1000".into());
    let found = judge(&image, stack, &Keys, &Accepted::default(), BASE);
    found.list.iter().map(|finding| (finding.id.facts().name, finding.bytes())).collect()
}

fn theirs(model: &Model) -> BTreeMap<&'static str, u64> {
    let mut stakes: BTreeMap<Id, u64> = BTreeMap::new();
    let mut add = |id: Id, bytes: u64| *stakes.entry(id).or_default() += bytes;
    let layers = model.trees.len();
    let live: Vec<_> = (0..layers).map(|layer| model.live(layer)).collect();
    for (id, (bytes, path)) in &model.payloads {
        let named = PATHS.iter().find(|(known, _)| known.as_bytes() == path).unwrap();
        if let Some(id) = named.1 {
            add(id, *bytes);
        }
        let lost = (id.0..layers).rev().take_while(|&layer| !live[layer].contains(id)).last();
        let Some(lost) = lost else { continue };
        let events = model.history[path].iter().filter(|(layer, _)| *layer == lost);
        // A secret is found by its path too, but its bytes are not what is at stake.
        let by_path = named.1.is_some_and(|id| id.facts().severity < Severity::High);
        let events: Vec<&str> = events.map(|(_, change)| *change).collect();
        // A path that one layer removes and writes again counts as removed.
        match events[..] {
            _ if lost == id.0 => add(Id::RewrittenSame, *bytes),
            ["removed", ..] => add(Id::RemovedLater, *bytes),
            ["metadata"] => add(Id::RewrittenAttributes, *bytes),
            ["rewritten"] => add(Id::RewrittenSame, *bytes),
            ["modified"] if *bytes >= 100_000 && id.0 >= BASE && !by_path => {
                add(Id::Overwritten, *bytes);
            }
            _ => {}
        }
    }
    for layer in 0..layers {
        let of_layer = model.payloads.iter().filter(|((stored_by, _), _)| *stored_by == layer);
        let bytes: u64 = of_layer.map(|(_, (bytes, _))| bytes).sum();
        if bytes > 500_000_000 {
            add(Id::LargeLayer, bytes);
        }
    }
    let mut seen: BTreeSet<(u64, String)> = BTreeSet::new();
    let mut counted = BTreeSet::new();
    for object in model.trees[layers - 1].values() {
        let regular = matches!(object.kind, Kind::File | Kind::Hardlink);
        if regular && object.mode & 0o6000 != 0 && object.mode & 0o111 != 0 {
            add(Id::Setuid, object.size);
        }
        if regular && object.mode & 0o002 != 0 {
            add(Id::WorldWritable, object.size);
        }
        let Some(payload) = object.payload.filter(|payload| payload.stored >= 4096) else {
            continue;
        };
        let print: Fingerprint = payload.fingerprint.unwrap();
        if counted.insert(payload.id) && !seen.insert((payload.size, format!("{print:?}"))) {
            add(Id::Duplicates, payload.stored);
        }
    }
    stakes.into_iter().map(|(id, bytes)| (id.facts().name, bytes)).collect()
}

/// Up to five layers of files at those paths, removed by whiteouts of the file, of its directory and by opaque markers.
fn layers() -> impl Strategy<Value = String> {
    let path = || prop::sample::select(PATHS.map(|(path, _)| path).to_vec());
    let size = prop::sample::select(vec![
        ":3#1",
        ":3#2",
        ":3#1",
        ":4095#1",
        ":4096#1",
        ":4096#2",
        ":9000#1",
        ":250000001#3",
    ]);
    let attributes = prop::sample::select(vec!["", "", "", "@4755", "@2644", "@666", "^7", "%1.2"]);
    let directory = |path: &str| path.rsplit_once('/').unwrap().0.to_owned();
    let row = prop_oneof![
        8 => (path(), size, attributes).prop_map(|(p, s, a)| format!("+{p}{s}{a}")),
        3 => path().prop_map(|p| format!("-{p}")),
        1 => path().prop_map(move |p| format!("-{}", directory(p))),
        1 => path().prop_map(move |p| format!("!{}", directory(p))),
    ];
    let layer = prop::collection::vec(row, 0..14).prop_map(|rows| rows.join(" "));
    prop::collection::vec(layer, 1..6).prop_map(|layers| layers.join(" | "))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: crate::failures(), ..ProptestConfig::with_cases(500) })]

    #[test]
    fn bytes_of_findings_agree_with_the_model(text in layers()) {
        let tables = notation::layers(&text).unwrap();
        let (stack, _) = notation::stack(&text).unwrap();
        prop_assert_eq!(ours(&stack), theirs(&Model::of(&tables)), "{}", text);
    }
}

#[test]
fn random_layers_reach_every_finding_about_bytes() {
    let by_path = PATHS.iter().filter_map(|(_, id)| *id);
    let otherwise = [
        Id::RemovedLater,
        Id::RewrittenAttributes,
        Id::RewrittenSame,
        Id::Overwritten,
        Id::Duplicates,
        Id::LargeLayer,
        Id::Setuid,
        Id::WorldWritable,
    ];
    let reached: BTreeSet<Id> = by_path.chain(otherwise).collect();
    let about_names = [Id::SecretInEnv, Id::SecretInLabel, Id::SecretInHistory, Id::RunsAsRoot];
    let all: BTreeSet<Id> = Id::ALL.iter().copied().collect();
    assert_eq!(reached.union(&about_names.into()).copied().collect::<BTreeSet<_>>(), all);
}
