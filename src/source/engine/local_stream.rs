//! A connection to an engine of this machine: a Unix socket, on Windows a named pipe.

#[cfg(unix)]
pub(super) use crate::source::engine::local_stream::unix::LocalStream;
#[cfg(windows)]
pub(super) use crate::source::engine::local_stream::windows::LocalStream;

#[cfg(unix)]
mod unix {
    use std::io;
    use std::io::{Read, Write};
    use std::net::Shutdown;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    /// A connected socket.
    pub(in crate::source::engine) struct LocalStream(UnixStream);

    impl LocalStream {
        pub(in crate::source::engine) fn connect(path: &Path) -> io::Result<Self> {
            UnixStream::connect(path).map(Self)
        }

        /// A stream to the standard input and output of `command`, which is started afterwards.
        pub(in crate::source::engine) fn to_process(command: &mut Command) -> io::Result<Self> {
            let (ours, theirs) = UnixStream::pair()?;
            command
                .stdin(Stdio::from(OwnedFd::from(theirs.try_clone()?)))
                .stdout(Stdio::from(OwnedFd::from(theirs)));
            Ok(Self(ours))
        }

        pub(in crate::source::engine) fn read(
            &self,
            buffer: &mut [u8],
            limit: Option<Duration>,
        ) -> io::Result<usize> {
            self.0.set_read_timeout(limit)?;
            (&self.0).read(buffer)
        }

        pub(in crate::source::engine) fn write_all(
            &self,
            bytes: &[u8],
            limit: Option<Duration>,
        ) -> io::Result<()> {
            self.0.set_write_timeout(limit)?;
            (&self.0).write_all(bytes)
        }

        /// Ends reads that wait.
        pub(in crate::source::engine) fn shutdown(&self) {
            // Fails only if the peer closed the connection first.
            let _ = self.0.shutdown(Shutdown::Both);
        }
    }
}

#[cfg(windows)]
mod windows {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::path::Path;
    use std::process::Command;
    use std::time::{Duration, Instant};
    use std::{io, thread};

    /// ERROR_PIPE_BUSY: all instances of the pipe have a client.
    const PIPE_BUSY: i32 = 231;

    /// The longest wait for a busy pipe.
    const BUSY_MAX: Duration = Duration::from_secs(2);

    /// The interval at which a busy pipe is tried again.
    const POLL_INTERVAL: Duration = Duration::from_millis(20);

    /// A named pipe, opened as a file. Reads have no time limit and a waiting one cannot be ended: std has neither.
    pub(in crate::source::engine) struct LocalStream(File);

    impl LocalStream {
        pub(in crate::source::engine) fn connect(path: &Path) -> io::Result<Self> {
            let until = Instant::now() + BUSY_MAX;
            loop {
                match File::options().read(true).write(true).open(path) {
                    Err(error)
                        if error.raw_os_error() == Some(PIPE_BUSY) && Instant::now() < until =>
                    {
                        thread::sleep(POLL_INTERVAL);
                    }
                    opened => return opened.map(Self),
                }
            }
        }

        /// Not supported: std has no pair of connected streams here.
        pub(in crate::source::engine) fn to_process(_command: &mut Command) -> io::Result<Self> {
            let what = "engines behind ssh are not supported on Windows: use tcp://HOST:PORT";
            Err(io::Error::new(io::ErrorKind::Unsupported, what))
        }

        pub(in crate::source::engine) fn read(
            &self,
            buffer: &mut [u8],
            _limit: Option<Duration>,
        ) -> io::Result<usize> {
            match (&self.0).read(buffer) {
                // The engine closed its end.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
                read => read,
            }
        }

        pub(in crate::source::engine) fn write_all(
            &self,
            bytes: &[u8],
            _limit: Option<Duration>,
        ) -> io::Result<()> {
            (&self.0).write_all(bytes)
        }

        pub(in crate::source::engine) fn shutdown(&self) {
            // Closed when it is dropped.
            let _ = &self.0;
        }
    }
}
