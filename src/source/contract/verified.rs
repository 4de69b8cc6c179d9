//! The result of recomputing a digest.

use crate::image::layer::Layer;

/// What became of one stated digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// Nobody states one.
    Unstated,
    /// The bytes have it.
    Ok,
    /// They have this one instead.
    Differs(String),
    /// It cannot be told, for this reason.
    Unknown(String),
}

/// What became of the two digests of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Of the blob as stored, from the manifest.
    pub digest: Judged,
    /// Of the uncompressed tar, from the config.
    pub diff_id: Judged,
}

impl Verified {
    /// Neither can be told.
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
