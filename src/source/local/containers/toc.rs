//! The table of contents of a zstd:chunked layer, for one thing only: which contents lie under which digest.
//!
//! containers/storage keeps it beside the layer as `zstd-chunked-manifest` (`pkg/chunked/internal/minimal`); a store
//! for composefs has a layer's files under the digests of their contents.

use std::collections::HashMap;

use serde::Deserialize;

use crate::image::digest::Digest;
use crate::source::files::components;

/// What is read of the document.
#[derive(Deserialize)]
struct Contents {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    digest: String,
}

/// The digests of regular files (64 hexadecimal digits) by their normalised paths. Files without contents have none.
///
/// # Errors
/// Where the document is no table of contents.
pub(super) fn digests(bytes: &[u8]) -> Result<HashMap<Vec<u8>, String>, String> {
    let contents: Contents = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let files = contents.entries.into_iter().filter(|entry| entry.r#type == "reg");
    let digest = |entry: Entry| {
        let digest = Digest::parse(&entry.digest).filter(|it| it.algorithm() == "sha256")?;
        Some((components(entry.name.as_bytes()).join(&b'/'), digest.encoded().to_owned()))
    };
    Ok(files.filter_map(digest).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_with_a_digest_count() {
        let hex = "ab".repeat(32);
        let json = format!(
            r#"{{"version":1,"entries":[{{"type":"dir","name":"bin/","digest":"sha256:{hex}"}},
            {{"type":"reg","name":"./bin/../a","digest":"sha256:{hex}","size":3}},
            {{"type":"chunk","name":"b","digest":"sha256:{hex}"}},
            {{"type":"reg","name":"c","digest":"sha256:../../etc"}},{{"type":"reg","name":"empty"}}]}}"#
        );
        let digests = digests(json.as_bytes()).unwrap();
        assert_eq!(digests, HashMap::from([(b"a".to_vec(), hex)]));
    }

    #[test]
    fn what_is_no_table_is_an_error() {
        for json in ["", "[]", "{\"entries\":7}", "{"] {
            assert!(digests(json.as_bytes()).is_err(), "{json}");
        }
    }
}
