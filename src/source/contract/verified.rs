//! The result of recomputing a digest.

use crate::image::layer::Layer;

/// The result for one stated digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// No digest is stated.
    Unstated,
    /// The bytes have the stated digest.
    Ok,
    /// The digest that the bytes have.
    Differs(String),
    /// The reason why the digest cannot be computed.
    Unknown(String),
}

/// The results for both digests of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The digest of the blob as stored, from the manifest.
    pub digest: Judged,
    /// The diff ID: the digest of the uncompressed tar, from the config.
    pub diff_id: Judged,
}

impl Verified {
    /// Neither digest can be computed.
    pub(crate) fn unknown(stated: Option<&Layer>, why: &str) -> Self {
        let of = |digest: Option<&String>| match digest {
            Some(_) => Judged::Unknown(why.to_owned()),
            None => Judged::Unstated,
        };
        Self {
            digest: of(stated.and_then(|layer| layer.digest.as_ref())),
            diff_id: of(stated.and_then(|layer| layer.diff_id.as_ref())),
        }
    }
}
