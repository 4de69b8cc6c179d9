//! The verdict on a layer in words.

use crate::compare::layers::{ComparedLayer, Verdict};
use crate::layer::encoding::Codec;

impl ComparedLayer {
    /// The verdict in words: `the same contents with other times: 2 entries`.
    #[must_use]
    pub fn summary(&self) -> String {
        let entries = &self.entries;
        let codec = |codec: Option<Codec>| codec.map_or("unknown", Codec::name);
        match &self.verdict {
            Verdict::SameBlob => "the same blob".to_owned(),
            Verdict::SameTar(false) => "the same tar".to_owned(),
            Verdict::SameTar(true) if self.codecs[0] == self.codecs[1] => {
                let how = codec(self.codecs[0]);
                format!("the same tar, compressed otherwise ({how} with other settings)")
            }
            Verdict::SameTar(true) => {
                let [old, new] = self.codecs.map(codec);
                format!("the same tar, compressed otherwise ({old} -> {new})")
            }
            Verdict::SameFiles(false) => "the same files; there is no tar to compare".to_owned(),
            Verdict::SameFiles(true) => {
                "the same files, another diff ID; there is no tar to find out why".to_owned()
            }
            Verdict::SameContents => {
                let words: Vec<&str> = entries.aspects.names().map(plural).collect();
                let counts = [(entries.metadata, "with other metadata"), (entries.moved, "moved")];
                let counts = counted(&counts);
                let colon = if counts.is_empty() { "" } else { ": " };
                format!("the same contents, other {}{colon}{counts}", words.join(", "))
            }
            Verdict::Changed => format!(
                "changed: {}",
                counted(&[
                    (entries.added, "added"),
                    (entries.removed, "removed"),
                    (entries.content, "with other contents"),
                    (entries.metadata, "with other metadata"),
                    (entries.moved, "moved"),
                ])
            ),
            Verdict::Added => "only in the new image".to_owned(),
            Verdict::Removed => "only in the old image".to_owned(),
            Verdict::Unknown(why) => format!("not known: {why}"),
        }
    }

    /// The verdict in a few words: `other times`.
    #[must_use]
    pub fn brief(&self) -> String {
        let entries = &self.entries;
        match &self.verdict {
            Verdict::SameBlob => "same blob".to_owned(),
            Verdict::SameTar(false) => "same tar".to_owned(),
            Verdict::SameTar(true) => "other compression".to_owned(),
            Verdict::SameFiles(_) => "same files".to_owned(),
            Verdict::SameContents => {
                let words: Vec<&str> = entries.aspects.names().map(plural).collect();
                format!("other {}", words.join(", "))
            }
            Verdict::Changed => counted(&[
                (entries.content, "changed"),
                (entries.added, "added"),
                (entries.removed, "removed"),
            ]),
            Verdict::Added => "only new".to_owned(),
            Verdict::Removed => "only old".to_owned(),
            Verdict::Unknown(_) => "not known".to_owned(),
        }
    }
}

/// `2 added, 1 moved`.
fn counted(counts: &[(u64, &str)]) -> String {
    let some = counts.iter().filter(|(count, _)| *count > 0);
    some.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

/// An aspect of many entries, in words.
fn plural(aspect: &'static str) -> &'static str {
    match aspect {
        "mode" => "modes",
        "owner" => "owners",
        "mtime" => "times",
        "ownerNames" => "names of owners",
        "records" => "pax records",
        "dialect" => "header dialect",
        "header" => "header fields",
        "padding" => "padding or end of the archive",
        other => other,
    }
}
