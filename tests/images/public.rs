//! Shared samples and public test data, under `LAYERTUI_INTEROP=1`: everything in them opens or says why not.

use std::path::{Path, PathBuf};

use layertui::layer::Unwatched;
use layertui::source::{Opened, Source};

use crate::stage::{Stage, image, several, try_open};

/// The shared data, which is beside the project and no part of it.
fn shared(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    assert!(path.exists(), "{} is absent", path.display());
    path
}

/// Well-known ones: a path and the number of layers, or words of the message.
const EXPECTED: [(&str, Result<usize, &str>); 40] = [
    ("wagoodman_dive/.data/test-docker-image.tar", Ok(14)),
    ("wagoodman_dive/.data/test-kaniko-image.tar", Ok(14)),
    ("wagoodman_dive/.data/test-oci-gzip-image.tar", Ok(1)),
    ("wagoodman_dive/.data/test-oci-zstd-image.tar", Ok(1)),
    ("wagoodman_dive/.data/test-oci-estargz-image.tar", Ok(1)),
    ("wagoodman_dive/.data/test-oci-uncompressed-image.tar", Ok(1)),
    ("wagoodman_dive/.data/test-gzip-image.tar", Ok(1)),
    ("google_go-containerregistry/pkg/v1/tarball/testdata/hello-world-v25.tar", Ok(1)),
    ("google_go-containerregistry/pkg/v1/tarball/testdata/no_manifest.tar", Ok(1)),
    (
        "google_go-containerregistry/pkg/v1/tarball/testdata/null_manifest.tar",
        Err("not a list of images"),
    ),
    ("google_go-containerregistry/pkg/v1/tarball/testdata/test_image_1.tar", Ok(1)),
    ("google_go-containerregistry/pkg/v1/tarball/testdata/test_bundle.tar:@0", Ok(1)),
    ("google_go-containerregistry/pkg/v1/tarball/testdata/test_link.tar:test_image_3", Ok(2)),
    (
        "google_go-containerregistry/pkg/v1/tarball/testdata/test_link.tar:bazel/v1/tarball:test_image_3",
        Ok(2),
    ),
    ("google_go-containerregistry/pkg/v1/mutate/testdata/whiteout_image.tar", Ok(3)),
    ("google_go-containerregistry/pkg/v1/mutate/testdata/whiteout_dir.tar", Ok(4)),
    (
        "google_go-containerregistry/pkg/v1/mutate/testdata/source_image_with_empty_layer_history.tar",
        Ok(1),
    ),
    ("google_go-containerregistry/pkg/v1/layout/testdata/test_index:1", Ok(1)),
    ("google_go-containerregistry/pkg/v1/layout/testdata/test_index_one_image", Ok(1)),
    (
        "google_go-containerregistry/pkg/v1/layout/testdata/test_gc_image_unknown_mediatype",
        Err("not part of this copy"),
    ),
    ("containers_container-libs/common/libimage/testdata/docker-name-only.tar.xz", Ok(1)),
    (
        "containers_container-libs/common/libimage/testdata/docker-two-names.tar.xz:example.com/empty",
        Ok(1),
    ),
    ("containers_container-libs/common/libimage/testdata/docker-two-images.tar.xz:@1", Ok(1)),
    ("containers_container-libs/common/libimage/testdata/docker-unnamed.tar.xz", Ok(1)),
    ("containers_container-libs/common/libimage/testdata/oci-name-only.tar.gz:pretty-empty", Ok(1)),
    (
        "containers_container-libs/common/libimage/testdata/oci-non-docker-name.tar.gz:UPPERCASE-IS-INVALID",
        Ok(1),
    ),
    ("containers_container-libs/common/libimage/testdata/oci-registry-name.tar.gz", Ok(1)),
    ("containers_container-libs/common/libimage/testdata/oci-unnamed.tar.gz", Ok(1)),
    ("containers_container-libs/common/libimage/testdata/buildkit-docker.tar", Ok(0)),
    ("containers_container-libs/common/libimage/testdata/buildkit-oci.tar", Ok(0)),
    ("containers_container-libs/common/libimage/testdata/exported-container.tar", Ok(1)),
    ("containers_container-libs/common/libimage/testdata/scratch-dir-5pec!@L", Ok(1)),
    ("containers_image/docker/archive/fixtures/almostempty.tar", Ok(1)),
    ("containers_image/oci/layout/fixtures/delete_image_only_one_image", Ok(1)),
    ("containers_image/oci/layout/fixtures/manifest", Err("not part of this copy")),
    ("anchore_stereoscope/pkg/image/oci/testdata/valid-oci.tar", Ok(1)),
    ("anchore_stereoscope/pkg/image/oci/testdata/valid_oci_dir", Ok(1)),
    ("anchore_stereoscope/pkg/image/oci/testdata/multiplatform_oci_dir", Ok(1)),
    ("anchore_stereoscope/pkg/image/oci/testdata/no_manifests", Ok(1)),
    ("anchore_stereoscope/pkg/image/sif/testdata/empty.sif", Err("Singularity")),
];

#[test]
#[cfg_attr(not(interop), ignore = "reads ../shared: LAYERTUI_INTEROP=1 cargo test")]
fn well_known_images_have_the_layers_they_should_have() {
    let public = shared("fixtures/public");
    for (name, expected) in EXPECTED {
        let opened = try_open(public.join(name).to_str().unwrap());
        match (opened, expected) {
            (Ok(Opened::Image(source)), Ok(layers)) => {
                assert_eq!(source.image().layers.len(), layers, "{name}");
            }
            (Err(error), Err(words)) => {
                assert!(error.to_string().contains(words), "{name}: {error}");
            }
            (opened, _) => panic!("{name}: {opened:?}"),
        }
    }
}

#[test]
#[cfg_attr(not(interop), ignore = "reads ../shared: LAYERTUI_INTEROP=1 cargo test")]
fn every_public_file_opens_or_says_why_not() {
    let public = shared("fixtures/public");
    let mut opened = 0;
    for entry in walkdir::WalkDir::new(&public).sort_by_file_name() {
        let entry = entry.unwrap();
        let path = entry.path().to_str().unwrap();
        let transports: &[&str] =
            if entry.file_type().is_dir() { &["", "oci:", "dir:"] } else { &[""] };
        for transport in transports {
            match try_open(&format!("{transport}{path}")) {
                Ok(Opened::Image(source)) => {
                    opened += 1;
                    // A directory of the collection is a root filesystem: listing those is another journey.
                    if source.image().source != "rootfs" || entry.file_type().is_file() {
                        list_all(&*source);
                    }
                }
                Ok(Opened::Several(several)) => {
                    for (at, choice) in several.choices.iter().enumerate() {
                        list_all(&*several.open(at).unwrap());
                        let again = try_open(&choice.reference);
                        assert!(
                            matches!(again, Ok(Opened::Image(_))),
                            "{}: {again:?}",
                            choice.reference
                        );
                    }
                }
                Err(error) => assert!(error.to_string().len() > 20, "{path}: {error}"),
            }
        }
    }
    assert!(opened > 50, "{opened}");
}

fn list_all(source: &dyn Source) {
    for layer in 0..source.image().layers.len() {
        source.list(layer, &Unwatched);
    }
}

#[test]
#[cfg_attr(not(interop), ignore = "reads ../shared: LAYERTUI_INTEROP=1 cargo test")]
fn the_samples_of_real_engines() {
    let samples = shared("samples/archives");
    let place = |name: &str| samples.join(name).to_str().unwrap().to_owned();
    for (name, source_word, layers) in [
        ("save-1.9.tar.zst", "docker-archive", 3),
        ("save-20.10.tar.zst", "docker-archive", 4),
        ("save-28.tar.zst:lab/hello:1", "docker-archive", 4),
        ("save-28.tar.zst:lab/dup:1", "docker-archive", 6),
        ("ps-oci-archive.tar.zst", "oci-archive", 4),
        ("oci-hello.dir.tar.zst", "oci-archive", 4),
        ("ps-docker-dir.dir.tar.zst", "dir", 4),
        ("lab-context.tar.zst", "rootfs", 1),
    ] {
        let source = image(&place(name));
        assert_eq!(
            (source.image().source.as_str(), source.image().layers.len()),
            (source_word, layers),
            "{name}"
        );
        for layer in 0..layers {
            let listing = source.list(layer, &Unwatched);
            assert!(!listing.table.is_empty(), "{name}");
            assert_eq!(listing.problems, [], "{name}");
        }
    }
    assert_eq!(several(&place("save-28.tar.zst")).choices.len(), 2);
}

#[test]
#[cfg_attr(not(interop), ignore = "reads ../shared: LAYERTUI_INTEROP=1 cargo test")]
fn the_samples_of_real_engines_unpacked() {
    let samples = shared("samples/archives");
    let stage = Stage::new();
    for (name, below, layers) in [
        ("oci-hello.dir", "/oci-hello:1", 4),
        ("ps-docker-dir.dir", "/ps-docker-dir", 4),
        ("save-1.9", "", 3),
        ("save-20.10", "", 4),
        ("save-28", ":lab/hello:1", 4),
        ("ps-oci-archive", ":localhost/lab/hello:1", 4),
    ] {
        let file = std::fs::File::open(samples.join(format!("{name}.tar.zst"))).unwrap();
        let place = stage.path(name);
        tar::Archive::new(zstd::Decoder::new(file).unwrap()).unpack(&place).unwrap();
        assert_eq!(image(&format!("{place}{below}")).image().layers.len(), layers, "{name}");
    }
}
