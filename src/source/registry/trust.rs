//! Certificate authorities: the system's, and those of single registries (containers-certs.d(5), which is Docker's
//! layout).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use crate::source::disk::given;

/// The most files of a directory of certificates, and the most bytes of a file.
const MOST_FILES: usize = 1000;
const LONGEST: u64 = 4 << 20;

/// The TLS settings for `host` (with its port, if it has one).
pub(super) fn of(host: &str, directories: &[PathBuf], verify: bool) -> TlsConfig {
    let mut authorities = Vec::new();
    let mut client = None;
    for directory in directories {
        let directory = directory.join(host);
        // A host name that would leave the directory is ignored.
        if host.contains(['/', '\\']) || host.starts_with('.') {
            break;
        }
        for file in files(&directory) {
            match file.extension().and_then(|extension| extension.to_str()) {
                Some("crt") => authorities.extend(certificates(&file)),
                Some("cert") if client.is_none() => client = client_of(&file),
                _ => {}
            }
        }
    }
    let builder = TlsConfig::builder().client_cert(client).disable_verification(!verify);
    let roots = match (authorities.is_empty(), system()) {
        (true, []) => RootCerts::WebPki,
        (_, system) => RootCerts::from(authorities.into_iter().chain(system.iter().cloned())),
    };
    builder.root_certs(roots).build()
}

/// The system's authorities; if there are none, the ones compiled into this program are used.
fn system() -> &'static [Certificate<'static>] {
    static SYSTEM: OnceLock<Vec<Certificate<'static>>> = OnceLock::new();
    SYSTEM.get_or_init(|| {
        let found = rustls_native_certs::load_native_certs().certs;
        found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect()
    })
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut files: Vec<PathBuf> =
        entries.take(MOST_FILES).filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files
}

fn read(file: &Path) -> Option<Vec<u8>> {
    given::read(file, LONGEST).ok()
}

fn certificates(file: &Path) -> Vec<Certificate<'static>> {
    let Some(pem) = read(file) else { return Vec::new() };
    let items = parse_pem(&pem).filter_map(Result::ok);
    let certificates = items.filter_map(|item| match item {
        PemItem::Certificate(certificate) => Some(certificate),
        _ => None,
    });
    certificates.collect()
}

/// `X.cert` and the `X.key` beside it.
fn client_of(certificate: &Path) -> Option<ClientCert> {
    let chain = certificates(certificate);
    let key = PrivateKey::from_pem(&read(&certificate.with_extension("key"))?).ok()?;
    (!chain.is_empty()).then(|| ClientCert::new_with_certs(&chain, key))
}
