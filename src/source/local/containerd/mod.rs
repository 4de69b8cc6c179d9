//! containerd's store, read where it lies. Layout: storage-layouts, 4.

pub mod bolt;
