//! The storage drivers: their names and where each stores a layer's files.

use std::path::PathBuf;

use crate::layer::directory::Form;

/// A storage driver of containers/storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Driver {
    /// overlay, by the kernel's overlayfs or a mount program (fuse-overlayfs).
    Overlay,
    /// vfs: a complete copy for each layer.
    Vfs,
    /// btrfs: a snapshot for each layer.
    Btrfs,
    /// zfs: a dataset for each layer.
    Zfs,
    /// aufs.
    Aufs,
}

impl Driver {
    /// All drivers, the most likely first.
    pub(super) const ALL: [Self; 5] =
        [Self::Overlay, Self::Vfs, Self::Btrfs, Self::Zfs, Self::Aufs];

    /// The driver's name, the prefix of its directories.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Overlay => "overlay",
            Self::Vfs => "vfs",
            Self::Btrfs => "btrfs",
            Self::Zfs => "zfs",
            Self::Aufs => "aufs",
        }
    }

    /// The directory of a layer's files, relative to a root.
    pub(super) fn contents(self, id: &str) -> String {
        match self {
            Self::Overlay => format!("overlay/{id}/diff"),
            Self::Vfs => format!("vfs/dir/{id}"),
            Self::Btrfs => format!("btrfs/subvolumes/{id}"),
            Self::Zfs => format!("zfs/graph/{id}"),
            Self::Aufs => format!("aufs/diff/{id}"),
        }
    }

    /// How a layer is stored in its directory. `parent` is the directory of the layer below.
    pub(super) fn form(self, parent: Option<PathBuf>) -> Form {
        match self {
            Self::Overlay => Form::Overlay,
            Self::Aufs => Form::Aufs,
            Self::Vfs | Self::Btrfs | Self::Zfs => Form::FullCopy { parent },
        }
    }

    /// Whether each layer's directory is a complete root filesystem.
    pub(super) const fn copies(self) -> bool {
        matches!(self, Self::Vfs | Self::Btrfs | Self::Zfs)
    }
}
