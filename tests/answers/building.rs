//! `build` with an engine that writes down its arguments and builds nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

/// Writes its words into `NAME.said` beside it, and an ID where one is asked for.
const ENGINE: &str = "#!/bin/sh
printf '%s ' \"$@\" >\"$0.said\"
for word; do
    if [ \"$last\" = --iidfile ]; then echo sha256:abc >\"$word\"; fi
    last=$word
done
";

struct Answer {
    /// What the engine was called with; `None` if it was not.
    said: Option<String>,
    /// What layertui writes to standard error.
    error: String,
}

/// What `build` makes of these words, with an engine of that name. A root that does not exist lets nothing be opened.
fn build(engine: &str, words: &str) -> Answer {
    let place = tempfile::tempdir().unwrap();
    let engine = place.path().join(engine);
    fs::write(&engine, ENGINE).unwrap();
    fs::set_permissions(&engine, fs::Permissions::from_mode(0o755)).unwrap();
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    layertui.args(["build", "--engine", engine.to_str().unwrap(), "--"]);
    layertui.args(words.split(' ')).env_remove("CI").current_dir(place.path());
    let output = layertui.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{words}: nothing is there to be opened");
    let said = fs::read_to_string(engine.with_extension("said")).ok();
    let error = String::from_utf8(output.stderr).unwrap();
    Answer { said, error }
}

/// The words before and behind the option of the ID, which the engine writes for us.
fn sides(said: &str) -> (&str, &str) {
    let (before, rest) = said.split_once("build --iidfile ").unwrap();
    (before.trim_end(), rest.split_once(' ').unwrap().1.trim_end())
}

#[test]
fn each_word_reaches_the_engine_on_its_side_of_the_command() {
    for (engine, words, before, behind) in [
        ("docker", "-D -l debug --root /nowhere .", "-D -l debug --root /nowhere", "."),
        ("podman", "-D --root /nowhere .", "--root /nowhere", "-D ."),
        (
            "podman",
            "--build-arg --root --root /nowhere .",
            "--root /nowhere",
            "--build-arg --root .",
        ),
        ("buildah", "-qt --root --root=/nowhere .", "--root=/nowhere", "-q -t --root ."),
    ] {
        let answer = build(engine, words);
        assert_eq!(sides(&answer.said.unwrap()), (before, behind), "{engine} {words}");
        assert!(
            answer.error.contains("built containers-storage:[/nowhere]abc"),
            "{}",
            answer.error
        );
    }
}

/// buildah refuses to write an ID then; podman writes that of the list; docker has one image or an own list.
#[test]
fn images_of_several_platforms_are_opened_by_their_list() {
    let several = "--root /nowhere --platform linux/amd64,linux/arm64";
    for (engine, words, writes_id, opened) in [
        ("buildah", format!("{several} --manifest m:1 ."), false, "m:1"),
        ("buildah", "--root /nowhere --all-platforms --manifest m:1 .".to_owned(), false, "m:1"),
        ("podman", format!("{several} --manifest m:1 ."), true, "abc"),
        ("docker", format!("{several} ."), true, "abc"),
        ("buildah", "--root /nowhere --platform linux/arm64 .".to_owned(), true, "abc"),
        (
            "buildah",
            "--root /nowhere --platform linux/arm64 --manifest m:1 .".to_owned(),
            true,
            "abc",
        ),
    ] {
        let answer = build(engine, &words);
        let said = answer.said.unwrap();
        assert_eq!(said.contains("--iidfile"), writes_id, "{engine}: {said}");
        let built = format!("built containers-storage:[/nowhere]{opened}\n");
        assert!(answer.error.contains(&built), "{engine} {words}: {}", answer.error);
    }
}

#[test]
fn images_of_several_platforms_without_a_list_are_refused_before_they_are_built() {
    for (engine, words) in [
        ("buildah", "--platform linux/amd64,linux/arm64 ."),
        ("podman", "--platform linux/amd64 --platform linux/arm64 -t x ."),
        ("podman", "--all-platforms ."),
        ("buildah", "--platform a,b --label --manifest ."),
    ] {
        let answer = build(engine, words);
        assert_eq!(answer.said, None, "{engine} {words}");
        let error = answer.error;
        assert!(
            error.contains("--manifest NAME") && error.contains("--platform OS/ARCH"),
            "{error}"
        );
        assert!(!error.contains("iidfile"), "{error}");
    }
}

#[test]
fn a_file_for_the_id_that_was_asked_for_is_used() {
    for words in ["--iidfile id --root /nowhere .", "--root /nowhere --iidfile no --iidfile id ."] {
        let answer = build("podman", words);
        let said = answer.said.unwrap();
        assert_eq!(said.matches("--iidfile").count(), words.matches("--iidfile").count(), "{said}");
        assert!(
            answer.error.contains("built containers-storage:[/nowhere]abc"),
            "{}",
            answer.error
        );
    }
    let answer = build("podman", "--iidfile=none --root /nowhere .");
    assert!(answer.error.contains("did not write its ID"), "{}", answer.error);
    let answer = build("podman", "--label --iidfile --root /nowhere .");
    assert_eq!(sides(&answer.said.unwrap()), ("--root /nowhere", "--label --iidfile ."));
}
