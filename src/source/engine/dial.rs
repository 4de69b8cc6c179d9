//! Connects to engines on other machines by the user's `ssh`: it runs the engine's client there, which connects its
//! input and output to the engine's socket (`system dial-stdio`), as Docker's client does.
//!
//! No password is asked for: authentication uses a key or an agent.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};
use std::{io, thread};

use crate::source::engine::endpoint::Kind;
use crate::source::engine::local_stream::LocalStream;
use crate::source::engine::ssh::Far;
use crate::sync;

/// The most bytes of an error message of `ssh`.
const ERROR_OUTPUT_MAX: u64 = 2048;

/// The time limit for reading the error message after `ssh` closed the connection.
const ERROR_OUTPUT_TIMEOUT: Duration = Duration::from_secs(2);

/// The interval at which its end is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

impl Far {
    /// The arguments of `ssh`.
    fn arguments(&self, kind: Kind, timeout: Duration) -> Vec<String> {
        let seconds = timeout.as_secs().max(1);
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

    /// Starts `ssh`. The stream is connected to the engine's socket on the other machine.
    pub(super) fn dial(
        &self,
        kind: Kind,
        timeout: Duration,
    ) -> io::Result<(LocalStream, SshProcess)> {
        let mut ssh = Command::new("ssh");
        ssh.args(self.arguments(kind, timeout)).stderr(Stdio::piped());
        let ours = LocalStream::to_process(&mut ssh)?;
        let mut child = ssh.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => io::Error::other("`ssh` is not installed"),
            kind => io::Error::new(kind, format!("`ssh` cannot be run: {error}")),
        })?;
        let (send, errors) = mpsc::channel();
        if let Some(stderr) = child.stderr.take() {
            thread::spawn(move || forward(stderr, &send));
        }
        Ok((ours, SshProcess { child, errors: Mutex::new(errors) }))
    }
}

/// Sends the first [`ERROR_OUTPUT_MAX`] bytes as they come, and discards the rest, so that `ssh` does not block.
fn forward(mut stderr: impl Read, send: &Sender<Vec<u8>>) {
    let mut message = stderr.by_ref().take(ERROR_OUTPUT_MAX);
    let mut buffer = [0; 512];
    while let Ok(count @ 1..) = message.read(&mut buffer) {
        if send.send(buffer[..count].to_vec()).is_err() {
            break;
        }
    }
    let _ = io::copy(&mut stderr, &mut io::sink());
}

/// A running `ssh`, which is ended on drop.
pub(super) struct SshProcess {
    child: Child,
    /// The beginning of its standard error. The end may never come: a connection that `ssh` leaves in the background for
    /// later ones (`ControlPersist`) has it too.
    errors: Mutex<Receiver<Vec<u8>>>,
}

impl SshProcess {
    /// Whether it is running.
    pub(super) fn is_up(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The error message with which it ended.
    pub(super) fn error_output(&mut self) -> io::Error {
        let until = Instant::now() + ERROR_OUTPUT_TIMEOUT;
        while self.is_up() && Instant::now() < until {
            thread::sleep(POLL_INTERVAL);
        }
        // The process is killed if it did not end by itself.
        let _ = self.child.kill();
        let mut said = Vec::new();
        let errors = sync::lock(&self.errors);
        let left = || until.saturating_duration_since(Instant::now());
        while let Ok(more) = errors.recv_timeout(left()) {
            said.extend(more);
        }
        let said = String::from_utf8_lossy(&said).into_owned();
        let said: Vec<&str> = said.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
        let said = if said.is_empty() { "it said nothing".to_owned() } else { said.join("; ") };
        io::Error::new(io::ErrorKind::ConnectionAborted, format!("ssh ended: {said}"))
    }
}

impl Drop for SshProcess {
    fn drop(&mut self) {
        // An error means that it ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Quotes a text as one word of a shell.
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
