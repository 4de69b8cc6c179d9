//! A file in the user's pager: its text is written, made visible, to a private temporary file, then the pager gets the
//! terminal.

use std::io;
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::process::Command;
use std::sync::atomic::Ordering;

use tempfile::NamedTempFile;

use crate::explorer::model::message::Message;
use crate::explorer::run::Explorer;
use crate::explorer::run::error::Error;
use crate::explorer::run::event::{Ready, RunEvent};
use crate::explorer::run::worker::spawn;
use crate::load::Loader;
use crate::load::files::part;
use crate::stack::EventId;
use crate::text::{size, visible};

/// Bytes of a file that are written for the pager; `extract` writes all of it.
const LENGTH_MAX: u64 = 256 * 1024 * 1024;
/// Bytes of a line that are made visible at once.
const PIECE: u64 = 64 * 1024;

impl Explorer {
    /// Reads a version of a file for the pager, in a thread.
    pub(super) fn prepare_pager(&mut self, event: EventId) -> Result<(), Error> {
        let Some(loader) = self.loader.clone() else { return Ok(()) };
        let number = self.pager_requests.fetch_add(1, Ordering::Relaxed) + 1;
        let newest = self.pager_requests.clone();
        spawn(&self.send, "page", move |send| {
            let wanted = || newest.load(Ordering::Relaxed) == number;
            let ready = write(&loader, event, &wanted).map_err(|error| error.to_string());
            let _ = send.send(RunEvent::PagerReady(number, ready));
        })
    }

    /// Runs the pager, which has the terminal until it ends.
    pub(super) fn run_pager(&mut self, number: u64, ready: Ready) -> Result<bool, Error> {
        if number != self.pager_requests.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let file = match ready {
            Ok(file) => file,
            Err(why) => return self.dispatch(Message::Notice(format!("not opened: {why}"))),
        };
        let pager = std::env::var("PAGER").ok().filter(|pager| !pager.trim().is_empty());
        let pager = pager.unwrap_or_else(|| "less".to_owned());
        let ended = self.session.hand_over(|| {
            // $PAGER may have arguments, as git, man and others take it.
            Command::new("sh")
                .args(["-c", &format!("{pager} \"$1\""), "sh"])
                .arg(file.path())
                // The output of a preprocessor would not have been made visible.
                .env_remove("LESSOPEN")
                .status()
        });
        match ended.map_err(Error::TerminalLost)? {
            Ok(status) if status.success() => self.dispatch(Message::PagerClosed),
            Ok(status) => {
                let why =
                    status.code().map_or("a signal".to_owned(), |code| format!("exit {code}"));
                self.dispatch(Message::Notice(format!(
                    "{pager} ended with {why}; $PAGER names another"
                )))
            }
            Err(error) => self.dispatch(Message::Notice(format!("{pager} cannot be run: {error}"))),
        }
    }
}

/// Line by line: line ends and tabs stay what they are, all else is made visible.
fn write(loader: &Loader, event: EventId, wanted: &dyn Fn() -> bool) -> io::Result<NamedTempFile> {
    let payload = part::payload(loader, event)?;
    let mut from = BufReader::new(loader.open(&payload)?.take(LENGTH_MAX));
    let file = tempfile::Builder::new().prefix("layertui-").suffix(".txt").tempfile()?;
    let mut out = BufWriter::new(&file);
    let (mut line, mut read) = (Vec::new(), 0);
    while wanted() {
        line.clear();
        let count = (&mut from).take(PIECE).read_until(b'\n', &mut line)?;
        read += count as u64;
        if count == 0 {
            if read == LENGTH_MAX {
                let whole = size::short(LENGTH_MAX);
                write!(
                    out,
                    "\n(only the first {whole} are shown: extract the file for all of it)\n"
                )?;
            }
            break;
        }
        let (text, end) = line.strip_suffix(b"\n").map_or((&line[..], ""), |text| (text, "\n"));
        for (at, field) in text.split(|&byte| byte == b'\t').enumerate() {
            let tab = if at > 0 { "\t" } else { "" };
            write!(out, "{tab}{}", visible(field))?;
        }
        out.write_all(end.as_bytes())?;
    }
    out.flush()?;
    drop(out);
    Ok(file)
}
