//! What a bill of materials says of an image: its name, its time, its identifier, the URL of each package.

use jiff::Timestamp;
use packageurl::PackageUrl;

use crate::content::packages::distribution::Distribution;
use crate::content::packages::package::{Manager, Package};
use crate::image::digest::Digest;
use crate::load::files::package_layers::PackageLayers;
use crate::report::Subject;

/// The name of this program in documents.
pub(super) const TOOL: &str = env!("CARGO_PKG_NAME");
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a document is about.
pub struct Materials<'a> {
    /// The image.
    pub subject: Subject<'a>,
    /// The layer on top.
    pub layer: usize,
    /// Its packages.
    pub packages: &'a PackageLayers,
    /// Its distribution.
    pub distribution: &'a Distribution,
}

impl<'a> Materials<'a> {
    pub(super) fn name(&self) -> &'a str {
        self.subject.image.reference.raw()
    }

    /// The digest that identifies the image.
    pub(super) fn version(&self) -> Option<&'a str> {
        let image = self.subject.image;
        image.manifest_digest.as_deref().or(image.id.as_deref())
    }

    /// Time of the image, to the second.
    pub(super) fn created(&self) -> Option<String> {
        let created: Timestamp = self.subject.image.config.created.as_ref()?.raw().parse().ok()?;
        let seconds = Timestamp::from_second(created.as_second()).ok()?;
        // Years before 0 have a sign.
        Some(seconds.to_string()).filter(|time| time.len() == "2000-01-01T00:00:00Z".len())
    }

    /// Whether packages may be missing.
    pub(super) fn is_incomplete(&self) -> bool {
        let unsure = self.subject.unsure();
        !self.packages.notes.is_empty() || unsure.iter().any(|unsure| unsure.layer <= self.layer)
    }

    /// An identifier of the document (RFC 9562, version 8): the same for the same image and layer.
    pub(super) fn uuid(&self) -> String {
        let layers = self.subject.image.layers.iter().take(self.layer + 1);
        let layers = layers.flat_map(|layer| [&layer.diff_id, &layer.digest]).flatten();
        let parts = [self.name(), self.version().unwrap_or_default()];
        let parts: Vec<&str> = parts.into_iter().chain(layers.map(String::as_str)).collect();
        let digest = Digest::of(parts.join("\0").as_bytes());
        let hex = digest.encoded();
        format!(
            "{}-{}-8{}-8{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..15],
            &hex[15..18],
            &hex[18..30]
        )
    }

    /// The package URL; `None` if no such URL can name it.
    pub(super) fn purl(&self, package: &Package) -> Option<String> {
        let Distribution { id, version: release, .. } = self.distribution;
        let (kind, usual) = match package.manager {
            Manager::Dpkg => ("deb", Some("debian")),
            Manager::Apk => ("apk", Some("alpine")),
            Manager::Rpm => ("rpm", None),
        };
        let namespace = id.as_deref().or(usual).map(str::to_owned);
        let (epoch, version) = match package.version.split_once(':') {
            Some((epoch, version)) if package.manager == Manager::Rpm => (Some(epoch), version),
            _ => (None, package.version.as_str()),
        };
        let distro =
            id.as_ref().zip(release.as_ref()).map(|(id, release)| format!("{id}-{release}"));
        let qualifiers = [
            ("arch", package.architecture.clone()),
            ("distro", distro),
            ("epoch", epoch.map(str::to_owned)),
        ];
        let mut purl = PackageUrl::new(kind, package.name.clone()).ok()?;
        if let Some(namespace) = namespace {
            purl.with_namespace(namespace).ok()?;
        }
        if !version.is_empty() {
            purl.with_version(version.to_owned()).ok()?;
        }
        for (key, value) in qualifiers {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                purl.add_qualifier(key, value).ok()?;
            }
        }
        Some(purl.to_string())
    }
}
