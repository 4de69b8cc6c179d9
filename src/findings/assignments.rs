//! Values that commands give to names: `NAME=value`, `--name value`, the old `ENV NAME value`, passwords in URLs.
//!
//! A command is foreign text of up to some megabytes, so everything here is linear in its length: each look ahead (for a
//! closing quote, for the next name) has a cursor of its own that only moves forward, and a value of several words ends
//! before the next one begins, so that all values together are no longer than twice the command.

use std::str::SplitWhitespace;

use crate::findings::credential::url_passwords;

/// Calls `take` with the name and the value of each assignment, in the order of the command. The name of a password in
/// a URL is the URL up to the password.
pub(super) fn each<'c>(command: &'c str, mut take: impl FnMut(&'c str, &'c str)) {
    let lost_quotes = has_lost_quotes(command);
    let mut values = Values::new(command);
    let mut words = command.split_whitespace();
    let mut previous = "";
    while let Some(word) = words.next() {
        let old_env = previous == "ENV";
        previous = word;
        let bare = bare(word);
        if let Some((name, value)) = named(bare) {
            take(name, values.starting_with(value, lost_quotes));
            continue;
        }
        url_passwords(bare).for_each(|(name, password)| take(name, password));
        let Some(next) = words.clone().next() else { break };
        let option = word.starts_with("--") && !next.starts_with(['-', '&', '|', ';']);
        if is_name(bare) && (option || old_env && !next.contains('=')) {
            take(bare, values.starting_with(next, old_env));
        }
    }
}

/// Whether it is an instruction whose quotes the history drops: a value then ends where the next name begins.
fn has_lost_quotes(command: &str) -> bool {
    let bare = command.trim_start().trim_start_matches("RUN ");
    let bare = bare.trim_start_matches("/bin/sh -c #(nop)").trim_start();
    ["ENV ", "ARG ", "LABEL ", "|"].iter().any(|start| bare.starts_with(start))
}

/// The word without prefixes that can precede a name.
fn bare(word: &str) -> &str {
    word.trim_start_matches(['-', '"', '\'', '(', ';'])
}

fn named(bare: &str) -> Option<(&str, &str)> {
    bare.split_once('=').filter(|(name, _)| is_name(name))
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// The values of one command, asked for from its beginning to its end.
struct Values<'c> {
    command: &'c str,
    double: Cursor<'c>,
    single: Cursor<'c>,
    unquoted: Cursor<'c>,
    /// Where the last value of several words ended: what begins before is a single word.
    end: usize,
}

impl<'c> Values<'c> {
    fn new(command: &'c str) -> Self {
        let cursor = || Cursor { words: command.split_whitespace(), at: None, before: 0 };
        Self { command, double: cursor(), single: cursor(), unquoted: cursor(), end: 0 }
    }

    /// The value that begins with the word (or the rest of one) `first`: up to its closing quote; where quotes were lost,
    /// up to the next name or the command itself.
    fn starting_with(&mut self, first: &'c str, lost_quotes: bool) -> &'c str {
        let start = offset(self.command, first);
        let first_end = start + first.len();
        let quote = first.chars().next().filter(|c| matches!(c, '"' | '\''));
        let closed = quote.is_some_and(|quote| first.len() > 1 && first.ends_with(quote));
        if start < self.end || closed || quote.is_none() && !lost_quotes {
            return first;
        }
        let end = if let Some(quote) = quote {
            let cursor = if quote == '"' { &mut self.double } else { &mut self.single };
            let closing = cursor.seek(self.command, first_end, |word| word.ends_with(quote));
            closing.map_or(self.command.trim_end().len(), |(_, end)| end)
        } else {
            let stop = self.unquoted.seek(self.command, first_end, ends_unquoted);
            stop.map_or(self.command.trim_end().len(), |(before, _)| before)
        };
        if end > first_end {
            self.end = end;
        }
        &self.command[start..end.max(first_end)]
    }
}

/// Whether this word ends an unquoted value.
fn ends_unquoted(word: &str) -> bool {
    named(bare(word)).is_some() || matches!(word, "/bin/sh" | "/bin/bash" | "#")
}

/// Finds the next word of one kind; never goes back.
struct Cursor<'c> {
    words: SplitWhitespace<'c>,
    /// The word found last.
    at: Option<&'c str>,
    /// End of the word before that one.
    before: usize,
}

impl Cursor<'_> {
    /// The first word at or behind `from` for which `is` holds: the end of the word before it, and its own. `from` must
    /// not be smaller than in an earlier call.
    fn seek(
        &mut self,
        command: &str,
        from: usize,
        is: impl Fn(&str) -> bool,
    ) -> Option<(usize, usize)> {
        loop {
            if let Some(word) = self.at {
                let start = offset(command, word);
                if start >= from && is(word) {
                    return Some((self.before, start + word.len()));
                }
                self.before = start + word.len();
            }
            self.at = Some(self.words.next()?);
        }
    }
}

/// Where a part of the command begins in it.
fn offset(command: &str, part: &str) -> usize {
    part.as_ptr() as usize - command.as_ptr() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(command: &str) -> Vec<(&str, &str)> {
        let mut found = Vec::new();
        each(command, |name, value| found.push((name, value)));
        found
    }

    #[test]
    fn assignments_are_found_however_they_are_written() {
        assert_eq!(all("|2 A=1 TOKEN=x /bin/sh -c make"), [("A", "1"), ("TOKEN", "x")]);
        assert_eq!(all("ENV TOKEN abc"), [("TOKEN", "abc")]);
        assert_eq!(all("RUN login --password hunter2 && x"), [("password", "hunter2")]);
        assert_eq!(all("RUN login --token=abc"), [("token", "abc")]);
        assert_eq!(all("ENV TOKEN=two words B=c"), [("TOKEN", "two words"), ("B", "c")]);
        assert_eq!(all("ENV TOKEN two words"), [("TOKEN", "two words")]);
        assert_eq!(all("RUN TOKEN=\"a b\" make it"), [("TOKEN", "\"a b\"")]);
        assert_eq!(all("RUN TOKEN=\" a b \" make it"), [("TOKEN", "\" a b \"")]);
        assert_eq!(all("RUN TOKEN='a b' X='c d'"), [("TOKEN", "'a b'"), ("X", "'c d'")]);
        assert_eq!(all("RUN TOKEN=\"a b"), [("TOKEN", "\"a b")]);
        assert_eq!(all("/bin/sh -c #(nop)  ARG TOKEN=two words"), [("TOKEN", "two words")]);
        assert_eq!(all("|1 T=a b /bin/sh -c make"), [("T", "a b")]);
        assert_eq!(all("RUN git clone https://me:pw@host/x?a=b"), [("https://me", "pw")]);
        assert_eq!(all("RUN git clone https://me:$PW@host/x https://host:8080/y"), []);
    }

    #[test]
    fn values_together_are_no_longer_than_twice_the_command() {
        let count = 2_000;
        for (before, word) in [
            ("RUN ", "TOKEN=\"x "),
            ("RUN ", "TOKEN='x "),
            ("RUN ", "TOKEN=\"x 'y "),
            ("RUN ", "A=\"x B='y "),
            ("RUN ", "--token \"x "),
            ("ENV ", "(A=x "),
            ("ENV ", "ENV TOKEN a "),
            ("ENV ", "-- TOKEN "),
            ("|1 ", "T=\"a "),
            ("", "a://b:c@d A=\" "),
        ] {
            let command = format!("{before}{}", word.repeat(count));
            let (mut total, mut found) = (0, 0);
            each(&command, |_, value| {
                total += value.len();
                found += 1;
            });
            assert!(total <= 2 * command.len(), "{word}: {total} of {}", command.len());
            assert!(found >= count / 2 || word.starts_with("--"), "{word}: {found}");
        }
    }

    proptest::proptest! {
        #[test]
        fn each_value_is_a_part_of_the_command(command in "[A\"' =:/@#é-]{0,60}") {
            let mut total = 0;
            each(&command, |name, value| {
                total += value.len();
                assert!(command.contains(name) && command.contains(value));
            });
            proptest::prop_assert!(total <= 3 * command.len());
        }
    }
}
