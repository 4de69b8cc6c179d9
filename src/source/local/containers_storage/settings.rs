//! The settings of `storage.conf` and its drop-ins that locate stores (storage.conf(5)).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::source::disk::given;

/// Maximum size of a configuration file, in bytes.
const LARGEST: u64 = 1 << 20;

/// Maximum number of drop-in files per directory.
const MOST_FILES: usize = 1000;

/// Maximum number of additional stores.
const MOST_STORES: usize = 100;

/// The settings that locate stores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) graphroot: Option<String>,
    pub(super) runroot: Option<String>,
    pub(super) rootless_storage_path: Option<String>,
    pub(super) imagestore: Option<String>,
    pub(super) additional: Option<Vec<String>>,
}

impl Settings {
    fn of(table: &Table) -> Self {
        let storage = table.get("storage").and_then(Value::as_table);
        let text = |key: &str| {
            let text = storage?.get(key)?.as_str()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        let options = storage.and_then(|storage| storage.get("options")?.as_table());
        let additional = options.and_then(|options| {
            let stores = options.get("additionalimagestores")?.as_array()?.iter();
            let stores = stores.filter_map(|store| store.as_str().filter(|it| !it.is_empty()));
            Some(stores.take(MOST_STORES).map(str::to_owned).collect())
        });
        let imagestore = options.and_then(|options| options.get("imagestore")?.as_str());
        Self {
            graphroot: text("graphroot"),
            runroot: text("runroot"),
            rootless_storage_path: text("rootless_storage_path"),
            imagestore: text("imagestore").or_else(|| imagestore.map(str::to_owned)),
            additional,
        }
    }

    /// These settings, overridden by those that `over` has.
    pub(super) fn overridden_by(self, over: &Self) -> Self {
        let over = over.clone();
        Self {
            graphroot: over.graphroot.or(self.graphroot),
            runroot: over.runroot.or(self.runroot),
            rootless_storage_path: over.rootless_storage_path.or(self.rootless_storage_path),
            imagestore: over.imagestore.or(self.imagestore),
            additional: over.additional.or(self.additional),
        }
    }

    /// `storage.conf` of the last directory that has one, overridden by the drop-ins of all directories in the order
    /// of their names. A drop-in hides one of the same name in an earlier directory.
    pub(super) fn of_directories(directories: &[PathBuf]) -> Self {
        let main = directories.iter().rev().find_map(|it| Self::read(&it.join("storage.conf")));
        let mut files = BTreeMap::new();
        for directory in directories {
            let Ok(entries) = fs::read_dir(directory.join("storage.conf.d")) else { continue };
            for entry in entries.take(MOST_FILES).flatten() {
                let path = entry.path();
                if path.extension().is_some_and(|extension| extension == "conf") {
                    files.insert(entry.file_name(), path);
                }
            }
        }
        let settings = files.values().filter_map(|file| Self::read(file));
        settings.fold(main.unwrap_or_default(), |settings, over| settings.overridden_by(&over))
    }

    /// Reads a file; `None` if it cannot be read or parsed.
    pub(super) fn read(file: &Path) -> Option<Self> {
        let text = given::text(file, LARGEST).ok()?;
        text.parse().ok().map(|table| Self::of(&table))
    }
}
