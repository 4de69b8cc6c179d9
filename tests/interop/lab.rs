//! The images of these tests: built once by buildah, saved in every form, and one with layers that only hands write.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::thread;

use super::base;
use super::builders;
use super::crafted;
use super::disk;
use super::engines::{Engines, filtered, run};
use super::image::Image;
use super::layertui::Form;
use super::layout::Layout;
use super::scratch::scratch;
use super::tree::Tree;

pub const NAME: &str = "localhost/lab:1";

/// Everything built.
pub struct Lab {
    pub engines: Engines,
    /// As buildah builds it with the overlay driver: opaque markers.
    pub image: Image,
    /// The same recipe with the vfs driver: a whiteout for each path.
    pub by_vfs: Image,
    /// The first, with layers on top that no engine writes.
    pub crafted: Image,
    /// The first, in every form it can be saved in.
    pub forms: Vec<Form>,
}

/// Built by the first test that asks.
pub fn lab() -> &'static Lab {
    static LAB: LazyLock<Lab> = LazyLock::new(build);
    &LAB
}

fn build() -> Lab {
    let home = scratch().join("lab");
    let context = home.join("context");
    fs::create_dir_all(&context).unwrap();
    base::write_context(&context);
    fs::write(context.join("Containerfile"), include_str!("Containerfile")).unwrap();
    let engines = Engines::new(&home);
    let (layout, by_vfs) = thread::scope(|scope| {
        let overlay = scope.spawn(|| built(&engines, "overlay", &home.join("layout")));
        let vfs = scope.spawn(|| built(&engines, "vfs", &home.join("by-vfs")));
        (overlay.join().unwrap(), vfs.join().unwrap())
    });
    let crafted = crafted::add_layers(&layout, &home.join("crafted"));
    let image = Image::in_layout("built with overlay", &layout);
    let top = image.layer_count() - 1;
    Lab {
        image,
        by_vfs: Image::in_layout("built with vfs", &by_vfs),
        crafted: Image::in_layout("crafted", &crafted).unpacked_from(top),
        forms: [forms(&engines, &home), builders::forms(&layout, &home)].concat(),
        engines,
    }
}

/// Options that name the private store of a driver.
pub fn store(driver: &str) -> String {
    format!(
        "--storage-driver {driver} --root \"$HOME/{driver}/root\" --runroot \"$HOME/{driver}/run\""
    )
}

/// skopeo's name for the image in a driver's store.
fn stored(driver: &str) -> String {
    format!("containers-storage:[{driver}@$HOME/{driver}/root+$HOME/{driver}/run]{NAME}")
}

/// Builds the image and copies it into an OCI layout.
fn built(engines: &Engines, driver: &str, to: &Path) -> Layout {
    let build = format!(
        "buildah {} bud --isolation chroot --network host --layers --cap-add all -t {NAME} context\n\
         skopeo copy -q \"{}\" \"oci:$1:lab\"",
        store(driver),
        stored(driver),
    );
    run(&mut engines.script(&build, &[to]));
    Layout { dir: to.to_owned(), tag: "lab".to_owned() }
}

/// Saves the image in every form.
fn forms(engines: &Engines, home: &Path) -> Vec<Form> {
    let saves = format!(
        "save() {{ podman {} save -q \"$@\" {NAME}; }}\n\
         copy() {{ skopeo copy -q \"$@\"; }}\n\
         save -o podman.tar\n\
         save --format oci-archive -o podman-oci.tar\n\
         save --format oci-dir -o podman-oci\n\
         save --format docker-dir -o podman-dir\n\
         copy oci:layout:lab docker-archive:skopeo.tar:{NAME}\n\
         copy oci:layout:lab oci-archive:gzip.tar:lab\n\
         copy --dest-compress-format zstd oci:layout:lab oci-archive:zstd.tar:lab\n\
         copy --dest-compress-format zstd oci:layout:lab oci:zstd-layout:lab\n\
         copy --dest-compress oci:layout:lab dir:dir-gzip\n\
         copy --dest-compress --dest-compress-format zstd \"{stored}\" dir:dir-zstd\n\
         copy --format v2s1 \"{stored}\" dir:dir-schema-1\n\
         copy --format v2s2 oci:layout:lab dir:dir-schema-2\n",
        store("overlay"),
        stored = stored("overlay"),
    );
    run(&mut engines.script::<&str>(&saves, &[]));
    let file = |name: &str| home.join(name).display().to_string();
    let archive = home.join("podman.tar");
    let packed = |name: &str, command: &mut Command| {
        fs::write(home.join(name), filtered(command, &archive)).unwrap();
        file(name)
    };
    vec![
        Form::new("podman save", file("podman.tar")),
        Form::new("podman save, named", format!("docker-archive:{}:{NAME}", file("podman.tar"))),
        Form::new("podman save oci-archive", file("podman-oci.tar")),
        Form::new("podman save oci-dir", file("podman-oci")),
        Form::new("podman save docker-dir", file("podman-dir")),
        Form::new("skopeo docker-archive", file("skopeo.tar")),
        Form::new("skopeo oci", file("layout")),
        Form::new("skopeo oci, tagged", format!("oci:{}:lab", file("layout"))),
        Form::new("skopeo oci-archive", format!("oci-archive:{}:lab", file("gzip.tar"))),
        Form::new("skopeo oci-archive of zstd", file("zstd.tar")),
        Form::new("skopeo oci of zstd", file("zstd-layout")),
        Form::new("skopeo dir of gzip", file("dir-gzip")),
        Form::new("skopeo dir of zstd", format!("dir:{}", file("dir-zstd"))),
        Form::new("skopeo dir of schema 1", file("dir-schema-1")),
        Form::new("skopeo dir of schema 2", file("dir-schema-2")),
        Form { stdin: Some(archive.clone()), ..Form::new("podman save, piped", "-") },
        Form::new("podman save, gzip", packed("podman.tar.gz", Command::new("gzip").arg("-1c"))),
        Form::new("podman save, zstd", packed("podman.tar.zst", Command::new("zstd").arg("-qc"))),
    ]
}

/// How the engines themselves show the built image.
pub const VIEWS: [(&str, &str); 2] = [
    (
        "buildah mount, overlay",
        "container=$(buildah OVERLAY from NAME)\n\
         cp -a \"$(buildah OVERLAY mount $container)\" \"$1\"\n\
         buildah OVERLAY rm $container",
    ),
    (
        "podman load and image mount, vfs",
        "LOADED='--storage-driver vfs --root loaded/root --runroot loaded/run'\n\
         podman $LOADED load -q -i podman.tar\n\
         cp -a \"$(podman $LOADED image mount NAME)\" \"$1\"",
    ),
];

impl Lab {
    /// The root filesystem that an engine mounts, copied out of its namespace.
    pub fn mounted(&self, view: &str) -> Tree {
        let copy: PathBuf = super::scratch::fresh("mounted-").join("root");
        let script = view.replace("OVERLAY", &store("overlay")).replace("NAME", NAME);
        run(&mut self.engines.script(&script, &[&copy]));
        let tree = disk::walk(&copy);
        fs::remove_dir_all(copy.parent().unwrap()).unwrap();
        tree
    }
}
