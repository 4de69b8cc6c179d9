//! The history of an image as a Dockerfile.

use std::io;
use std::io::Write;

use crate::findings;
use crate::findings::Step;
use crate::image::Image;
use crate::report::Lines;
use crate::text::command;

/// Writes each step of the history, oldest first. What is no instruction is a comment.
///
/// # Errors
/// Errors of writing to `out`.
pub fn dockerfile(out: &mut dyn Write, image: &Image) -> io::Result<()> {
    let mut out = Lines::new(out);
    writeln!(out, "# The history of {}, as a Dockerfile.", image.reference.visible())?;
    writeln!(out, "FROM scratch")?;
    findings::dockerfile(image, &[]).iter().try_for_each(|step| write_step(&mut out, step))
}

fn write_step(out: &mut dyn Write, step: &Step) -> io::Result<()> {
    let first = step.lines.iter().position(|line| !line.is_empty());
    let Some(first) = first else {
        let Some(layer) = step.layer else { return Ok(()) };
        return writeln!(out, "# layer {layer}: no instruction recorded");
    };
    if let Some(layer) = step.layer {
        writeln!(out, "# layer {layer}")?;
    }
    let is_instruction = command::split_instruction(&step.lines[first].visible()).is_some();
    let margin = if is_instruction { "" } else { "# " };
    step.lines[first..].iter().try_for_each(|line| writeln!(out, "{margin}{}", line.visible()))
}
