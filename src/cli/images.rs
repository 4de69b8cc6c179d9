//! `layertui images`

use super::args::Images;
use super::{Failure, Outcome, output};
use crate::report::{self, Format};
use crate::source;

pub(super) fn run(command: &Images) -> Outcome {
    let inventory = source::inventory();
    let format = if command.json { Format::Json } else { Format::Text };
    output(|out| report::images(out, &inventory, command.containers, format))?;
    for sentence in &inventory.unreadable {
        super::remark(sentence);
    }
    if !inventory.stores.is_empty() {
        return Ok(());
    }
    // Nothing could be read at all: that is not the same as nothing being there.
    if !inventory.unreadable.is_empty() {
        return Err(Failure::Error("no local store or engine could be read".to_owned()));
    }
    super::remark("no local store of Docker, podman or containerd is here, and no engine listens");
    Ok(())
}
