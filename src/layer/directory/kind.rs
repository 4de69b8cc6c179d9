//! What kinds of directory trees engines keep layers in, and how their owners are to be read.

use std::path::PathBuf;

/// A directory that holds a layer.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// The directory.
    pub root: PathBuf,
    /// How the layer is laid down in it.
    pub form: Form,
    /// How owners on disk became those of the image.
    pub ids: IdMaps,
}

/// How a layer is laid down in its directory.
#[derive(Clone, Debug, Default)]
pub enum Form {
    /// Content and nothing else: names like `.wh.x` are ordinary.
    #[default]
    Plain,
    /// What the kernel's overlayfs or fuse-overlayfs writes: devices 0:0 and attributes, or aufs's names, say what is
    /// gone from the layers below.
    Overlay,
    /// What aufs writes: names say what is gone.
    Aufs,
    /// A complete root filesystem; the layer is what differs from the parent's.
    FullCopy {
        /// The parent's directory; without one, everything is the layer's.
        parent: Option<PathBuf>,
    },
}

/// How owners on disk became those of the image: empty maps change nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdMaps {
    /// Of users.
    pub uids: Vec<IdRange>,
    /// Of groups.
    pub gids: Vec<IdRange>,
}

/// A run of `size` ids, starting at `container` in the image and at `host` on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdRange {
    /// First id in the image.
    pub container: u64,
    /// First id on disk.
    pub host: u64,
    /// How many.
    pub size: u64,
}

impl IdMaps {
    /// The image's user for one on disk; what no range covers stays as it is.
    #[must_use]
    pub fn uid(&self, host: u64) -> u64 {
        shift(&self.uids, host)
    }

    /// The image's group for one on disk; what no range covers stays as it is.
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
