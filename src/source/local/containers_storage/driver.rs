//! The storage drivers: what they are called, and where each keeps a layer's files.

use std::path::PathBuf;

use crate::layer::directory::Form;

/// A storage driver of containers/storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Driver {
    /// overlay, with the kernel's overlayfs or a mount program.
    Overlay,
    /// A complete copy for each layer.
    Vfs,
    /// A snapshot for each layer.
    Btrfs,
    /// A dataset for each layer.
    Zfs,
    /// aufs.
    Aufs,
}

impl Driver {
    /// All of them, the most likely first.
    pub(super) const ALL: [Self; 5] =
        [Self::Overlay, Self::Vfs, Self::Btrfs, Self::Zfs, Self::Aufs];

    /// Its name, with which its directories begin.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Overlay => "overlay",
            Self::Vfs => "vfs",
            Self::Btrfs => "btrfs",
            Self::Zfs => "zfs",
            Self::Aufs => "aufs",
        }
    }

    /// The directory that holds a layer's files, below a root.
    pub(super) fn contents(self, id: &str) -> String {
        match self {
            Self::Overlay => format!("overlay/{id}/diff"),
            Self::Vfs => format!("vfs/dir/{id}"),
            Self::Btrfs => format!("btrfs/subvolumes/{id}"),
            Self::Zfs => format!("zfs/graph/{id}"),
            Self::Aufs => format!("aufs/diff/{id}"),
        }
    }

    /// How a layer lies in its directory. `parent` is the directory of the layer below.
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
