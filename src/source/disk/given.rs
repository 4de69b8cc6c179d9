//! Opens files named by users and settings, without blocking on special files.
//!
//! Opening a named pipe waits for a writer, and opening a device can have side effects (a tape rewinds). So only
//! regular files are opened, and pipes (`<(docker save nginx)` of a shell) and the null device where they make sense, without
//! blocking.

use std::fs::{File, FileType, Metadata};
use std::io;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

/// The longest wait for a writer of a pipe.
const NO_WRITER_MAX: Duration = Duration::from_secs(1);

/// The interval between attempts to read from a pipe without a writer.
const POLL: Duration = Duration::from_millis(20);

/// Opens a regular file.
///
/// # Errors
/// Errors of the system, and files of another type.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    check(&std::fs::metadata(path)?)?;
    let file = open_now(path)?;
    // The path may have been replaced since the check above.
    check(&file.metadata()?)?;
    Ok(file)
}

/// Opens a regular file, a pipe with a writer, or the null device, which is empty, for sequential reading.
///
/// # Errors
/// As [`open`], and if no writer opens the pipe within [`NO_WRITER_MAX`].
pub(crate) fn reader(path: &Path) -> io::Result<Box<dyn Read>> {
    let metadata = std::fs::metadata(path)?;
    if is_pipe(metadata.file_type()) {
        return Ok(Box::new(open_pipe(path)?));
    }
    if is_null(&metadata) {
        return Ok(Box::new(io::empty()));
    }
    Ok(Box::new(open(path)?))
}

/// Reads a regular file of at most `most` bytes.
///
/// # Errors
/// As [`open`], and if the file is longer.
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    at_most(open(path)?, most)
}

/// Reads a text of at most `most` bytes.
///
/// # Errors
/// As [`reader`], and if the text is longer or not UTF-8.
pub(crate) fn text(path: &Path, most: u64) -> io::Result<String> {
    let not_text = |_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text");
    String::from_utf8(at_most(reader(path)?, most)?).map_err(not_text)
}

fn at_most(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let what = format!("it is longer than {most} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
    }
    Ok(bytes)
}

/// The JSON document in a regular file of at most `most` bytes; `None` if there is none.
pub(crate) fn json(path: &Path, most: u64) -> Option<serde_json::Value> {
    serde_json::from_slice(&read(path, most).ok()?).ok()
}

/// Whether the file is a pipe.
#[cfg(unix)]
pub(super) fn is_pipe(kind: FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind)
}

#[cfg(not(unix))]
pub(super) fn is_pipe(_: FileType) -> bool {
    false
}

/// Whether this is the null device, by whatever name.
#[cfg(unix)]
fn is_null(metadata: &Metadata) -> bool {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    let device = |it: &Metadata| it.file_type().is_char_device().then(|| it.rdev());
    device(metadata).is_some()
        && std::fs::metadata("/dev/null").is_ok_and(|null| device(&null) == device(metadata))
}

#[cfg(not(unix))]
fn is_null(_: &Metadata) -> bool {
    false
}

/// Whether the pipe has no name by which a writer could open it: a shell's `<(command)`. Known on Linux only.
#[cfg(target_os = "linux")]
fn is_anonymous(file: &File) -> bool {
    /// `PIPEFS_MAGIC` of `linux/magic.h`.
    const PIPE_FILE_SYSTEM: u64 = 0x5049_5045;
    rustix::fs::fstatfs(file).is_ok_and(|it| it.f_type as u64 == PIPE_FILE_SYSTEM)
}

#[cfg(not(target_os = "linux"))]
fn is_anonymous(_: &File) -> bool {
    false
}

/// Opens a pipe for reading as soon as it has a writer.
pub(super) fn open_pipe(path: &Path) -> io::Result<impl Read + use<>> {
    let mut file = open_now(path)?;
    let mut first = [0; 4096];
    let until = Instant::now() + NO_WRITER_MAX;
    let count = loop {
        match file.read(&mut first) {
            // All writers have closed it.
            Ok(0) if is_anonymous(&file) => break 0,
            // No writer, or a writer that closed the pipe without writing.
            Ok(0) if Instant::now() < until => std::thread::sleep(POLL),
            Ok(0) => {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "it is a pipe that nothing writes to",
                ));
            }
            Ok(count) => break count,
            // The writer has not written yet.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break 0,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    };
    wait_from_now_on(&file)?;
    Ok(io::Cursor::new(first[..count].to_vec()).chain(file))
}

#[cfg(unix)]
fn open_now(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt as _;

    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    File::options().read(true).custom_flags(flags.bits() as i32).open(path)
}

#[cfg(not(unix))]
fn open_now(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn wait_from_now_on(file: &File) -> io::Result<()> {
    let flags = rustix::fs::fcntl_getfl(file)?;
    Ok(rustix::fs::fcntl_setfl(file, flags - rustix::fs::OFlags::NONBLOCK)?)
}

#[cfg(not(unix))]
fn wait_from_now_on(_: &File) -> io::Result<()> {
    Ok(())
}

fn check(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    let what = format!("it is {}, not a file", kind(metadata.file_type()));
    Err(io::Error::new(io::ErrorKind::InvalidInput, what))
}

#[cfg(unix)]
fn kind(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    match kind {
        kind if kind.is_dir() => "a directory",
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
fn kind(kind: FileType) -> &'static str {
    if kind.is_dir() { "a directory" } else { "a device" }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn make_pipe(path: &Path) -> rustix::io::Result<()> {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0)
    }

    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let pipe = folder.path().join("pipe");
        make_pipe(&pipe).unwrap();
        for (path, what) in [
            (socket.as_path(), "a socket"),
            (&pipe, "a pipe"),
            (folder.path(), "a directory"),
            (Path::new("/dev/null"), "a device"),
        ] {
            let refused = read(path, 10).unwrap_err().to_string();
            assert_eq!(refused, format!("it is {what}, not a file"));
        }
        let file = folder.path().join("file");
        std::fs::write(&file, "12345").unwrap();
        assert_eq!(read(&file, 5).unwrap(), b"12345");
        assert!(read(&file, 4).is_err());
    }

    #[test]
    fn a_pipe_without_a_writer_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        make_pipe(&pipe).unwrap();
        let refused = reader(&pipe).err().unwrap();
        assert_eq!(refused.to_string(), "it is a pipe that nothing writes to");
    }

    /// A shell has closed its end of `<(true)` before the path is opened.
    #[test]
    fn an_anonymous_pipe_that_nothing_was_written_to_is_empty() {
        use std::os::fd::AsRawFd as _;
        let (end, writer) = std::io::pipe().unwrap();
        let path = format!("/dev/fd/{}", end.as_raw_fd());
        drop(writer);
        let mut text = String::new();
        reader(Path::new(&path)).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "");
    }

    #[test]
    fn of_the_devices_only_the_null_device_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        for null in [Path::new("/dev/null"), &link] {
            assert_eq!(reader(null).unwrap().read(&mut [0; 8]).unwrap(), 0);
        }
        for device in ["/dev/zero", "/dev/full", "/dev/urandom"] {
            let refused = reader(Path::new(device)).err().unwrap();
            assert_eq!(refused.to_string(), "it is a device, not a file");
        }
    }

    #[test]
    fn a_pipe_is_read_to_its_end_however_late_its_writer_writes() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        make_pipe(&pipe).unwrap();
        let at = pipe.clone();
        let writer = std::thread::spawn(move || {
            let mut end = File::options().write(true).open(at).unwrap();
            std::thread::sleep(POLL * 5);
            end.write_all(b"late").unwrap();
        });
        let mut text = String::new();
        reader(&pipe).unwrap().read_to_string(&mut text).unwrap();
        writer.join().unwrap();
        assert_eq!(text, "late");
    }
}
