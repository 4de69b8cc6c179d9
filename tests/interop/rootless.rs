//! A rootless store: the kernel keeps opaque marks in `user.` attributes, which a mount by root does
//! not heed, and owners are shifted. And a store that we may not read.

use std::fs;
use std::process::Command;

use super::agree::Differences;
use super::disk;
use super::engines::{require_engines, run};
use super::scratch::fresh;
use super::storage::Storage;
use super::tree::Tree;

/// A user that no machine has; in its namespace it is root.
const USER: &str = "12345";

/// Builds an image and changes a container of it: a directory made anew, a file gone, one added.
const SCRIPT: &str = r#"
set -eu
export HOME=$1 TMPDIR=$1/tmp XDG_RUNTIME_DIR=$1/run _CONTAINERS_USERNS_CONFIGURED=done
export _CONTAINERS_ROOTLESS_UID=12345 BUILDAH_ISOLATION=chroot
mkdir -p "$TMPDIR" "$XDG_RUNTIME_DIR" "$1/.config/containers"
echo '{"default":[{"type":"insecureAcceptAnything"}]}' > "$1/.config/containers/policy.json"
b() { sub=$1; shift; buildah --root "$HOME/root" --runroot "$HOME/run/store" --storage-driver "$DRIVER" "$sub" "$@"; }
DRIVER=$2
base=$(b from scratch)
root=$(b mount "$base")
mkdir -p "$root/etc" "$root/dir/sub"
for file in etc/a etc/kept dir/b dir/sub/c; do echo "$file" > "$root/$file"; done
b umount "$base" > /dev/null
b commit -q "$base" localhost/rootless:1 > /dev/null
b rm "$base" > /dev/null
root=$(b mount "$(b from --name changed localhost/rootless:1)")
rm -rf "$root/dir"
mkdir "$root/dir"
echo new > "$root/dir/new"
rm "$root/etc/a"
echo own > "$root/etc/own"
cp -a "$root" "$1/copy"
"#;

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn a_rootless_container_is_what_its_owner_sees() {
    require_engines();
    let mut found = Differences::default();
    for driver in ["overlay", "vfs"] {
        let home = fresh("rootless-");
        std::os::unix::fs::chown(&home, Some(12345), Some(12345)).unwrap();
        let parent = home.parent().unwrap();
        run(Command::new("chmod").arg("a+x").arg(parent));
        let mut as_user = Command::new("setpriv");
        as_user.args(["--reuid", USER, "--regid", USER, "--clear-groups"]);
        as_user.args(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh"]);
        run(as_user.arg(&home).arg(driver).current_dir(&home));
        let mut tree: Tree = disk::walk(&home.join("copy"));
        for node in tree.values_mut() {
            (node.uid, node.gid) = (0, 0);
        }
        let storage = Storage { root: home.join("root"), driver };
        let whose = format!("rootless, {driver}");
        let container = storage.container("rootless", "changed");
        found.listing(&whose, &container.ls(1), &tree, false);
        storage.image("rootless", "localhost/rootless:1").agrees(&mut found);
        if driver == "overlay" {
            let opaque = container
                .diff(1)
                .iter()
                .any(|line| line.path == b"/dir" && line.value["opaque"] == true);
            found.same(&format!("{whose}: /dir is opaque"), opaque, true);
        }
    }
    found.assert_none();
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn a_store_of_another_user_is_a_clear_error() {
    require_engines();
    let home = fresh("closed-");
    run(Command::new("chmod").arg("a+x").arg(&home).arg(home.parent().unwrap()));
    let root = home.join("root");
    for what in ["images", "layers"] {
        fs::create_dir_all(root.join(format!("overlay-{what}"))).unwrap();
    }
    run(Command::new("chmod").arg("700").arg(&root));
    // The binary under test may itself lie where only root may go.
    let layertui = home.join("layertui");
    fs::copy(env!("CARGO_BIN_EXE_layertui"), &layertui).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", USER, "--regid", USER, "--clear-groups"]).arg(&layertui);
    command.args(["ls", &format!("containers-storage:[{}]lab:1", root.display())]);
    let output = command.current_dir("/").output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("permission denied") && message.contains("sudo"), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
}
