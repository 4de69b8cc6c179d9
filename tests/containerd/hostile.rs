//! Records of a store in which every key and every value is hostile, in turn.

use std::fs;
use std::process::Command;

use super::build::Store;
use super::database::{Bucket, Layout, Node, write};
use super::hostile_text::{HOSTILE, scan_output};

/// The bucket once for each key and each value below it, with that one hostile.
fn variants(bucket: &Bucket) -> Vec<Bucket> {
    let mut forms = Vec::new();
    for (key, node) in &bucket.0 {
        let mut with = |form: Node, under: &[u8]| {
            let mut changed = bucket.clone();
            changed.0.remove(key);
            changed.0.insert(under.to_vec(), form);
            forms.push(changed);
        };
        with(node.clone(), HOSTILE.as_bytes());
        match node {
            Node::Value(_) => with(Node::Value(HOSTILE.into()), key),
            Node::Bucket(below) => {
                for form in variants(below) {
                    with(Node::Bucket(form), key);
                }
            }
        }
    }
    forms
}

#[test]
fn no_record_passes_foreign_text_on() {
    let store = Store::small();
    let image = store.asking("docker.io/lab/hello:1");
    let container = store.asking("box").replace("containerd:", "container:");
    let root = image.split(['[', ']']).nth(1).unwrap();
    let commands: [&[&str]; 3] =
        [&["layers", root], &["layers", "--json", &image], &["layers", &container]];
    for (path, bucket) in store.databases() {
        let whole = fs::read(&path).unwrap();
        let mut marked = 0;
        for form in variants(bucket) {
            fs::write(&path, write(&form, Layout::default())).unwrap();
            for command in commands {
                let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
                layertui.env_clear().env("HOME", "/nowhere").arg("--no-cache").args(command);
                let output = layertui.output().unwrap();
                marked +=
                    usize::from(scan_output(&output, &format!("{command:?}")).contains("MARK"));
            }
        }
        fs::write(&path, whole).unwrap();
        assert!(marked > 0, "{}: no output shows a mark", path.display());
    }
}
