//! Manifests and indexes: OCI image-spec 1.0 and 1.1, Docker schema 2 and manifest lists.
//!
//! What a document is, its shape decides; its media type is a claim. A descriptor with a broken field keeps its
//! place in the list with a problem, since its neighbours are still good.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use crate::image::artifact::{is_document, is_image_config, non_manifest, with_article};
use crate::image::digest::Digest;
use crate::image::document;
use crate::image::document::{DocumentError, Fields, Value, kept};
use crate::image::platform::Platform;
use crate::image::schema1::Schema1;

/// The OCI index.
pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// Docker's manifest list.
pub const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// The OCI image manifest.
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// Docker's schema 2 manifest.
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// Points to a blob.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Descriptor {
    /// As stated.
    pub media_type: Option<String>,
    /// As stated; [`Self::digest`] says whether it is one.
    pub stated_digest: String,
    /// Bytes of the blob.
    pub size: Option<u64>,
    /// The platform of what it points to.
    pub platform: Option<Platform>,
    /// Sorted by key.
    pub annotations: Vec<(String, String)>,
    /// Where the blob may be fetched instead.
    pub urls: Vec<String>,
    /// The blob itself, inline. Not yet checked against the digest.
    pub data: Option<Vec<u8>>,
    /// The type of the artifact it points to.
    pub artifact_type: Option<String>,
    /// Fields of the wrong shape.
    pub problems: Vec<String>,
}

/// A manifest list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// As stated.
    pub media_type: Option<String>,
    /// What it lists, in order.
    pub manifests: Vec<Descriptor>,
    /// Sorted by key.
    pub annotations: Vec<(String, String)>,
    /// What is odd about it.
    pub problems: Vec<String>,
}

/// An image manifest, or an artifact's that is written as one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// As stated.
    pub media_type: Option<String>,
    /// The config.
    pub config: Option<Descriptor>,
    /// Base first.
    pub layers: Vec<Descriptor>,
    /// Sorted by key.
    pub annotations: Vec<(String, String)>,
    /// Present on artifacts.
    pub artifact_type: Option<String>,
    /// The digest of the manifest that it is about, as stated: signatures, SBOMs and the like have one.
    pub subject: Option<String>,
    /// What is odd about it.
    pub problems: Vec<String>,
}

/// What a document turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// A list of manifests.
    Index(Index),
    /// An image (or artifact) manifest.
    Manifest(Box<Manifest>),
    /// Docker's first registry format.
    Schema1(Box<Schema1>),
}

impl Descriptor {
    /// The digest, if what is stated is one.
    #[must_use]
    pub fn digest(&self) -> Option<Digest> {
        Digest::parse(&self.stated_digest)
    }

    /// The value of an annotation.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        annotation(&self.annotations, key)
    }

    /// Whether it points to what BuildKit attests about an image, by its annotation or its platform.
    #[must_use]
    pub fn is_attestation(&self) -> bool {
        self.annotation("vnd.docker.reference.type") == Some("attestation-manifest")
            || self.platform.as_ref().is_some_and(Platform::is_unknown)
    }

    /// What it points to where its media type says that it is neither a manifest nor an index.
    #[must_use]
    pub fn non_manifest(&self) -> Option<String> {
        non_manifest(self.media_type.as_deref().unwrap_or_default())
    }

    /// Whether the blob is a document, and so no layer of a file system.
    #[must_use]
    pub fn is_document(&self) -> bool {
        self.media_type.as_deref().is_some_and(is_document)
    }

    /// Whether the blob is one that registries may not pass on: a base layer of Windows, mostly.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        let is = |stated: &str| stated.contains("nondistributable") || stated.contains(".foreign.");
        self.media_type.as_deref().is_some_and(is)
    }

    /// What is to be said where the inline data does not have the digest.
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
            decoded.map_err(|_| problems.push(format!("`{place}.data` is no base64"))).ok()
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
    /// What the thing is where it is no image; `None` where it is one. A config of an image's type does not make an image
    /// of documents: cosign writes its signatures so.
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

    /// Whether it carries in-toto statements, whatever its config claims.
    #[must_use]
    pub fn is_attestation(&self) -> bool {
        let in_toto = |layer: &Descriptor| layer.media_type.as_deref().is_some_and(is_in_toto);
        !self.layers.is_empty() && self.layers.iter().all(in_toto)
    }

    /// What its in-toto statements are about: SBOM, provenance, …
    #[must_use]
    pub fn predicates(&self) -> Vec<&str> {
        self.layers
            .iter()
            .filter_map(|layer| layer.annotation("in-toto.io/predicate-type"))
            .collect()
    }
}

impl Document {
    /// Whether some blob that it names has a digest. JSON of another kind may have the same keys, but not that.
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

/// Finds a key in a sorted annotation list.
#[must_use]
pub fn annotation<'a>(annotations: &'a [(String, String)], key: &str) -> Option<&'a str> {
    annotations.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
}

/// Reads a manifest or index of any kind.
///
/// # Errors
/// Where it is no JSON, or no object, or an object that is none of them.
pub fn parse(bytes: &[u8]) -> Result<Document, DocumentError> {
    let value = document::parse(bytes)?;
    let fields = Fields::of(&value, "")?;
    let mut problems = Vec::new();
    let media_type = kept(fields.text("mediaType"), &mut problems);
    let is_list = matches!(media_type.as_deref(), Some(OCI_INDEX | DOCKER_LIST));
    let lists = fields.has("manifests") || (fields.contains("manifests") && !fields.has("layers"));
    let stacks = ["config", "layers", "blobs"].into_iter().any(|key| fields.contains(key));
    if lists && stacks {
        // The same bytes mean two things to two readers (CVE-2021-41190): say so, go by the media type.
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
    // An artifact manifest of OCI 1.1's drafts has `blobs` where an image has `layers`.
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
