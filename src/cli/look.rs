//! Files for the explorer's viewer, read in a thread of their own; and files in the user's pager.

use std::io::{self, Write};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::app::file::{Look, Part, What};
use crate::content::search::Needle;
use crate::content::{Contents, is_binary};
use crate::load::{Loader, contents};
use crate::text::visible;

/// A pager gets the beginning of a larger file.
const PAGED_MAX: u64 = 64 * 1024 * 1024;

/// What a viewer asked for. `newest` is the number of the newest question: nobody waits for an older one.
pub(super) fn look(
    loader: &Loader,
    look: &Look,
    newest: &Arc<AtomicU64>,
) -> Result<Box<Contents>, String> {
    let wanted = || newest.load(Ordering::Relaxed) == look.number;
    let found = match look.what {
        What::Two(old, new) => contents::difference(loader, old, new, &wanted),
        What::Version(event) => match part(&look.part) {
            Some(part) => contents::part(loader, event, &part, &wanted),
            None => return Err("nothing to look for".to_owned()),
        },
    };
    found.map(Box::new).map_err(|error| reason(&error))
}

fn part(part: &Part) -> Option<contents::Part> {
    Some(match part {
        Part::At(at) => contents::Part::At(*at),
        Part::End => contents::Part::End,
        Part::Find { text, from, forward } => {
            contents::Part::Find { needle: Needle::new(text)?, from: *from, forward: *forward }
        }
    })
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => format!(
            "{error}; run layertui as the owner of this store: with sudo, or `podman unshare layertui ...`"
        ),
        _ => error.to_string(),
    }
}

/// Shows a file or a difference in `$PAGER`, or in less. The pager gets visible text only: nothing in it can make a
/// terminal do anything, whatever the pager lets through.
pub(super) fn page(loader: &Loader, what: What) -> Result<(), String> {
    let bytes = match what {
        What::Version(event) => contents::whole(loader, event, PAGED_MAX, &|| true),
        What::Two(old, new) => {
            contents::difference(loader, old, new, &|| true).map(|found| found.window.bytes)
        }
    };
    let bytes = bytes.map_err(|error| reason(&error))?;
    if is_binary(&bytes) {
        return Err("this is no text: v and x show its bytes".to_owned());
    }
    let shown = || -> io::Result<()> {
        let mut copy = tempfile::Builder::new().prefix("layertui-").suffix(".txt").tempfile()?;
        write_visible(&mut io::BufWriter::new(copy.as_file_mut()), &bytes)?;
        let pager = std::env::var("PAGER").ok().filter(|pager| !pager.trim().is_empty());
        let pager = pager.unwrap_or_else(|| "less".to_owned());
        // As git does it: the user's own words to a shell, the file as its argument.
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("{pager} \"$1\""), "sh"]).arg(copy.path());
        command.env("LESSSECURE", "1").env_remove("LESSOPEN").env_remove("LESSCLOSE");
        let status = command.status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("{pager}: {status}"))) }
    };
    shown().map_err(|error| format!("the pager: {error}"))
}

fn write_visible(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let (line, end) = line.strip_suffix(b"\n").map_or((line, ""), |line| (line, "\n"));
        for (index, piece) in line.split(|&byte| byte == b'\t').enumerate() {
            if index > 0 {
                out.write_all(b"\t")?;
            }
            out.write_all(visible(piece).as_bytes())?;
        }
        out.write_all(end.as_bytes())?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pager_gets_nothing_that_a_terminal_obeys() {
        let mut out = Vec::new();
        write_visible(&mut out, b"a\tb\x1b]0;x\x07\r\n\xffend").unwrap();
        assert_eq!(out, b"a\tb\\x1b]0;x\\x07\\r\n\\xffend");
    }
}
