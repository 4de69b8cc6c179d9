//! Whether the terminal's background is light: of `COLORFGBG`, else asked of the terminal (OSC 11).
//!
//! The question is asked once, before the input thread starts, and followed by a question that every terminal answers
//! (DA1), so that a terminal without the first costs no time. Nothing depends on an answer: without one the background is
//! taken to be dark. An answer that comes late, over a slow line, is dropped by [`LateAnswer`].

use crate::explorer::model::key::{Code, Key};

/// Bytes of an answer and of keys pressed meanwhile; more are no answer.
#[cfg(unix)]
const ANSWER_MAX: usize = 512;
/// Characters of a late answer that are dropped at most.
const LATE_MAX: u8 = 40;

/// What came while the terminal was asked.
#[derive(Debug, Default)]
pub struct Answer {
    /// Whether the background is light, where that is known.
    pub light: Option<bool>,
    /// Bytes that were typed meanwhile, without those of sequences, as the keys with arrows send.
    pub typed: Vec<u8>,
    /// The rest of a sequence that had not arrived whole.
    pub late: LateAnswer,
}

/// Asks the environment, else the terminal.
pub fn ask() -> Answer {
    if let Some(light) = std::env::var("COLORFGBG").ok().as_deref().and_then(of_environment) {
        return Answer { light: Some(light), ..Answer::default() };
    }
    split(&ask_terminal())
}

/// Of `15;0` or `0;default;15` the last number, the background among the sixteen colours: 7 and the bright ones are light.
fn of_environment(value: &str) -> Option<bool> {
    let background: u8 = value.rsplit(';').next()?.parse().ok()?;
    Some(matches!(background, 7 | 9..=15))
}

#[cfg(unix)]
fn ask_terminal() -> Vec<u8> {
    use std::io::{IsTerminal as _, Write as _};
    use std::time::{Duration, Instant};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;

    /// Terminals answer within a millisecond; a line to a far machine takes longer.
    const ANSWER_DEADLINE: Duration = Duration::from_millis(150);

    let (input, mut output) = (std::io::stdin(), std::io::stdout());
    let mut answer = Vec::new();
    let can_answer = input.is_terminal() && output.is_terminal();
    let mut ask = || output.write_all(b"\x1b]11;?\x1b\\\x1b[c").and_then(|()| output.flush());
    if !can_answer || ask().is_err() {
        return answer;
    }
    let deadline = Instant::now() + ANSWER_DEADLINE;
    while !is_complete(&answer) && answer.len() < ANSWER_MAX {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec { tv_sec: 0, tv_nsec: left.subsec_nanos().into() };
        let mut buffer = [0; 64];
        let read = match poll(&mut [PollFd::new(&input, PollFlags::IN)], Some(&left)) {
            Ok(0) => break,
            Ok(_) => rustix::io::read(&input, &mut buffer),
            Err(error) => Err(error),
        };
        match read {
            Ok(count @ 1..) => answer.extend_from_slice(&buffer[..count]),
            // A signal, as of a resize.
            Err(Errno::INTR) => {}
            Ok(0) | Err(_) => break,
        }
    }
    answer
}

#[cfg(not(unix))]
const fn ask_terminal() -> Vec<u8> {
    Vec::new()
}

/// Whether the answer to DA1 is there: `ESC [ ? … c`.
#[cfg(unix)]
fn is_complete(answer: &[u8]) -> bool {
    let parts = memchr::memmem::find_iter(answer, b"\x1b[?");
    parts
        .map(|start| &answer[start..])
        .any(|part| sequence(part).is_some_and(|length| part.get(length - 1) == Some(&b'c')))
}

/// The length of the sequence that begins with the escape character at the start (ECMA-48); `None` if it does not end.
fn sequence(bytes: &[u8]) -> Option<usize> {
    let body = bytes.get(2..).unwrap_or_default();
    let length = match bytes.get(1)? {
        b'[' => 1 + body.iter().position(|byte| matches!(byte, 0x40..=0x7e))?,
        b'O' => body.first().map(|_| 1)?,
        b']' | b'P' | b'_' | b'^' | b'X' => {
            let bell = body.iter().position(|&byte| byte == 7).map(|at| at + 1);
            let end = memchr::memmem::find(body, b"\x1b\\").map(|at| at + 2);
            bell.into_iter().chain(end).min()?
        }
        // A key with Alt.
        _ => 0,
    };
    Some(2 + length)
}

/// Takes the answer apart: the background that it names, and what is no sequence, which was typed.
fn split(mut bytes: &[u8]) -> Answer {
    let mut answer = Answer::default();
    while let Some((&first, rest)) = bytes.split_first() {
        if first != 0x1b {
            answer.typed.push(first);
            bytes = rest;
            continue;
        }
        let Some(length) = sequence(bytes) else {
            // A lone escape character is the key Esc.
            answer.late = if rest.is_empty() { LateAnswer::default() } else { LateAnswer::begun() };
            break;
        };
        let (whole, after) = bytes.split_at(length);
        answer.light = whole.strip_prefix(b"\x1b]11;").and_then(is_light).or(answer.light);
        bytes = after;
    }
    answer
}

/// Whether `rgb:RRRR/GGGG/BBBB`, one to four digits each, is nearer to white than to black (ITU-R BT.709).
fn is_light(colour: &[u8]) -> Option<bool> {
    let colour = std::str::from_utf8(colour).ok()?;
    let channels = colour.strip_prefix("rgb:")?.trim_end_matches(['\u{7}', '\u{1b}', '\\']);
    let mut parts = channels.split('/').map(|digits| {
        let most = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)?.checked_sub(1)?;
        let value = u32::from_str_radix(digits, 16).ok()?;
        (most > 0).then(|| f64::from(value) / f64::from(most))
    });
    let mut next = || parts.next().flatten();
    let (red, green, blue) = (next()?, next()?, next()?);
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5)
}

/// Drops an answer that comes as keys, after the deadline: alt-], characters, then ctrl-g or alt-\.
#[derive(Debug, Default)]
pub struct LateAnswer {
    /// Characters that may still be part of it.
    left: u8,
}

impl LateAnswer {
    /// Its beginning was read already.
    const fn begun() -> Self {
        Self { left: LATE_MAX }
    }

    /// Whether this key is part of an answer.
    pub fn takes(&mut self, key: Key) -> bool {
        if key.alt && key.code == Code::Char(']') {
            *self = Self::begun();
            return true;
        }
        if self.left == 0 {
            return false;
        }
        let ends =
            key.alt && key.code == Code::Char('\\') || key.ctrl && key.code == Code::Char('g');
        let part = matches!(
            key.code,
            Code::Char('0'..='9' | 'a'..='f' | 'A'..='F' | 'r' | 'g' | ':' | ';' | '/')
        );
        self.left = if ends || !part { 0 } else { self.left - 1 };
        ends || part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_the_background() {
        assert_eq!(of_environment("15;0"), Some(false));
        assert_eq!(of_environment("0;default;15"), Some(true));
        assert_eq!(of_environment("0;7"), Some(true));
        assert_eq!((of_environment("default;default"), of_environment("")), (None, None));
    }

    #[test]
    fn answers_are_taken_out_of_what_was_typed() {
        let white = b"j\x1b]11;rgb:ffff/ffff/e0e0\x1b\\\x1b[?62;4ck";
        assert!(is_complete(white));
        let split = |bytes| {
            let Answer { light, typed, late } = split(bytes);
            (light, String::from_utf8(typed).unwrap(), late.left > 0)
        };
        let no_keys = String::new;
        assert_eq!(split(white), (Some(true), "jk".to_owned(), false));
        assert_eq!(split(b"\x1b]11;rgb:1c/1c/1c\x07\x1b[?6c"), (Some(false), no_keys(), false));
        assert_eq!(split(b"\x1b[?1;2c"), (None, no_keys(), false));
        assert_eq!(split(b"\x1b]11;nonsense\x07"), (None, no_keys(), false));
        assert!(!is_complete(b"\x1b]11;rgb:1c/1c/1c\x07"));
        assert!(!is_complete(b"\x1b[?1;2") && is_complete(b"\x1b[?2004$y\x1b[?1;2c"));
        for (keys, typed) in [
            (&b"\x1b[A"[..], ""),
            (b"a\x1b[1;5Cb\x1bOAc\x1bxd\x1b[<0;3;4Me", "abcde"),
            (b"q\x1b", "q"),
        ] {
            assert_eq!(split(keys), (None, typed.to_owned(), false), "{keys:?}");
        }
        for cut in [&b"j\x1b]11;rgb:ffff/ff"[..], b"j\x1b]11;rgb:ffff/ffff/ffff\x1b", b"j\x1b[?62;"]
        {
            assert_eq!(split(cut), (None, "j".to_owned(), true), "{cut:?}");
        }
    }

    #[test]
    fn the_rest_of_an_answer_that_was_cut_is_no_key() {
        let mut late = split(b"\x1b]11;rgb:ffff/ff").late;
        let rest = ["f", "f", "/", "f", "f", "alt-\\"];
        assert!(rest.into_iter().all(|key| late.takes(Key::parse(key).unwrap())));
        assert!(!late.takes(Key::parse("f").unwrap()), "after it keys are keys");
    }

    #[test]
    fn late_answers_are_no_keys() {
        let mut late = LateAnswer::default();
        let mut takes = |key: &str| late.takes(Key::parse(key).unwrap());
        assert!(!takes("q") && !takes("f"));
        let answer =
            ["alt-]", "1", "1", ";", "r", "g", "b", ":", "f", "/", "f", "/", "f", "alt-\\"];
        assert!(answer.into_iter().all(&mut takes));
        assert!(!takes("f"), "after it keys are keys");
        assert!(takes("alt-]") && !takes("q"), "what cannot be part of it ends it");
        assert!(!takes("f"));
    }
}
