//! The forms of directories that engines store layers in, and the mapping of owners.

use std::path::PathBuf;

/// A directory that holds a layer.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// The directory.
    pub root: PathBuf,
    /// The form of the layer.
    pub form: Form,
    /// The mapping of owners on disk to those of the image.
    pub ids: IdMaps,
}

/// The form of a layer in its directory.
#[derive(Clone, Debug, Default)]
pub enum Form {
    /// Content only: names like `.wh.x` are ordinary files.
    #[default]
    Plain,
    /// Written by overlayfs or fuse-overlayfs: devices 0:0, attributes, or names of aufs mark deletions.
    Overlay,
    /// Written by aufs: names mark deletions.
    Aufs,
    /// A complete root filesystem; the layer is its difference from the parent's.
    FullCopy {
        /// The directory of the parent; without one, the whole tree is the layer.
        parent: Option<PathBuf>,
    },
}

/// The mapping of owners on disk to those of the image; empty maps change nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdMaps {
    /// Ranges of users.
    pub uids: Vec<IdRange>,
    /// Ranges of groups.
    pub gids: Vec<IdRange>,
}

/// A range of `size` ids, starting at `container` in the image and at `host` on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdRange {
    /// First id in the image.
    pub container: u64,
    /// First id on disk.
    pub host: u64,
    /// The number of ids.
    pub size: u64,
}

impl IdMaps {
    /// The user in the image for one on disk; unchanged if no range has it.
    #[must_use]
    pub fn uid(&self, host: u64) -> u64 {
        shift(&self.uids, host)
    }

    /// The group in the image for one on disk; unchanged if no range has it.
    #[must_use]
    pub fn gid(&self, host: u64) -> u64 {
        shift(&self.gids, host)
    }
}

fn shift(ranges: &[IdRange], host: u64) -> u64 {
    ranges
        .iter()
        .find_map(|range| {
            let above = host.checked_sub(range.host).filter(|above| *above < range.size)?;
            range.container.checked_add(above)
        })
        .unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_shifted_back() {
        let maps = IdMaps {
            uids: vec![
                IdRange { container: 0, host: 1000, size: 1 },
                IdRange { container: 1, host: 100_000, size: 65_536 },
            ],
            gids: Vec::new(),
        };
        assert_eq!(
            [1000, 100_000, 165_535, 165_536].map(|id| maps.uid(id)),
            [0, 1, 65_536, 165_536]
        );
        assert_eq!(maps.gid(1000), 1000);
    }
}
