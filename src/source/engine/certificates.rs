//! Certificate files of a TLS client, from Docker's and podman's settings.

use std::path::{Path, PathBuf};

use ureq::Error as Http;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

use crate::source::disk::given;
use crate::source::environment::Environment;

/// The files of a TLS client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Certificates {
    /// The certificate authorities.
    pub(super) authority: Option<PathBuf>,
    /// The client's certificate and key.
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    /// Whether the server's certificate is not verified, by configuration.
    pub(super) unverified: bool,
}

/// The largest certificate file, in bytes.
const FILE_MAX: u64 = 4 << 20;

impl Certificates {
    /// Docker's three files in one directory, each of which may be absent.
    pub(super) fn in_directory(directory: Option<&Path>, unverified: bool) -> Self {
        let file = |name: &str| Some(directory?.join(name)).filter(|file| file.exists());
        Self {
            authority: file("ca.pem"),
            certificate: file("cert.pem"),
            key: file("key.pem"),
            unverified,
        }
    }

    /// podman's files, each in a variable of its own (podman(1), `--tls-ca`, `--tls-cert`, `--tls-key`).
    pub(super) fn of_podman(environment: &Environment) -> Option<Self> {
        let file = |name: &str| environment.variable(name);
        let (authority, certificate) = (file("CONTAINER_TLS_CA"), file("CONTAINER_TLS_CERT"));
        let any = authority.is_some() || certificate.is_some();
        let key = file("CONTAINER_TLS_KEY");
        any.then_some(Self { authority, certificate, key, unverified: false })
    }

    /// The TLS settings; without a file of authorities, the public ones.
    ///
    /// # Errors
    /// If a file is unreadable or invalid; the message names it.
    pub(super) fn config(&self) -> Result<TlsConfig, String> {
        let read = |file: &Option<PathBuf>| {
            let Some(file) = file else { return Ok(None) };
            let unread = |error| format!("{}: {error}", file.display());
            given::read(file, FILE_MAX).map(Some).map_err(unread)
        };
        let unread = |file: &Option<PathBuf>| {
            let name = file.as_deref().unwrap_or(Path::new("")).display().to_string();
            move |error: Http| format!("{name} cannot be used: {error}")
        };
        let Self { authority, certificate, key, unverified } = self;
        let mut config = TlsConfig::builder().disable_verification(*unverified);
        if let Some(pem) = read(authority)? {
            let all = ureq::tls::parse_pem(&pem).filter_map(|item| match item {
                Ok(ureq::tls::PemItem::Certificate(certificate)) => Some(Ok(certificate)),
                Ok(_) => None,
                Err(error) => Some(Err(error)),
            });
            let all: Vec<Certificate<'static>> =
                all.collect::<Result<_, _>>().map_err(unread(authority))?;
            config = config.root_certs(RootCerts::new_with_certs(&all));
        }
        if let (Some(own), Some(secret)) = (read(certificate)?, read(key)?) {
            let own = Certificate::from_pem(&own).map_err(unread(certificate))?;
            let secret = PrivateKey::from_pem(&secret).map_err(unread(key))?;
            config = config.client_cert(Some(ClientCert::new_with_certs(&[own], secret)));
        }
        Ok(config.build())
    }
}
