//! A registry of one image, spoken to over HTTP: the pull side of the distribution-spec, and every way to go wrong.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A document or blob, and the type it is served as.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) media_type: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// What happens instead of an answer as it should be.
#[derive(Clone, Debug)]
pub(crate) enum Turn {
    /// The connection closes after so many bytes of the body.
    Cut(usize),
    /// Nothing more comes after so many bytes of the body.
    Stall(usize),
    /// Another status, with these headers and body.
    Status(u16, Vec<(&'static str, String)>, String),
    /// Other bytes.
    Bytes(Vec<u8>),
    /// Another status, and in its explanation whatever was sent.
    Echo(u16),
}

/// Which requests are authorised.
#[derive(Clone, Debug)]
pub(crate) enum Access {
    Open,
    /// Requests with this `Authorization` header.
    Basic(&'static str),
    /// Requests with this token, which the service issues for the second header (or a form that contains it).
    Token(&'static str, &'static str),
}

/// Status, headers and body of a refusal.
type Refusal = (u16, Vec<(&'static str, String)>, String);

/// One request, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) range: Option<String>,
    pub(crate) body: String,
}

struct Inside {
    held: HashMap<String, Held>,
    turns: Mutex<HashMap<String, VecDeque<Turn>>>,
    access: Access,
    ranges: bool,
    address: SocketAddr,
    seen: Mutex<Vec<Seen>>,
    sent: Mutex<u64>,
    ends: AtomicBool,
}

/// The server; it ends with this.
pub(crate) struct Server {
    inside: Arc<Inside>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `held`, by path.
    pub(crate) fn start(held: HashMap<String, Held>, access: Access, ranges: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let inside = Arc::new(Inside {
            held,
            turns: Mutex::default(),
            access,
            ranges,
            address,
            seen: Mutex::default(),
            sent: Mutex::default(),
            ends: AtomicBool::new(false),
        });
        let serving = Arc::clone(&inside);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.ends.load(Ordering::SeqCst) {
                    return;
                }
                let inside = Arc::clone(&serving);
                thread::spawn(move || stream.map(|stream| inside.serve(stream)));
            }
        });
        Self { inside, thread: Some(thread) }
    }

    /// `127.0.0.1:PORT`
    pub(crate) fn host(&self) -> String {
        self.inside.address.to_string()
    }

    /// What happens to the next requests for a path, one after the other.
    pub(crate) fn next(&self, path: &str, turns: impl IntoIterator<Item = Turn>) {
        self.inside.turns.lock().unwrap().entry(path.to_owned()).or_default().extend(turns);
    }

    /// The requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.inside.seen.lock().unwrap().clone()
    }

    /// The paths of the requests so far.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.path).collect()
    }

    /// Bytes of bodies sent so far.
    pub(crate) fn sent(&self) -> u64 {
        *self.inside.sent.lock().unwrap()
    }

    /// Forgets what was counted.
    pub(crate) fn forget(&self) {
        self.inside.seen.lock().unwrap().clear();
        *self.inside.sent.lock().unwrap() = 0;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.inside.ends.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts connections.
        drop(TcpStream::connect(self.inside.address));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Inside {
    fn serve(&self, stream: TcpStream) {
        let mut stream = stream;
        let Some(seen) = read(&stream) else { return };
        self.seen.lock().unwrap().push(seen.clone());
        let turn = self.turns.lock().unwrap().get_mut(&seen.path).and_then(VecDeque::pop_front);
        let plain = |status: u16, headers: &[(&str, String)], body: &str| {
            head(&stream, status, headers, body.len());
            self.body(&stream, body.as_bytes());
        };
        let refusal = match &turn {
            Some(Turn::Status(status, headers, body)) => {
                Some((*status, headers.clone(), body.clone()))
            }
            Some(Turn::Echo(status)) => {
                let sent = seen.authorization.clone().unwrap_or_default();
                let token = sent.rsplit(' ').next().unwrap_or_default();
                let words = format!("{sent} and {token} and {} are no good", seen.body);
                let message = serde_json::json!({"errors": [{"message": words}]}).to_string();
                Some((*status, vec![("retry-after", "0".to_owned())], message))
            }
            _ => self.refusal(&seen),
        };
        match (refusal, self.held.get(&seen.path)) {
            (Some((status, headers, body)), _) => plain(status, &headers, &body),
            (None, Some(held)) => self.give(&stream, &seen, held, turn.as_ref()),
            (None, None) => {
                plain(404, &[], r#"{"errors":[{"code":"NAME_UNKNOWN","message":"unknown"}]}"#);
            }
        }
        let _ = stream.flush();
        let _ = stream.shutdown(Shutdown::Both);
    }

    fn give(&self, stream: &TcpStream, seen: &Seen, held: &Held, turn: Option<&Turn>) {
        let whole = match turn {
            Some(Turn::Bytes(bytes)) => bytes,
            _ => &held.bytes,
        };
        let kind = ("content-type", held.media_type.to_owned());
        let range = seen.range.as_deref().filter(|_| self.ranges).map(|it| span(it, whole.len()));
        let bytes = if let Some((first, last)) = range {
            let of = format!("bytes {first}-{}/{}", last - 1, whole.len());
            head(stream, 206, &[kind, ("content-range", of)], last - first);
            &whole[first..last]
        } else {
            head(stream, 200, &[kind], whole.len());
            &whole[..]
        };
        if seen.method == "HEAD" {
            return;
        }
        match turn {
            Some(Turn::Cut(count)) => self.body(stream, &bytes[..*count]),
            Some(Turn::Stall(count)) => {
                self.body(stream, &bytes[..*count]);
                while !self.ends.load(Ordering::SeqCst) && !gone(stream) {
                    thread::sleep(Duration::from_millis(10));
                }
            }
            _ => self.body(stream, bytes),
        }
    }

    /// The refusal for a request that is not authorised.
    fn refusal(&self, seen: &Seen) -> Option<Refusal> {
        let sent = seen.authorization.as_deref();
        let denied = r#"{"errors":[{"code":"UNAUTHORIZED","message":"who is there?"}]}"#.to_owned();
        match &self.access {
            Access::Open => None,
            Access::Basic(expected) if sent == Some(expected) => None,
            Access::Basic(_) => {
                let challenge = r#"Basic realm="here""#.to_owned();
                Some((401, vec![("www-authenticate", challenge)], denied))
            }
            Access::Token(token, expected) if seen.path.starts_with("/token") => {
                if sent == Some(expected) || seen.body.contains(expected) {
                    return Some((200, Vec::new(), format!(r#"{{"token":"{token}"}}"#)));
                }
                Some((
                    401,
                    Vec::new(),
                    r#"{"details":"incorrect username or password"}"#.to_owned(),
                ))
            }
            Access::Token(token, _) if sent == Some(&format!("Bearer {token}")) => None,
            Access::Token(..) => {
                let challenge = format!(
                    r#"Bearer realm="http://{}/token",service="here",scope="repository:lab/x:pull""#,
                    self.address
                );
                Some((401, vec![("www-authenticate", challenge)], denied))
            }
        }
    }

    fn body(&self, mut stream: &TcpStream, bytes: &[u8]) {
        // Counted first: who has read the last byte may ask for the sum at once.
        *self.sent.lock().unwrap() += bytes.len() as u64;
        if stream.write_all(bytes).is_err() {
            *self.sent.lock().unwrap() -= bytes.len() as u64;
        }
    }
}

fn head(mut stream: &TcpStream, status: u16, headers: &[(&str, String)], length: usize) {
    let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n");
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    // The client may have closed the connection, as some tests make it do.
    let _ = stream.write_all(format!("{head}connection: close\r\n\r\n").as_bytes());
}

/// A request; `None` for what is none, a TLS greeting for one.
fn read(stream: &TcpStream) -> Option<Seen> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    let mut next = |line: &mut String| {
        line.clear();
        reader.read_line(line).is_ok_and(|count| count > 0)
    };
    if !next(&mut line) {
        return None;
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut seen = Seen { method, path, authorization: None, range: None, body: String::new() };
    let mut length = 0;
    while next(&mut line) {
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => seen.authorization = Some(value.to_owned()),
            "range" => seen.range = Some(value.to_owned()),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    seen.body = String::from_utf8(body).ok()?;
    Some(seen)
}

/// First byte and the one behind the last.
fn span(range: &str, length: usize) -> (usize, usize) {
    let (first, last) = range.trim_start_matches("bytes=").split_once('-').unwrap();
    let last = last.parse().map_or(length, |last: usize| length.min(last + 1));
    (first.parse().unwrap(), last)
}

/// Whether the other side has hung up.
fn gone(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let gone = matches!(stream.peek(&mut [0]), Ok(0));
    stream.set_nonblocking(false).unwrap();
    gone
}
