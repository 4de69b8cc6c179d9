//! Syntax highlighting with the grammars of Sublime Text.
//!
//! The grammars are unpacked when they are first needed. Some texts make a grammar slow, so bytes, length of a line and time
//! are limited. The rest of the text has no tokens.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use syntect::parsing::{ParseState, ScopeStack, ScopeStackOp, SyntaxReference, SyntaxSet};

use crate::content::{Token, Window};

/// The most bytes of a file that are highlighted.
const BYTES_MAX: usize = 512 * 1024;
/// The longest line in bytes that is highlighted: longer ones are data, not source.
const LINE_MAX: usize = 2048;
/// The most time that highlighting takes. The first lines take longest, since the patterns of the grammar are compiled then.
pub const TIME_MAX: Duration = Duration::from_millis(1500);

/// Sets the tokens of a window at the start of a file. The name of the file or its first line selects the grammar. Rows that
/// are not reached within `limit` have no tokens.
pub fn colour(window: &mut Window, name: &[u8], limit: Duration) {
    static GRAMMARS: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);
    if window.offset > 0 {
        return;
    }
    let Some(syntax) = grammar(&GRAMMARS, window, name) else { return };
    let start = Instant::now();
    let mut state = ParseState::new(syntax);
    let mut scopes = ScopeStack::new();
    let mut tokens = Vec::new();
    for row in 0..window.rows() {
        let within = window.start_of(row) < BYTES_MAX as u64 && start.elapsed() < limit;
        let line = window.row(row).map(|row| row.bytes).unwrap_or_default();
        let Some(line) = std::str::from_utf8(line).ok().filter(|_| within) else { break };
        if line.len() > LINE_MAX {
            break;
        }
        let Ok(found) = state.parse_line(&format!("{line}\n"), &GRAMMARS) else { break };
        tokens.push(words(line, &found, &mut scopes));
    }
    window.tokens = tokens;
}

fn grammar<'g>(
    grammars: &'g SyntaxSet,
    window: &Window,
    name: &[u8],
) -> Option<&'g SyntaxReference> {
    let name = std::str::from_utf8(name).unwrap_or("");
    let extension = name.rsplit_once('.').map_or(name, |(_, extension)| extension);
    let by_name = [name, extension, &extension.to_ascii_lowercase()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .find_map(|text| grammars.find_syntax_by_extension(text));
    let first = window.row(0)?.bytes;
    let first = std::str::from_utf8(&first[..first.len().min(200)]).unwrap_or("");
    let found = by_name.or_else(|| grammars.find_syntax_by_first_line(first));
    found.filter(|syntax| syntax.name != "Plain Text")
}

/// The tokens of a line, between the changes of its scopes: length in bytes and role.
fn words(
    line: &str,
    found: &[(usize, ScopeStackOp)],
    scopes: &mut ScopeStack,
) -> Vec<(usize, Token)> {
    let mut words: Vec<(usize, Token)> = Vec::new();
    let mut from = 0;
    let mut push = |to: usize, token| {
        let to = to.min(line.len());
        let length = to.saturating_sub(from);
        from = from.max(to);
        match words.last_mut() {
            Some((before, same)) if *same == token => *before += length,
            _ if length > 0 => words.push((length, token)),
            _ => {}
        }
    };
    for (at, change) in found {
        push(*at, token(scopes));
        if scopes.apply(change).is_err() {
            break;
        }
    }
    push(line.len(), token(scopes));
    words
}

/// The role of the innermost scope that has one.
fn token(scopes: &ScopeStack) -> Token {
    const MEANINGS: [(&str, Token); 13] = [
        ("comment", Token::Comment),
        ("string.unquoted", Token::Plain),
        ("string", Token::Text),
        ("constant", Token::Constant),
        ("keyword.operator", Token::Plain),
        ("keyword", Token::Keyword),
        ("storage", Token::Keyword),
        ("entity", Token::Name),
        ("support", Token::Name),
        ("variable.function", Token::Name),
        ("markup.heading", Token::Name),
        ("markup.inserted", Token::Added),
        ("markup.deleted", Token::Removed),
    ];
    let scopes = scopes.as_slice().iter().rev().map(|scope| scope.build_string());
    scopes
        .filter_map(|scope| MEANINGS.iter().find(|(name, _)| scope.starts_with(name)))
        .map(|(_, token)| *token)
        .next()
        .unwrap_or(Token::Plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coloured(name: &str, text: &str) -> Window {
        let mut window = Window::new(0, 0, text.len() as u64, text.as_bytes().to_vec());
        colour(&mut window, name.as_bytes(), Duration::MAX);
        window
    }

    #[test]
    fn scripts_and_configs_are_highlighted() {
        let window = coloured("run", "#!/bin/sh\n# why\nif true; then echo \"a\"; fi\n");
        assert_eq!(window.tokens[1][0].1, Token::Comment);
        assert!(window.tokens[2].iter().any(|(_, token)| *token == Token::Keyword));
        assert!(window.tokens[2].iter().any(|(_, token)| *token == Token::Text));
        assert!(coloured("a.toml", "a = 1\n").tokens[0].len() > 1);
        assert!(coloured("README", "only words\n").tokens.is_empty());
    }

    #[test]
    fn the_tokens_of_a_line_are_as_long_as_the_line() {
        for (name, text) in
            [("x.rs", "fn a() -> u8 { 'é' as u8 }"), ("x.json", "{\"a\": [1, null]}"), ("x.sh", "")]
        {
            let window = coloured(name, text);
            for tokens in &window.tokens {
                assert_eq!(tokens.iter().map(|(length, _)| length).sum::<usize>(), text.len());
            }
        }
    }

    #[test]
    fn a_line_that_is_too_long_ends_the_highlighting() {
        let text = format!("var a = 1;\n{}\nvar b = 2;\n", "x".repeat(LINE_MAX + 1));
        assert_eq!(coloured("a.js", &text).tokens.len(), 1);
    }
}
