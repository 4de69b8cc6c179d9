//! The lines of a Dockerfile that made the layers and the other steps of an image.
//!
//! Builders record one step for each instruction of the last stage, but not the same ones: buildah leaves ARG out, a base
//! brings steps of its own. So steps and instructions are paired from the newest on, by the word and, for RUN, by the command.

use crate::image::Image;
use crate::text::command;

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Instruction {
    /// Its first line, from 1.
    line: usize,
    /// Its word in capitals.
    word: String,
    /// The rest in one line, white space collapsed.
    rest: String,
}

/// The instructions of a Dockerfile's last stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instructions {
    /// The line of its FROM; 1 without one.
    from: usize,
    own: Vec<Instruction>,
}

/// Where an image's steps are in a Dockerfile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DockerfileLines {
    /// The line of the last FROM.
    pub from: usize,
    /// By step of the history.
    pub steps: Vec<Option<usize>>,
    /// By layer; `None` for layers of the base.
    pub layers: Vec<Option<usize>>,
}

impl Instructions {
    /// Reads a Dockerfile. What is no instruction is left out.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut last = Self { from: 1, own: Vec::new() };
        for instruction in instructions(text) {
            if instruction.word == "FROM" {
                last = Self { from: instruction.line, own: Vec::new() };
            } else {
                last.own.push(instruction);
            }
        }
        last
    }

    /// The line of each step and layer of `image` above its base of `base` layers.
    #[must_use]
    pub fn of(&self, image: &Image, base: usize) -> DockerfileLines {
        let mut steps = vec![None; image.history.len()];
        let mut layers = vec![None; image.layers.len()];
        let mut left = self.own.as_slice();
        for (at, step) in image.history.iter().enumerate().rev() {
            if step.layer.is_some_and(|layer| layer < base) {
                break;
            }
            let Some(created_by) = &step.created_by else { continue };
            let recorded = collapsed(command::instruction(created_by).raw());
            let (word, rest) = recorded.split_once(' ').unwrap_or((&recorded, ""));
            let same = |it: &Instruction| it.word == word && (word != "RUN" || it.rest == rest);
            let found = left.iter().rposition(same);
            let Some(place) = found.or_else(|| left.iter().rposition(|it| it.word == word)) else {
                continue;
            };
            steps[at] = Some(left[place].line);
            if let Some(layer) = step.layer.and_then(|layer| layers.get_mut(layer)) {
                *layer = steps[at];
            }
            left = &left[..place];
        }
        DockerfileLines { from: self.from, steps, layers }
    }
}

/// All instructions of all stages. Linear in the length of the text.
fn instructions(text: &str) -> Vec<Instruction> {
    let escapes = text.lines().map_while(directive).any(|it| it == ("escape".to_owned(), "`"));
    let escape = if escapes { '`' } else { '\\' };
    let mut found: Vec<Instruction> = Vec::new();
    // The instruction that goes on in the next line.
    let mut open: Option<(usize, String)> = None;
    let mut lines = (1..).zip(text.lines());
    while let Some((line, text)) = lines.next() {
        let text = text.trim();
        if text.starts_with('#') || text.is_empty() {
            continue;
        }
        let (start, mut whole) = open.take().unwrap_or((line, String::new()));
        let (part, goes_on) = text.strip_suffix(escape).map_or((text, false), |part| (part, true));
        whole.push_str(part);
        whole.push(' ');
        if goes_on {
            open = Some((start, whole));
            continue;
        }
        for end in here_documents(&whole) {
            for (_, inner) in lines.by_ref() {
                if inner.trim_start_matches('\t') == end {
                    break;
                }
            }
        }
        found.extend(instruction(start, &whole));
    }
    found.extend(open.and_then(|(start, whole)| instruction(start, &whole)));
    found
}

/// A parser directive: its name in small letters, and its value. All of them come before any other line.
fn directive(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.trim().strip_prefix('#')?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_name && !value.is_empty()).then(|| (name.to_ascii_lowercase(), value))
}

fn instruction(line: usize, whole: &str) -> Option<Instruction> {
    let whole = collapsed(whole);
    let (word, rest) = whole.split_once(' ').unwrap_or((&whole, ""));
    let word = word.to_ascii_uppercase();
    if !word.bytes().all(|byte| byte.is_ascii_alphabetic()) || word.is_empty() {
        return None;
    }
    // Options of RUN are not part of the recorded command.
    let is_option = |part: &&str| word == "RUN" && part.starts_with("--");
    let rest: Vec<&str> = rest.split(' ').skip_while(is_option).collect();
    Some(Instruction { line, word, rest: rest.join(" ") })
}

/// The last lines of the here-documents that an instruction opens.
fn here_documents(whole: &str) -> Vec<String> {
    let takes = ["RUN", "COPY", "ADD"];
    let word = whole.split_whitespace().next().unwrap_or_default();
    if !takes.iter().any(|known| word.eq_ignore_ascii_case(known)) {
        return Vec::new();
    }
    let opened = whole.split_whitespace().filter_map(|part| part.strip_prefix("<<"));
    let names = opened.map(|name| name.trim_start_matches('-').trim_matches(['"', '\'']));
    names.filter(|name| !name.is_empty() && !name.starts_with('<')).map(str::to_owned).collect()
}

fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::history::HistoryStep;
    use crate::image::layer::Layer;

    const TEXT: &str = "# syntax\nFROM a AS one\nRUN first\n\nFROM debian:12\nARG X\nenv A=1\nRUN --mount=type=cache,target=/x \\\n    \
        # why\n    apt-get  update && \\\n    apt-get install x\nRUN <<EOF\nRUN not this\nEOF\nCOPY a \\\n  b\nUSER me\n";

    fn image(steps: &[(&str, Option<usize>)]) -> Image {
        let step = |&(created_by, layer): &(&str, Option<usize>)| HistoryStep {
            created_by: Some(created_by.into()),
            layer,
            empty_layer: layer.is_none(),
            ..HistoryStep::default()
        };
        Image {
            layers: vec![Layer::default(); 4],
            history: steps.iter().map(step).collect(),
            ..Image::default()
        }
    }

    #[test]
    fn each_step_above_the_base_has_its_line() {
        let image = image(&[
            ("/bin/sh -c #(nop) ADD file:x in /", Some(0)),
            ("/bin/sh -c #(nop)  CMD [\"bash\"]", None),
            ("ENV A=1", None),
            ("RUN /bin/sh -c apt-get  update &&     apt-get install x # buildkit", Some(1)),
            ("RUN /bin/sh -c <<EOF (RUN not this...) # buildkit", Some(2)),
            ("COPY a b # buildkit", Some(3)),
            ("USER me", None),
        ]);
        let lines = Instructions::parse(TEXT).of(&image, 1);
        assert_eq!(lines.from, 5);
        let (steps, layers) = (lines.steps, lines.layers);
        assert_eq!(steps, [None, None, Some(7), Some(8), Some(12), Some(15), Some(17)]);
        assert_eq!(layers, [None, Some(8), Some(12), Some(15)]);
    }

    #[test]
    fn the_escape_character_may_be_set_after_other_directives() {
        let image = image(&[("COPY c d", Some(1)), ("USER me", None)]);
        let rest = "FROM a\nCOPY c `\n  d\nUSER me\n";
        for (head, copy) in [
            ("# escape=`\n", Some(3)),
            ("# syntax=docker/dockerfile:1\n# Escape = `\n", Some(4)),
            ("# a comment\n# escape=`\n", Some(4)),
        ] {
            let lines = Instructions::parse(&format!("{head}{rest}"));
            assert_eq!(lines.of(&image, 1).steps[0], copy, "{head}");
            let goes_on = lines.own.iter().any(|it| it.rest == "c d");
            assert_eq!(goes_on, !head.contains("comment"), "{head}");
        }
    }

    #[test]
    fn a_text_that_is_no_dockerfile_has_no_lines() {
        for text in ["", "{}\n[1]\n", "RUN \\", "\\\n", "RUN <<\n"] {
            assert_eq!(Instructions::parse(text).from, 1, "{text}");
        }
    }
}
