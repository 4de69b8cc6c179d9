//! layertui held against real engines: one image with every kind of change, built and saved in every form by buildah,
//! podman and skopeo, unpacked by umoci, mounted by podman, and read once more by a slow model of our own.
//!
//! Runs with `LAYERTUI_INTEROP=1` only, and then what it needs has to be there.
//!
//! | file | what |
//! |---|---|
//! | `Containerfile`, `base` | the image: every kind of change that a layer can make |
//! | `image` | building it, and saving it in every form |
//! | `disk`, `tarball`, `union` | trees that others made, layers' tars, and the model over them |
//! | `compare` | what layertui prints, held against a tree or a set of changes |
//! | `trees`, `samples` | the tests |

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on has failed, and a skipped one says so"
)]

mod base;
mod compare;
mod disk;
mod engines;
mod image;
mod layertui;
mod samples;
mod scratch;
mod tarball;
mod tree;
mod trees;
mod union;
