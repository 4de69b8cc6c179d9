//! Registries behind a proxy, as the variables name it that curl, Go and their like know.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::thread;

use super::stage::Stage;

/// A registry whose name does not resolve.
const ELSEWHERE: &str = "docker://registry.invalid/lab/x:1";

/// A proxy that connects every client to the same server: `CONNECT` (RFC 9110, section 9.3.6).
struct Proxy {
    address: SocketAddr,
    /// The requested targets with their `Proxy-Authorization`.
    seen: Arc<Mutex<Vec<(String, String)>>>,
}

impl Proxy {
    fn to(place: String, answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let log = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, place) = (Arc::clone(&log), place.clone());
                // A client that disconnects is not an error of the proxy.
                thread::spawn(move || stream.map(|stream| lead(&stream, &place, answer, &log)));
            }
        });
        Self { address, seen }
    }

    fn seen(&self) -> Vec<(String, String)> {
        self.seen.lock().unwrap().clone()
    }
}

fn lead(
    stream: &TcpStream,
    place: &str,
    answer: &str,
    log: &Mutex<Vec<(String, String)>>,
) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?);
    let (mut first, mut authorization) = (String::new(), String::new());
    lines.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("proxy-authorization") => {
                value.clone_into(&mut authorization);
            }
            Some(_) => {}
            None => break,
        }
    }
    let target = first.strip_prefix("CONNECT ")?.split(' ').next()?.to_owned();
    log.lock().unwrap().push((target, authorization));
    write!(&*stream, "HTTP/1.1 {answer}\r\n\r\n").ok()?;
    if !answer.starts_with("200") {
        return None;
    }
    let there = TcpStream::connect(place).ok()?;
    let (mut back, mut forth) = (there.try_clone().ok()?, there);
    let mut out = stream.try_clone().ok()?;
    thread::spawn(move || {
        let _ = std::io::copy(&mut back, &mut out);
        let _ = out.shutdown(std::net::Shutdown::Both);
    });
    let _ = std::io::copy(&mut lines, &mut forth);
    let _ = forth.shutdown(std::net::Shutdown::Write);
    Some(())
}

fn layers(stage: &Stage, reference: &str, variables: &[(&str, String)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_layertui"))
        .args(["layers", "--tls-verify=false", reference])
        .env_clear()
        .env("HOME", stage.path("home"))
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .output()
        .unwrap()
}

#[test]
fn a_registry_is_reached_by_the_proxy_that_the_variables_name() {
    for [plain, encrypted] in
        [["http_proxy", "HTTPS_PROXY"], ["http_proxy", "https_proxy"], ["ALL_PROXY", "all_proxy"]]
    {
        let stage = Stage::new();
        let proxy = Proxy::to(stage.server.host(), "200 OK");
        // `me:MARKED-4`
        let url = format!("http://me:MARKED-4@{}", proxy.address);
        let output = layers(&stage, ELSEWHERE, &[(plain, url.clone()), (encrypted, url)]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{plain} {encrypted}: {said}");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.contains("RUN middle") && !(told + &said).contains("MARKED"));
        let seen = proxy.seen();
        let expected = "Basic bWU6TUFSS0VELTQ=";
        assert!(seen.iter().all(|(_, authorization)| authorization == expected), "{seen:?}");
        // It was offered encryption first.
        assert_eq!(seen[0].0, "registry.invalid:443");
        assert_eq!(seen.last().unwrap().0, "registry.invalid:80");
        stage.kept_without(&["MARKED", "bWU6TUFSS0VELTQ="]);
    }
}

#[test]
fn what_needs_no_proxy_is_not_asked_by_it() {
    let stage = Stage::new();
    let proxy = Proxy::to(stage.server.host(), "200 OK");
    let url = format!("http://{}", proxy.address);
    let both = [("http_proxy", url.clone()), ("HTTPS_PROXY", url)];
    // This machine itself.
    let output = layers(&stage, &stage.reference("1"), &both);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // And what a variable names; at once, because a resolver may take seconds to find no host.
    let elsewhere = |names: &'static str| {
        let variables = [&both[..], &[("NO_PROXY", names.to_owned())]].concat();
        let output = layers(&stage, ELSEWHERE, &variables);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("registry.invalid: no such host"), "{names}: {said}");
    };
    thread::scope(|scope| {
        for names in ["registry.invalid", "example.com, .invalid", "*"] {
            let elsewhere = &elsewhere;
            scope.spawn(move || elsewhere(names));
        }
    });
    assert_eq!(proxy.seen(), []);
}

#[test]
fn a_proxy_that_lets_nobody_through_is_said() {
    let stage = Stage::new();
    let proxy = Proxy::to(stage.server.host(), "407 Proxy Authentication Required");
    let url = format!("http://me:MARKED-4@{}", proxy.address);
    let output = layers(&stage, ELSEWHERE, &[("HTTPS_PROXY", url.clone()), ("http_proxy", url)]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    for word in ["registry.invalid", "407", "proxy variables"] {
        assert!(said.contains(word), "no `{word}` in: {said}");
    }
    assert!(!said.contains("MARKED"), "{said}");
    assert_eq!(proxy.seen().len(), 1, "asked once");
}
