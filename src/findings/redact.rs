//! Commands without the secrets in them, for reports that show commands beside findings.
//!
//! All secrets are searched in one pass over a command, so that the cost is the sum of the lengths of secrets and commands,
//! not the product. A secret is stored as hashes of its pieces: at each byte of a command the next four bytes select the
//! lengths of pieces that can begin there, usually none.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::findings::credential::is_secret;
use crate::findings::{assignments, metadata};
use crate::image::Image;
use crate::text;
use crate::text::Foreign;

/// The replacement of a secret.
const HIDDEN: &str = "…";

/// Minimum length in bytes of values that are removed everywhere. Shorter values could be ordinary words: they are removed
/// only where they are assigned to their name.
const SHORTEST: usize = 4;

/// Maximum length of a piece in bytes. A longer secret is searched and removed piece by piece.
const LONGEST: usize = 64;

/// Characters around a value that are not part of it.
const QUOTES: [char; 2] = ['"', '\''];

/// The secrets of an image's metadata, for removing them from commands.
#[derive(Clone, Default)]
pub struct Redaction {
    /// By the first four bytes of pieces: a bit for each length of pieces that begin so, from [`SHORTEST`] up.
    lengths: HashMap<[u8; SHORTEST], u64>,
    /// By the hash of a whole piece: the number of leading bytes that stay visible, the name of a short value.
    pieces: HashMap<u64, u8>,
    hasher: RandomState,
}

impl Redaction {
    /// Collects the secrets of variables, labels and history.
    #[must_use]
    pub fn of(image: &Image) -> Self {
        let mut redaction = Self::default();
        for (name, value) in metadata::variables(image) {
            redaction.add(name, value);
        }
        for (name, value) in &image.config.labels {
            redaction.add(name.raw(), value.raw());
        }
        for command in image.history.iter().filter_map(|step| step.created_by.as_ref()) {
            assignments::each(command.raw(), |name, value| redaction.add(name, value));
        }
        redaction
    }

    /// The command without known secrets and without values that are assigned to a secret's name.
    #[must_use]
    pub fn hide(&self, command: &Foreign) -> Foreign {
        let command = command.raw();
        let mut hidden = vec![false; command.len()];
        self.mark_known(command.as_bytes(), &mut hidden);
        assignments::each(command, |name, value| {
            let bare = value.trim_matches(QUOTES);
            if is_secret(name, bare) {
                let start = bare.as_ptr() as usize - command.as_ptr() as usize;
                hidden[start..start + bare.len()].fill(true);
            }
        });
        without(command, &hidden).into()
    }

    /// The command as one line, as [`text::command::clean`] makes it.
    #[must_use]
    pub fn clean(&self, created_by: &Foreign) -> Foreign {
        self.hide(&text::command::clean(created_by))
    }

    /// Adds the value if it is a secret.
    fn add(&mut self, name: &str, value: &str) {
        let bare = value.trim_matches(QUOTES).as_bytes();
        if bare.is_empty() || !is_secret(name, value) {
            return;
        }
        if bare.len() < SHORTEST {
            for sign in ["=", " ", ":"] {
                self.add_piece([name, sign, value].concat().as_bytes(), name.len() + 1);
            }
        } else if bare.len() <= LONGEST {
            self.add_piece(bare, 0);
        } else {
            bare.chunks_exact(LONGEST).for_each(|piece| self.add_piece(piece, 0));
            self.add_piece(&bare[bare.len() - LONGEST..], 0);
        }
    }

    /// Adds a piece of which the first `shown` bytes stay visible. Ignores pieces of unsupported lengths.
    fn add_piece(&mut self, piece: &[u8], shown: usize) {
        if let Some(first) = piece.first_chunk()
            && piece.len() <= LONGEST
        {
            *self.lengths.entry(*first).or_default() |= 1 << (piece.len() - SHORTEST);
            self.pieces.insert(self.hasher.hash_one(piece), shown as u8);
        }
    }

    /// Marks the bytes of known pieces in a text. Cost per byte: at most one look-up per length.
    fn mark_known(&self, text: &[u8], hidden: &mut [bool]) {
        for (start, first) in text.windows(SHORTEST).enumerate() {
            let known = first.first_chunk().and_then(|first| self.lengths.get(first));
            let Some(&(mut lengths)) = known else { continue };
            while lengths != 0 {
                let length = lengths.trailing_zeros() as usize + SHORTEST;
                lengths &= lengths - 1;
                let piece =
                    text.get(start..start + length).map(|piece| self.hasher.hash_one(piece));
                if let Some(&shown) = piece.and_then(|piece| self.pieces.get(&piece)) {
                    hidden[start + usize::from(shown)..start + length].fill(true);
                }
            }
        }
    }
}

/// The text with each run of hidden bytes replaced by one mark.
fn without(text: &str, hidden: &[bool]) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut in_secret = false;
    for (at, c) in text.char_indices() {
        // A piece of a long secret may begin or end inside a character.
        let is_secret = hidden[at..at + c.len_utf8()].contains(&true);
        if !is_secret {
            shown.push(c);
        } else if !in_secret {
            shown.push_str(HIDDEN);
        }
        in_secret = is_secret;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::history::HistoryStep;

    fn hidden(env: &str, command: &str) -> Foreign {
        let step = HistoryStep { created_by: Some(command.into()), ..HistoryStep::default() };
        let mut image = Image { history: vec![step], ..Image::default() };
        image.config.env = vec![env.into()];
        Redaction::of(&image).hide(&command.into())
    }

    #[test]
    fn a_secret_is_shown_nowhere() {
        for (env, command, shown) in [
            ("TOKEN=abcdef", "RUN curl -H abcdef x", "RUN curl -H … x"),
            ("A=1", "ARG TOKEN=abc", "ARG TOKEN=…"),
            ("A=1", "ENV TOKEN abcd", "ENV TOKEN …"),
            ("A=1", "RUN login --password hunter2 -u me", "RUN login --password … -u me"),
            ("A=1", "RUN curl https://me:pw@host/", "RUN curl https://me:…@host/"),
            ("A=1", "RUN make PREFIX=/usr", "RUN make PREFIX=/usr"),
            ("A=1", "|1 TOKEN=x yz /bin/sh -c curl x yz", "|1 TOKEN=… /bin/sh -c curl …"),
        ] {
            assert_eq!(hidden(env, command), shown);
        }
    }

    fn image(env: Vec<String>, commands: &[String]) -> Image {
        let step = |command: &String| HistoryStep {
            created_by: Some(command.as_str().into()),
            ..HistoryStep::default()
        };
        let mut image = Image { history: commands.iter().map(step).collect(), ..Image::default() };
        image.config.env = Foreign::list(env);
        image
    }

    #[test]
    fn overlapping_and_long_secrets_are_taken_out_whole() {
        let long = "0123456789é".repeat(40);
        let env = ["A_TOKEN=abcdef", "B_TOKEN=defghi", "C_TOKEN=abcd"].map(str::to_owned);
        let env = env.into_iter().chain([format!("D_TOKEN={long}")]).collect();
        let redaction = Redaction::of(&image(env, &[]));
        assert_eq!(redaction.hide(&"x abcdefghi y".into()), "x … y");
        assert_eq!(redaction.hide(&format!("x {long} y").into()), "x … y");
        assert_eq!(redaction.hide(&"x abc 0123456789é y".into()), "x abc 0123456789é y");
    }

    #[test]
    fn what_is_kept_is_no_larger_than_what_was_read() {
        let quotes = format!("RUN {}", "A_TOKEN=\"xxxx ".repeat(5_000));
        let nested: Vec<String> =
            (4..400).map(|length| format!("T_TOKEN={}", "a".repeat(length))).collect();
        for (env, command) in [(Vec::new(), quotes), (nested, "a".repeat(10_000))] {
            let bytes = command.len() + env.iter().map(String::len).sum::<usize>();
            let redaction = Redaction::of(&image(env, std::slice::from_ref(&command)));
            assert!(redaction.pieces.len() <= bytes / SHORTEST);
            assert!(redaction.hide(&command.as_str().into()).raw().len() <= command.len());
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_stands_round_it(before in "[a-z =&|;-]{0,20}", after in "[a-z =&|;-]{0,20}") {
            let shown = hidden("DB_PASSWORD=Hunter2!", &format!("RUN {before}Hunter2!{after}"));
            proptest::prop_assert!(!shown.raw().contains("Hunter2"), "{:?}", shown);
        }
    }
}
