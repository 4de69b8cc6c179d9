//! A wasteful build, and the same build with the planned changes: its image has the size that the plan promises.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::engines::{Engines, find, require_engines, run};
use super::lab::store;
use super::layertui::Form;
use super::scratch::fresh;

/// Both begin with the base layer.
/// The changes of a plan by their names, each with its bytes.
type Changes = &'static [(&'static str, u64)];

/// Wasteful builds, each with the changes and bytes that its plan has, and the build that follows them.
const BUILDS: [(&str, Changes, &str); 2] = [
    (
        "FROM scratch
COPY rootfs /
COPY data /data
COPY secret /secret
RUN chmod 600 /data
RUN dd if=/dev/zero of=/big bs=1k count=300 && echo 1 > /notes
RUN echo 2 >> /notes
RUN rm /secret /big && mkdir -p /var/cache/apt && dd if=/dev/zero of=/var/cache/apt/x bs=1k count=40
",
        &[
            ("delete-where-added", 300 << 10),
            ("copy-with-attributes", 50_000),
            ("delete-cache", 40 << 10),
            ("leave-out", 20_000),
            ("merge", 2),
        ],
        "FROM scratch
COPY rootfs /
COPY --chmod=600 data /data
RUN dd if=/dev/zero of=/big bs=1k count=300 && echo 1 > /notes && echo 2 >> /notes && rm /big
RUN mkdir -p /var/cache/apt && dd if=/dev/zero of=/var/cache/apt/x bs=1k count=40 && rm /var/cache/apt/x
",
    ),
    (
        "FROM scratch
COPY rootfs /
RUN dd if=/dev/zero of=/a bs=1k count=64 && echo 1 > /notes
RUN echo 2 > /notes
COPY data /data
COPY data /data
RUN rm /a && chmod 700 /data
",
        &[
            ("delete-where-added", 64 << 10),
            ("copy-with-attributes", 50_000),
            ("do-not-rewrite", 50_000),
            ("merge", 2),
        ],
        "FROM scratch
COPY rootfs /
RUN dd if=/dev/zero of=/a bs=1k count=64 && echo 1 > /notes && echo 2 > /notes && rm /a
COPY --chmod=700 data /data
",
    ),
];

/// A file of the base is removed, and one of a RUN is replaced by a COPY: neither can be given back.
const OF_THE_BASE: &str = "FROM scratch
COPY rootfs /
RUN rm /etc/motd && echo x > /etc/issue
COPY data /etc/issue
";

/// The base layer: busybox, and a file that is removed above it.
pub fn write_base(context: &Path) {
    let root = context.join("rootfs");
    for dir in ["bin", "etc", "tmp", "dev", "proc", "sys", "var"] {
        fs::create_dir_all(root.join(dir)).unwrap();
    }
    fs::copy(find("busybox").unwrap(), root.join("bin/busybox")).unwrap();
    for applet in ["sh", "chmod", "cp", "dd", "ln", "rm", "mkdir", "true"] {
        symlink("busybox", root.join("bin").join(applet)).unwrap();
    }
    fs::write(root.join("etc/motd"), "m".repeat(7_000)).unwrap();
    fs::write(root.join("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n").unwrap();
}

fn write_context(context: &Path) {
    write_base(context);
    fs::write(context.join("data"), "d".repeat(50_000)).unwrap();
    fs::write(context.join("secret"), "s".repeat(20_000)).unwrap();
}

/// Builds an image, one layer an instruction, and saves it.
pub fn build(engines: &Engines, home: &Path, name: &str, containerfile: &str) -> Form {
    fs::write(home.join(name), containerfile).unwrap();
    let script = format!(
        "buildah {store} bud --isolation chroot --network host --layers -t {name} -f {name} context\n\
         buildah {store} push -q {name} oci:$HOME/{name}-layout:x",
        store = store("overlay"),
    );
    run(&mut engines.script::<&str>(&script, &[]));
    Form::new("built", home.join(format!("{name}-layout")).display().to_string())
}

pub fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value}"))
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn a_build_changed_as_planned_has_the_promised_size() {
    require_engines();
    let home = fresh("plan-");
    let engines = Engines::new(&home);
    write_context(&home.join("context"));
    let plan = |form: &Form| -> Value {
        serde_json::from_slice(&form.json("waste", &["--plan"])).unwrap()
    };
    let stored = |value: &Value| number(&value["totals"]["storedBytes"]);

    for (at, (wasteful, expected, changed)) in BUILDS.into_iter().enumerate() {
        let before = plan(&build(&engines, &home, &format!("wasteful-{at}"), wasteful));
        let then = plan(&build(&engines, &home, &format!("planned-{at}"), changed));
        let steps = before["plan"]["steps"].as_array().unwrap().iter();
        let changes: Vec<(&str, u64)> =
            steps.map(|step| (step["change"].as_str().unwrap(), number(&step["bytes"]))).collect();
        assert_eq!(changes, expected);
        assert_eq!(stored(&then), number(&before["plan"]["storedBytesThen"]));
        assert_eq!(stored(&before) - stored(&then), number(&before["plan"]["savedBytes"]));
        assert_eq!(number(&then["plan"]["savedBytes"]), 0, "{}", then["plan"]);
    }

    let kept = plan(&build(&engines, &home, "base", OF_THE_BASE));
    assert_eq!(kept["plan"]["steps"], serde_json::json!([]));
    let kept = kept["plan"]["kept"].to_string();
    assert!(kept.contains(r#""bytes":7000,"reason":"base""#), "{kept}");
    assert!(kept.contains(r#""bytes":2,"reason":"apart""#), "{kept}");

    let text = Command::new(env!("CARGO_BIN_EXE_layertui"))
        .args(["waste", "--plan"])
        .arg(home.join("wasteful-0-layout"))
        .output()
        .unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("delete in the RUN of layer 4 what layer 6 deletes"), "{text}");
}
