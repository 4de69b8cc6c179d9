//! The filter: words typed after `f` become criteria; trees show the paths that meet all of them and the directories
//! on the way. The result is cached until the tree changes.

use regex::bytes::Regex;

use crate::explorer::model::filtered_pane::{FilterKey, FilteredPane};
use crate::explorer::model::input::Input;
use crate::explorer::model::owners::PackageFilter;
use crate::explorer::model::pane::Pane;
use crate::stack::kept::entry::Kind;
use crate::stack::query::filter::{Criteria, NameSearch, NameSet, Sign, Test};
use crate::stack::query::filtered_tree::FilteredTree;
use crate::stack::query::outline::Folds;
use crate::stack::query::tree::Tree;
use crate::stack::{ChangeKind, Stack};
use crate::text::{Visible, pattern, size, visible};

/// The words of the filter, for the prompt.
pub const WORDS: &str = "added modified metadata rewritten removed  shadowed opaque whiteout ghost  file dir symlink hardlink device  setuid  >10M <1k  layer:3  owned unowned owned:bash  part *.so re:^lib";

/// A word without a value, and what it adds to a filter.
type Keyword = (&'static str, fn(&mut Filter));

const KEYWORDS: [Keyword; 21] = [
    ("added", |it| it.criteria.changes.push(ChangeKind::Added)),
    ("modified", |it| it.criteria.changes.push(ChangeKind::Modified)),
    ("metadata", |it| it.criteria.changes.push(ChangeKind::Metadata)),
    ("rewritten", |it| it.criteria.changes.push(ChangeKind::Rewritten)),
    ("removed", |it| it.criteria.changes.push(ChangeKind::Removed)),
    ("shadowed", |it| it.criteria.signs.push(Sign::Shadowed)),
    ("opaque", |it| it.criteria.signs.push(Sign::Opaque)),
    ("whiteout", |it| it.criteria.signs.push(Sign::Whiteout)),
    ("ghost", |it| {
        it.criteria.signs.push(Sign::Ghost);
        it.criteria.ghosts = true;
    }),
    ("-added", |it| it.criteria.hidden.push(Some(ChangeKind::Added))),
    ("-removed", |it| it.criteria.hidden.push(Some(ChangeKind::Removed))),
    ("-modified", |it| {
        let kinds = [ChangeKind::Modified, ChangeKind::Metadata, ChangeKind::Rewritten];
        it.criteria.hidden.extend(kinds.map(Some));
    }),
    ("-unchanged", |it| it.criteria.hidden.push(None)),
    ("file", |it| it.criteria.kinds.push(Kind::File)),
    ("dir", |it| it.criteria.kinds.push(Kind::Directory)),
    ("symlink", |it| it.criteria.kinds.push(Kind::Symlink)),
    ("hardlink", |it| it.criteria.kinds.push(Kind::Hardlink)),
    ("device", |it| it.criteria.kinds.extend([Kind::Char, Kind::Block])),
    ("setuid", |it| it.criteria.setuid = true),
    ("owned", |it| it.package = Some(PackageFilter::Any)),
    ("unowned", |it| it.package = Some(PackageFilter::None)),
];

/// A filter.
pub struct Filter {
    /// The text of the prompt.
    pub input: Input,
    /// Whether the prompt has the keys.
    pub typing: bool,
    /// The valid words, as typed.
    pub chips: Vec<Visible<'static>>,
    /// Why the last invalid word is invalid.
    pub error: Option<Visible<'static>>,
    pub(crate) criteria: Criteria,
    tests: Vec<NameTest>,
    pub(crate) package: Option<PackageFilter>,
    /// The layer that wrote the package databases that the criteria come from.
    pub(crate) database_layer: Option<usize>,
    /// The result, and the number of paths that it was computed for.
    pub(crate) test: Option<(usize, Test)>,
    /// Tests of names in progress.
    pub(crate) search: Option<NameTests>,
    tree: FilteredPane,
    diff: FilteredPane,
}

/// Progress of the tests of names.
pub(crate) struct NameTests {
    paths: usize,
    done: Vec<NameSet>,
    current: NameSearch,
}

/// Bytes of names tested for one message, about 20 ms, so that the next key is not delayed.
const COST_A_TURN: usize = 8 << 20;

/// How many times faster names are searched for a substring than matched with a pattern.
const PART_SPEED: usize = 8;

enum NameTest {
    Part(Vec<u8>),
    Regex(Regex),
}

impl Filter {
    pub(crate) fn new(input: Input, typing: bool) -> Self {
        let mut filter = Self {
            input,
            typing,
            chips: Vec::new(),
            error: None,
            criteria: Criteria::default(),
            tests: Vec::new(),
            package: None,
            database_layer: None,
            test: None,
            search: None,
            tree: FilteredPane::default(),
            diff: FilteredPane::default(),
        };
        let text = filter.input.text().to_owned();
        for word in text.split_whitespace() {
            match filter.take(word) {
                Ok(()) => filter.chips.push(visible(word).into_owned()),
                Err(why) => filter.error = Some(visible(&why).into_owned()),
            }
        }
        filter
    }

    /// Adds one word. On error nothing is added.
    fn take(&mut self, word: &str) -> Result<(), String> {
        match KEYWORDS.iter().find(|(keyword, _)| *keyword == word) {
            Some((_, add)) => {
                add(self);
                Ok(())
            }
            None => self.take_value(word),
        }
    }

    fn take_value(&mut self, word: &str) -> Result<(), String> {
        if let Some(size) = word.strip_prefix('>') {
            self.criteria.min_size = Some(size::parse(size)?);
        } else if let Some(size) = word.strip_prefix('<') {
            self.criteria.max_size = Some(size::parse(size)?);
        } else if let Some(layer) = word.strip_prefix("layer:") {
            let layer = layer.parse().map_err(|_| format!("layer:{layer}: give a number"))?;
            self.criteria.layers.push(layer);
        } else if let Some(name) = word.strip_prefix("owned:").filter(|name| !name.is_empty()) {
            self.package = Some(PackageFilter::By(name.to_owned()));
        } else if let Some(regex) = word.strip_prefix("re:") {
            self.tests.push(NameTest::Regex(pattern::regex(regex)?));
        } else if word.contains(['*', '?', '[', '{']) {
            self.tests.push(NameTest::Regex(pattern::glob(word, false)?));
        } else {
            self.tests.push(NameTest::Part(word.as_bytes().to_vec()));
        }
        Ok(())
    }

    /// The criterion for the package of a path.
    #[must_use]
    pub const fn package(&self) -> Option<&PackageFilter> {
        self.package.as_ref()
    }

    /// Whether any word is valid.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        !self.chips.is_empty()
    }

    /// The filtered tree of a pane and its folds, if it was computed for `tree`.
    #[must_use]
    pub fn filtered(&self, pane: Pane, tree: Tree) -> Option<(&Folds, &FilteredTree)> {
        if pane == Pane::Diff { self.diff.shown(tree) } else { self.tree.shown(tree) }
    }

    /// The folds of a pane's filtered tree.
    pub fn folds_mut(&mut self, pane: Pane) -> &mut Folds {
        if pane == Pane::Diff { self.diff.folds_mut() } else { self.tree.folds_mut() }
    }

    /// Tests the next names, at most [`COST_A_TURN`] bytes of them, until all are tested.
    pub(crate) fn test_names(&mut self, stack: &Stack) {
        let paths = stack.path_count();
        if self.test.as_ref().is_some_and(|(known, _)| *known == paths) {
            return;
        }
        let begun = self.search.take().filter(|search| search.paths == paths);
        let new = || NameTests { paths, done: Vec::new(), current: NameSearch::default() };
        let mut search = begun.unwrap_or_else(new);
        let mut left = COST_A_TURN;
        while let Some(test) = self.tests.get(search.done.len()) {
            let passed = match test {
                NameTest::Part(_) if left == 0 => {
                    self.search = Some(search);
                    return;
                }
                NameTest::Part(part) => {
                    left = left.saturating_sub(stack.name_bytes() / PART_SPEED);
                    stack.names_holding(part)
                }
                NameTest::Regex(regex) => {
                    let is_match = |name: &[u8]| regex.is_match(name);
                    if !search.current.step(stack, COST_A_TURN / self.tests.len(), is_match) {
                        self.search = Some(search);
                        return;
                    }
                    std::mem::take(&mut search.current).finish()
                }
            };
            search.done.push(passed);
        }
        self.test = Some((paths, stack.test(&search.done, self.criteria.clone())));
    }

    /// Filters a pane's tree, unless the cached result is current. Returns whether other paths may pass in the same tree.
    pub(crate) fn refresh(&mut self, stack: &Stack, pane: Pane, key: FilterKey) -> bool {
        let paths = stack.path_count();
        if self.test.as_ref().is_none_or(|(known, _)| *known != paths) {
            return false;
        }
        let filtered = if pane == Pane::Diff { &mut self.diff } else { &mut self.tree };
        self.test.as_ref().is_some_and(|(_, test)| filtered.refresh(stack, key, test, usize::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(text: &str) -> Filter {
        let mut input = Input::default();
        input.insert(text);
        Filter::new(input, true)
    }

    #[test]
    fn each_word_for_a_type_asks_for_that_type() {
        let kinds = filter("file dir symlink hardlink device").criteria.kinds;
        let (file, device) = ([Kind::File, Kind::Directory], [Kind::Char, Kind::Block]);
        let links = [Kind::Symlink, Kind::Hardlink];
        assert_eq!(kinds, [file, links, device].concat());
        let changes = filter("added modified metadata rewritten removed").criteria.changes;
        let names: Vec<&str> = changes.iter().map(|change| change.name()).collect();
        assert_eq!(names, ["added", "modified", "metadata", "rewritten", "removed"]);
    }

    #[test]
    fn each_sign_has_a_word() {
        let criteria = filter("shadowed opaque whiteout").criteria;
        assert_eq!(criteria.signs, [Sign::Shadowed, Sign::Opaque, Sign::Whiteout]);
        assert!(!criteria.ghosts);
        let criteria = filter("ghost").criteria;
        assert!(criteria.signs == [Sign::Ghost] && criteria.ghosts, "{criteria:?}");
    }

    #[test]
    fn words_become_criteria_and_chips() {
        let made = filter("removed file >10M <2Gi layer:3 setuid *.so lib re:^a");
        assert_eq!(made.chips.len(), 9);
        assert_eq!(made.error, None);
        let expected = Criteria {
            hidden: Vec::new(),
            changes: vec![ChangeKind::Removed],
            kinds: vec![Kind::File],
            min_size: Some(10_000_000),
            max_size: Some(2 << 30),
            layers: vec![3],
            setuid: true,
            ..Criteria::default()
        };
        assert_eq!(made.criteria, expected);
        assert_eq!(made.tests.len(), 3);
    }

    /// Gzip packs names of 65 kB of one letter a thousand times smaller, so a small image can hold many.
    #[test]
    fn long_names_are_tested_in_turns() {
        use crate::stack::notation;
        let names: Vec<String> =
            (0..200).map(|n| format!("+{}{n}:1", "a".repeat(65_000))).collect();
        let (stack, _) = notation::stack(&names.join(" ")).unwrap();
        for (words, turns) in [(format!("{}7", "*a".repeat(60)), 2), ("*7 *a*7".to_owned(), 6)] {
            let mut made = filter(&words);
            assert_eq!(made.error, None);
            let mut taken = 1;
            made.test_names(&stack);
            while made.search.is_some() {
                made.test_names(&stack);
                taken += 1;
            }
            assert!(made.test.is_some());
            assert!((turns..turns * 2).contains(&taken), "{taken} turns");
        }
    }

    #[test]
    fn incomplete_words_are_reported() {
        for (text, part) in
            [(">", "is not a size"), ("layer:", "give a number"), ("re:(", "unclosed")]
        {
            let made = filter(text);
            assert!(!made.is_on(), "{text}");
            assert!(made.error.as_ref().unwrap().plain().contains(part), "{:?}", made.error);
        }
    }

    /// The prompt has no room for the words that hide paths.
    #[test]
    fn every_word_is_documented() {
        let document = include_str!("../../../docs/keys.md");
        let (_, document) = document.split_once("`f` filters the trees").unwrap();
        let words = |text: &str| -> Vec<String> {
            text.split([' ', '`', '\n']).map(str::to_owned).collect()
        };
        let (documented, prompted) = (words(document), words(WORDS));
        for (word, _) in KEYWORDS {
            assert!(documented.iter().any(|it| it == word), "{word}");
            assert!(word.starts_with('-') || prompted.iter().any(|it| it == word), "{word}");
        }
    }
}
