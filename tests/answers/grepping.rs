//! `grep`: which lines of which files of which layers, what became of them, and what is told of files that are no text.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::saved::{Place, layertui};
use crate::support::compress::zstd;
use crate::support::tarball::Tar;

/// Four layers: a secret that is overwritten, one that is removed and one that stays; links; binary and long files.
fn layers() -> Vec<Vec<u8>> {
    vec![
        Tar::new()
            .file("etc/app.conf", "user=a\npassword=first\nend\n")
            .file("srv/key", "line one\nPASSWORD=removed\nlast")
            .file("srv/notes.txt", "caf\u{e9} password\n")
            .finish(),
        Tar::new()
            .file("etc/app.conf", "password=second\n")
            .file("bin/tool", b"password one\nab\0cd\npassword two\npassword three\n")
            .file("latin", b"caf\xe9 password \xff\n")
            .hardlink("bin/tool-link", "bin/tool")
            .finish(),
        Tar::new().whiteout("srv/key").file("empty", "").finish(),
        Tar::new()
            .file("deep/er/password.md", "1\n2\n3\npassword\n5\n6\n7\n8\npassword\n")
            .finish(),
    ]
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = layertui(arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn text(arguments: &[&str]) -> String {
    let (code, out, said) = run(arguments);
    assert_eq!((code, said.as_str()), (Some(0), ""), "{arguments:?}");
    out
}

fn values(arguments: &[&str]) -> Vec<Value> {
    text(arguments).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const PASSWORD: &str = r"~ L0   /etc/app.conf:2:password=first
  L0   /srv/notes.txt:1:café password
  L1   /bin/tool: binary file matches (NUL at byte 15)
  L1   /bin/tool-link: binary file matches (NUL at byte 15)
  L1   /etc/app.conf:1:password=second
  L1   /latin:1:caf\xe9 password \xff
  L3   /deep/er/password.md:4:password
  L3   /deep/er/password.md:9:password
";

#[test]
fn every_version_of_every_layer_is_searched_however_layers_are_stored() {
    let place = Place::new();
    let layers = layers();
    let zstd: Vec<_> = layers.iter().map(|layer| zstd(layer)).collect();
    let images = [
        place.image("plain.tar", &layers),
        place.compressed("gzip.tar", &layers),
        place.save("zstd.tar", &layers, &zstd, &json!({})),
    ];
    for image in &images {
        let image = image.to_str().unwrap();
        assert_eq!(text(&["grep", image, "password"]), PASSWORD, "{image}");
        let removed = text(&["grep", image, "-i", "password=rem"]);
        assert_eq!(removed, "- L0   /srv/key:2:PASSWORD=removed\n");
    }
}

/// What a layer is listed from does not matter: the layer itself, or a listing of an earlier run.
#[test]
fn a_cached_listing_changes_nothing() {
    let place = Place::new();
    let mut layers = layers();
    layers.push(Tar::new().file("large", "password\n".repeat(90_000)).finish());
    // Small blobs are not cached: this one does not compress.
    let noise = (0..200_000u64).map(|it| it.wrapping_mul(it).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let noise: Vec<u8> = noise.map(|it| (it >> 56) as u8 | 0x80).collect();
    layers.push(Tar::new().file("noise", noise).file("after", "password\n").finish());
    let image = place.compressed("image.tar", &layers);
    let cache = place.path("cache");
    let run = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_layertui"));
        command.arg("grep").arg(&image).args(["-c", "password", "--json"]);
        command.env("XDG_CACHE_HOME", &cache).output().unwrap().stdout
    };
    // Files are cached once they are a few seconds old.
    let old = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
    fs::File::options().write(true).open(&image).unwrap().set_modified(old).unwrap();
    let first = run();
    assert_eq!(String::from_utf8_lossy(&first).lines().count(), 9);
    assert!(fs::read_dir(cache.join("layertui")).unwrap().count() > 0, "nothing is cached");
    assert_eq!(first, run());
}

#[test]
fn options_are_those_of_grep() {
    let place = Place::new();
    let image = place.compressed("image.tar", &layers());
    let image = image.to_str().unwrap();
    let of = |more: &[&str]| text(&[&["grep", image], more].concat());
    let app = "~ L0   /etc/app.conf";
    assert_eq!(of(&["-l", "password", "--layer", "0"]), format!("{app}\n  L0   /srv/notes.txt\n"));
    assert_eq!(of(&["-l", "password", "--to", "0", "--glob", "*.conf"]), format!("{app}\n"));
    assert_eq!(of(&["-l", "password", "--to", "0", "--glob", "!*.txt"]), format!("{app}\n"));
    assert_eq!(
        of(&["-l", "password", "--max-size", "20"]),
        "  L0   /srv/notes.txt\n  L1   /etc/app.conf\n  L1   /latin\n"
    );
    assert_eq!(
        of(&["-c", "password", "/bin", "/deep"]),
        "  L1   /bin/tool:3\n  L1   /bin/tool-link:3\n  L3   /deep/er/password.md:2\n"
    );
    assert_eq!(of(&["-F", "d=s"]), "  L1   /etc/app.conf:1:password=second\n");
    assert_eq!(of(&["-w", "user"]), "~ L0   /etc/app.conf:1:user=a\n");
    assert_eq!(of(&["-a", "password t", "/bin/tool"]).lines().count(), 2);
    assert_eq!(of(&["-l", r"(?-u:\xff)"]), "  L1   /latin\n");
    for none in [&["-F", "pass.ord"][..], &["-w", "use"], &["password", "--visible", "/srv/key"]] {
        let (code, out, said) = run(&[&["grep", image], none].concat());
        assert_eq!((code, out.as_str()), (Some(1), ""), "{none:?}");
        assert!(said.contains("no file has a matching line"), "{said}");
    }
    for wrong in
        [&["("][..], &["a\nb"], &["x", "/nowhere"], &["x", "--layer", "9"], &["x", "-A", "1001"]]
    {
        let (code, out, said) = run(&[&["grep", image], wrong].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{wrong:?}: {said}");
        assert!(!said.is_empty());
    }
}

#[test]
fn what_is_visible_is_the_tree_at_a_layer() {
    let place = Place::new();
    let image = place.compressed("image.tar", &layers());
    let image = image.to_str().unwrap();
    let visible =
        |more: &[&str]| text(&[&["grep", image, "-il", "password", "--visible"], more].concat());
    assert_eq!(
        visible(&[]),
        "  L0   /srv/notes.txt\n  L1   /bin/tool\n  L1   /bin/tool-link\n  L1   /etc/app.conf\n  L1   /latin\n  L3   /deep/er/password.md\n"
    );
    assert_eq!(
        visible(&["--layer", "0"]),
        "~ L0   /etc/app.conf\n- L0   /srv/key\n  L0   /srv/notes.txt\n"
    );
}

#[test]
fn context_is_told_apart_and_gaps_are_marked() {
    let place = Place::new();
    let image = place.compressed("image.tar", &layers());
    let image = image.to_str().unwrap();
    assert_eq!(
        text(&["grep", image, "password", "/deep", "-A1", "-B", "1"]),
        "  L3   /deep/er/password.md-3-3
  L3   /deep/er/password.md:4:password
  L3   /deep/er/password.md-5-5
--
  L3   /deep/er/password.md-8-8
  L3   /deep/er/password.md:9:password
"
    );
    let kinds: Vec<Value> = values(&["grep", image, "password", "/deep", "-C1", "--json"])
        .into_iter()
        .map(|line| line["kind"].clone())
        .collect();
    assert_eq!(kinds, ["context", "match", "context", "context", "match"]);
}

#[test]
fn json_has_exact_text_and_keeps_to_its_schema() {
    let place = Place::new();
    let image = place.compressed("image.tar", &layers());
    let image = image.to_str().unwrap();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/grep.schema.json");
    let schema: Value = serde_json::from_slice(&fs::read(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for more in [&["-i"][..], &["-l"], &["-c"], &["-C2"]] {
        for line in values(&[&["grep", image, "password", "--json"], more].concat()) {
            let errors: Vec<_> =
                validator.iter_errors(&line).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{line}: {errors:?}");
            let mut other = line.clone();
            other["more"] = json!(1);
            assert!(!validator.is_valid(&other));
        }
    }
    let removed = values(&["grep", image, "-i", "removed", "--json"]);
    let expected = json!({"path": "/srv/key", "layer": 0, "visible": false, "state": "removed", "endedBy": 2,
        "kind": "match", "line": 2, "offset": 9, "text": "PASSWORD=removed", "cut": false,
        "matches": [[9, 16]]});
    assert_eq!(removed, [expected]);
    let latin = &values(&["grep", image, "password", "/latin", "--json"])[0];
    assert_eq!(
        (&latin["text"], &latin["textBytes"]),
        (&json!("caf\u{fffd} password \u{fffd}"), &json!("Y2Fm6SBwYXNzd29yZCD/"))
    );
    let binary = &values(&["grep", image, "password", "/bin/tool", "--json"])[0];
    assert_eq!(
        (&binary["kind"], &binary["text"], &binary["offset"]),
        (&json!("binary"), &Value::Null, &json!(15))
    );
}

/// Lines are held in pieces of 4 MiB: no more memory is needed for a longer one, and a match across two pieces is found.
#[test]
fn a_line_of_any_length_is_one_line() {
    let place = Place::new();
    let border = 4 << 20;
    let mut line = vec![b'x'; 3 * border];
    line[border - 3..border + 3].copy_from_slice(b"needle");
    let long = [b"first\n", &line[..], b"\nneedle at the end\n"].concat();
    let image = place.compressed("image.tar", &[Tar::new().file("long", &long).finish()]);
    let image = image.to_str().unwrap();
    let found = values(&["grep", image, "needle", "--json"]);
    let places: Vec<_> =
        found.iter().map(|it| (it["line"].as_u64().unwrap(), it["cut"] == json!(true))).collect();
    assert_eq!(places, [(2, true), (3, false)]);
    assert_eq!(found[1]["offset"], json!(6 + line.len() + 1));
    for hit in &found {
        let (text, found) = (hit["text"].as_str().unwrap(), &hit["matches"][0]);
        let at = |end: usize| usize::try_from(found[end].as_u64().unwrap()).unwrap();
        assert_eq!(&text[at(0)..at(1)], "needle");
    }
    assert_eq!(text(&["grep", image, "-c", "x|needle"]), "  L0   /long:2\n");
    let context = values(&["grep", image, "needle", "--json", "-C", "1"]);
    let lines: Vec<_> = context.iter().map(|it| json!([it["line"], it["kind"]])).collect();
    assert_eq!(lines, [json!([2, "match"]), json!([3, "match"])]);
}

/// What is known is printed; whether it is still visible is not, where a layer above was not read.
#[test]
fn an_unread_layer_leaves_open_what_is_visible() {
    let place = Place::new();
    let layers = layers();
    let mut stored: Vec<_> =
        layers.iter().map(|layer| crate::support::compress::gzip(layer)).collect();
    let half = stored[2].len() / 2;
    stored[2].truncate(half);
    let image = place.save("image.tar", &layers, &stored, &json!({}));
    let image = image.to_str().unwrap();
    let (code, out, said) = run(&["grep", image, "-i", "password", "--json", "/etc", "/srv"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("layer 2: "), "{said}");
    let states: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| json!([line["path"], line["visible"], line["state"], line["endedBy"]]))
        .collect();
    assert_eq!(
        states,
        [
            json!(["/etc/app.conf", false, null, 1]),
            json!(["/srv/key", null, null, null]),
            json!(["/srv/notes.txt", null, null, null]),
            json!(["/etc/app.conf", null, null, null]),
        ]
    );
    let text = run(&["grep", image, "password", "/etc"]).1;
    assert_eq!(
        text,
        "~ L0   /etc/app.conf:2:password=first\n? L1   /etc/app.conf:1:password=second\n"
    );
    // What is not above the unread layer is as certain as ever.
    assert_eq!(run(&["grep", image, "password", "--visible", "--layer", "1"]).0, Some(0));
}
