//! Engines on other machines, by the user's own `ssh`: it runs the engine's client there, which joins its input and output
//! to the engine's socket (`system dial-stdio`), as Docker's own client does it.
//!
//! Nobody is asked for a password here: who gets in does so by a key or an agent.

use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, thread};

use crate::source::engine::endpoint::Kind;
use crate::source::engine::ssh::Far;

/// What `ssh` says about a failure, at the most.
const WORDS: u64 = 2048;

/// How long what it says may take once it has hung up.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Its end is looked for so often.
const NAP: Duration = Duration::from_millis(10);

impl Far {
    /// The arguments of `ssh`.
    fn arguments(&self, kind: Kind, patience: Duration) -> Vec<String> {
        let seconds = patience.as_secs().max(1);
        let mut arguments =
            vec!["-T".to_owned(), "-o".to_owned(), "BatchMode=yes".to_owned(), "-o".to_owned()];
        arguments.push(format!("ConnectTimeout={seconds}"));
        let mut option = |name: &str, value: Option<String>| {
            arguments.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
        };
        option("-l", self.user.clone());
        option("-p", self.port.map(|port| port.to_string()));
        option("-i", self.identity.as_ref().map(|file| file.display().to_string()));
        arguments.extend(["--".to_owned(), self.host.clone()]);
        let socket = self.socket.as_ref().map(|socket| quoted(&format!("unix://{socket}")));
        let (client, option) = match kind {
            Kind::Docker => ("docker", "--host"),
            Kind::Podman => ("podman", "--url"),
        };
        arguments.push(client.to_owned());
        arguments.extend(socket.into_iter().flat_map(|socket| [option.to_owned(), socket]));
        arguments.extend(["system".to_owned(), "dial-stdio".to_owned()]);
        arguments
    }

    /// Starts `ssh`. What is written to the stream it gives reaches the engine there, and its answers come back.
    pub(super) fn dial(&self, kind: Kind, patience: Duration) -> io::Result<(UnixStream, Line)> {
        let (ours, theirs) = UnixStream::pair()?;
        let mut ssh = Command::new("ssh");
        ssh.args(self.arguments(kind, patience))
            .stdin(Stdio::from(OwnedFd::from(theirs.try_clone()?)))
            .stdout(Stdio::from(OwnedFd::from(theirs)))
            .stderr(Stdio::piped());
        let mut child = ssh.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => io::Error::other("there is no `ssh` here"),
            kind => io::Error::new(kind, format!("`ssh` cannot be run: {error}")),
        })?;
        let words = child.stderr.take().map(|mut errors| {
            thread::spawn(move || {
                let mut text = Vec::new();
                // What can be read of it; the rest must not make it wait.
                let _ = errors.by_ref().take(WORDS).read_to_end(&mut text);
                let _ = io::copy(&mut errors, &mut io::sink());
                String::from_utf8_lossy(&text).into_owned()
            })
        });
        Ok((ours, Line { child, words }))
    }
}

/// A running `ssh`; it ends with this.
pub(super) struct Line {
    child: Child,
    /// What it says beside the answers.
    words: Option<JoinHandle<String>>,
}

impl Line {
    /// Whether it still runs.
    pub(super) fn is_up(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Why it hung up, in its own words.
    pub(super) fn last_words(&mut self) -> io::Error {
        let until = Instant::now() + LAST_WORDS;
        while self.is_up() && Instant::now() < until {
            thread::sleep(NAP);
        }
        // Nothing more is waited for: an end is put to it where there was none.
        let _ = self.child.kill();
        let said = self.words.take().and_then(|words| words.join().ok()).unwrap_or_default();
        let said: Vec<&str> = said.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
        let said = if said.is_empty() { "it said nothing".to_owned() } else { said.join("; ") };
        io::Error::new(io::ErrorKind::ConnectionAborted, format!("ssh hung up: {said}"))
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // Nothing is to be done where it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// As one word of a shell's.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/.:_-+@%".contains(c);
    if text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_client_is_run_there() {
        let mut far = Far::parse("me@h:7/it's here").unwrap();
        far.identity = Some("/k".into());
        let arguments = |far: &Far, kind| far.arguments(kind, Duration::from_secs(3)).join(" ");
        assert_eq!(
            arguments(&far, Kind::Podman),
            "-T -o BatchMode=yes -o ConnectTimeout=3 -l me -p 7 -i /k -- h podman --url \
             'unix:///it'\\''s here' system dial-stdio"
        );
        let near = Far::parse("h").unwrap();
        assert!(arguments(&near, Kind::Docker).ends_with("-- h docker system dial-stdio"));
    }
}
