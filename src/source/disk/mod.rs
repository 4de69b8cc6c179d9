//! Images in files and directories: archives, layouts, root filesystems.

pub(crate) mod dir;
pub(crate) mod docker_archive;
pub(crate) mod docker_v1;
pub(crate) mod given;
pub(crate) mod open;
pub(crate) mod recognise;
pub(crate) mod rootfs;
pub(crate) mod standard_input;
