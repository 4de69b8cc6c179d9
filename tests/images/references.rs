//! How an image may be asked for, and what is said where it cannot be had.

use serde_json::json;

use crate::build::{Image, Layout};
use crate::stage::{Stage, failure, image, open_for, stack, try_open};

fn archive() -> Vec<u8> {
    Image::new(&[&["a"]]).docker(&["lab/hello:1"]).pack()
}

#[test]
fn a_path_is_recognised_by_its_contents_and_may_hold_colons() {
    let stage = Stage::new();
    for name in ["nginx:1.2", "image.txt", "a:b:@c", "x@1"] {
        let place = stage.file(name, &archive());
        assert_eq!(stack(&*image(&place)), "a", "{name}");
        assert_eq!(stack(&*image(&format!("{place}:lab/hello:1"))), "a", "{name}");
        assert_eq!(stack(&*image(&format!("docker-archive:{place}@0"))), "a", "{name}");
    }
}

#[test]
fn the_wrong_transport_says_which_is_right() {
    let stage = Stage::new();
    let mut layout = Layout::default();
    let descriptor = layout.image(&Image::new(&[&["a"]]));
    let layout = stage.tree("layout", &layout.list(descriptor).finish());
    let docker = stage.file("docker.tar", &archive());
    let dir = stage.tree("dir", &Image::new(&[&["a"]]).dir());
    for (reference, advice) in [
        (format!("oci-archive:{docker}"), format!("docker-archive:{docker}")),
        (format!("dir:{layout}"), format!("oci:{layout}")),
        (format!("docker-archive:{layout}"), format!("oci:{layout}")),
        (format!("oci:{dir}"), format!("dir:{dir}")),
    ] {
        let message = failure(&reference);
        assert!(message.contains(&advice), "{message}");
    }
}

#[test]
fn what_is_not_there_is_said_with_a_way_out() {
    for (reference, words) in [
        ("/no/such/file", "/no/such/file: no such file or directory"),
        ("./x.tar:1", "./x.tar:1: no such file"),
        ("oci:/no/such:1", "/no/such:1: no such file"),
        ("no.where/web:1.2", "try `docker save no.where/web:1.2 | layertui -`"),
        ("containers-storage:[overlay@/no/x]nginx", "/no/x: no such file or directory"),
        ("docker://a b", "not a valid image name for a registry"),
        ("", "no image given"),
        ("oci:", "write oci:DIR"),
    ] {
        let message = failure(reference);
        assert!(message.contains(words), "{message}");
    }
}

/// Where this machine has such a store, that one is looked in and said; where it has none, how to get at the engine's.
#[test]
fn a_store_of_this_machine_is_looked_in_or_another_way_is_said() {
    for (reference, absent, way_out) in [
        ("containers-storage:no/web", "no image `no/web` here", "podman save no/web"),
        ("docker-root:no/web", "no image `no/web` here", "docker save no/web"),
        ("containerd:[k8s.io@]no/web", "no image `no/web` here", "ctr images export - no/web"),
        ("container:no-such", "no container `no-such` here", "docker export no-such"),
    ] {
        let message = failure(reference);
        assert!(message.contains(absent) || message.contains(way_out), "{message}");
    }
}

#[test]
fn an_engines_image_is_meant_even_where_a_directory_has_its_name() {
    let stage = Stage::new();
    let directory = stage.path("nginx");
    std::fs::create_dir(&directory).unwrap();
    assert!(failure(&format!("{directory}:1.2")).contains("no such file"));
    assert_eq!(image(&directory).image().source, "rootfs");
}

#[test]
fn a_pick_where_there_is_nothing_to_pick_from_is_an_error() {
    let stage = Stage::new();
    let tar = stage.file("root.tar", &crate::build::layer(&["etc/passwd"]));
    assert!(failure(&format!("{tar}:nginx")).contains("holds no image"));
    assert!(failure(&format!("docker-archive:{tar}")).contains("holds no image"));
    let list = json!([]).to_string();
    let none = crate::support::tarball::Tar::new().file("manifest.json", list).finish();
    assert!(failure(&stage.file("none.tar", &none)).contains("lists no image"));
}

#[test]
fn an_image_that_does_not_say_its_platform_opens_for_any() {
    let stage = Stage::new();
    let mut image = Image::new(&[&["a"]]);
    image.config = json!({"rootfs": {"diff_ids": []}});
    let mut layout = Layout::default();
    let descriptor = layout.image(&image);
    let place = stage.tree("a", &layout.list(descriptor).finish());
    assert!(open_for(&place, "plan9/mips").is_ok());
    let docker = Image::new(&[&["a"]]).docker(&["x:1"]).pack();
    assert!(open_for(&stage.file("b.tar", &docker), "plan9/mips").is_err());
    assert!(try_open(&place).is_ok());
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_like_standard_input_and_a_socket_is_not() {
    let stage = Stage::new();
    let socket = stage.path("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    assert!(failure(&socket).contains("it is a socket, not a file"));
    assert!(failure("/dev/null").contains("it is a device, not a file"));
    let (reader, mut writer) = std::io::pipe().unwrap();
    let fd = std::os::fd::AsRawFd::as_raw_fd(&reader);
    let feed = std::thread::spawn(move || std::io::Write::write_all(&mut writer, &archive()));
    let proc = format!("/proc/self/fd/{fd}");
    if std::path::Path::new(&proc).exists() {
        assert_eq!(stack(&*image(&proc)), "a");
    }
    drop(reader);
    drop(feed.join());
}
