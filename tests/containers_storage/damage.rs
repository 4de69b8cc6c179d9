//! Stores that are damaged, hostile, or being written: damage is reported, the rest opens.

use std::fs;

use serde_json::json;

use crate::build::{Store, key_file, layer};
use crate::stage::{Stage, paths, problems, stack};

fn two_layers() -> (Store, String, String) {
    let mut store = Store::new("overlay");
    let (id, top) = store.image("lab:1", &[layer(&["a"]), layer(&["b"])]);
    (store, id, top)
}

#[test]
fn a_missing_parent_keeps_the_positions_of_the_rest() {
    let (mut store, ..) = two_layers();
    store.layers.remove(0);
    let stage = Stage::of(&store);
    let source = stage.image("lab:1");
    assert_eq!(stack(&*source), " | b");
    let image = source.image();
    assert_eq!(
        (
            image.layers[1].created_by.as_ref().map(layertui::text::Foreign::raw),
            image.layers[0].compressed_bytes
        ),
        (Some("step 1"), Some(7))
    );
    assert!(problems(&*source).contains("is not in this store"), "{}", problems(&*source));
}

#[test]
fn cyclic_layers_end() {
    let (mut store, _, top) = two_layers();
    store.layers[0]["parent"] = json!(top);
    let stage = Stage::of(&store);
    let source = stage.image("lab:1");
    assert_eq!(stack(&*source), "a | b");
    assert!(problems(&*source).contains("below itself"), "{}", problems(&*source));
}

#[test]
fn a_layer_that_is_being_written_is_skipped() {
    let (mut store, _, top) = two_layers();
    store.record(&top)["flags"] = json!({"incomplete": true});
    let stage = Stage::of(&store);
    assert!(problems(&*stage.image("lab:1")).contains(&top));
}

#[test]
fn missing_documents_lose_only_their_facts() {
    let (store, id, _) = two_layers();
    let stage = Stage::of(&store);
    let beside = stage.root().join("overlay-images").join(&id);
    fs::remove_file(beside.join(key_file(&format!("sha256:{id}")))).unwrap();
    let source = stage.image("lab:1");
    assert_eq!(stack(&*source), "a | b");
    assert!(problems(&*source).contains("config cannot be read"), "{}", problems(&*source));
    assert!(source.image().layers[0].diff_id.is_some(), "the store has it, too");

    let stage = Stage::of(&store);
    fs::remove_dir_all(stage.root().join("overlay-images").join(&id)).unwrap();
    assert_eq!(stack(&*stage.image("lab:1")), "a | b");
}

#[test]
fn a_changed_config_is_read_and_reported() {
    let (store, id, _) = two_layers();
    let stage = Stage::of(&store);
    let config =
        stage.root().join("overlay-images").join(&id).join(key_file(&format!("sha256:{id}")));
    let text = fs::read_to_string(&config).unwrap().replace("amd64", "riscv");
    fs::write(config, text).unwrap();
    let source = stage.image("lab:1");
    assert!(problems(&*source).contains("changed or damaged"), "{}", problems(&*source));
    assert!(source.image().platform.is_some());
}

/// A list that ends early is one that an engine is writing, or never finished.
#[test]
fn a_list_truncated_anywhere_is_an_error() {
    let (store, ..) = two_layers();
    let stage = Stage::of(&store);
    for what in ["images", "layers"] {
        let file = stage.root().join(format!("overlay-{what}/{what}.json"));
        let whole = fs::read(&file).unwrap();
        for length in (0..whole.len()).step_by(7) {
            fs::write(&file, &whole[..length]).unwrap();
            let message = stage.failure("lab:1");
            assert!(
                message.contains(&format!("{what}.json")) && message.contains("try again"),
                "{message}"
            );
        }
        fs::write(&file, whole).unwrap();
    }
    let containers = stage.root().join("overlay-containers/containers.json");
    fs::write(containers, "[{").unwrap();
    let source = stage.image("lab:1");
    assert!(problems(&*source).contains("containers.json"));
}

#[test]
fn no_id_leads_out_of_the_store() {
    let (mut store, ..) = two_layers();
    let hostile = json!({"id": "../../../etc", "layer": "/etc", "names": ["evil:1"]});
    store.images.push(hostile);
    store.images.push(json!({"id": "evil", "layer": "..", "names": ["evil:2"]}));
    store.layers.push(json!({"id": "..", "parent": "/"}));
    let stage = Stage::of(&store);
    assert!(stage.failure("evil:1").contains("no image"));
    assert!(stage.failure("evil:2").contains("no image"));
    assert!(problems(&*stage.image("lab:1")).contains("an ID should be"));
}

#[test]
fn no_link_leads_out_of_the_store() {
    let (store, id, top) = two_layers();
    let stage = Stage::of(&store);
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("b"), "b").unwrap();
    let diff = stage.root().join(store.directory(&top));
    fs::remove_dir_all(&diff).unwrap();
    std::os::unix::fs::symlink(outside.path(), &diff).unwrap();
    let source = stage.image("lab:1");
    assert_eq!(paths(&*source, 1), "b");
    assert!(problems(&*source).contains("symbolic link"), "{}", problems(&*source));
    assert!(crate::stage::text(&*source, 1, "b").is_err());

    let config =
        stage.root().join("overlay-images").join(&id).join(key_file(&format!("sha256:{id}")));
    fs::rename(&config, outside.path().join("config")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("config"), &config).unwrap();
    assert!(problems(&*stage.image("lab:1")).contains("leads out"));
}

#[test]
fn a_damaged_tar_split_is_reported() {
    let (store, _, top) = two_layers();
    let stage = Stage::of(&store);
    fs::write(stage.root().join(format!("overlay-layers/{top}.tar-split.gz")), "no gzip").unwrap();
    let source = stage.image("lab:1");
    assert_eq!(paths(&*source, 0), "a");
    let listing = source.list(1, &layertui::layer::Unwatched);
    assert!(!listing.problems.is_empty());
}

#[test]
fn malformed_records_of_every_list_are_reported() {
    for file in ["layers/volatile-layers.json", "containers/containers.json"] {
        let (store, ..) = two_layers();
        let stage = Stage::of(&store);
        fs::write(stage.root().join(format!("overlay-{file}")), "[7]").unwrap();
        let found = problems(&*stage.image("lab:1"));
        assert!(found.contains(file), "{file}: {found}");
    }
}

/// Stops at once, and counts what it is told.
struct Stops(std::sync::atomic::AtomicU64, bool);

impl layertui::layer::Watch for Stops {
    fn progress(&self, done: u64) {
        self.0.store(done, std::sync::atomic::Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.1
    }
}

#[test]
fn verifying_a_layer_is_watched_and_can_be_stopped() {
    let (store, ..) = two_layers();
    let stage = Stage::of(&store);
    let source = stage.image("lab:1");
    let watch = |stops| Stops(0.into(), stops);
    let whole = watch(false);
    let diff_id = source.verify(0, &whole).diff_id;
    assert_eq!(diff_id, layertui::source::Judged::Ok);
    assert_eq!(whole.0.into_inner(), layer(&["a"]).len() as u64);
    let stopped = source.verify(0, &watch(true)).diff_id;
    assert!(matches!(stopped, layertui::source::Judged::Unknown(_)), "{stopped:?}");
}

/// The list of files has it, the directory does not: its contents are unknown, not without a key.
#[test]
fn a_file_that_the_store_lost_is_named_by_findings() {
    let mut store = Store::new("overlay");
    let (_, top) = store.image("lab:1", &[layer(&["a.pem", "b"])]);
    let stage = Stage::of(&store);
    fs::remove_file(stage.root().join(store.directory(&top)).join("a.pem")).unwrap();
    let run = |arguments: &[&str]| {
        let mut layertui = std::process::Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.arg("--no-cache").args(arguments).arg(stage.image_reference("lab:1"));
        let output = layertui.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let named = "layer 0: /a.pem cannot be read, so secret-private-key is not known";
    let (code, shown, told) = run(&["findings"]);
    assert!(code == Some(2) && shown.contains(named) && told.contains(named), "{shown}{told}");
    let (code, shown, told) = run(&["findings", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((code, &json["unread"][0]["path"]), (Some(2), &"/a.pem".into()), "{told}");
    let (code, shown, _) = run(&["ci", "--fail-on", "high"]);
    assert!(code == Some(2) && shown.contains("/a.pem cannot be read"), "{code:?} {shown}");
    let (code, shown, _) = run(&["report"]);
    let json: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert!(code == Some(2) && json["notes"].to_string().contains(named), "{json}");
}
