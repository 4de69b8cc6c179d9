//! How well a text fits what was typed: words of it anywhere, a run of letters better than letters apart.

/// How well `text` fits `typed`, the higher the better; `None` where it does not. Each word typed has to be found,
/// in either case: as it stands, at the start of a word best, else as letters in that order.
#[must_use]
pub(super) fn score(typed: &str, text: &str) -> Option<u32> {
    let text = text.to_lowercase();
    typed.split_whitespace().try_fold(0, |sum: u32, word| {
        Some(sum.saturating_add(word_score(&word.to_lowercase(), &text)?))
    })
}

fn word_score(word: &str, text: &str) -> Option<u32> {
    let starts = |at: usize| !text[..at].ends_with(char::is_alphanumeric);
    if let Some(first) = text.find(word) {
        let at_start = text.match_indices(word).any(|(at, _)| starts(at));
        return Some(if first == 0 { 1000 } else { 400 } + if at_start { 400 } else { 0 });
    }
    let mut letters = word.chars();
    let mut wanted = letters.next()?;
    let mut score = 0;
    let mut run = 0;
    for (at, c) in text.char_indices() {
        if c != wanted {
            run = 0;
            continue;
        }
        run += 1;
        score += run + if starts(at) { 5 } else { 0 };
        match letters.next() {
            Some(next) => wanted = next,
            None => return Some(score),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_there_comes_before_letters_apart() {
        let best = |typed: &str, texts: &[&'static str]| {
            texts.iter().copied().max_by_key(|text| score(typed, text)).unwrap()
        };
        assert_eq!(best("lay", &["display", "layer", "linear array"]), "layer");
        assert_eq!(best("nl", &["panel", "next layer"]), "next layer");
        assert_eq!(best("fold all", &["fold", "unfold all", "fold all"]), "fold all");
    }

    #[test]
    fn every_word_has_to_be_there() {
        assert_eq!(score("", "anything"), Some(0));
        assert!(score("LAYER next", "next layer").is_some());
        assert_eq!(score("next zebra", "next layer"), None);
        assert_eq!(score("rl", "layer"), None, "letters come in order");
    }
}
