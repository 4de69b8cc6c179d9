//! Documents about an image in its registry: signatures, SBOMs, attestations (distribution-spec, "Listing referrers").
//!
//! They are not needed to show the image, so they are requested last. Registries without the referrers API have an
//! index under a tag made of the digest; cosign has tags of its own. BuildKit puts attestations into the image's index;
//! their manifests state what they are.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::image::digest::Digest;
use crate::image::manifest::{Descriptor, Document};
use crate::image::media_type::{OCI_INDEX, OCI_MANIFEST};
use crate::image::{Other, artifact, document, manifest};
use crate::layer::blob::growing_file::Reason;
use crate::source::contract::source::Attachments;
use crate::source::documents::blobs::ExtraDocuments;
use crate::source::registry::failure::{Failure, FailureKind};
use crate::source::registry::repository::{Item, Repository};

/// The most documents that are listed.
const MOST: usize = 1000;

/// The suffixes of cosign's tags, and what they mean.
const COSIGN: [(&str, &str); 3] = [("sig", "signature"), ("att", "attestation"), ("sbom", "SBOM")];

/// The most pages of a list.
const MOST_PAGES: usize = 32;

/// The most attestations of one image that are read.
const MOST_ATTACHED: usize = 16;

/// One image's.
#[derive(Debug)]
pub(super) struct Referrers {
    repository: Arc<Repository>,
    manifest: Digest,
    /// The attestations that its index lists.
    attached: Vec<Digest>,
}

impl ExtraDocuments for Referrers {
    fn list(&self) -> Attachments {
        let unstoppable = AtomicBool::new(false);
        let tag = tag(&self.manifest);
        let (mut others, mut unread) = self.stated(&unstoppable);
        let listed = listed(&self.repository, &self.manifest, None, &unstoppable);
        others.extend(listed.found.iter().map(other));
        unread.extend(listed.unread);
        for (end, kind) in COSIGN {
            match self.by_tag(&format!("{tag}.{end}"), kind, &unstoppable) {
                // It may be listed as a referrer already.
                Ok(found)
                    if found.digest.is_some()
                        && others.iter().any(|known| known.digest == found.digest) => {}
                Ok(found) => others.push(found),
                Err(failure) => unread.extend(why(failure)),
            }
        }
        // The same failure of several requests.
        let mut reasons: Vec<String> = Vec::new();
        for reason in unread {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        let unread = (!reasons.is_empty()).then(|| {
            format!("signatures, SBOMs and attestations may be missing: {}", reasons.join("; "))
        });
        Attachments { found: others, unread }
    }
}

/// Why a request failed, unless the registry has no such document.
fn why(failure: Failure) -> Option<String> {
    (failure.kind != FailureKind::Absent).then(|| Reason::from(failure).message)
}

/// The entries of a list, and why there may be others.
#[derive(Default)]
pub(super) struct Listed {
    pub(super) found: Vec<Descriptor>,
    pub(super) unread: Option<String>,
}

impl Referrers {
    /// The referrers of the image with this manifest, whose index has these attestations.
    pub(super) fn new(
        repository: Arc<Repository>,
        manifest: Digest,
        attestations: &[Descriptor],
    ) -> Self {
        let about = |descriptor: &&Descriptor| {
            descriptor.annotation("vnd.docker.reference.digest") == Some(manifest.as_str())
        };
        let attached = attestations.iter().filter(about).filter_map(Descriptor::digest);
        let attached = attached.take(MOST_ATTACHED).collect();
        Self { repository, manifest, attached }
    }

    /// What the attestations in the image's index state (an SBOM, the provenance), and why one could not be read.
    fn stated(&self, stop: &AtomicBool) -> (Vec<Other>, Vec<String>) {
        let (mut others, mut unread) = (Vec::new(), Vec::new());
        for digest in &self.attached {
            let name = format!("manifests/{digest}");
            let bytes = match fetch(&self.repository, &name, OCI_MANIFEST, stop) {
                Ok((bytes, _)) => bytes,
                Err(failure) => {
                    unread.push(Reason::from(failure).message);
                    continue;
                }
            };
            match manifest::parse(&bytes) {
                Ok(Document::Manifest(found)) if digest.verify(&bytes) == Some(true) => {
                    others.extend(found.layers.iter().filter_map(stated_in));
                }
                _ => unread.push(format!("the attestation {digest} is not the stated manifest")),
            }
        }
        others.truncate(MOST);
        (others, unread)
    }

    fn by_tag(&self, tag: &str, kind: &str, stop: &AtomicBool) -> Result<Other, Failure> {
        let name = format!("manifests/{tag}");
        let item = Item { name: &name, accept: OCI_MANIFEST, range: None, head: true };
        let answer = self.repository.get(item, stop)?;
        let digest = answer.header("docker-content-digest").and_then(Digest::parse);
        Ok(Other {
            kind: kind.to_owned(),
            digest: digest.map(|digest| digest.as_str().to_owned()),
            size: answer.header("content-length").and_then(|length| length.parse().ok()),
            present: true,
            note: format!("tag {tag}").into(),
            ..Other::default()
        })
    }
}

/// Requests the referrers of an image by the API, else by the fallback tag; of one type, if the registry can filter.
pub(super) fn listed(
    repository: &Repository,
    manifest: &Digest,
    artifact_type: Option<&str>,
    stop: &AtomicBool,
) -> Listed {
    let filter = artifact_type.map(|it| format!("?artifactType={}", it.replace('+', "%2B")));
    let name = format!("referrers/{manifest}{}", filter.unwrap_or_default());
    let by_api = pages(repository, &name, stop);
    if !by_api.found.is_empty() {
        return by_api;
    }
    let by_tag = pages(repository, &format!("manifests/{}", tag(manifest)), stop);
    Listed { unread: by_api.unread.or(by_tag.unread), ..by_tag }
}

/// The prefix of the tags about an image.
fn tag(manifest: &Digest) -> String {
    format!("{}-{}", manifest.algorithm(), manifest.encoded())
}

/// The entries of an index, over all pages; none if it does not exist.
fn pages(repository: &Repository, name: &str, stop: &AtomicBool) -> Listed {
    let (mut list, mut next) = (Listed::default(), Some(name.to_owned()));
    for page in 0..MOST_PAGES {
        let Some(name) = next.take() else { break };
        let (bytes, link) = match fetch(repository, &name, OCI_INDEX, stop) {
            Ok(fetched) => fetched,
            Err(failure) if page == 0 => {
                list.unread = why(failure);
                break;
            }
            Err(failure) => {
                list.unread = Some(Reason::from(failure).message);
                break;
            }
        };
        match manifest::parse(&bytes) {
            Ok(Document::Index(index)) => list.found.extend(index.manifests),
            // A registry without the API may answer with a page for people.
            _ if page == 0 => break,
            _ => {
                list.unread = Some("a part of the list is not an index".to_owned());
                break;
            }
        }
        next = link.as_deref().and_then(query_of_next).map(|query| {
            let path = name.split('?').next().unwrap_or_default();
            format!("{path}?{query}")
        });
        if list.found.len() >= MOST {
            break;
        }
    }
    if next.is_some() || list.found.len() > MOST {
        list.found.truncate(MOST);
        list.unread = Some(format!("of a long list the first {} are known", list.found.len()));
    }
    list
}

/// A document, and the next page from its header.
fn fetch(
    repository: &Repository,
    name: &str,
    accept: &str,
    stop: &AtomicBool,
) -> Result<(Vec<u8>, Option<String>), Failure> {
    let item = Item { name, accept, range: None, head: false };
    let mut answer = repository.get(item, stop)?;
    let link = answer.header("link").map(str::to_owned);
    let bytes = answer.body.with_config().limit(document::LIMIT).read_to_vec();
    let bytes = bytes.map_err(|error| Failure::line(repository.host(), &error))?;
    Ok((bytes, link))
}

/// The kind of a layer of an attestation: an SBOM, or else provenance.
fn stated_in(layer: &Descriptor) -> Option<Other> {
    let predicate = layer.annotation("in-toto.io/predicate-type")?;
    let kind = if artifact::kind(predicate) == "SBOM" { "SBOM" } else { "attestation" };
    Some(Other {
        kind: kind.to_owned(),
        digest: layer.digest().map(|digest| digest.as_str().to_owned()),
        platform: None,
        size: layer.size,
        present: true,
        note: predicate.into(),
    })
}

/// The query of the next page from a `Link` header (RFC 8288, section 3). It is requested of the same document,
/// whatever the rest of the address.
fn query_of_next(header: &str) -> Option<&str> {
    let next = |link: &&str| {
        let parameters = link.rsplit('>').next().unwrap_or_default();
        parameters.split(';').any(|it| it.trim().replace('"', "") == "rel=next")
    };
    let link = header.split(',').find(next)?;
    let (_, query) = link.trim().strip_prefix('<')?.split('>').next()?.split_once('?')?;
    let plain = |c: u8| c.is_ascii_graphic() && !b"<>\"\\^`{|}#".contains(&c);
    (!query.is_empty() && query.bytes().all(plain)).then_some(query)
}

fn other(descriptor: &Descriptor) -> Other {
    let stated = descriptor.artifact_type.as_deref().or(descriptor.media_type.as_deref());
    let stated = stated.unwrap_or_default();
    Other {
        kind: artifact::kind(stated).to_owned(),
        digest: descriptor.digest().map(|digest| digest.as_str().to_owned()),
        platform: descriptor.platform.clone(),
        size: descriptor.size,
        present: true,
        note: stated.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_goes_on_where_its_header_says() {
        for (header, expected) in [
            ("</v2/x/referrers/sha256:1?n=2&last=a%2Fb>; rel=\"next\"", Some("n=2&last=a%2Fb")),
            ("</a?x=1>; rel=prev, <https://elsewhere/b?y=2>;rel=next", Some("y=2")),
            ("</a?x=1>; rel=\"prev\"", None),
            ("</a>; rel=\"next\"", None),
            ("</a?x y>; rel=\"next\"", None),
            ("", None),
        ] {
            assert_eq!(query_of_next(header), expected, "{header}");
        }
    }
}
