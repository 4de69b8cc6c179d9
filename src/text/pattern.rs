//! Patterns that people write, compiled within limits: shell patterns, regular expressions, plain text.
//!
//! All patterns are compiled here (`tests/borders` holds that), because a compiler of patterns can panic, overflow the
//! stack or take gigabytes where it has no limits. What comes out matches in time linear in the text.

use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use regex::bytes::{Regex, RegexBuilder};

/// Longest pattern, in bytes. A Unicode class of two letters stands for 600 ranges, so parsing takes some 2,000 times this.
const LENGTH_MAX: usize = 16 << 10;

/// Deepest nesting of `{…}` in a shell pattern: the compiler of these is recursive.
const NESTING_MAX: usize = 16;

/// Bytes that a compiled pattern may take; reached within some 10 ms.
const SIZE_MAX: usize = 2 << 20;

/// As [`SIZE_MAX`], of a pattern over lines, of which there is one in a process.
const LINES_SIZE_MAX: usize = 10 << 20;

/// Bytes of the states that a search keeps, for each thread.
const STATES_MAX: usize = 2 << 20;

/// Bytes of a pattern that a message quotes.
const QUOTED_MAX: usize = 100;

/// Compiles a regular expression over bytes.
///
/// # Errors
/// What is wrong with it.
pub fn regex(pattern: &str) -> Result<Regex, String> {
    check_length(pattern)?;
    build(&mut RegexBuilder::new(pattern))
        .map_err(|why| format!("{} is not a regular expression: {why}", quote(pattern)))
}

/// Compiles a shell pattern; with `stops`, `*` and `?` do not match `/`, `**` does.
///
/// # Errors
/// What is wrong with it.
pub fn glob(pattern: &str, stops: bool) -> Result<Regex, String> {
    check_length(pattern)?;
    let wrong = |why: String| format!("{} is not a glob: {why}", quote(pattern));
    if nesting(pattern) > NESTING_MAX {
        return Err(wrong(format!("{{…}} is nested more than {NESTING_MAX} deep")));
    }
    let glob = globset::GlobBuilder::new(pattern)
        .literal_separator(stops)
        .build()
        .map_err(|error| wrong(error.kind().to_string()))?;
    build(RegexBuilder::new(glob.regex()).dot_matches_new_line(true)).map_err(wrong)
}

/// The same expression for letters of either case. Where that would be too large, the expression itself.
#[must_use]
pub fn any_case(pattern: &Regex, dot_matches_new_line: bool) -> Regex {
    let mut builder = RegexBuilder::new(pattern.as_str());
    build(builder.case_insensitive(true).dot_matches_new_line(dot_matches_new_line))
        .unwrap_or_else(|_| pattern.clone())
}

/// Compiles text that is to be found as it stands, in either case where asked.
///
/// # Errors
/// That it is too long.
pub fn literal(text: &str, any_case: bool) -> Result<Regex, String> {
    check_length(text)?;
    build(RegexBuilder::new(&regex::escape(text)).case_insensitive(any_case))
}

/// How a pattern over lines is read.
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[derive(Clone, Copy, Debug, Default)]
pub struct LineOptions {
    /// Letters match both cases.
    pub any_case: bool,
    /// The pattern is a text, not a regular expression.
    pub literal: bool,
    /// A match begins and ends at the border of a word.
    pub words: bool,
    /// Binary files are searched as text. Else NUL ends a line: a pattern that names it can match nothing and is refused.
    pub text: bool,
}

/// Compiles a pattern that is searched line by line.
///
/// # Errors
/// What is wrong with it.
pub fn lines(pattern: &str, options: LineOptions) -> Result<RegexMatcher, String> {
    check_length(pattern)?;
    let mut builder = RegexMatcherBuilder::new();
    builder
        .case_insensitive(options.any_case)
        .fixed_strings(options.literal)
        .word(options.words)
        .multi_line(true)
        .line_terminator(Some(b'\n'))
        .ban_byte((!options.text).then_some(0))
        .size_limit(LINES_SIZE_MAX)
        .dfa_size_limit(STATES_MAX);
    builder.build(pattern).map_err(|error| {
        let text = error.to_string();
        let sentence = text.lines().last().unwrap_or_default().trim();
        let why = sentence.strip_prefix("error: ").unwrap_or(sentence);
        format!("{} cannot be searched for: {why}", quote(pattern))
    })
}

fn build(builder: &mut RegexBuilder) -> Result<Regex, String> {
    builder.size_limit(SIZE_MAX).dfa_size_limit(STATES_MAX).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            format!("it is too large, more than {} MiB when compiled", SIZE_MAX >> 20)
        }
        // The last line is the sentence; those before it draw the place.
        error => {
            let text = error.to_string();
            let sentence = text.lines().last().unwrap_or_default().trim();
            sentence.strip_prefix("error: ").unwrap_or(sentence).to_owned()
        }
    })
}

fn check_length(pattern: &str) -> Result<(), String> {
    if pattern.len() <= LENGTH_MAX {
        return Ok(());
    }
    Err(format!("{} is longer than the {LENGTH_MAX} bytes a pattern can have", quote(pattern)))
}

/// How deep `{` stands within `{`. What is escaped or in a class is counted too: no pattern needs that many.
fn nesting(pattern: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    for byte in pattern.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn quote(pattern: &str) -> String {
    let shown = &pattern[..pattern.floor_char_boundary(QUOTED_MAX)];
    if shown.len() < pattern.len() { format!("'{shown}…'") } else { format!("'{shown}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_over_the_limits_are_refused() {
        for (pattern, why) in [
            ("{a,".repeat(150) + &"}".repeat(150), "nested"),
            ("{a,".repeat(3_000) + &"}".repeat(3_000), "nested"),
            ("*a".repeat(10_000), "longer"),
            ("[".to_owned(), "unclosed"),
            ("{".to_owned(), "unclosed"),
            ("a\\".to_owned(), "dangling"),
            ("[z-a]".to_owned(), "invalid range"),
        ] {
            let refused = glob(&pattern, true).unwrap_err();
            assert!(refused.contains(why) && refused.len() < 300, "{refused}");
        }
        for (pattern, why) in [
            ("(a{1000}){1000}".to_owned(), "too large"),
            ("\\pL{1000}".to_owned(), "too large"),
            ("(".repeat(5_000) + &")".repeat(5_000), "nest"),
            ("a|".repeat(10_000), "longer"),
            ("(?:".to_owned(), "unclosed"),
            ("a{4294967296}".to_owned(), "decimal"),
        ] {
            let refused = regex(&pattern).unwrap_err();
            assert!(refused.contains(why) && refused.len() < 300, "{refused}");
        }
        assert!(literal(&"é".repeat(10_000), true).is_err());
    }

    #[test]
    fn patterns_of_many_stars_match() {
        let stars = glob(&"*a".repeat(60), true).unwrap();
        assert!(stars.is_match("a".repeat(65_000).as_bytes()));
        assert!(!stars.is_match("a".repeat(59).as_bytes()));
    }

    #[test]
    fn a_slash_and_a_line_feed_are_letters_of_a_name() {
        assert!(glob("a*c", false).unwrap().is_match(b"a/\n\xffc"));
        assert!(!glob("a*c", true).unwrap().is_match(b"a/c"));
        assert!(glob("a*c", true).unwrap().is_match(b"a\nc"));
    }

    proptest::proptest! {
        #[test]
        fn no_pattern_panics(pattern in "[a*?\\[\\]{},!\\\\/().|é-]{0,60}") {
            let _ = (regex(&pattern), glob(&pattern, true), literal(&pattern, true));
        }
    }
}
