//! Fuzzy matching of the palette's entries.

use crate::text::letters::Letters;

/// Score of `text` for what was typed, higher is better; `None` where a typed word does not match. Case is ignored. A
/// word that `text` contains scores more than letters in their order, and starts of words score more.
#[must_use]
pub(super) fn score(typed: &str, text: &str) -> Option<u32> {
    let text = text.to_lowercase();
    typed.split_whitespace().try_fold(0, |sum: u32, word| {
        Some(sum.saturating_add(word_score(&word.to_lowercase(), &text)?))
    })
}

/// Score of words that stand for an action: each typed word must begin one of them.
#[must_use]
pub(super) fn in_words(typed: &str, words: &str) -> Option<u32> {
    let typed = typed.to_lowercase();
    let begins = |part: &str| words.split(' ').any(|word| word.starts_with(part));
    (!typed.trim().is_empty() && typed.split_whitespace().all(begins)).then_some(600)
}

fn word_score(word: &str, text: &str) -> Option<u32> {
    let starts =
        |at: usize| text.get(..at).is_some_and(|before| !before.ends_with(char::is_alphanumeric));
    if let Some(first) = text.find(word) {
        let at_start = text.match_indices(word).any(|(at, _)| starts(at));
        return Some(if first == 0 { 1000 } else { 400 } + if at_start { 400 } else { 0 });
    }
    let letters = Letters { needle: word.as_bytes(), fold_case: false };
    let places = letters.all_places(text.as_bytes())?;
    let in_run = places.windows(2).filter(|pair| pair[0] - pair[1] == 1).count();
    let at_start = places.iter().filter(|&&at| starts(at)).count();
    Some((places.len() + in_run + 5 * at_start) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn substrings_score_more_than_letters() {
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
