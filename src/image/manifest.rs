//! Manifests and indexes: OCI image-spec 1.0 and 1.1, Docker schema 2 and manifest lists.
//!
//! The fields of a document decide its kind; the media type is only a claim. A descriptor with a malformed field
//! stays in its list, with a problem.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use crate::image::artifact::{is_document, is_image_config, non_manifest, with_article};
use crate::image::digest::Digest;
use crate::image::document;
use crate::image::document::{DocumentError, Fields, Value, kept};
use crate::image::media_type::{DOCKER_LIST, OCI_INDEX};
use crate::image::platform::Platform;
use crate::image::schema1::Schema1;

/// A descriptor: a reference to a blob (OCI image-spec, `descriptor.md`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Descriptor {
    /// Media type, as stated.
    pub media_type: Option<String>,
    /// Digest as stated; [`Self::digest`] validates it.
    pub stated_digest: String,
    /// Length of the blob in bytes.
    pub size: Option<u64>,
    /// Platform of the referenced image.
    pub platform: Option<Platform>,
    /// Annotations, sorted by key.
    pub annotations: Vec<(String, String)>,
    /// Alternative URLs of the blob.
    pub urls: Vec<String>,
    /// The blob itself, inline. Not verified against the digest.
    pub data: Option<Vec<u8>>,
    /// Type of the referenced artifact.
    pub artifact_type: Option<String>,
    /// Fields of the wrong type.
    pub problems: Vec<String>,
}

/// An OCI index or Docker manifest list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// Media type, as stated.
    pub media_type: Option<String>,
    /// Descriptors of manifests, in order.
    pub manifests: Vec<Descriptor>,
    /// Annotations, sorted by key.
    pub annotations: Vec<(String, String)>,
    /// Problems found while parsing.
    pub problems: Vec<String>,
}

/// A manifest of an image, or of an artifact in the same format.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Media type, as stated.
    pub media_type: Option<String>,
    /// The config.
    pub config: Option<Descriptor>,
    /// Layers, base first.
    pub layers: Vec<Descriptor>,
    /// Annotations, sorted by key.
    pub annotations: Vec<(String, String)>,
    /// Artifact type, if stated.
    pub artifact_type: Option<String>,
    /// Digest of the manifest that a signature, SBOM or the like refers to, as stated.
    pub subject: Option<String>,
    /// Problems found while parsing.
    pub problems: Vec<String>,
}

/// A parsed document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// An index.
    Index(Index),
    /// A manifest of an image or artifact.
    Manifest(Box<Manifest>),
    /// A Docker schema 1 manifest.
    Schema1(Box<Schema1>),
}

impl Descriptor {
    /// The digest, if well-formed.
    #[must_use]
    pub fn digest(&self) -> Option<Digest> {
        Digest::parse(&self.stated_digest)
    }

    /// The value of an annotation.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        annotation(&self.annotations, key)
    }

    /// Whether it refers to a BuildKit attestation, by its annotation or its platform.
    #[must_use]
    pub fn is_attestation(&self) -> bool {
        self.annotation("vnd.docker.reference.type") == Some("attestation-manifest")
            || self.platform.as_ref().is_some_and(Platform::is_unknown)
    }

    /// What it refers to, if its media type excludes a manifest or an index.
    #[must_use]
    pub fn non_manifest(&self) -> Option<String> {
        non_manifest(self.media_type.as_deref().unwrap_or_default())
    }

    /// Whether the blob is a document and therefore not a layer.
    #[must_use]
    pub fn is_document(&self) -> bool {
        self.media_type.as_deref().is_some_and(is_document)
    }

    /// Whether the blob is non-distributable ("foreign"): mostly base layers of Windows.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        let is = |stated: &str| stated.contains("nondistributable") || stated.contains(".foreign.");
        self.media_type.as_deref().is_some_and(is)
    }

    /// A problem if the inline data does not have the stated digest.
    #[must_use]
    pub fn data_mismatch(&self) -> Option<String> {
        let verified = self.digest()?.verify(self.data.as_ref()?);
        (verified == Some(false)).then(|| {
            format!("the data inside the descriptor of {} is not that blob", self.stated_digest)
        })
    }

    pub(super) fn read(value: &Value, place: &str) -> Self {
        let mut problems = Vec::new();
        let fields = match Fields::of(value, place) {
            Ok(fields) => fields,
            Err(error) => return Self { problems: vec![error.to_string()], ..Self::default() },
        };
        let platform = kept(fields.object("platform"), &mut problems)
            .and_then(|platform| Platform::read(&platform, &mut problems));
        let data = kept(fields.text("data"), &mut problems).and_then(|text| {
            let decoded = STANDARD.decode(&text).or_else(|_| STANDARD_NO_PAD.decode(&text));
            decoded.map_err(|_| problems.push(format!("`{place}.data` is not base64"))).ok()
        });
        Self {
            media_type: kept(fields.text("mediaType"), &mut problems),
            stated_digest: kept(fields.text("digest"), &mut problems).unwrap_or_default(),
            size: kept(fields.number("size"), &mut problems),
            platform,
            annotations: kept(fields.pairs("annotations"), &mut problems),
            urls: kept(fields.texts("urls"), &mut problems),
            data,
            artifact_type: kept(fields.text("artifactType"), &mut problems),
            problems,
        }
    }

    fn read_all(fields: &Fields<'_>, key: &str) -> Result<Vec<Self>, DocumentError> {
        let items = fields.list(key)?.iter().enumerate();
        Ok(items
            .map(|(at, item)| Self::read(item, &fields.path(&format!("{key}[{at}]"))))
            .collect())
    }
}

impl Manifest {
    /// What the manifest describes, if not an image; `None` for an image. Layers that are documents are no image even
    /// with an image config: cosign writes signatures this way.
    #[must_use]
    pub fn artifact(&self) -> Option<String> {
        let config_type = self.config.as_ref().and_then(|config| config.media_type.as_deref());
        let has_image_config = match config_type {
            Some(media_type) => is_image_config(media_type),
            None => self.artifact_type.is_none(),
        };
        let document = self.layers.iter().find(|layer| layer.is_document());
        let only_documents = self.layers.iter().all(Descriptor::is_document);
        match document.and_then(|layer| layer.media_type.as_deref()) {
            Some(media_type) if only_documents => Some(with_article(media_type)),
            _ if has_image_config => None,
            _ => Some(with_article(
                self.artifact_type.as_deref().or(config_type).unwrap_or_default(),
            )),
        }
    }

    /// Whether it contains in-toto statements, whatever its config type.
    #[must_use]
    pub fn is_attestation(&self) -> bool {
        let in_toto = |layer: &Descriptor| layer.media_type.as_deref().is_some_and(is_in_toto);
        !self.layers.is_empty() && self.layers.iter().all(in_toto)
    }

    /// Predicate types of its in-toto statements: SBOM, provenance, …
    #[must_use]
    pub fn predicates(&self) -> Vec<&str> {
        self.layers
            .iter()
            .filter_map(|layer| layer.annotation("in-toto.io/predicate-type"))
            .collect()
    }
}

impl Document {
    /// Whether any blob has a digest. JSON of another kind may have the same keys, but no digests.
    #[must_use]
    pub fn states_digests(&self) -> bool {
        let stated = |descriptor: &Descriptor| descriptor.digest().is_some();
        match self {
            Self::Index(index) => index.manifests.iter().any(stated),
            Self::Manifest(manifest) => manifest.config.iter().chain(&manifest.layers).any(stated),
            Self::Schema1(_) => true,
        }
    }
}

/// The value of a key in a sorted list of annotations.
#[must_use]
pub fn annotation<'a>(annotations: &'a [(String, String)], key: &str) -> Option<&'a str> {
    annotations.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
}

/// Parses a manifest or index of any kind.
///
/// # Errors
/// If it is not a JSON object of a known kind.
pub fn parse(bytes: &[u8]) -> Result<Document, DocumentError> {
    let value = document::parse(bytes)?;
    let fields = Fields::of(&value, "")?;
    let mut problems = Vec::new();
    let media_type = kept(fields.text("mediaType"), &mut problems);
    let is_list = matches!(media_type.as_deref(), Some(OCI_INDEX | DOCKER_LIST));
    let lists = fields.has("manifests") || (fields.contains("manifests") && !fields.has("layers"));
    let stacks = ["config", "layers", "blobs"].into_iter().any(|key| fields.contains(key));
    if lists && stacks {
        // Ambiguous documents (CVE-2021-41190): report it and trust the media type.
        problems.push("is both an index and a manifest: read as its mediaType says".to_owned());
    }
    if fields.has("fsLayers") {
        return crate::image::schema1::read(&fields, bytes).map(Box::new).map(Document::Schema1);
    }
    if lists && (is_list || !stacks) {
        return Ok(Document::Index(Index {
            media_type,
            manifests: Descriptor::read_all(&fields, "manifests")?,
            annotations: kept(fields.pairs("annotations"), &mut problems),
            problems,
        }));
    }
    if stacks {
        return manifest(&fields, media_type, problems).map(Box::new).map(Document::Manifest);
    }
    Err(DocumentError::Other(
        "neither an index nor a manifest: it has no `manifests`, no `layers` and no `fsLayers`",
    ))
}

fn manifest(
    fields: &Fields<'_>,
    media_type: Option<String>,
    mut problems: Vec<String>,
) -> Result<Manifest, DocumentError> {
    // Artifact manifests of the OCI 1.1 drafts have `blobs` instead of `layers`.
    let key = if fields.has("layers") || !fields.has("blobs") { "layers" } else { "blobs" };
    let layers = Descriptor::read_all(fields, key)?;
    let config = fields.value("config").map(|config| Descriptor::read(config, "config"));
    let mut artifact_type = kept(fields.text("artifactType"), &mut problems);
    if key == "blobs" && artifact_type.is_none() {
        artifact_type.clone_from(&media_type);
    }
    let subject = kept(fields.object("subject"), &mut problems);
    let subject = subject.and_then(|it| kept(it.text("digest"), &mut problems));
    Ok(Manifest {
        subject,
        media_type,
        config,
        layers,
        annotations: kept(fields.pairs("annotations"), &mut problems),
        artifact_type,
        problems,
    })
}

fn is_in_toto(media_type: &str) -> bool {
    media_type.starts_with("application/vnd.in-toto")
}
