//! `layertui images`: the images of local stores and engines.

use crate::cli::args::Images;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::output;
use crate::report::Format;
use crate::{report, source};

pub(super) fn run(command: &Images) -> Outcome {
    let inventory = source::inventory();
    let format = if command.json { Format::Json } else { Format::Text };
    output(|out| report::images(out, &inventory, command.containers, format))?;
    for sentence in &inventory.unreadable {
        crate::cli::output::notice(sentence);
    }
    if !inventory.stores.is_empty() {
        return Ok(());
    }
    // Nothing could be read, which is not the same as no images.
    if !inventory.unreadable.is_empty() {
        return Err(Failure::Error("no local store or engine could be read".to_owned()));
    }
    crate::cli::output::notice(
        "no local store of Docker, podman or containerd was found, and no engine is listening",
    );
    Ok(())
}
