//! A build with every finding that is about bytes, and the same build with each remedy followed to the letter: the bytes that
//! the findings promised are gone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use layertui::findings::Id;
use serde_json::Value;

use super::engines::{Engines, require_engines};
use super::plan::{build, number, write_base};
use super::scratch::fresh;

/// The caches whose remedy is a command, with files for it: paths and kilobytes. No two files have the same size, so that
/// none is a duplicate.
const CACHES: [(Id, &[(&str, u32)]); 5] = [
    (Id::CacheApt, &[("/var/lib/apt/lists/deb_Packages", 11), ("/var/cache/apt/pkgcache.bin", 12)]),
    (Id::CacheApk, &[("/var/cache/apk/x.tar.gz", 13), ("/etc/apk/cache/y.apk", 14)]),
    (
        Id::CacheDnf,
        &[("/var/cache/dnf/a", 15), ("/var/cache/yum/b", 16), ("/var/cache/libdnf5/c", 17)],
    ),
    (
        Id::CachePip,
        &[
            ("/root/.cache/pip/http/a", 18),
            ("/root/.cache/uv/b", 19),
            ("/root/.cache/pypoetry/c", 20),
        ],
    ),
    (
        Id::CacheNpm,
        &[
            ("/root/.npm/_cacache/a", 21),
            ("/root/.cache/yarn/b", 22),
            ("/root/.yarn/cache/c", 23),
            ("/root/.local/share/pnpm/store/d", 24),
        ],
    ),
];

/// Findings with their kilobytes, the build that has them, and the build that follows the remedies.
const OTHERS: [(Id, u64, &str, &str); 10] = [
    (Id::VersionControl, 31, "COPY project /project", "COPY project /project"),
    (
        Id::RewrittenAttributes,
        32,
        "COPY attributes /attributes\nRUN chmod 600 /attributes",
        "COPY --chmod=600 attributes /attributes",
    ),
    (Id::RewrittenSame, 33, "COPY same /same\nCOPY same /same", "COPY same /same"),
    (
        Id::RemovedLater,
        34,
        "RUN dd if=/dev/zero of=/later bs=1k count=34\nRUN rm /later",
        "RUN dd if=/dev/zero of=/later bs=1k count=34 && rm /later",
    ),
    (
        Id::Overwritten,
        101 + 102,
        "RUN dd if=/dev/zero of=/over bs=1k count=101\nRUN dd if=/dev/zero of=/over bs=1k count=2\n\
         COPY first /copied\nCOPY final /copied",
        "RUN dd if=/dev/zero of=/over bs=1k count=101 && dd if=/dev/zero of=/over bs=1k count=2\n\
         COPY final /copied",
    ),
    (
        Id::CacheCargo,
        35,
        "RUN mkdir -p /root/.cargo/registry && dd if=/dev/zero of=/root/.cargo/registry/a bs=1k count=35 && echo made > /program",
        "COPY --from=build /program /program",
    ),
    (
        Id::CacheGo,
        36,
        "RUN mkdir -p /root/go/pkg/mod && dd if=/dev/zero of=/root/go/pkg/mod/a bs=1k count=36 && echo go > /go",
        "COPY --from=build /go /go",
    ),
    (
        Id::Duplicates,
        37,
        "RUN dd if=/dev/zero of=/one bs=1k count=37 && cp /one /two",
        "RUN dd if=/dev/zero of=/one bs=1k count=37 && ln /one /two",
    ),
    (
        Id::BuildLeftovers,
        38,
        "RUN dd if=/dev/zero of=/tmp/left bs=1k count=38",
        "RUN dd if=/dev/zero of=/tmp/left bs=1k count=38 && rm /tmp/left",
    ),
    (
        Id::DebugInfo,
        39,
        "RUN mkdir -p /usr/lib/debug && dd if=/dev/zero of=/usr/lib/debug/x bs=1k count=39",
        "RUN true",
    ),
];

const STAGE: &str = "FROM scratch AS build
COPY rootfs /
RUN mkdir -p /root/.cargo/registry && dd if=/dev/zero of=/root/.cargo/registry/a bs=1k count=35 && echo made > /program
RUN mkdir -p /root/go/pkg/mod && dd if=/dev/zero of=/root/go/pkg/mod/a bs=1k count=36 && echo go > /go
";

fn write_context(context: &Path) {
    write_base(context);
    let file = |name: &str, kilobytes: usize| {
        let file = context.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "x".repeat(kilobytes << 10)).unwrap();
    };
    file("project/.git/objects/pack", 31);
    file("project/main.c", 1);
    file("attributes", 32);
    file("same", 33);
    file("first", 102);
    file("final", 3);
}

/// The commands that write the files of a cache.
fn written(files: &[(&str, u32)]) -> String {
    let write = |(path, kilobytes): &(&str, u32)| {
        let dir = Path::new(path).parent().unwrap().display();
        format!("mkdir -p {dir} && dd if=/dev/zero of={path} bs=1k count={kilobytes}")
    };
    files.iter().map(write).collect::<Vec<_>>().join(" && ")
}

/// The command that a remedy begins with.
fn command(id: Id) -> &'static str {
    let remedy = id.facts().remedy;
    remedy.split(" in the same RUN").next().filter(|it| it.len() < remedy.len()).unwrap()
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn a_remedy_followed_to_the_letter_gives_the_promised_bytes_back() {
    require_engines();
    let home = fresh("remedies-");
    let engines = Engines::new(&home);
    write_context(&home.join("context"));
    let mut promised: BTreeMap<&str, u64> =
        OTHERS.iter().map(|(id, kilobytes, ..)| (id.facts().name, kilobytes << 10)).collect();
    let mut before = "FROM scratch\nCOPY rootfs /\n".to_owned();
    let mut after = format!("{STAGE}{before}");
    for (_, _, wasteful, mended) in OTHERS {
        before.extend([wasteful, "\n"]);
        after.extend([mended, "\n"]);
    }
    for (id, files) in CACHES {
        let bytes = files.iter().map(|&(_, kilobytes)| u64::from(kilobytes) << 10).sum();
        promised.insert(id.facts().name, bytes);
        before.extend(["RUN ", &written(files), "\n"]);
        after.extend(["RUN ", &written(files), " && ", command(id), "\n"]);
    }

    let findings = |name: &str, containerfile: &str| -> (u64, BTreeMap<String, u64>) {
        let form = build(&engines, &home, name, containerfile);
        let findings: Value = serde_json::from_slice(&form.json("findings", &[])).unwrap();
        let bytes =
            findings["findings"].as_array().unwrap().iter().map(|finding| {
                (finding["id"].as_str().unwrap().to_owned(), number(&finding["bytes"]))
            });
        (number(&form.layers()["totals"]["storedBytes"]), bytes.collect())
    };
    let (stored, found) = findings("findings", &before);
    for (id, bytes) in &promised {
        assert_eq!(found.get(*id), Some(bytes), "{id}: {found:?}");
    }
    fs::write(home.join("context/.dockerignore"), "**/.git\n").unwrap();
    let (mended, left) = findings("mended", &after);
    for id in promised.keys() {
        assert_eq!(left.get(*id), None, "{id}");
    }
    assert_eq!(stored - mended, promised.values().sum::<u64>());
}
