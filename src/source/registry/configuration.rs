//! Reads the files of containers-registries.conf(5), and the images that a short name can mean.
//!
//! `registries.conf` is the user's if it exists, else the system's. The drop-ins of both are applied on top; a later
//! one replaces the prefix, alias or search list of an earlier one. Files of version 1, with tables
//! `[registries.search]` and similar, are ignored.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::image::name;
use crate::image::name::{Name, split_registry};
use crate::source::disk::given;

/// The largest configuration file, in bytes.
const LARGEST: u64 = 1 << 20;

/// The most drop-in files of one directory, and the most registries of one file and of the search list.
const MOST: usize = 1000;

/// The paths of the files.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// Candidates for `registries.conf`; the first that exists is read.
    pub files: Vec<PathBuf>,
    /// Directories of drop-ins; later ones take precedence.
    pub drop_ins: Vec<PathBuf>,
    /// `short-name-aliases.conf`, where podman stores the user's choices for short names. It takes precedence.
    pub chosen_aliases: Option<PathBuf>,
}

/// The contents of the files.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) registries: Vec<Registry>,
    aliases: HashMap<String, String>,
    search: Vec<String>,
    mode: ShortNameMode,
}

/// How a short name with several candidate registries is resolved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ShortNameMode {
    /// The user must choose.
    Enforcing,
    /// The user chooses on a terminal; else as `Disabled`.
    #[default]
    Permissive,
    /// All are tried in order.
    Disabled,
}

/// The images that a name can mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidates {
    /// At least one.
    pub(super) names: Vec<Name>,
    /// Whether the user must choose.
    pub(super) ambiguous: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct File {
    registry: Vec<Registry>,
    aliases: HashMap<String, String>,
    unqualified_search_registries: Option<Vec<String>>,
    short_name_mode: Option<ShortNameMode>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct Registry {
    pub(super) prefix: String,
    pub(super) location: String,
    pub(super) insecure: bool,
    pub(super) blocked: bool,
    pub(super) mirror_by_digest_only: bool,
    pub(super) mirror: Vec<Mirror>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct Mirror {
    pub(super) location: String,
    pub(super) insecure: bool,
    /// `all`, `digest-only`, `tag-only`
    #[serde(rename = "pull-from-mirror")]
    pub(super) pulls: String,
}

impl Rules {
    /// Reads the files.
    ///
    /// # Errors
    /// If a file is unreadable or invalid; the message names it.
    pub(super) fn read(configuration: &Configuration) -> Result<Self, String> {
        let main = configuration.files.iter().find(|file| file.is_file());
        let mut files: Vec<PathBuf> = main.into_iter().cloned().collect();
        for directory in &configuration.drop_ins {
            let Ok(entries) = fs::read_dir(directory) else { continue };
            let paths = entries.take(MOST).flatten().map(|entry| entry.path());
            let mut conf: Vec<PathBuf> = paths
                .filter(|path| path.extension().is_some_and(|it| it == "conf") && path.is_file())
                .collect();
            conf.sort();
            files.append(&mut conf);
        }
        files.extend(configuration.chosen_aliases.iter().filter(|file| file.is_file()).cloned());
        let mut rules = Self::default();
        for file in files {
            let said = read(&file).map_err(|why| format!("{}: {why}", file.display()))?;
            rules.add(said);
        }
        Ok(rules)
    }

    fn add(&mut self, said: File) {
        for mut registry in said.registry.into_iter().take(MOST) {
            if registry.prefix.is_empty() {
                registry.prefix.clone_from(&registry.location);
            }
            self.registries.retain(|earlier| earlier.prefix != registry.prefix);
            self.registries.push(registry);
        }
        self.aliases.extend(said.aliases);
        self.search = said.unqualified_search_registries.unwrap_or_else(|| self.search.clone());
        self.search.truncate(MOST);
        self.mode = said.short_name_mode.unwrap_or(self.mode);
    }

    /// The images that a name without a registry can mean: by an alias, else one in each registry of the search list,
    /// else Docker's. `None` if it is not a valid name.
    pub(super) fn candidates(&self, text: &str) -> Option<Candidates> {
        let whole = Name::parse(text)?;
        if split_registry(text).is_some() {
            return Some(Candidates { names: vec![whole], ambiguous: false });
        }
        let repository = text.split_once('@').map_or(text, |(before, _)| before);
        let (repository, _) = name::split_tag(repository);
        let alias = self.aliases.get(repository).filter(|alias| !alias.is_empty());
        let alias =
            alias.and_then(|alias| Name::parse(&format!("{alias}{}", &text[repository.len()..])));
        if let Some(name) = alias {
            return Some(Candidates { names: vec![name], ambiguous: false });
        }
        let found = self.search.iter().filter_map(|host| Name::parse(&format!("{host}/{text}")));
        let mut names: Vec<Name> = found.collect();
        if names.is_empty() {
            names.push(whole);
        }
        let ambiguous = names.len() > 1 && self.mode == ShortNameMode::Enforcing;
        Some(Candidates { names, ambiguous })
    }
}

fn read(file: &Path) -> Result<File, String> {
    let bytes = given::read(file, LARGEST).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
    toml::from_str(&text).map_err(|error| error.message().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(conf: &str) -> Rules {
        let mut rules = Rules::default();
        rules.add(toml::from_str(conf).unwrap());
        rules
    }

    fn candidates(rules: &Rules, text: &str) -> Vec<String> {
        let candidates = rules.candidates(text).unwrap();
        candidates.names.iter().map(Name::to_string).collect()
    }

    #[test]
    fn a_short_name_is_an_alias_or_looked_for_in_the_search_list() {
        let rules = rules(
            r#"
            unqualified-search-registries = ["quay.example", "docker.io", "localhost:5000"]
            [aliases]
            "fedora" = "registry.example/fedora"
            "lab/tool" = "other.example:5000/a/b"
            "unset" = ""
            "#,
        );
        for (text, expected) in [
            ("fedora", &["registry.example/fedora:latest"][..]),
            ("fedora:41", &["registry.example/fedora:41"]),
            ("lab/tool:1", &["other.example:5000/a/b:1"]),
            (
                "nginx",
                &[
                    "quay.example/nginx:latest",
                    "docker.io/library/nginx:latest",
                    "localhost:5000/nginx:latest",
                ],
            ),
            (
                "x/fedora:2",
                &["quay.example/x/fedora:2", "docker.io/x/fedora:2", "localhost:5000/x/fedora:2"],
            ),
            (
                "unset",
                &[
                    "quay.example/unset:latest",
                    "docker.io/library/unset:latest",
                    "localhost:5000/unset:latest",
                ],
            ),
            ("docker.io/fedora", &["docker.io/library/fedora:latest"]),
            ("localhost/fedora", &["localhost/fedora:latest"]),
            ("r:5000/fedora", &["r:5000/fedora:latest"]),
        ] {
            assert_eq!(candidates(&rules, text), expected, "{text}");
        }
        let digest = format!("@sha256:{}", "ab".repeat(32));
        assert_eq!(
            candidates(&rules, &format!("fedora{digest}")),
            [format!("registry.example/fedora{digest}")]
        );
    }

    #[test]
    fn without_a_search_list_a_short_name_is_docker_s() {
        assert_eq!(candidates(&Rules::default(), "nginx"), ["docker.io/library/nginx:latest"]);
        let none = rules("unqualified-search-registries = []");
        assert_eq!(candidates(&none, "a/b"), ["docker.io/a/b:latest"]);
    }

    #[test]
    fn the_user_has_to_choose_where_that_is_enforced() {
        let list = "unqualified-search-registries = [\"a.example\", \"b.example\"]\n";
        for (mode, ambiguous) in [
            ("", false),
            ("short-name-mode = \"enforcing\"", true),
            ("short-name-mode = \"permissive\"", false),
            ("short-name-mode = \"disabled\"", false),
        ] {
            let rules = rules(&format!("{list}{mode}\n[aliases]\n\"x\" = \"c.example/x\""));
            assert_eq!(rules.candidates("nginx").unwrap().ambiguous, ambiguous, "{mode}");
            assert!(!rules.candidates("x").unwrap().ambiguous, "{mode}");
            assert!(!rules.candidates("a.example/nginx").unwrap().ambiguous, "{mode}");
        }
    }

    #[test]
    fn later_files_and_what_a_user_chose_replace_aliases_and_lists() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("d")).unwrap();
        let alias = |name: &str, host: &str| format!("[aliases]\n\"{name}\" = \"{host}/x\"\n");
        let list = "unqualified-search-registries = [\"a.example\"]\n".to_owned();
        fs::write(at("registries.conf"), list + &alias("one", "a.example")).unwrap();
        fs::write(at("d/shortnames.conf"), alias("two", "a.example")).unwrap();
        fs::write(at("d/zz.conf"), alias("one", "b.example")).unwrap();
        fs::write(at("chosen.conf"), alias("two", "c.example")).unwrap();
        let configuration = Configuration {
            files: vec![at("registries.conf")],
            drop_ins: vec![at("d")],
            chosen_aliases: Some(at("chosen.conf")),
        };
        let rules = Rules::read(&configuration).unwrap();
        for (text, expected) in [
            ("one", "b.example/x:latest"),
            ("two", "c.example/x:latest"),
            ("three", "a.example/three:latest"),
        ] {
            assert_eq!(candidates(&rules, text), [expected]);
        }
    }
}
