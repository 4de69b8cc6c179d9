//! What an image says of itself, against skopeo.

use serde_json::{Value, json};

use super::agree::Differences;
use super::engines::{run, text};
use super::lab::lab;
use super::tree::digest;

/// Forms of the built image, and how skopeo names each.
const INSPECTED: [(&str, &str); 10] = [
    ("podman save", "docker-archive:podman.tar"),
    ("skopeo docker-archive", "docker-archive:skopeo.tar"),
    ("podman save oci-dir", "oci:podman-oci"),
    ("podman save docker-dir", "dir:podman-dir"),
    ("skopeo oci", "oci:layout:lab"),
    ("skopeo oci-archive", "oci-archive:gzip.tar:lab"),
    ("skopeo oci-archive of zstd", "oci-archive:zstd.tar:lab"),
    ("skopeo dir of gzip", "dir:dir-gzip"),
    ("skopeo dir of schema 1", "dir:dir-schema-1"),
    ("skopeo dir of schema 2", "dir:dir-schema-2"),
];

/// Compares them all.
pub fn agree_with_skopeo(found: &mut Differences) {
    for (name, reference) in INSPECTED {
        let ours = lab().forms.iter().find(|form| form.name == name).unwrap().layers();
        let bytes = inspect(&["--raw", reference]);
        let manifest: Value = serde_json::from_slice(&bytes).unwrap();
        let mut same = |key: &str, ours: &Value, theirs: Value| {
            found.same(&format!("{name}: {key}"), ours, &theirs);
        };
        // skopeo makes up a manifest for an archive that has none.
        let made_up = reference.starts_with("docker-archive:");
        let digest = if made_up { Value::Null } else { json!(manifest_digest(reference)) };
        same("manifestDigest", &ours["image"]["manifestDigest"], digest);
        same("schema", &ours["schema"], json!("layertui/1"));
        let layers = manifest["layers"].as_array();
        let Some(layers) = layers else {
            schema_1(found, name, &ours, &manifest);
            continue;
        };
        same("layers", &json!(ours["layers"].as_array().unwrap().len()), json!(layers.len()));
        for (row, layer) in ours["layers"].as_array().unwrap().iter().zip(layers) {
            same("compressedBytes", &row["compressedBytes"], layer["size"].clone());
            let known = |value: &Value| if made_up { Value::Null } else { value.clone() };
            same("digest", &row["digest"], known(&layer["digest"]));
            same("mediaType", &row["mediaType"], known(&layer["mediaType"]));
        }
        config(found, name, reference, &ours);
    }
}

fn inspect(arguments: &[&str]) -> Vec<u8> {
    run(&mut lab().engines.script("exec skopeo inspect \"$@\"", arguments)).stdout
}

/// Not always the digest of the bytes: the oldest manifests hold their own signature.
fn manifest_digest(reference: &str) -> String {
    let script =
        "skopeo inspect --raw \"$1\" > raw-manifest && skopeo manifest-digest raw-manifest";
    text(&mut lab().engines.script(script, &[reference])).trim().to_owned()
}

/// The configuration: identity, platform, and what made each layer.
fn config(found: &mut Differences, name: &str, reference: &str, ours: &Value) {
    let bytes = inspect(&["--config", "--raw", reference]);
    let config: Value = serde_json::from_slice(&bytes).unwrap();
    let mut same = |key: &str, ours: &Value, theirs: Value| {
        found.same(&format!("{name}: {key}"), ours, &theirs);
    };
    let image = &ours["image"];
    same("id", &image["id"], json!(digest(&bytes)));
    same("created", &image["created"], config["created"].clone());
    same("labels", &image["labels"], config["config"]["Labels"].clone());
    let text = |key: &str| config[key].as_str().unwrap();
    same("platform", &image["platform"], json!(format!("{}/{}", text("os"), text("architecture"))));
    let rows = ours["layers"].as_array().unwrap();
    let diff_ids: Vec<&Value> = rows.iter().map(|row| &row["diffId"]).collect();
    same("diffIds", &json!(diff_ids), config["rootfs"]["diff_ids"].clone());
    let history = config["history"].as_array().unwrap();
    let made: Vec<&Value> = history.iter().filter(|step| step["empty_layer"] != true).collect();
    assert!(made.len() < history.len(), "the image has steps without a layer");
    same("history", &json!(rows.len()), json!(made.len()));
    for (row, step) in rows.iter().zip(made) {
        same("createdBy", &row["createdBy"], step["created_by"].clone());
        same("created", &row["created"], step["created"].clone());
        same("comment", &row["comment"], step["comment"].clone());
    }
}

/// The oldest manifests list layers newest first, those without contents between them.
fn schema_1(found: &mut Differences, name: &str, ours: &Value, manifest: &Value) {
    let blobs = manifest["fsLayers"].as_array().unwrap().iter();
    let steps = manifest["history"].as_array().unwrap().iter().map(|step| {
        serde_json::from_str::<Value>(step["v1Compatibility"].as_str().unwrap()).unwrap()
    });
    let mut kept: Vec<(&Value, Value)> = blobs.map(|blob| &blob["blobSum"]).zip(steps).collect();
    kept.retain(|(_, step)| step["throwaway"] != true);
    kept.reverse();
    let rows = ours["layers"].as_array().unwrap();
    found.same(&format!("{name}: layers"), rows.len(), kept.len());
    for (row, (blob, step)) in rows.iter().zip(kept) {
        found.same(&format!("{name}: digest"), &row["digest"], blob);
        found.same(&format!("{name}: created"), &row["created"], &step["created"]);
        let command: Vec<&str> = step["container_config"]["Cmd"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        found.same(
            &format!("{name}: createdBy"),
            row["createdBy"].as_str(),
            Some(&command.join(" ")),
        );
    }
}
