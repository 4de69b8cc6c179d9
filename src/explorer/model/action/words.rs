//! What users call an action or a sign: words that find it in help and palette besides its own name and help.

/// Words by the id of the action.
const WORDS: [(&str, &str); 19] = [
    (
        "waste",
        "finding findings secret secrets password key cache caches rights permissions setuid root fix problem size space",
    ),
    ("history", "who blame log deleted added delete whiteout"),
    ("filter", "whiteout opaque shadowed deleted delete removed hidden covered ghost only"),
    ("everything-ever", "ghost hidden deleted delete removed whiteout covered all"),
    ("link-target", "link symlink hardlink target goto"),
    ("search", "locate grep deleted"),
    ("focus-diff", "diff changes whiteout deleted delete removed"),
    ("next-change", "diff deleted whiteout"),
    ("treemap", "disk usage du ncdu largest space"),
    ("extract", "undelete restore recover copy download save get back deleted hidden"),
    ("text-diff", "compare versions"),
    ("view", "cat open read contents deleted hidden"),
    ("compare", "diff images old new tag"),
    ("image-details", "env entrypoint config labels dockerfile inspect"),
    ("layer-details", "digest command instruction size"),
    ("mark", "range aggregate"),
    ("help", "dive keys cheat"),
    ("palette", "command goto"),
    ("theme", "dark light colour color contrast background"),
];

/// The words of an action; empty where its own say all.
#[must_use]
pub fn of(id: &str) -> &'static str {
    WORDS.iter().find(|(known, _)| *known == id).map_or("", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::model::action;

    #[test]
    fn every_id_is_an_action() {
        for (id, _) in WORDS {
            assert!(action::all().any(|entry| entry.id == id), "{id}");
        }
    }
}
