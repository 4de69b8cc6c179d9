//! The contents of every layer, held against ripgrep over the files of each layer, unpacked by GNU tar.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use layertui::image::digest::Digest;
use serde_json::{Value, json};

use super::engines::require_engines;
use super::lab::{NAME, lab};
use super::layertui::Form;
use super::layout::Layout;
use super::scratch::{fresh, scratch};
use super::storage::Storage;
use super::support::compress::{gzip, zstd};
use super::support::tarball::Tar;

/// Arguments of both programs.
const SEARCHES: [&[&str]; 10] = [
    &["root"],
    &["-i", "ERROR"],
    &["-F", "a.b"],
    &["-w", "the"],
    &[r"\d{3,}\s*[a-z]+$"],
    &[r"^\s*#.*\w"],
    &["-a", "GNU"],
    &[r"(?-u:\xe9|\xfc)"],
    &["needle|^end$", "-C", "2"],
    &["-i", "GRÜSSE|grüße", "-A1"],
];

/// The same for numbers of lines, and for files alone. Not `-w`: ripgrep 13 and 14 differ beside bytes that are no UTF-8, of
/// which programs are full.
const TOTALS: [&[&str]; 4] =
    [&["-c", "e"], &["-c", "needle"], &["-l", "GLIBC"], &["-l", "-F", "in "]];

/// The longest text that layertui prints of a line.
const TEXT_MAX: usize = 16 << 10;

/// The most matches of a line that layertui marks.
const MARKED_MAX: usize = 256;

/// A line: number, `match` or `context`, text, matches. Of a long one the text is not compared.
type Line = (u64, &'static str, Option<Vec<u8>>, Vec<(u64, u64)>);

/// What was found in a file.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    lines: Vec<Line>,
    /// Offset of the first NUL.
    binary: Option<u64>,
}

/// By layer and absolute path.
type All = BTreeMap<(usize, Vec<u8>), Found>;

/// Files with the number of their matching lines; 0 where only files are asked for.
type Totals = BTreeSet<(usize, Vec<u8>, u64)>;

fn bytes(text: &Value, exact: &Value) -> Vec<u8> {
    match exact.as_str() {
        Some(exact) => STANDARD.decode(exact).unwrap(),
        None => text.as_str().unwrap().as_bytes().to_vec(),
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// Unpacks each layer into a directory of its own.
fn unpacked(tars: &[Vec<u8>]) -> Vec<PathBuf> {
    let root = fresh("unpacked-");
    let unpack = |(at, tar): (usize, &Vec<u8>)| {
        let to = root.join(at.to_string());
        fs::create_dir(&to).unwrap();
        let mut command = Command::new("tar");
        command.arg("-xf").arg("-").arg("-C").arg(&to).stdin(Stdio::piped()).stderr(Stdio::null());
        let mut running = command.spawn().unwrap();
        running.stdin.take().unwrap().write_all(tar).unwrap();
        // Hard links into lower layers cannot be made here; they hold no bytes.
        running.wait().unwrap();
        to
    };
    tars.iter().enumerate().map(unpack).collect()
}

fn ripgrep(arguments: &[&str], search: &[&str], root: &Path) -> Vec<u8> {
    let mut rg = Command::new("rg");
    rg.args(["--no-config", "-uuu", "-j2"]).args(arguments).args(search);
    rg.arg("./").current_dir(root).output().unwrap().stdout
}

/// What ripgrep finds in a layer.
fn found_by_ripgrep(layer: usize, root: &Path, search: &[&str], all: &mut All) {
    let output = String::from_utf8(ripgrep(&["--json"], search, root)).unwrap();
    for line in output.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let data = &line["data"];
        let kind = match line["type"].as_str().unwrap() {
            "match" => "match",
            "context" => "context",
            "end" => "end",
            _ => continue,
        };
        let path = bytes(&data["path"]["text"], &data["path"]["bytes"])[1..].to_vec();
        if kind == "end" {
            if let Some(found) = all.get_mut(&(layer, path)) {
                found.binary = data["binary_offset"].as_u64();
            }
            continue;
        }
        let found = all.entry((layer, path)).or_default();
        let mut text = bytes(&data["lines"]["text"], &data["lines"]["bytes"]);
        text.pop_if(|byte| *byte == b'\n');
        let matches = data["submatches"].as_array().unwrap().iter();
        let matches = matches.map(|found| (number(&found["start"]), number(&found["end"])));
        let at = number(&data["line_number"]);
        found.lines.push(if text.len() <= TEXT_MAX {
            (at, kind, Some(text), matches.take(MARKED_MAX).collect())
        } else {
            (at, kind, None, vec![])
        });
    }
}

/// Lines that layertui prints about an image.
fn lines_of_layertui(form: &Form, search: &[&str]) -> Vec<Value> {
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    layertui.args(["grep", "--json", &form.argument]).args(search).stdin(Stdio::null());
    let output = layertui.output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn file(line: &Value) -> (usize, Vec<u8>) {
    let layer = usize::try_from(number(&line["layer"])).unwrap();
    (layer, bytes(&line["path"], &line["pathBytes"]))
}

/// What layertui finds in an image.
fn found_by_layertui(form: &Form, search: &[&str]) -> All {
    let mut all = All::new();
    for line in lines_of_layertui(form, search) {
        let found = all.entry(file(&line)).or_default();
        let kind = match line["kind"].as_str().unwrap() {
            "match" => "match",
            "context" => "context",
            _ => {
                found.binary = line["offset"].as_u64();
                continue;
            }
        };
        let at = number(&line["line"]);
        found.lines.push(if line["cut"].as_bool().unwrap() {
            (at, kind, None, vec![])
        } else {
            let matches = line["matches"].as_array().unwrap().iter();
            let matches = matches.map(|it| (number(&it[0]), number(&it[1]))).collect();
            (at, kind, Some(bytes(&line["text"], &line["textBytes"])), matches)
        });
    }
    all
}

/// Files and numbers that ripgrep prints.
fn totals_of_ripgrep(layer: usize, root: &Path, search: &[&str]) -> Totals {
    let output = ripgrep(&["--null", "--with-filename"], search, root);
    let mut totals = Totals::new();
    let mut rest = &output[..];
    while let Some(end) = rest.iter().position(|byte| *byte == 0) {
        let path = rest[1..end].to_vec();
        rest = &rest[end + 1..];
        let mut count = 0;
        if search.contains(&"-c") {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap();
            count = std::str::from_utf8(&rest[..end]).unwrap().parse().unwrap();
            rest = &rest[end + 1..];
        }
        totals.insert((layer, path, count));
    }
    totals
}

fn totals_of_layertui(form: &Form, search: &[&str]) -> Totals {
    let total = |line: Value| {
        let (layer, path) = file(&line);
        (layer, path, line["count"].as_u64().unwrap_or(0))
    };
    lines_of_layertui(form, search).into_iter().map(total).collect()
}

/// Every search of an image, in each of its forms.
fn agree(forms: &[&Form], tars: &[Vec<u8>]) {
    let roots = unpacked(tars);
    let mut any = 0;
    for search in SEARCHES {
        let mut theirs = All::new();
        for (layer, root) in roots.iter().enumerate() {
            found_by_ripgrep(layer, root, search, &mut theirs);
        }
        any += theirs.len();
        for form in forms {
            let ours = found_by_layertui(form, search);
            let name = format!("{}: {search:?}", form.name);
            let paths = |all: &All| all.keys().cloned().collect::<Vec<_>>();
            assert_eq!(paths(&ours), paths(&theirs), "{name}");
            for (file, found) in &theirs {
                let ours = &ours[file];
                assert_eq!(ours.binary, found.binary, "{name}: {file:?}");
                // In its JSON, ripgrep goes on behind a NUL; in its text it does not.
                let until = if found.binary.is_some() { ours.lines.len() } else { usize::MAX };
                let lines = &found.lines[..until.min(found.lines.len())];
                assert!(ours.lines == lines, "{name}: {file:?}: {:?} {lines:?}", ours.lines);
            }
        }
    }
    for search in TOTALS {
        let theirs = roots.iter().enumerate();
        let theirs: Totals =
            theirs.flat_map(|(layer, root)| totals_of_ripgrep(layer, root, search)).collect();
        for form in forms {
            let ours = totals_of_layertui(form, search);
            let only = |one: &Totals, other: &Totals| -> Vec<(usize, String, u64)> {
                let only = one.difference(other);
                only.map(|it| (it.0, String::from_utf8_lossy(&it.1).into_owned(), it.2)).collect()
            };
            let (ours, theirs) = (only(&ours, &theirs), only(&theirs, &ours));
            assert_eq!(ours, theirs, "{}: {search:?}", form.name);
        }
    }
    assert!(any > 20, "something is found: {any}");
}

/// Files that are hard to search: programs, encodings, long lines, late NULs, names that are no UTF-8.
fn odd_layers() -> Vec<Vec<u8>> {
    let utf_16 = |text: &str| -> Vec<u8> {
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let border = 4 << 20;
    let mut long = vec![b'x'; 9 << 20];
    long[border - 3..border + 3].copy_from_slice(b"needle");
    let many = "some needle in the hay\n".repeat(20_000);
    let program = |name: &str| fs::read(name).unwrap();
    vec![
        Tar::new()
            .file("bin/tar", program("/bin/tar"))
            .file("bin/sh", program("/bin/sh"))
            .file("etc/passwd", program("/etc/passwd"))
            .file("long", [b"begin\n", &long[..], b"\nend\n"].concat())
            .file("late", [many.as_bytes(), b"\0 needle\nneedle\n"].concat())
            .finish(),
        Tar::new()
            .file("utf-16", utf_16("Gr\u{fc}\u{df}e needle\r\nthe a.b root\r\n"))
            .file("latin-1", b"gr\xfc\xdfe caf\xe9 needle\nthe end\n")
            .file("utf-8", "\u{feff}Gr\u{fc}\u{df}e needle\nGR\u{dc}SSE\n")
            .file("crlf", "one\r\n123 abc\r\nend\r\n\r\nneedle")
            .file("empty", "")
            .file("lines", "\n\n\n")
            .file(b"na\xffme", "needle root error 1234\n")
            .hardlink("link", b"na\xffme")
            .file("sub/a-b", "needle\n")
            .file("sub/a/b", "needle\n")
            .finish(),
        Tar::new().file("latin-1", "needle again\n").whiteout("crlf").finish(),
    ]
}

/// A `docker save` archive of layers as they are stored.
fn saved(name: &'static str, tars: &[Vec<u8>], stored: &[Vec<u8>]) -> Form {
    let ids: Vec<String> = tars.iter().map(|tar| Digest::of(tar).to_string()).collect();
    let config = json!({"architecture": "amd64", "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": ids}});
    let names: Vec<String> = (0..tars.len()).map(|at| format!("{at}.tar")).collect();
    let manifest = json!([{"Config": "config.json", "Layers": names}]).to_string();
    let mut tar = Tar::new().file("config.json", config.to_string());
    for (name, layer) in names.iter().zip(stored) {
        tar = tar.file(name, layer);
    }
    let path = scratch().join(name);
    fs::write(&path, tar.file("manifest.json", manifest).finish()).unwrap();
    Form::new(name, path.display().to_string())
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn contents_are_found_as_ripgrep_finds_them_in_the_unpacked_layers() {
    require_engines();
    let lab = lab();
    let home = scratch().join("lab");
    let layout = |name: &str| Layout { dir: home.join(name), tag: "lab".to_owned() };
    let named = |name: &str| lab.forms.iter().find(|form| form.name == name).unwrap();
    let forms = ["podman save", "skopeo oci of zstd", "skopeo dir of gzip"].map(named);
    let in_store = |driver: &'static str| {
        let root = home.join(driver).join("root");
        Storage { root, driver }.form(driver, NAME)
    };
    let (overlay, vfs) = (in_store("overlay"), in_store("vfs"));
    agree(&[&[&lab.image.form, &overlay][..], &forms].concat(), &layout("layout").tars());
    agree(&[&lab.by_vfs.form, &vfs], &layout("by-vfs").tars());
    let tars = odd_layers();
    let all = |how: fn(&[u8]) -> Vec<u8>| tars.iter().map(|tar| how(tar)).collect::<Vec<_>>();
    let plain = saved("odd files", &tars, &tars);
    let gzip = saved("odd files, gzip", &tars, &all(gzip));
    let zstd = saved("odd files, zstd", &tars, &all(zstd));
    agree(&[&plain, &gzip, &zstd], &tars);
}
