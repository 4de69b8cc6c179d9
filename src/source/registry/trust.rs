//! Certificate authorities: the system's, and those of single registries (containers-certs.d(5), which is Docker's
//! layout).

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{fs, io};

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use crate::source::disk::given;

/// The most files of a directory of certificates, and the most bytes of a file.
const MOST_FILES: usize = 1000;
const LONGEST: u64 = 4 << 20;

/// The TLS settings for `host` (with its port, if it has one), and the files that could not be used for them.
pub(super) fn of(host: &str, directories: &[PathBuf], verify: bool) -> (TlsConfig, Vec<String>) {
    let (mut authorities, mut client, mut trouble) = (Vec::new(), None, Vec::new());
    for directory in directories {
        let directory = directory.join(host);
        // A host name that would leave the directory is ignored.
        if host.contains(['/', '\\']) || host.starts_with('.') {
            break;
        }
        let files = files(&directory).unwrap_or_else(|why| {
            trouble.push(why);
            Vec::new()
        });
        for file in files {
            let used = match file.extension().and_then(|extension| extension.to_str()) {
                Some("crt") => certificates(&file).map(|found| authorities.extend(found)),
                Some("cert") if client.is_none() => {
                    client_of(&file).map(|found| client = Some(found))
                }
                _ => Ok(()),
            };
            trouble.extend(used.err());
        }
    }
    let builder = TlsConfig::builder().client_cert(client).disable_verification(!verify);
    let roots = match (authorities.is_empty(), system()) {
        (true, []) => RootCerts::WebPki,
        (_, system) => RootCerts::from(authorities.into_iter().chain(system.iter().cloned())),
    };
    (builder.root_certs(roots).build(), trouble)
}

/// The system's authorities; if there are none, the ones compiled into this program are used.
fn system() -> &'static [Certificate<'static>] {
    static SYSTEM: OnceLock<Vec<Certificate<'static>>> = OnceLock::new();
    SYSTEM.get_or_init(|| {
        let found = rustls_native_certs::load_native_certs().certs;
        found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect()
    })
}

/// The files of a directory, which need not exist.
fn files(directory: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| format!("{}: {error}", directory.display()))?,
    };
    let mut files: Vec<PathBuf> =
        entries.take(MOST_FILES).filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    Ok(files)
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    given::read(file, LONGEST).map_err(|error| format!("{}: {error}", file.display()))
}

/// The certificates of a file: at least one.
fn certificates(file: &Path) -> Result<Vec<Certificate<'static>>, String> {
    let pem = read(file)?;
    let mut certificates = Vec::new();
    for item in parse_pem(&pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(format!("{}: {error}", file.display())),
        }
    }
    if certificates.is_empty() {
        return Err(format!("{}: it has no certificate", file.display()));
    }
    Ok(certificates)
}

/// `X.cert` and the `X.key` beside it.
fn client_of(certificate: &Path) -> Result<ClientCert, String> {
    let chain = certificates(certificate)?;
    let file = certificate.with_extension("key");
    let key = PrivateKey::from_pem(&read(&file)?)
        .map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(ClientCert::new_with_certs(&chain, key))
}
