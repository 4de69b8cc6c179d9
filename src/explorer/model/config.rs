//! The config file: parses its text, reads no file.
//!
//! An invalid setting keeps its default and is reported with its line; the other settings apply. No config file can
//! prevent an image from being opened.

use std::fmt::Write as _;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::explorer::model;
use crate::explorer::model::action::GROUPS;
use crate::explorer::model::action::entry::Entry;
use crate::explorer::model::appearance::{Glyphs, Theme};
use crate::explorer::model::columns::{PaneWidths, TreeColumns};
use crate::explorer::model::key::Key;
use crate::explorer::model::keymap::Keymap;
use crate::text::Foreign;

/// Settings of a config file; `None` where it sets nothing.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Colours.
    pub theme: Option<Theme>,
    /// Characters of frames and bars.
    pub glyphs: Option<Glyphs>,
    /// Whether the mouse is used.
    pub mouse: Option<bool>,
    /// Columns of trees.
    pub columns: TreeColumns,
    /// Widths of panes.
    pub widths: PaneWidths,
    /// Default keys, with the user's in their place.
    pub keymap: Keymap,
    /// Errors, each with its line.
    pub errors: Vec<Foreign>,
}

/// Names of settings at the top level.
const NAMES: [&str; 7] =
    ["theme", "glyphs", "mouse", "columns", "layers_width", "changes_width", "keys"];

impl Settings {
    /// Reads the text of a config file (TOML).
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut reader = Reader { errors: Vec::new(), settings: Self::default() };
        let (table, errors) = DeTable::parse_recoverable(text);
        reader.top(table.get_ref());
        for error in errors {
            reader.error(error.span().map_or(0, |span| span.start), error.message());
        }
        let Reader { mut errors, mut settings } = reader;
        errors.sort();
        let line = |at| text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1;
        let said = errors.iter();
        settings.errors =
            said.map(|(at, what)| format!("line {}: {what}", line(*at)).into()).collect();
        settings
    }
}

struct Reader {
    settings: Settings,
    /// Byte offsets and messages.
    errors: Vec<(usize, String)>,
}

impl Reader {
    fn error(&mut self, at: usize, message: &str) {
        self.errors.push((at, message.to_owned()));
    }

    fn top(&mut self, table: &DeTable<'_>) {
        for (name, value) in table {
            match name.get_ref().as_ref() {
                "theme" => {
                    self.settings.theme =
                        self.choice(value, &Theme::ALL.map(Theme::name), Theme::parse);
                }
                "glyphs" => {
                    self.settings.glyphs =
                        self.choice(value, &Glyphs::ALL.map(Glyphs::name), Glyphs::parse);
                }
                "mouse" => match value.get_ref() {
                    DeValue::Boolean(on) => self.settings.mouse = Some(*on),
                    _ => self.error(value.span().start, "mouse must be true or false"),
                },
                "columns" => self.columns(value),
                "layers_width" => self.settings.widths.stack = self.cells(value),
                "changes_width" => self.settings.widths.diff = self.cells(value),
                "keys" => match value.get_ref() {
                    DeValue::Table(keys) => self.keys(keys),
                    DeValue::String(name) if name == "dive" => {
                        self.settings.keymap = Keymap::dive();
                    }
                    _ => {
                        let message = "keys must be \"dive\" or a table: [keys]";
                        self.error(value.span().start, message);
                    }
                },
                other => {
                    let message = unknown("setting", other, NAMES.into_iter());
                    self.error(name.span().start, &message);
                }
            }
        }
    }

    /// A value that is one of `names`.
    fn choice<T>(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        names: &[&str],
        parse: fn(&str) -> Option<T>,
    ) -> Option<T> {
        let given = value.get_ref().as_str();
        let found = given.and_then(parse);
        if found.is_none() {
            let given = given.unwrap_or("this");
            let message = format!("{given} is not one of {}", names.join(", "));
            let message = format!("{message}{}", did_you_mean(given, names.iter().copied()));
            self.error(value.span().start, &message);
        }
        found
    }

    fn columns(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(list) = self.words(value) else { return };
        let mut wanted = TreeColumns { size: false, bar: false, layer: false };
        for (at, word) in list {
            match word.as_str() {
                "size" => wanted.size = true,
                "bar" => wanted.bar = true,
                "layer" => wanted.layer = true,
                other => {
                    let message = unknown("column", other, ["size", "bar", "layer"].into_iter());
                    self.error(at, &message);
                }
            }
        }
        self.settings.columns = wanted;
    }

    /// A width of a pane in cells.
    fn cells(&mut self, value: &Spanned<DeValue<'_>>) -> Option<u16> {
        let cells = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            _ => None,
        };
        if cells.is_none() {
            self.error(value.span().start, "a width is a number of cells: 34");
        }
        cells
    }

    /// A string or a list of strings, with their byte offsets.
    fn words(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Vec<(usize, String)>> {
        let at = value.span().start;
        let words: Option<Vec<_>> = match value.get_ref() {
            DeValue::String(word) => Some(vec![(at, word.to_string())]),
            DeValue::Array(list) => list
                .iter()
                .map(|word| Some((word.span().start, word.get_ref().as_str()?.to_owned())))
                .collect(),
            _ => None,
        };
        if words.is_none() {
            self.error(at, "expected \"a word\" or a list of words: [\"a\", \"b\"]");
        }
        words
    }

    fn keys(&mut self, table: &DeTable<'_>) {
        let mut changes: Vec<(&'static Entry, Vec<Key>)> = Vec::new();
        let mut places = Vec::new();
        for (id, value) in table {
            let Some(entry) = model::action::all().find(|entry| entry.id == id.get_ref().as_ref())
            else {
                let ids = model::action::all().map(|entry| entry.id);
                self.error(id.span().start, &unknown("action", id.get_ref(), ids));
                continue;
            };
            let Some(words) = self.words(value) else { continue };
            let mut keys = Vec::new();
            for (at, word) in words {
                match Key::parse(&word) {
                    Some(key) => keys.push(key),
                    None => self.error(
                        at,
                        &format!(
                            "'{word}' is not a key: write j, G, ctrl-d, alt-x, space, enter, pgdn"
                        ),
                    ),
                }
            }
            places.push(id.span().start);
            changes.push((entry, keys));
        }
        // Drops changes that clash; each pass removes one.
        while let Err(taken) = self.settings.keymap.rebind(&changes) {
            let at = changes
                .iter()
                .rposition(|(entry, keys)| entry.id != taken.by && keys.contains(&taken.key));
            let Some(at) = at else { break };
            let (entry, _) = changes.remove(at);
            let message = format!(
                "{} already means {} there, so {} keeps the keys it had: give {} another key",
                taken.key, taken.by, entry.id, taken.by
            );
            self.error(places.remove(at), &message);
        }
    }
}

fn unknown<'n>(what: &str, name: &str, known: impl Iterator<Item = &'n str>) -> String {
    format!("no {what} is called {name}{}", did_you_mean(name, known))
}

/// Suggests the known name with the smallest edit distance, if that is at most 2 and half its length.
fn did_you_mean<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let near = known.map(|known| (strsim::levenshtein(name, known), known)).min();
    match near {
        Some((distance, known)) if distance <= 2.min(known.len() / 2) => {
            format!("; did you mean {known}?")
        }
        _ => String::new(),
    }
}

/// A config file with all defaults.
#[must_use]
pub fn default_text() -> String {
    let themes = Theme::ALL.map(Theme::name).join(", ");
    let mut out = format!(
        "# layertui's settings: $XDG_CONFIG_HOME/layertui/config.toml, else ~/.config/layertui/config.toml.\n\
         # What is left out keeps its default. `layertui --check-config` says what is wrong with a file.\n\n\
         # Colours: {themes}. Without this line dark or light, by the terminal's background; mono under\n\
         # NO_COLOR and TERM=dumb.\n\
         # theme = \"{}\"\n\
         # unicode or ascii. Without this line ascii under TERM=dumb, else unicode.\n\
         # glyphs = \"{}\"\n\
         # false leaves the mouse to the terminal.\n\
         mouse = true\n\
         # Columns of trees: size, bar, layer.\n\
         columns = [\"size\", \"bar\", \"layer\"]\n\
         # Fixed widths of the layers and of the changes in cells; without them they follow the screen and the focus.\n\
         # layers_width = 34\n\
         # changes_width = 40\n\n\
         # keys = \"dive\" instead of this table: dive's own keys.\n\
         # Keys by action, a key or a list: j, G, ctrl-d, alt-x, space, enter, pgdn. []: none.\n\
         [keys]\n",
        Theme::default().name(),
        Glyphs::default().name(),
    );
    for group in &GROUPS {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "\n# {}", group.name);
        for entry in group.rows {
            let keys: Vec<String> = entry.keys.iter().map(|key| format!("\"{key}\"")).collect();
            let _ = writeln!(out, "{} = [{}]  # {}", entry.id, keys.join(", "), entry.help);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::model;
    use crate::explorer::model::action::entry::{Action, Context, FindAction, Move, PaneAction};

    #[test]
    fn the_defaults_are_understood_and_change_nothing() {
        let settings = Settings::parse(&default_text());
        assert_eq!(settings.errors, [""; 0]);
        // The terminal decides.
        assert_eq!((settings.theme, settings.glyphs), (None, None));
        assert_eq!(settings.columns, TreeColumns::default());
        let keymap = Keymap::default();
        for entry in model::action::all() {
            assert!(settings.keymap.keys(entry).eq(keymap.keys(entry)), "{}", entry.id);
        }
    }

    #[test]
    fn the_settings_that_are_left_out_can_be_put_in() {
        let commented = ["theme", "glyphs", "layers_width", "changes_width"];
        let all = commented.iter().fold(default_text(), |text, name| {
            let (from, to) = (format!("\n# {name} = "), format!("\n{name} = "));
            assert!(text.contains(&from), "{name}");
            text.replace(&from, &to)
        });
        let settings = Settings::parse(&all);
        assert_eq!(settings.errors, [""; 0]);
        let (theme, glyphs) = (Theme::default(), Glyphs::default());
        assert_eq!((settings.theme, settings.glyphs), (Some(theme), Some(glyphs)));
    }

    #[test]
    fn errors_have_lines_and_the_rest_applies() {
        let text = "theme = \"lihgt\"\nmose = true\nmouse = 3\ncolumns = [\"size\", \"owner\"]\n\
                    [keys]\ndonw = \"x\"\nup = \"ctrl-\"\nquit = [\"Q\"]\nsearch = \"n\"\n";
        let settings = Settings::parse(text);
        let errors = settings.errors.iter().map(Foreign::raw).collect::<Vec<_>>().join("\n");
        for expected in [
            "line 1: lihgt is not one of dark, light, high-contrast, mono; did you mean light?",
            "line 2: no setting is called mose; did you mean mouse?",
            "line 3: mouse must be true or false",
            "line 4: no column is called owner",
            "line 6: no action is called donw; did you mean down?",
            "line 7: 'ctrl-' is not a key",
            "line 9: n already means next-hit there, so search keeps the keys it had",
        ] {
            assert!(errors.contains(expected), "{expected}:\n{errors}");
        }
        assert_eq!(settings.errors.len(), 7);
        let key = |notation| Key::parse(notation).unwrap();
        assert_eq!(
            settings.keymap.lookup(key("Q"), &[Context::Panes]),
            Some(Action::Pane(PaneAction::Quit))
        );
        assert_eq!(
            settings.keymap.lookup(key("/"), &[Context::Panes]),
            Some(Action::Find(FindAction::Search))
        );
    }

    #[test]
    fn invalid_toml_is_reported() {
        let errors = |text: &str| Settings::parse(text).errors;
        assert!(errors("theme = \"dark\"\n[keys\n")[0].raw().starts_with("line 2: "));
        assert_eq!(errors("keys = 3").len(), 1);
        assert_eq!(errors("[keys]\ndown = [1]\nup = { a = 1 }").len(), 2);
        assert!(errors("\"a\\u001b[31m\" = 1")[0].visible().plain().contains("\\x1b[31m"));
        assert_eq!(errors(""), [""; 0]);
    }

    #[test]
    fn keys_of_dive_are_taken_by_its_name() {
        let settings = Settings::parse("keys = \"dive\"\n");
        assert_eq!(settings.errors, [""; 0]);
        let key = Key::parse("ctrl-f").unwrap();
        let action = settings.keymap.lookup(key, &[Context::Panes]);
        assert_eq!(action, Some(Action::Pane(PaneAction::Filter)));
        assert_eq!(Settings::parse("keys = \"emacs\"").errors.len(), 1);
    }

    #[test]
    fn keys_can_be_exchanged_and_taken_away() {
        let settings = Settings::parse("[keys]\nup = \"j\"\ndown = \"k\"\ntheme = []\n");
        assert_eq!(settings.errors, [""; 0]);
        let lookup = |key| settings.keymap.lookup(Key::parse(key).unwrap(), &[Context::Panes]);
        assert_eq!(
            (lookup("j"), lookup("k")),
            (Some(Action::Move(Move::Up)), Some(Action::Move(Move::Down)))
        );
        assert_eq!((lookup("t"), lookup("down")), (None, None));
    }
}
