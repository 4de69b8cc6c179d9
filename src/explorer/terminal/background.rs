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

/// Whether the background is light, and the bytes that were typed meanwhile; `None` where that is not known.
pub fn ask() -> (Option<bool>, Vec<u8>) {
    if let Some(light) = std::env::var("COLORFGBG").ok().as_deref().and_then(of_environment) {
        return (Some(light), Vec::new());
    }
    ask_terminal().map_or((None, Vec::new()), |answer| split(&answer))
}

/// Of `15;0` or `0;default;15` the last number, the background among the sixteen colours: 7 and the bright ones are light.
fn of_environment(value: &str) -> Option<bool> {
    let background: u8 = value.rsplit(';').next()?.parse().ok()?;
    Some(matches!(background, 7 | 9..=15))
}

#[cfg(unix)]
fn ask_terminal() -> Option<Vec<u8>> {
    use std::io::{IsTerminal as _, Write as _};
    use std::time::{Duration, Instant};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    /// Terminals answer within a millisecond; a line to a far machine takes longer.
    const ANSWER_DEADLINE: Duration = Duration::from_millis(150);

    let (input, mut output) = (std::io::stdin(), std::io::stdout());
    if !input.is_terminal() || !output.is_terminal() {
        return None;
    }
    output.write_all(b"\x1b]11;?\x1b\\\x1b[c").and_then(|()| output.flush()).ok()?;
    let deadline = Instant::now() + ANSWER_DEADLINE;
    let mut answer = Vec::new();
    while !is_complete(&answer) && answer.len() < ANSWER_MAX {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec { tv_sec: 0, tv_nsec: left.subsec_nanos().into() };
        let ready = poll(&mut [PollFd::new(&input, PollFlags::IN)], Some(&left)).ok()?;
        let mut buffer = [0; 64];
        match ready {
            0 => break,
            _ => match rustix::io::read(&input, &mut buffer) {
                Ok(count @ 1..) => answer.extend_from_slice(&buffer[..count]),
                _ => break,
            },
        }
    }
    Some(answer)
}

#[cfg(not(unix))]
const fn ask_terminal() -> Option<Vec<u8>> {
    None
}

/// Whether the answer to DA1 is there: `ESC [ ? … c`.
#[cfg(unix)]
fn is_complete(answer: &[u8]) -> bool {
    sequence(answer, b"\x1b[?", |byte| byte == b'c').is_some()
}

/// Beginning and end of a sequence.
fn sequence(bytes: &[u8], begins: &[u8], ends: impl Fn(u8) -> bool) -> Option<(usize, usize)> {
    let start = memchr::memmem::find(bytes, begins)?;
    let end = bytes[start + begins.len()..].iter().position(|&byte| ends(byte))?;
    Some((start, start + begins.len() + end + 1))
}

/// The background that the answer names, and what is not part of the answers: keys.
fn split(answer: &[u8]) -> (Option<bool>, Vec<u8>) {
    let mut rest = answer.to_vec();
    let mut light = None;
    if let Some((start, end)) = sequence(&rest, b"\x1b]11;", |byte| matches!(byte, 7 | b'\\')) {
        light = is_light(&rest[start + 5..end]);
        rest.drain(start..end);
    }
    if let Some((start, end)) = sequence(&rest, b"\x1b[?", |byte| byte == b'c') {
        rest.drain(start..end);
    }
    (light, rest)
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
    /// Whether this key is part of an answer.
    pub fn takes(&mut self, key: Key) -> bool {
        if key.alt && key.code == Code::Char(']') {
            self.left = LATE_MAX;
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
        assert_eq!(split(white), (Some(true), b"jk".to_vec()));
        assert_eq!(split(b"\x1b]11;rgb:1c/1c/1c\x07\x1b[?6c"), (Some(false), Vec::new()));
        assert_eq!(split(b"\x1b[?1;2c"), (None, Vec::new()));
        assert_eq!(split(b"\x1b]11;nonsense\x07"), (None, Vec::new()));
        assert!(!is_complete(b"\x1b]11;rgb:1c/1c/1c\x07"));
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
