//! Images with hostile text: what is written to the terminal is checked byte by byte.

use std::io::Write as _;
use std::path::Path;

use layertui::image::digest::Digest;
use layertui::text::escape::is_hazard;
use serde_json::json;

use crate::explorer::Explorer;

/// What no terminal may be told: titles, the clipboard, links, colours, reports, device strings, C1 controls as UTF-8
/// and as bytes; and what reorders, hides and joins letters.
const EVIL: &str = "\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x1b\\\x1b]8;;evil\x07\x1b[31m\x1b[2J\x1b[6n\x1b[?1049l\x1bc\x1bPq\x1b\\\
    \u{9b}35m\u{9d}0;owned\u{9c}\u{85}\u{202e}\u{2066}\u{200b}\u{200d}\u{feff}\u{ad}\u{e0041}\u{e0001}\r\x08\x0b";

/// The name of the file that is looked for, hostile all the same.
fn name() -> Vec<u8> {
    // A slash would make directories of it, and bytes that are no UTF-8 belong to a name, too.
    [b"needle".as_slice(), EVIL.replace('/', "").as_bytes(), b"\x9b31m\xff.txt"].concat()
}

/// A layer of files: name, mode and contents.
fn layer(files: &[(&[u8], u32, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, mode, contents) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(contents.len() as u64);
        header.set_mode(*mode);
        let name: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(name);
        tar.append_data(&mut header, Path::new(name), *contents).unwrap();
    }
    let mut link = tar::Header::new_gnu();
    link.set_entry_type(tar::EntryType::Symlink);
    link.set_size(0);
    tar.append_link(&mut link, "link", EVIL).unwrap();
    tar.into_inner().unwrap()
}

/// A docker archive with the evil in every text that it has.
fn archive() -> Vec<u8> {
    let name = name();
    let text = format!("first line\nneedle {EVIL}\n\tlast line\n").into_bytes();
    let other = format!("first line\nneedle {EVIL} changed\n").into_bytes();
    let binary = [b"\x7fELF\0\0", EVIL.as_bytes()].concat();
    let nested = [b"dir/hidden".as_slice(), &name[6..]].concat();
    let gone = [b"dir/.wh.hidden".as_slice(), &name[6..]].concat();
    let layers = [
        layer(&[(&name, 0o644, &text), (&nested, 0o4755, &binary), (b"binary", 0o644, &binary)]),
        layer(&[(&name, 0o600, &other), (&gone, 0o644, b"")]),
    ];
    let ids = layers.each_ref().map(|layer| Digest::of(layer).as_str().to_owned());
    let step = |word: &str| json!({"created": EVIL, "created_by": format!("{word} {EVIL}"), "comment": EVIL, "author": EVIL});
    let config = json!({
        "architecture": EVIL, "os": EVIL, "created": EVIL, "author": EVIL,
        "config": {
            "User": EVIL, "WorkingDir": EVIL, "Env": [format!("EVIL={EVIL}")], "Entrypoint": [EVIL],
            "Cmd": [EVIL], "Labels": {EVIL: EVIL}, "ExposedPorts": {EVIL: {}}, "Volumes": {EVIL: {}},
            "StopSignal": EVIL, "Shell": [EVIL], "OnBuild": [EVIL],
            "Healthcheck": {"Test": ["CMD-SHELL", EVIL]},
        },
        "rootfs": {"type": "layers", "diff_ids": ids},
        "history": [
            step("RUN /bin/sh -c"),
            {"created_by": format!("ENV {EVIL}"), "empty_layer": true, "comment": EVIL},
            step("COPY"),
        ],
    });
    let manifest = json!([{
        "Config": "config.json", "RepoTags": [format!("evil{EVIL}:1")], "Layers": ["0.tar", "1.tar"],
    }]);
    let mut tar = tar::Builder::new(Vec::new());
    let mut add = |name: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, bytes).unwrap();
    };
    add("0.tar", &layers[0]);
    add("1.tar", &layers[1]);
    add("config.json", config.to_string().as_bytes());
    add("manifest.json", manifest.to_string().as_bytes());
    tar.into_inner().unwrap()
}

/// Whether the sequence behind `ESC [` is one that the explorer itself writes: cursor and modes, looks (which always
/// begin with a reset), clearing when it comes back.
fn is_own(parameters: &str, end: char) -> bool {
    let numbers = |text: &str| text.split(';').all(|number| number.parse::<u16>().is_ok());
    match end {
        'h' | 'l' => {
            const MODES: [&str; 9] =
                ["25", "1000", "1002", "1003", "1006", "1015", "1049", "2004", "2026"];
            parameters.strip_prefix('?').is_some_and(|mode| MODES.contains(&mode))
        }
        'H' => numbers(parameters),
        'm' => parameters == "0" || parameters.starts_with("0;") && numbers(parameters),
        'J' => parameters == "2",
        _ => false,
    }
}

/// Reads what the terminal was told, and fails at the first thing that the explorer did not mean to say. Returns how
/// often the clipboard was written to.
fn check(raw: &[u8]) -> usize {
    let text = str::from_utf8(raw).unwrap();
    let (mut rest, mut copies) = (text, 0);
    while let Some(c) = rest.chars().next() {
        if let Some(sequence) = rest.strip_prefix("\x1b[") {
            let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap();
            let letter = sequence[end..].chars().next().unwrap();
            assert!(is_own(&sequence[..end], letter), "ESC[{:?}", &sequence[..=end]);
            rest = &sequence[end + 1..];
        } else if let Some(others) = rest.strip_prefix("\x1b]11;?\x1b\\\x1b[c") {
            // The explorer asks for the background before it draws.
            rest = others;
        } else if let Some(sequence) = rest.strip_prefix("\x1b]52;c;") {
            let end = sequence.find('\x1b').unwrap();
            let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
            assert!(sequence[..end].chars().all(is_base64) && &sequence[..end] != "b3duZWQ=");
            rest = sequence[end..].strip_prefix("\x1b\\").unwrap();
            copies += 1;
        } else {
            assert!(!is_hazard(c), "{c:?} before {:?}", rest.chars().take(40).collect::<String>());
            rest = &rest[c.len_utf8()..];
        }
    }
    copies
}

#[test]
fn nothing_of_a_hostile_image_reaches_the_terminal_raw() {
    let mut file = tempfile::NamedTempFile::with_suffix(".tar").unwrap();
    file.write_all(&archive()).unwrap();
    let path = file.path().to_str().unwrap();
    let mut explorer = Explorer::start(&["--no-cache", path], 120, 40, &[]);
    // Nothing of it is read any more, and everything is unfolded.
    explorer.shows(&["? help", "binary"]);
    explorer.press("=");
    explorer.shows(&["needle\\x1b"]);
    explorer.press("1");
    explorer.press("3=g");
    explorer.shows(&["1/4"]);
    explorer.press("2");
    for (keys, wanted) in [
        ("L", &["Layer 1"][..]),
        ("i", &["Image", "platform"]),
        ("W", &["What to fix", "How to avoid it"]),
        ("!", &["Problems"]),
        ("T", &["at layer 1"]),
        ("?", &["Help"]),
        (":", &["Palette"]),
    ] {
        explorer.press(keys);
        explorer.shows(wanted);
        // To its end, page by page, so that all of it was on the screen.
        explorer.press("\x1b[6~\x1b[6~\x1b[6~\x1b[6~\x1b[6~\x1b[6~\x1b[6~\x1b[6~");
        explorer.close(wanted[0]);
    }
    explorer.press("/needle\x1b[B\x1b[A");
    explorer.shows(&["1 found"]);
    explorer.press("\r");
    explorer.shows(&["found for"]);
    explorer.press("yYw");
    explorer.shows(&["History", "layer 0", "layer 1"]);
    explorer.press("v");
    explorer.shows(&["first line", "needle \\x1b]0;owned"]);
    explorer.press("w/needle\r");
    explorer.shows(&["\\u{202e}"]);
    explorer.press("x");
    explorer.shows(&["66 69 72 73 74"]);
    explorer.close("66 69 72 73 74");
    explorer.shows(&["History"]);
    explorer.press("D");
    explorer.shows(&["changed"]);
    explorer.close("changed");
    explorer.close("History");
    explorer.close("found for");
    explorer.press("/hidden\r");
    explorer.shows(&["removed"]);
    explorer.press("v");
    explorer.shows(&["ELF"]);
    explorer.press("x");
    explorer.shows(&["7f 45 4c 46"]);
    explorer.close("7f 45 4c 46");
    explorer.press("e");
    explorer.shows(&["Extract to"]);
    explorer.close("Extract to");
    explorer.press("fneedle\r");
    explorer.shows(&["[needle]"]);
    explorer.resize(60, 20);
    explorer.press("i");
    explorer.shows(&["Image", "platform"]);
    explorer.press("\x1b[6~\x1b[6~\x1b[6~\x03");
    let copies = check(&explorer.all_that_was_said());
    assert_eq!(copies, 2, "of a path and of a command");
}
