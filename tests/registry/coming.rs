//! What is fetched, when, and that it is the same image.

use std::sync::Arc;

use layertui::image::digest::Digest;
use layertui::image::platform::Platform;
use layertui::layer::Unwatched;
use layertui::source::{BlobCache, Error, Opened, Options, Pull, Registries, open};
use serde_json::json;

use super::image::{Image, noise};
use super::server::{Access, Turn};
use super::stage::Stage;
use crate::support::compress::gzip;
use crate::support::tarball::Tar;

#[test]
fn manifest_and_config_are_all_that_the_first_screen_needs() {
    let stage = Stage::new();
    let source = stage.open().unwrap();
    assert_eq!(source.image().layers.len(), 3);
    assert_eq!(
        source.image().layers[1].created_by.as_ref().map(layertui::text::Foreign::raw),
        Some("RUN middle")
    );
    assert_eq!(source.image().source, "registry");
    let config = format!("/v2/lab/x/blobs/{}", Digest::of(&stage.image.config));
    assert_eq!(stage.server.paths(), ["/v2/lab/x/manifests/1", &config]);
    let documents = stage.image.manifest.len() + stage.image.config.len();
    assert_eq!(stage.server.sent(), documents as u64);
}

#[test]
fn of_an_index_only_the_platform_that_is_wanted_is_fetched() {
    let stage = Stage::new();
    let options = Options { registries: stage.settings(), ..Options::default() };
    let Opened::Image(source) = open(&stage.reference("all"), &options).unwrap() else {
        panic!("several")
    };
    let kinds: Vec<&str> = source.image().others.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["image", "attestation"]);
    assert_eq!(stage.server.seen().len(), 3, "index, manifest and config");
    let asked = Options { platform: Platform::parse("linux/riscv64").ok(), ..options };
    let error = open(&stage.reference("all"), &asked).unwrap_err().to_string();
    assert!(error.contains("linux/s390x, linux/amd64"), "{error}");
}

#[test]
fn it_is_the_same_image_as_on_disk_and_comes_once() {
    let stage = Stage::new();
    let layout = stage.path("layout");
    stage.image.lay_out(&layout);
    let (near, far) = (format!("oci:{}", layout.display()), stage.reference("1"));
    let commands = |image: &str| {
        [
            vec!["ls", "--recursive", "--json", image],
            vec!["diff", "--json", "--from", "0", image],
            vec!["diff", "--json", "--layer", "1", image],
            vec!["history", "--json", "--glob", image, "*"],
            vec!["cat", image, "/etc/new"],
        ]
        .map(|command| command.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    for (near, far) in commands(&near).iter().zip(&commands(&far)) {
        let run = |command: &[String], more: &[&str]| {
            let words = command.iter().map(String::as_str);
            stage.run(&words.chain(more.iter().copied()).collect::<Vec<_>>())
        };
        // Its listings would do for the other.
        let near = run(near, &["--no-cache"]);
        let far = run(far, &[]);
        assert!(!near.stdout.is_empty() && near.status.success());
        assert_eq!(far.stdout, near.stdout, "{}", String::from_utf8_lossy(&far.stderr));
    }
    let blobs: usize = stage.image.layers.iter().map(Vec::len).sum();
    let documents = 5 * (stage.image.manifest.len() + stage.image.config.len());
    assert_eq!(stage.server.sent(), (blobs + documents) as u64, "each layer once");
    let info = stage.says(&["cache", "--json"]);
    assert!(info.contains(r#""blobs":3"#), "{info}");
    stage.says(&["cache", "clear"]);
    assert!(stage.says(&["cache", "--json"]).contains(r#""blobs":0"#));
}

#[test]
fn a_listing_is_enough_where_the_blob_went() {
    let stage = Stage::new();
    let far = stage.reference("1");
    let first = stage.says(&["ls", "--recursive", "--json", &far]);
    let blobs = stage.path("home/.cache/layertui/blobs");
    std::fs::remove_dir_all(&blobs).unwrap();
    stage.server.forget();
    assert_eq!(stage.says(&["ls", "--recursive", "--json", &far]), first);
    let large = stage.image.blob(0);
    assert!(!stage.server.paths().contains(&large), "its listing was kept");
}

#[test]
fn a_blob_that_was_damaged_on_disk_comes_again() {
    // A plain layer of up to 4 MB is hashed when it is listed, a larger one is not.
    let small = Tar::new().file("a", noise(3, 9000)).finish();
    let large = Tar::new().file("b", noise(5, 5 << 20)).finish();
    let zipped = Tar::new().file("c", "three").finish();
    let image = Image::of(vec![
        (gzip(&zipped), "tar+gzip", json!({})),
        (small, "tar", json!({})),
        (large, "tar", json!({})),
    ]);
    let stage = Stage::of(image, Access::Open, true);
    stage.load();
    for layer in 0..3 {
        let path = stage.path("blobs").join(stage.image.digest(layer).replace(':', "-"));
        let mut bytes = std::fs::read(&path).unwrap();
        // The last bytes of a gzip member are its length, and those before the end of a tar are contents.
        let at = if layer == 0 { bytes.len() - 1 } else { 2000 };
        bytes[at] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        stage.server.forget();
        let (_, states) = stage.load();
        assert!(states[layer].problems.is_empty(), "{:?}", states[layer].problems);
        assert!(stage.server.paths().contains(&stage.image.blob(layer)), "layer {layer}");
        assert_eq!(std::fs::read(&path).unwrap(), stage.image.layers[layer]);
    }
}

#[test]
fn without_a_cache_nothing_is_kept() {
    let stage = Stage::new();
    let far = stage.reference("1");
    stage.says(&["ls", "--no-cache", &far]);
    assert!(!stage.path("home").exists());
}

#[test]
fn a_name_that_nothing_here_has_is_offered_before_its_registry_is_asked() {
    let stage = Stage::new();
    let name = stage.reference("1").replace("docker://", "");
    let options =
        Options { registries: stage.settings(), pull: Pull::Offered, ..Options::default() };
    let Opened::Several(several) = open(&name, &options).unwrap() else { panic!("opened unasked") };
    assert_eq!(stage.server.paths(), [""; 0], "no request before the user agrees");
    assert_eq!(several.choices.len(), 1);
    assert!(several.choices[0].remote);
    assert_eq!(several.choices[0].reference, stage.reference("1"));
    let image = several.open(0).unwrap();
    assert_eq!(image.image().source, "registry");
    assert_eq!(image.image().layers.len(), 3);
    let id = open("0123456789ab", &options).unwrap_err();
    assert!(matches!(id, Error::NotStored { .. }), "an ID is no registry's name: {id}");
}

#[test]
fn a_name_is_asked_for_in_its_registry_only_with_pull() {
    let stage = Stage::new();
    let name = format!("{}/lab/x:1", stage.server.host());
    let never = stage.run(&["layers", &name]);
    assert_eq!(never.status.code(), Some(2));
    assert!(stage.server.seen().is_empty());
    for when in ["missing", "always"] {
        assert!(stage.says(&["layers", "--pull", when, &name]).contains("RUN middle"));
    }
}

#[test]
fn a_digest_names_exactly_one_thing() {
    let stage = Stage::new();
    let digest = Digest::of(&stage.image.manifest);
    let far = format!("docker://{}/lab/x@{digest}", stage.server.host());
    assert!(stage.says(&["layers", &far]).contains("RUN top"));
    let forged = stage.image.manifest.iter().chain(b" ").copied().collect();
    stage.server.next(&format!("/v2/lab/x/manifests/{digest}"), [Turn::Bytes(forged)]);
    let output = stage.run(&["layers", &far]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("does not have that digest"), "{error}");
}

#[test]
fn a_layer_is_opened_without_being_listed() {
    let stage = Stage::new();
    let source = stage.open().unwrap();
    let listing = source.list(0, &Unwatched);
    assert_eq!(listing.blob_digest.as_deref(), Some(stage.image.digest(0).as_str()));
    let plain = source.list(2, &Unwatched);
    assert_eq!(plain.blob_digest.as_deref(), Some(stage.image.digest(2).as_str()));
    assert_eq!(plain.diff_id, plain.blob_digest, "a plain blob is the tar");
}

/// The least recently used go first, and what is larger than all that may be kept is not kept at all.
#[test]
fn what_is_kept_stays_within_its_limit() {
    let stage = Stage::new();
    let sizes: Vec<u64> = stage.image.layers.iter().map(|layer| layer.len() as u64).collect();
    let held = |limit: u64| {
        let folder = stage.path(&format!("kept-{limit}"));
        let blob_cache = Some(Arc::new(BlobCache::new(folder.clone(), limit)));
        let source = stage.open_with(Registries { blob_cache, ..stage.settings() }).unwrap();
        for layer in 0..sizes.len() {
            assert!(source.list(layer, &Unwatched).problems.is_empty());
        }
        let files = std::fs::read_dir(folder).into_iter().flatten();
        let mut held: Vec<u64> =
            files.map(|file| file.unwrap().metadata().unwrap().len()).collect();
        held.sort_unstable();
        held
    };
    let mut all = sizes.clone();
    all.sort_unstable();
    assert_eq!(held(all.iter().sum()), all);
    let without_first = held(all.iter().sum::<u64>() - 1);
    assert_eq!(without_first.iter().sum::<u64>(), sizes[1] + sizes[2], "the first one went");
    let largest = all[all.len() - 1];
    assert!(!held(largest - 1).contains(&largest));
    assert_eq!(held(0), [0_u64; 0]);
}
