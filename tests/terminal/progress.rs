//! Progress of the commands that answer without a screen: shown where they take long, gone when they end, and for terminals
//! only.

use std::sync::LazyLock;

use portable_pty::CommandBuilder;

use crate::explorer::Explorer;
use crate::saved::Place;
use crate::support::tarball::Tar;

/// Removes the line.
const CLEAR: &str = "\r\x1b[K";

/// Some 12 MB that compress badly: what is read of a blob is counted as it is stored.
static LINES: LazyLock<String> = LazyLock::new(|| {
    let mut state = 1_u64;
    let mut word = || {
        // Xorshift (Marsaglia 2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let line = |_| [(); 4].map(|()| format!("{:016x}", word())).concat() + "\n";
    (0..180_000).map(line).collect()
});

fn layer(mtime: i64) -> Vec<u8> {
    Tar::new().file("lines", LINES.as_bytes()).mtime(mtime).finish()
}

/// Each command that reads much of an image, with the beginning of what it says on the way.
fn commands(place: &Place) -> Vec<(Vec<String>, &'static str)> {
    let name = |path: std::path::PathBuf| path.display().to_string();
    let plain = name(place.image("plain", &[layer(1)]));
    let old = name(place.compressed("old", &[layer(1)]));
    let new = name(place.compressed("new", &[layer(2)]));
    let to = name(place.path("extracted"));
    let all = [
        (vec!["grep", &old, "f$", "--count"], "reading 1 layer, "),
        (vec!["grep", &plain, "f$", "--count"], "searching 1 layer, "),
        (vec!["packages", &old], "reading 1 layer, "),
        (vec!["compare", "--layers", &old, &new], "comparing, "),
        (vec!["verify", &old], "verifying, "),
        (vec!["extract", &old, "/", &to], "extracting, "),
    ];
    let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
    all.into_iter().map(|(words, says)| (owned(words), says)).collect()
}

/// The answers of `grep` are in colours otherwise, which are sequences, too.
const PLAIN: (&str, &str) = ("NO_COLOR", "1");

/// Calls `check` for all commands at once: they mostly stand still.
fn each(check: impl Fn(usize, &[String], &str) + Sync) {
    let place = Place::new();
    let commands = commands(&place);
    std::thread::scope(|scope| {
        for (at, (words, says)) in commands.iter().enumerate() {
            let check = &check;
            scope.spawn(move || check(at, words, says));
        }
    });
}

#[test]
fn progress_is_shown_in_a_terminal_and_removed() {
    each(|_, words, says| {
        let mut arguments = vec!["--no-cache"];
        arguments.extend(words.iter().map(String::as_str));
        let mut command = Explorer::start(&arguments, 100, 30, &[PLAIN]);
        assert!(command.runs_in_moments(says, 300), "{words:?}: no {says:?} in {}", command.text());
        let (_, raw) = command.ends_saying();
        let raw = String::from_utf8(raw).unwrap();
        let (_, rest) = raw.rsplit_once(says).unwrap();
        let (bytes, answer) = rest.split_once(CLEAR).unwrap();
        assert!(bytes.ends_with('B') && !bytes.contains('\n'), "{words:?}: {bytes:?}");
        assert!(!answer.contains('\x1b'), "{words:?}: {answer:?}");
    });
}

#[test]
fn progress_is_for_terminals_only() {
    let place = Place::new();
    each(|at, words, _| {
        let errors = place.path(&format!("errors-{at}"));
        let mut command = CommandBuilder::new("sh");
        let program = env!("CARGO_BIN_EXE_layertui");
        command.args(["-c", "exec \"$0\" --no-cache \"$@\" 2>\"$ERRORS\"", program]);
        command.args(words);
        let variables = [("ERRORS", errors.to_str().unwrap()), PLAIN];
        let mut command = Explorer::run(command, 100, 30, &variables);
        command.runs_in_moments("\x1b", 20);
        let (_, raw) = command.ends_saying();
        assert!(!raw.contains(&0x1b), "{words:?}: {}", String::from_utf8_lossy(&raw));
        let errors = std::fs::read_to_string(errors).unwrap();
        assert!(!errors.contains('\x1b') && errors.lines().count() < 2, "{words:?}: {errors}");
    });
}
