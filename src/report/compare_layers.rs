//! Why the layers of two images have other digests: a line for each layer, below it the entries that differ, and a verdict as
//! the last line.

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::compare::layers::{
    ComparedLayer, Differences, EntryDifference, Facts, PairedBy, Verdict,
};
use crate::image::Image;
use crate::image::layer::Layer;
use crate::layer::encoding::Codec;
use crate::layer::entries::Dialect;
use crate::report::entry::{PathKeys, rfc3339};
use crate::report::{Format, Lines, command, json_line};
use crate::stack::kept::entry::Kind;
use crate::text;
use crate::text::Foreign;

/// The compared layers of two images.
pub struct LayersReport<'a> {
    /// The old image.
    pub old: &'a Image,
    /// The new image.
    pub new: &'a Image,
    /// Each layer of both.
    pub layers: &'a [ComparedLayer],
}

impl<'a> LayersReport<'a> {
    fn verdict(&self) -> &'static str {
        let any = |is: fn(&Verdict) -> bool| self.layers.iter().any(|it| is(&it.verdict));
        match (any(Verdict::is_unknown), any(Verdict::differs)) {
            (true, _) => "unknown",
            (false, true) => "differ",
            (false, false) => "same",
        }
    }

    fn count(&self, name: &str) -> usize {
        self.layers.iter().filter(|it| it.verdict.name() == name).count()
    }

    /// The layer of either image.
    fn stated(&self, compared: &ComparedLayer) -> [Option<&'a Layer>; 2] {
        let layer = |image: &'a Image, at: Option<usize>| image.layers.get(at?);
        [layer(self.old, compared.pair.old), layer(self.new, compared.pair.new)]
    }
}

/// Number of entries of a layer that text lists.
const LISTED_MAX: usize = 20;

/// Writes the layers; text names the first entries of each, JSON all that were listed.
///
/// # Errors
/// Errors of writing to `out`.
pub fn compare_layers(
    out: &mut dyn Write,
    found: &LayersReport<'_>,
    format: Format,
) -> io::Result<()> {
    match format {
        Format::Json => write_json(out, found),
        Format::Text => write_text(&mut Lines::new(out), found),
    }
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Line<'a> {
    Layer {
        old: Option<SideKeys<'a>>,
        new: Option<SideKeys<'a>>,
        paired_by: Option<&'static str>,
        verdict: &'static str,
        /// Empty, and the numbers are 0, where the tars were not read.
        differs: Vec<&'static str>,
        added: u64,
        removed: u64,
        content: u64,
        metadata: u64,
        moved: u64,
        same: u64,
        left_out: u64,
        reason: Option<&'a str>,
    },
    Entry {
        old_layer: Option<usize>,
        new_layer: Option<usize>,
        #[serde(flatten)]
        path: PathKeys<'a>,
        change: &'static str,
        differs: Vec<&'static str>,
        old: Option<FactKeys>,
        new: Option<FactKeys>,
    },
    Verdict {
        verdict: &'static str,
        same_blob: usize,
        same_tar: usize,
        same_files: usize,
        same_contents: usize,
        changed: usize,
        added: usize,
        removed: usize,
        unknown: usize,
    },
}

/// A layer of one image.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SideKeys<'a> {
    layer: usize,
    diff_id: Option<&'a str>,
    digest: Option<&'a str>,
    compression: Option<&'static str>,
    created_by: Option<&'a Foreign>,
}

#[derive(Serialize)]
struct FactKeys {
    r#type: &'static str,
    mode: String,
    uid: u64,
    gid: u64,
    size: Option<u64>,
    mtime: Option<String>,
    /// `None` where there is no tar.
    dialect: Option<&'static str>,
}

impl FactKeys {
    fn new(facts: &Facts) -> Self {
        let Facts { kind, mode, owner, size, mtime, dialect } = *facts;
        Self {
            r#type: kind.name(),
            mode: format!("{mode:04o}"),
            uid: owner.0,
            gid: owner.1,
            size: (kind == Kind::File).then_some(size),
            mtime: rfc3339(mtime),
            dialect: dialect.map(Dialect::name),
        }
    }
}

fn write_json(out: &mut dyn Write, found: &LayersReport<'_>) -> io::Result<()> {
    for compared in found.layers {
        json_line(out, &layer_line(found, compared))?;
        for entry in &compared.entries.listed {
            let line = Line::Entry {
                old_layer: compared.pair.old,
                new_layer: compared.pair.new,
                path: PathKeys::new(&entry.path),
                change: entry.change(),
                differs: entry.aspects.names().collect(),
                old: entry.old.as_ref().map(FactKeys::new),
                new: entry.new.as_ref().map(FactKeys::new),
            };
            json_line(out, &line)?;
        }
    }
    let line = Line::Verdict {
        verdict: found.verdict(),
        same_blob: found.count("sameBlob"),
        same_tar: found.count("sameTar"),
        same_files: found.count("sameFiles"),
        same_contents: found.count("sameContents"),
        changed: found.count("changed"),
        added: found.count("added"),
        removed: found.count("removed"),
        unknown: found.count("unknown"),
    };
    json_line(out, &line)
}

fn layer_line<'a>(found: &LayersReport<'a>, compared: &'a ComparedLayer) -> Line<'a> {
    let [old, new] = found.stated(compared);
    let side = |at: Option<usize>, stated: Option<&'a Layer>, codec: Option<Codec>| {
        let (layer, stated) = (at?, stated?);
        Some(SideKeys {
            layer,
            diff_id: stated.diff_id.as_deref(),
            digest: stated.digest.as_deref(),
            compression: codec.map(Codec::name),
            created_by: stated.created_by.as_ref(),
        })
    };
    let mut differs: Vec<&'static str> = compared.entries.aspects.names().collect();
    if compared.verdict == Verdict::SameTar(true) {
        differs = vec!["compression"];
    }
    let Differences { added, removed, content, metadata, moved, same, left_out, .. } =
        compared.entries;
    Line::Layer {
        old: side(compared.pair.old, old, compared.codecs[0]),
        new: side(compared.pair.new, new, compared.codecs[1]),
        paired_by: compared.pair.by.map(PairedBy::name),
        verdict: compared.verdict.name(),
        differs,
        added,
        removed,
        content,
        metadata,
        moved,
        same,
        left_out,
        reason: match &compared.verdict {
            Verdict::Unknown(reason) => Some(reason),
            _ => None,
        },
    }
}

fn write_text(out: &mut dyn Write, found: &LayersReport<'_>) -> io::Result<()> {
    writeln!(out, "old: {}", found.old.reference.visible())?;
    writeln!(out, "new: {}", found.new.reference.visible())?;
    writeln!(out)?;
    for compared in found.layers {
        write_layer(out, found, compared)?;
        for entry in compared.entries.listed.iter().take(LISTED_MAX) {
            write_entry(out, entry)?;
        }
        let more = compared.entries.listed.len().saturating_sub(LISTED_MAX) as u64;
        if let Some(more) = more_entries(more, compared.entries.left_out) {
            writeln!(out, "              {more}")?;
        }
    }
    writeln!(out)?;
    writeln!(
        out,
        "verdict={} same-blob={} same-tar={} same-files={} same-contents={} changed={} added={} removed={} unknown={}",
        found.verdict(),
        found.count("sameBlob"),
        found.count("sameTar"),
        found.count("sameFiles"),
        found.count("sameContents"),
        found.count("changed"),
        found.count("added"),
        found.count("removed"),
        found.count("unknown"),
    )
}

/// Words for the entries that text does not list: `listed` ones, which JSON has, and `left_out` ones, which are only counted.
fn more_entries(listed: u64, left_out: u64) -> Option<String> {
    let count = text::size::count;
    let all = count(listed + left_out);
    match (listed, left_out) {
        (0, 0) => None,
        (_, 0) => Some(format!("and {all} more; --json has them")),
        (0, _) => Some(format!("and {all} more, which are only counted")),
        _ => Some(format!("and {all} more; --json has {} of them", count(listed))),
    }
}

/// Both numbers, the verdict, and the instruction; both instructions where they differ.
fn write_layer(
    out: &mut dyn Write,
    found: &LayersReport<'_>,
    compared: &ComparedLayer,
) -> io::Result<()> {
    let number = |at: Option<usize>| at.map_or_else(|| "-".to_owned(), |at| format!("L{at}"));
    let (old, new) = (number(compared.pair.old), number(compared.pair.new));
    writeln!(out, "{old:>5} {new:>5}  {}", text::visible(&compared.summary()))?;
    let command = |layer: Option<&Layer>| command::cell(layer, 80);
    let [one, other] = found.stated(compared).map(command);
    if one.is_some() && other.is_some() && one != other {
        writeln!(out, "             old: {}", one.unwrap_or_default())?;
        return writeln!(out, "             new: {}", other.unwrap_or_default());
    }
    match other.or(one) {
        Some(command) => writeln!(out, "             {command}"),
        None => Ok(()),
    }
}

/// Signs as in `diff`.
fn write_entry(out: &mut dyn Write, entry: &EntryDifference) -> io::Result<()> {
    let (sign, facts) = match (&entry.old, &entry.new) {
        (None, new) => ('+', new),
        (old, None) => ('-', old),
        (_, new) if entry.aspects.change_contents() => ('~', new),
        (_, new) => ('=', new),
    };
    let size = match facts {
        Some(facts) if facts.kind == Kind::File => text::size::fixed(facts.size),
        _ => text::Visible::blanks(text::size::CELLS),
    };
    write!(out, "              {sign} {size}  {}", text::visible(&entry.path))?;
    let (Some(old), Some(new)) = (&entry.old, &entry.new) else { return writeln!(out) };
    let aspects: Vec<String> = entry.aspects.names().map(|it| aspect(it, old, new)).collect();
    writeln!(out, "  ({})", aspects.join(", "))
}

/// An aspect of an entry in words, with both values where they are short.
fn aspect(name: &str, old: &Facts, new: &Facts) -> String {
    let time = |facts: &Facts| {
        let exact = (facts.mtime.nanos != 0).then(|| rfc3339(facts.mtime)).flatten();
        exact.unwrap_or_else(|| text::time::utc(facts.mtime.seconds).to_string())
    };
    let owner = |facts: &Facts| format!("{}:{}", facts.owner.0, facts.owner.1);
    match name {
        "mode" => format!("mode {:04o} -> {:04o}", old.mode, new.mode),
        "owner" => format!("owner {} -> {}", owner(old), owner(new)),
        "mtime" => format!("time {} -> {}", time(old), time(new)),
        "dialect" => {
            let name = |facts: &Facts| facts.dialect.map_or("unknown", Dialect::name);
            format!("header {} -> {}", name(old), name(new))
        }
        "type" => format!("{} -> {}", old.kind.name(), new.kind.name()),
        "content" if old.size != new.size => format!("content, {} B -> {} B", old.size, new.size),
        "target" => "link target".to_owned(),
        "ownerNames" => "user or group name".to_owned(),
        "records" => "pax records".to_owned(),
        "header" => "header fields".to_owned(),
        "order" => "place in the tar".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_named_for_what_it_has() {
        let words = |listed, left_out| more_entries(listed, left_out).unwrap_or_default();
        assert_eq!(words(0, 0), "");
        assert_eq!(words(3, 0), "and 3 more; --json has them");
        assert_eq!(words(3, 4), "and 7 more; --json has 3 of them");
        assert_eq!(words(0, 4), "and 4 more, which are only counted");
    }
}
