//! Random input: whatever comes, it opens or fails, but it returns.

use layertui::image::config;
use layertui::image::docker_save;
use layertui::image::manifest;
use layertui::image::v1;
use layertui::source::Opened;
use proptest::prelude::*;
use serde_json::Value;

use crate::build::{Image, Layout, named};
use crate::stage::{Stage, stack, try_open};

fn hello() -> Image {
    Image::new(&[&["a"], &["b"]])
}

#[test]
fn random_bytes_behind_a_name_never_hang() {
    let stage = Stage::new();
    let mut state = 1u64;
    for length in [1, 511, 512, 513, 5000] {
        let bytes: Vec<u8> = (0..length)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 33) as u8
            })
            .collect();
        for magic in
            [&b""[..], b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"BZh91AY&SY", b"\xfd7zXZ\0"]
        {
            let place = stage.file("x", &[magic, &bytes].concat());
            assert!(try_open(&place).is_err());
        }
    }
}

/// JSON of the shapes that documents have, and of any other.
fn any_json() -> impl Strategy<Value = Value> {
    let digest = format!("sha256:{}", "a".repeat(64));
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        Just(Value::from(digest)),
        Just(Value::from("application/vnd.oci.image.index.v1+json")),
    ];
    let key = prop::sample::select(vec![
        "manifests",
        "layers",
        "config",
        "digest",
        "size",
        "mediaType",
        "platform",
        "os",
        "architecture",
        "history",
        "rootfs",
        "diff_ids",
        "fsLayers",
        "blobSum",
        "v1Compatibility",
        "annotations",
        "data",
        "urls",
        "Config",
        "Layers",
        "RepoTags",
        "LayerSources",
        "empty_layer",
        "Cmd",
        "Env",
        "Labels",
        "signatures",
        "protected",
        "container_config",
        "parent",
        "blobs",
        "artifactType",
    ]);
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|pairs| pairs
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_json_makes_a_parser_panic(value in any_json(), cut in 0usize..400) {
        let text = value.to_string();
        for bytes in [text.as_bytes(), &text.as_bytes()[..cut.min(text.len())]] {
            let _ = manifest::parse(bytes);
            let _ = config::parse(bytes);
            let _ = docker_save::parse(bytes);
            let _ = docker_save::parse_repositories(bytes);
            let _ = v1::parse(bytes);
        }
    }

    #[test]
    fn no_reference_makes_the_grammar_panic(text in "\\PC{0,40}") {
        let _ = layertui::image::reference::parse(&text);
        let _ = layertui::image::reference::splits(&text);
        let _ = layertui::image::name::Name::parse(&text);
        let _ = layertui::image::platform::Platform::parse(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_json_in_a_places_documents_opens_or_fails_but_returns(value in any_json(), which in 0usize..4) {
        let stage = Stage::new();
        let mut layout = Layout::default();
        let descriptor = layout.image(&hello());
        let mut tree = layout.list(named(descriptor, "x:1")).finish();
        let name = match which {
            0 => "index.json".to_owned(),
            1 => "manifest.json".to_owned(),
            2 => hello().id().replace("sha256:", "blobs/sha256/"),
            _ => tree.0.iter().find(|(_, bytes)| bytes.starts_with(b"{\"config\"")).unwrap().0.clone(),
        };
        tree.put(name, value.to_string());
        if let Ok(Opened::Image(source)) = try_open(&stage.file("a.tar", &tree.pack())) {
            prop_assert_eq!(stack(&*source).split(" | ").count(), source.image().layers.len().max(1));
        }
    }
}
