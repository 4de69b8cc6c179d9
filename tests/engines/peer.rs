//! An engine that answers by the letter, and breaks off where it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// What comes back for one question.
#[derive(Clone)]
pub(crate) enum Reply {
    /// A document.
    Json(Value),
    /// A status and an engine's words about it.
    No(u16, &'static str),
    /// A status and the whole body.
    Status(u16, String),
    /// These bytes as the whole document.
    Raw(Vec<u8>),
    /// A stream in chunks, out of a file.
    File(PathBuf),
    /// A stream in chunks.
    Stream(Vec<u8>),
    /// A stream that ends without an end after so many bytes.
    Cut(Vec<u8>, usize),
}

/// A listening socket; gone with the process.
pub(crate) struct Peer {
    pub(crate) socket: PathBuf,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    /// Listens at a socket in `directory` and speaks that version. `answer` is asked with the path of each question, without its version.
    pub(crate) fn start(
        directory: &Path,
        version: &'static str,
        answer: impl Fn(&str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let socket = directory.join("engine.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(answer);
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                // One that goes away while it is answered is no concern of the peer's.
                thread::spawn(move || {
                    let _ = serve(stream.unwrap(), version, answer.as_ref(), &log);
                });
            }
        });
        Self { socket, asked }
    }

    /// The paths that were asked for, in their order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(
    mut stream: UnixStream,
    version: &str,
    answer: &(dyn Fn(&str) -> Reply + Send + Sync),
    log: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    assert_eq!(method, "GET", "nothing else is ever asked");
    let path = match path.strip_prefix("/v") {
        Some(rest) => rest.find('/').map_or("", |at| &rest[at..]),
        None => path,
    };
    log.lock().unwrap().push(path.to_owned());
    let head = |status: u16, rest: &str| {
        format!(
            "HTTP/1.1 {status} x\r\nApi-Version: {version}\r\nConnection: close\r\n{rest}\r\n\r\n"
        )
    };
    let whole = |status, body: &[u8]| {
        [head(status, &format!("Content-Length: {}", body.len())).as_bytes(), body].concat()
    };
    let begin = || head(200, "Transfer-Encoding: chunked").into_bytes();
    match answer(path) {
        Reply::Json(value) => stream.write_all(&whole(200, value.to_string().as_bytes())),
        Reply::Raw(bytes) => stream.write_all(&whole(200, &bytes)),
        Reply::Status(status, body) => stream.write_all(&whole(status, body.as_bytes())),
        Reply::No(status, words) => {
            let body = serde_json::json!({"message": words}).to_string();
            stream.write_all(&whole(status, body.as_bytes()))
        }
        Reply::Stream(bytes) => {
            stream.write_all(&begin())?;
            chunks(&mut stream, &bytes)?;
            stream.write_all(b"0\r\n\r\n")
        }
        Reply::File(path) => {
            stream.write_all(&begin())?;
            let mut file = std::fs::File::open(path)?;
            let mut buffer = vec![0; 1 << 20];
            loop {
                match file.read(&mut buffer)? {
                    0 => return stream.write_all(b"0\r\n\r\n"),
                    count => chunk(&mut stream, &buffer[..count])?,
                }
            }
        }
        Reply::Cut(bytes, at) => {
            stream.write_all(&begin())?;
            chunks(&mut stream, &bytes[..at])
        }
    }
}

fn chunks(stream: &mut UnixStream, bytes: &[u8]) -> std::io::Result<()> {
    bytes.chunks(1000).try_for_each(|bytes| chunk(stream, bytes))
}

fn chunk(stream: &mut UnixStream, bytes: &[u8]) -> std::io::Result<()> {
    write!(stream, "{:x}\r\n", bytes.len())?;
    stream.write_all(bytes)?;
    stream.write_all(b"\r\n")
}
