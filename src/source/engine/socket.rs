//! HTTP over a socket of this machine or over `ssh`: transports that the HTTP client lacks.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;
use std::{fmt, io};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, ShutdownHandle, Transport,
};

use crate::source::engine::dial::SshProcess;
use crate::source::engine::endpoint::Kind;
use crate::source::engine::local_stream::LocalStream;
use crate::source::engine::ssh::Far;

/// The target of all connections, whatever the address in the request.
#[derive(Debug)]
pub(super) enum To {
    /// A socket, on Windows a named pipe.
    Socket(PathBuf),
    /// An engine on another machine, with the time limit for connecting.
    Far(Far, Kind, Duration),
}

impl Connector for To {
    type Out = Connection;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _chained: Option<()>,
    ) -> Result<Option<Connection>, Error> {
        let (stream, ssh) = match self {
            Self::Socket(path) => (LocalStream::connect(path)?, None),
            Self::Far(far, kind, timeout) => {
                let (stream, ssh) = far.dial(*kind, *timeout)?;
                (stream, Some(ssh))
            }
        };
        let stream = Arc::new(Stream(stream));
        let handle = Arc::downgrade(&stream) as Weak<dyn ShutdownHandle>;
        (details.register_shutdown)(handle)?;
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Connection { stream, buffers, ssh, answered: false }))
    }
}

struct Stream(LocalStream);

impl ShutdownHandle for Stream {
    fn shutdown(&self) {
        self.0.shutdown();
    }
}

/// An open socket.
pub(super) struct Connection {
    stream: Arc<Stream>,
    buffers: LazyBuffers,
    /// The `ssh` process.
    ssh: Option<SshProcess>,
    /// Whether bytes were received.
    answered: bool,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection")
    }
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = timeout.for_write();
        let sent = self.stream.0.write_all(&self.buffers.output()[..amount], limit(&timeout));
        sent.map_err(|error| closed(&mut self.ssh, error, &timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        let limit = limit(&timeout);
        let buffer = self.buffers.input_append_buf();
        let count = loop {
            match self.stream.0.read(buffer, limit) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(closed(&mut self.ssh, error, &timeout)),
                Ok(count) => break count,
            }
        };
        self.buffers.input_appended(count);
        if let (0, false, Some(ssh)) = (count, self.answered, &mut self.ssh) {
            return Err(Error::Io(ssh.error_output()));
        }
        self.answered |= count > 0;
        Ok(count > 0)
    }

    fn is_open(&mut self) -> bool {
        // Connecting to a socket costs as much as a request, connecting by `ssh` far more.
        self.ssh.as_mut().is_some_and(SshProcess::is_up)
    }
}

/// The error of a failed read or write; if `ssh` ended, the error it printed.
fn closed(ssh: &mut Option<SshProcess>, error: io::Error, timeout: &NextTimeout) -> Error {
    use io::ErrorKind::{BrokenPipe, ConnectionReset};
    match ssh {
        Some(ssh) if matches!(error.kind(), BrokenPipe | ConnectionReset) => {
            Error::Io(ssh.error_output())
        }
        _ => timed(error, timeout),
    }
}

/// The remaining time; at least a millisecond, since zero would mean no limit.
fn limit(timeout: &NextTimeout) -> Option<Duration> {
    timeout.not_zero().map(|limit| (*limit).max(Duration::from_millis(1)))
}

fn timed(error: io::Error, timeout: &NextTimeout) -> Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Error::Timeout(timeout.reason),
        _ => Error::Io(error),
    }
}

/// No name is resolved.
#[derive(Debug)]
pub(super) struct Nowhere;

impl Resolver for Nowhere {
    fn resolve(
        &self,
        _uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let mut addresses = self.empty();
        addresses.push(SocketAddr::from((Ipv4Addr::LOCALHOST, 80)));
        Ok(addresses)
    }
}
