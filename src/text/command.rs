//! Commands that created layers, as Dockerfile instructions.
//!
//! Builders write `created_by` of a history step in different forms: Docker's old builder
//! (`/bin/sh -c #(nop) CMD ["sh"]`), the same with build arguments (`|2 A=1 B=2 /bin/sh -c make`), BuildKit
//! (`RUN /bin/sh -c make # buildkit`), buildah, kaniko, ko. The functions here recover the instruction. Their results
//! are still foreign text.

use crate::text::{Foreign, Visible};

const SHELL: &str = "/bin/sh -c ";
const NOT_RUN: &str = "#(nop)";
/// Digits of a digest that are kept in one-line form.
const HEX_KEPT: usize = 12;

/// Maximum bytes of a command that its one-line form on a screen is made of. A config can have commands of 8 MB.
const ONE_LINE_MAX: usize = 4096;

/// Instructions of a Dockerfile (Dockerfile reference, Overview).
const INSTRUCTIONS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// The instruction as one line: white space collapsed, digests of files shortened. Empty for an empty command.
#[must_use]
pub fn clean(created_by: &Foreign) -> Foreign {
    let whole = unwrapped(created_by.raw());
    let words: Vec<String> = whole.split_whitespace().map(cut_digest).collect();
    words.join(" ").into()
}

/// As [`clean`] for the beginning of a command: for screens, which are drawn at each key.
#[must_use]
pub fn one_line(created_by: &Foreign) -> Foreign {
    let shown = beginning(created_by, ONE_LINE_MAX);
    let mut line = clean(&shown).into_raw();
    if shown.len() < created_by.len() {
        line.push('…');
    }
    line.into()
}

/// The first `most` bytes of a command.
#[must_use]
pub fn beginning(created_by: &Foreign, most: usize) -> Foreign {
    let raw = created_by.raw();
    raw[..raw.floor_char_boundary(most)].into()
}

/// The Dockerfile instruction of a command, its inner white space kept. Commands in an unknown form are only trimmed.
#[must_use]
pub fn instruction(created_by: &Foreign) -> Foreign {
    unwrapped(created_by.raw()).into()
}

fn unwrapped(created_by: &str) -> String {
    let text = created_by.trim();
    let text = text.strip_suffix("# buildkit").map_or(text, str::trim_end);
    let (is_run, body) = match text.strip_prefix("RUN ") {
        Some(body) => (true, body.trim_start()),
        None => (false, text),
    };
    let body = strip_arguments(body);
    let Some(command) = strip_shell(body) else {
        return if is_run { format!("RUN {body}") } else { body.to_owned() };
    };
    let command = command.trim_start();
    if let Some(quiet) = command.strip_prefix(NOT_RUN) {
        return without_in(quiet.trim());
    }
    if command.is_empty() { String::new() } else { format!("RUN {command}") }
}

/// The instruction word and the rest of a line that begins with one.
#[must_use]
pub fn split_instruction<'t>(line: &'t Visible<'_>) -> Option<(Visible<'t>, Visible<'t>)> {
    let marked = line.marked();
    let (word, _) = split_word(marked)?;
    let rest = (word.len() + 1).min(marked.len());
    Some((line.slice(0..word.len()), line.slice(rest..marked.len())))
}

fn split_word(line: &str) -> Option<(&str, &str)> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    INSTRUCTIONS.contains(&word).then_some((word, rest))
}

/// The instruction as Dockerfile lines. Line breaks are kept; a `RUN` in one line is broken at each top-level `&&`, `||`
/// and `;`, with `\` at the ends of lines.
#[must_use]
pub fn dockerfile(created_by: &Foreign) -> Vec<Foreign> {
    Foreign::list(lines(&unwrapped(created_by.raw())))
}

fn lines(whole: &str) -> Vec<String> {
    if whole.contains('\n') {
        return several_lines(whole);
    }
    let Some(script) = whole.strip_prefix("RUN ") else {
        return vec![whole.to_owned()];
    };
    let parts = split_script(script);
    let last = parts.len().saturating_sub(1);
    parts
        .iter()
        .enumerate()
        .map(|(index, part)| {
            let lead = if index == 0 { "RUN " } else { "    " };
            let tail = if index == last { "" } else { " \\" };
            format!("{lead}{part}{tail}")
        })
        .collect()
}

/// A command of several lines. BuildKit records of a here-document the script alone, which is one again.
fn several_lines(whole: &str) -> Vec<String> {
    let lines: Vec<String> = whole.lines().map(|line| line.trim_end().to_owned()).collect();
    let [before @ .., last] = &lines[..] else { return lines };
    let is_one = before.iter().all(|line| line.ends_with('\\'));
    let Some(first) = before.first().and_then(|line| line.strip_prefix("RUN ")) else {
        return lines;
    };
    if is_one || here_document_end(first) == Some(last) {
        return lines;
    }
    let mut end = "EOF".to_owned();
    while lines.contains(&end) {
        end.push('_');
    }
    [&[format!("RUN <<{end}"), first.to_owned()], &lines[1..], &[end]].concat()
}

/// The line that ends the here-document which begins in a line.
fn here_document_end(line: &str) -> Option<&str> {
    let (_, after) = line.split_once("<<")?;
    let word = after.trim_start_matches('-').split_whitespace().next()?;
    Some(word.trim_matches(['"', '\'']))
}

/// Removes build arguments: `|2 A=1 B=2 /bin/sh -c make`. They are no part of the Dockerfile's line.
fn strip_arguments(body: &str) -> &str {
    let counted = body.strip_prefix('|').and_then(|rest| rest.split_once(' '));
    match counted {
        Some((count, rest))
            if !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            // Values can contain spaces, so the shell after them marks their end.
            rest.find(SHELL).map_or(rest, |at| &rest[at..])
        }
        _ => body,
    }
}

/// The command given to the default shell; `None` for other shells, which the Dockerfile chose.
fn strip_shell(body: &str) -> Option<&str> {
    body.strip_prefix(SHELL).or_else(|| (body == SHELL.trim_end()).then_some(""))
}

/// Removes the `in` of `ADD file:… in /app`, which the old builder adds.
fn without_in(instruction: &str) -> String {
    match split_word(instruction) {
        Some((word @ ("ADD" | "COPY"), rest)) => match rest.rsplit_once(" in ") {
            Some((what, place)) => format!("{word} {} {}", what.trim(), place.trim()),
            None => instruction.to_owned(),
        },
        _ => instruction.to_owned(),
    }
}

/// Shortens the digest of `file:<64 digits>` and the like.
fn cut_digest(word: &str) -> String {
    let cut = word.split_once(':').filter(|(name, digest)| {
        matches!(*name, "file" | "dir" | "multi" | "sha256")
            && digest.len() > HEX_KEPT
            && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    cut.map_or_else(|| word.to_owned(), |(name, digest)| format!("{name}:{}", &digest[..HEX_KEPT]))
}

/// Splits a shell script before `&&` and `||` and after `;`, outside of quotes and brackets.
#[expect(clippy::match_same_arms, reason = "inside quotes nothing below counts")]
fn split_script(script: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut from = 0;
    let mut nesting = 0usize;
    let mut quote = None;
    let mut escaped = false;
    let bytes = script.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (quote, byte) {
            (Some(b'"') | None, b'\\') => escaped = true,
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'(' | b'{') => nesting += 1,
            (None, b')' | b'}') => nesting = nesting.saturating_sub(1),
            (None, b'&' | b'|')
                if nesting == 0 && at > from && bytes.get(at + 1) == Some(&byte) =>
            {
                push_part(&mut parts, &script[from..at]);
                from = at;
            }
            (None, b';') if nesting == 0 && bytes.get(at + 1) == Some(&b' ') => {
                push_part(&mut parts, &script[from..=at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    push_part(&mut parts, &script[from..]);
    parts
}

fn push_part(parts: &mut Vec<String>, part: &str) {
    let words: Vec<&str> = part.split_whitespace().collect();
    if !words.is_empty() {
        parts.push(words.join(" "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builders_forms_become_the_same_instruction() {
        for (created_by, cleaned) in [
            ("/bin/sh -c #(nop)  CMD [\"bash\"]", "CMD [\"bash\"]"),
            (
                "/bin/sh -c apt-get update   &&  apt-get install",
                "RUN apt-get update && apt-get install",
            ),
            ("RUN /bin/sh -c make all # buildkit", "RUN make all"),
            ("RUN |2 A=1 B=two words /bin/sh -c make # buildkit", "RUN make"),
            ("|1 VERSION=3 /bin/sh -c ./configure\t\n  && make", "RUN ./configure && make"),
            ("COPY . /app # buildkit", "COPY . /app"),
            ("/bin/sh -c #(nop) COPY dir:abc in /srv ", "COPY dir:abc /srv"),
            ("ENV PATH=/usr/bin", "ENV PATH=/usr/bin"),
            ("crane digest", "crane digest"),
            ("RUN cmd /S /C dir", "RUN cmd /S /C dir"),
            ("/bin/bash -o pipefail -c true", "/bin/bash -o pipefail -c true"),
            ("/bin/sh -c", ""),
            ("", ""),
        ] {
            assert_eq!(clean(&created_by.into()), cleaned, "{created_by}");
        }
    }

    #[test]
    fn the_line_of_a_long_command_is_short() {
        let long = format!("RUN {}", "é && ".repeat(1 << 20));
        let line = one_line(&long.as_str().into());
        assert!(line.len() <= ONE_LINE_MAX + 3 && line.raw().ends_with('…'), "{}", line.len());
        assert_eq!(one_line(&"RUN  a".into()), "RUN a");
    }

    #[test]
    fn digests_of_files_are_shortened() {
        let created_by =
            format!("/bin/sh -c #(nop) ADD file:{} in / ", "0123456789abcdef".repeat(4));
        assert_eq!(clean(&created_by.as_str().into()), "ADD file:0123456789ab /");
        assert!(instruction(&created_by.into()).raw().contains(&"0123456789abcdef".repeat(4)));
    }

    #[test]
    fn a_run_is_laid_out_one_command_a_line() {
        let created_by =
            "/bin/sh -c set -eux; apt-get update && apt-get install -y \"a && b\" || true";
        assert_eq!(
            dockerfile(&created_by.into()),
            [
                "RUN set -eux; \\",
                "    apt-get update \\",
                "    && apt-get install -y \"a && b\" \\",
                "    || true",
            ]
        );
        assert_eq!(dockerfile(&"RUN (a && b); c # buildkit".into()), ["RUN (a && b); \\", "    c"]);
        assert_eq!(
            dockerfile(&"RUN <<EOF\necho hi  \nEOF".into()),
            ["RUN <<EOF", "echo hi", "EOF"]
        );
        assert_eq!(
            dockerfile(&"RUN /bin/sh -c set -e\necho \\\n  hi\n # buildkit".into()),
            ["RUN <<EOF", "set -e", "echo \\", "  hi", "EOF"]
        );
        assert_eq!(
            dockerfile(&"RUN cat <<'EOF'\nhi\nEOF\necho".into()),
            ["RUN <<EOF_", "cat <<'EOF'", "hi", "EOF", "echo", "EOF_"]
        );
        assert_eq!(
            dockerfile(&"RUN python3 <<-'END'\npass\nEND".into()),
            ["RUN python3 <<-'END'", "pass", "END"]
        );
        assert_eq!(dockerfile(&"RUN a\nEOF".into()), ["RUN <<EOF_", "a", "EOF", "EOF_"]);
        assert_eq!(dockerfile(&"RUN a \\\n  && b".into()), ["RUN a \\", "  && b"]);
        assert_eq!(dockerfile(&"ENV A=1".into()), ["ENV A=1"]);
    }

    #[test]
    fn instructions_are_recognised() {
        assert_eq!(split_word("RUN make"), Some(("RUN", "make")));
        assert_eq!(split_word("STOPSIGNAL"), Some(("STOPSIGNAL", "")));
        assert_eq!(split_word("bazel build"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_command_panics(text: String, tail in "[|&;()\"'\\\\ a#/]{0,40}") {
            for raw in [format!("/bin/sh -c {text}{tail}"), format!("|3 {tail}{text}"), text] {
                let _ = (clean(&raw.as_str().into()), dockerfile(&raw.into()));
            }
        }
    }
}
