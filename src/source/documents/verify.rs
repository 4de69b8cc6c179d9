//! Compares a layer's bytes with the digests that manifest and config state, by reading all of them.

use std::io;
use std::io::Write;

use crate::image::digest::{Digest, Hasher};
use crate::image::layer::Layer;
use crate::layer;
use crate::layer::blob::Blob;
use crate::layer::split::Split;
use crate::layer::{Watch, blob_digest};
use crate::source::contract::verified::{Judged, Verified};
use crate::source::documents::content::{Content, settled};

/// Reads the layer and compares its digests.
pub(super) fn verify(content: &Content, stated: &Layer, watch: &dyn Watch) -> Verified {
    let digest = stated.digest.as_deref();
    match content {
        Content::Blob { blob, .. } => verify_blob(blob, stated, watch),
        Content::Toc { toc, .. } => verify_blob(toc.blob(), stated, watch),
        Content::Split(split) => {
            let diff_id = compare(stated.diff_id.as_deref(), |sum| assembled(split, sum, watch));
            // A store has the files, not the blob; the digest of an uncompressed blob is the diff ID.
            let digest = match digest {
                Some(digest) if stated.diff_id.as_deref() == Some(digest) => diff_id.clone(),
                Some(_) => Judged::Unknown("the store does not keep the blob".to_owned()),
                None => Judged::Unstated,
            };
            Verified { digest, diff_id }
        }
        Content::Tree(_) => Verified::unknown(
            Some(stated),
            "the store keeps a directory, which is not enough to make the layer's bytes again",
        ),
        Content::Absent(why) => Verified::unknown(Some(stated), why),
    }
}

fn verify_blob(blob: &Blob, stated: &Layer, watch: &dyn Watch) -> Verified {
    // A remote blob is fetched completely first.
    let settled = settled(blob);
    let blob = match &settled {
        Ok(blob) => blob,
        Err(error) => return Verified::unknown(Some(stated), &error.to_string()),
    };
    let verified = digests(blob, stated, watch);
    // A changed file has no relation to the image that was opened.
    match blob.unchanged() {
        Ok(()) => verified,
        Err(error) => Verified::unknown(Some(stated), &error.to_string()),
    }
}

/// Reads the blob once for both digests.
fn digests(blob: &Blob, stated: &Layer, watch: &dyn Watch) -> Verified {
    let (digest, diff_id) = (stated.digest.as_deref(), stated.diff_id.as_deref());
    if digest == diff_id && layer::opens_cheaply(blob) {
        // The blob is the tar.
        let judged = compare(digest, |sum| blob_digest::of_blob(blob, sum, watch));
        return Verified { digest: judged.clone(), diff_id: judged };
    }
    match (hasher(digest), hasher(diff_id)) {
        (Ok(one), Ok(other)) => {
            let (found, contents) = blob_digest::of_both(blob, (one, other), watch);
            Verified { digest: judge(digest, found), diff_id: judge(diff_id, contents) }
        }
        _ => Verified {
            digest: compare(digest, |sum| blob_digest::of_blob(blob, sum, watch)),
            diff_id: compare(diff_id, |sum| blob_digest::of_contents(blob, sum, watch)),
        },
    }
}

fn compare(stated: Option<&str>, read: impl FnOnce(Hasher) -> io::Result<Digest>) -> Judged {
    match hasher(stated) {
        Ok(sum) => judge(stated, read(sum)),
        Err(judged) => judged,
    }
}

/// What computes the stated digest; the verdict where nothing can.
fn hasher(stated: Option<&str>) -> Result<Hasher, Judged> {
    let Some(stated) = stated else { return Err(Judged::Unstated) };
    Digest::parse(stated)
        .and_then(|digest| Hasher::new(digest.algorithm()))
        .ok_or_else(|| Judged::Unknown(format!("{stated} has an unsupported algorithm")))
}

fn judge(stated: Option<&str>, found: io::Result<Digest>) -> Judged {
    match found {
        Ok(found) if Some(found.as_str()) == stated => Judged::Ok,
        Ok(found) => Judged::Differs(found.as_str().to_owned()),
        Err(error) => Judged::Unknown(error.to_string()),
    }
}

/// The digest of the tar that is assembled from the store.
fn assembled(split: &Split, sum: Hasher, watch: &dyn Watch) -> io::Result<Digest> {
    struct Sum<'w> {
        hasher: Hasher,
        done: u64,
        watch: &'w dyn Watch,
    }

    impl Write for Sum<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.watch.cancelled() {
                return Err(blob_digest::stopped());
            }
            self.hasher.update(bytes);
            self.done += bytes.len() as u64;
            self.watch.progress(self.done);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut sum = Sum { hasher: sum, done: 0, watch };
    split.assemble(&mut sum).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(sum.hasher.finish())
}
