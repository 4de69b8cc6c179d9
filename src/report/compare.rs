//! How two images differ: paths, directories, settings, layers, packages, and a verdict as the last line.

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::compare::{
    Difference, Directory, Files, Link, LinkChange, Meaning, PackageChange, Setting, layers_differ,
};
use crate::report::entry::{EntryKeys, PathKeys};
use crate::report::{Format, Lines, Subject, json_line};
use crate::text;
use crate::text::Foreign;

/// The differences of two images.
pub struct Comparison<'a> {
    /// The old image and its layer whose merged tree is compared.
    pub old: (Subject<'a>, usize),
    /// The same of the new image.
    pub new: (Subject<'a>, usize),
    /// Differences of files.
    pub files: &'a Files,
    /// Differences of the configs.
    pub settings: &'a [Setting],
    /// Differences of installed packages.
    pub packages: &'a [PackageChange],
    /// Number of layers that both images have, and how many of these are consecutive from the base.
    pub shared: (usize, usize),
    /// Notes on what could not be read of either image.
    pub notes: &'a [String],
    /// Whether the notes concern files, which may then differ.
    pub incomplete: bool,
    /// Whether timestamps and order are ignored.
    pub semantic: bool,
}

/// The result of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing differs.
    Same,
    /// At least one difference.
    Differ,
    /// A layer is unreliable, or no difference was found but a file could not be read.
    Unknown,
}

impl Verdict {
    const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Differ => "differ",
            Self::Unknown => "unknown",
        }
    }
}

impl Comparison<'_> {
    /// The result.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if !self.old.0.is_sure() || !self.new.0.is_sure() {
            return Verdict::Unknown;
        }
        let known = self.files.differences.iter().any(|it| it.meaning != Meaning::Undecided);
        if known || !self.settings.is_empty() || !self.packages.is_empty() || self.layers_count() {
            Verdict::Differ
        } else if !self.files.differences.is_empty() || self.incomplete {
            Verdict::Unknown
        } else {
            Verdict::Same
        }
    }

    /// Whether a difference of the layers is part of the result.
    fn layers_count(&self) -> bool {
        !self.semantic && layers_differ(self.old.0.image, self.new.0.image)
    }

    fn layers(&self) -> (usize, usize) {
        (self.old.0.image.layers.len(), self.new.0.image.layers.len())
    }

    /// Name and sizes of both images: visible, stored, wasted bytes. `None` if a layer is unreliable.
    fn sizes(&self) -> [(&'static str, [Option<u64>; 2]); 3] {
        let balances = [self.old.0, self.new.0].map(|it| it.is_sure().then(|| it.stack.balance()));
        [
            ("visibleBytes", balances.map(|it| it.map(|it| it.visible))),
            ("storedBytes", balances.map(|it| it.map(|it| it.stored))),
            ("wastedBytes", balances.map(|it| it.map(|it| it.wasted))),
        ]
    }
}

/// Writes the comparison, the verdict last; text names `most` directories, JSON all.
///
/// # Errors
/// Errors of writing to `out`.
pub fn compare(
    out: &mut dyn Write,
    found: &Comparison<'_>,
    format: Format,
    most: usize,
) -> io::Result<()> {
    match format {
        Format::Json => write_json(out, found),
        Format::Text => write_text(&mut Lines::new(out), found, most),
    }
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Line<'a> {
    Path {
        #[serde(flatten)]
        path: PathKeys<'a>,
        change: &'static str,
        metadata: Vec<&'static str>,
        old: Option<Box<EntryKeys>>,
        new: Option<Box<EntryKeys>>,
        old_bytes: u64,
        new_bytes: u64,
    },
    Link {
        #[serde(flatten)]
        path: PathKeys<'a>,
        change: &'static str,
        target: String,
        bytes: u64,
    },
    Directory {
        #[serde(flatten)]
        path: PathKeys<'a>,
        added: u64,
        removed: u64,
        changed: u64,
        old_bytes: u64,
        new_bytes: u64,
    },
    Setting {
        key: &'a Foreign,
        old: Option<&'a Foreign>,
        new: Option<&'a Foreign>,
    },
    Package {
        manager: &'static str,
        name: &'a str,
        architecture: Option<&'a str>,
        old: Option<&'a str>,
        new: Option<&'a str>,
    },
    Size {
        key: &'static str,
        old: Option<u64>,
        new: Option<u64>,
    },
    Layers {
        old: usize,
        new: usize,
        shared: usize,
        shared_from_base: usize,
    },
    Note {
        message: &'a str,
    },
    Verdict {
        verdict: &'static str,
        added: u64,
        removed: u64,
        content: u64,
        metadata: u64,
        undecided: u64,
        same: u64,
        settings: usize,
        packages: usize,
    },
}

fn write_json(out: &mut dyn Write, found: &Comparison<'_>) -> io::Result<()> {
    for difference in &found.files.differences {
        json_line(out, &path_line(found, difference))?;
    }
    for link in &found.files.links {
        json_line(out, &link_line(link))?;
    }
    for (path, sum) in found.files.directories() {
        let Directory { added, removed, changed, old_bytes, new_bytes } = sum;
        let path = PathKeys::new(path);
        json_line(out, &Line::Directory { path, added, removed, changed, old_bytes, new_bytes })?;
    }
    for Setting { key, old, new } in found.settings {
        json_line(out, &Line::Setting { key, old: old.as_ref(), new: new.as_ref() })?;
    }
    for package in found.packages {
        let line = Line::Package {
            manager: package.manager.name(),
            name: &package.name,
            architecture: package.architecture.as_deref(),
            old: package.old.as_deref(),
            new: package.new.as_deref(),
        };
        json_line(out, &line)?;
    }
    for (key, [old, new]) in found.sizes() {
        json_line(out, &Line::Size { key, old, new })?;
    }
    let ((old, new), (shared, shared_from_base)) = (found.layers(), found.shared);
    json_line(out, &Line::Layers { old, new, shared, shared_from_base })?;
    for message in found.notes {
        json_line(out, &Line::Note { message })?;
    }
    let count = |meaning| found.files.count(meaning);
    let line = Line::Verdict {
        verdict: found.verdict().name(),
        added: count(Meaning::Added),
        removed: count(Meaning::Removed),
        content: count(Meaning::Content),
        metadata: count(Meaning::Metadata),
        undecided: count(Meaning::Undecided),
        same: found.files.same,
        settings: found.settings.len(),
        packages: found.packages.len(),
    };
    json_line(out, &line)
}

fn link_line(link: &Link) -> Line<'_> {
    Line::Link {
        path: PathKeys::new(&link.path),
        change: link.change.name(),
        target: String::from_utf8_lossy(&link.target).into_owned(),
        bytes: link.bytes,
    }
}

fn path_line<'a>(found: &Comparison<'_>, difference: &'a Difference) -> Line<'a> {
    let keys = |stack, version| Box::new(EntryKeys::new(stack, version));
    Line::Path {
        path: PathKeys::new(&difference.path),
        change: difference.meaning.name(),
        metadata: difference.metadata.names().collect(),
        old: difference.old.as_ref().map(|version| keys(found.old.0.stack, version)),
        new: difference.new.as_ref().map(|version| keys(found.new.0.stack, version)),
        old_bytes: difference.bytes.0,
        new_bytes: difference.bytes.1,
    }
}

fn write_text(out: &mut dyn Write, found: &Comparison<'_>, most: usize) -> io::Result<()> {
    for difference in &found.files.differences {
        write_path(out, difference)?;
    }
    write_links(out, &found.files.links)?;
    write_directories(out, found, most)?;
    for package in found.packages {
        let name = text::visible(&package.name);
        write!(out, "{} {name} ", package.manager.name())?;
        write_versions(out, package.old.as_deref(), package.new.as_deref())?;
    }
    write_settings(out, found.settings)?;
    for (key, sizes) in found.sizes() {
        let key = key.trim_end_matches("Bytes");
        let [short, long] =
            sizes.map(|size| size.map_or_else(|| "unknown".into(), text::size::short));
        write!(out, "{key}: {short} -> {long}")?;
        match sizes {
            [Some(old), Some(new)] => {
                writeln!(out, " ({:+} B)", i128::from(new) - i128::from(old))?;
            }
            _ => writeln!(out)?,
        }
    }
    let ((old, new), (shared, base)) = (found.layers(), found.shared);
    writeln!(out, "layers: {old} -> {new}, {shared} shared, {base} of these from the base on")?;
    for note in found.notes {
        writeln!(out, "note: {}", text::visible(note))?;
    }
    let count = |meaning| found.files.count(meaning);
    writeln!(
        out,
        "verdict={} added={} removed={} content={} metadata={} undecided={} same={} settings={} packages={}",
        found.verdict().name(),
        count(Meaning::Added),
        count(Meaning::Removed),
        count(Meaning::Content),
        count(Meaning::Metadata),
        count(Meaning::Undecided),
        found.files.same,
        found.settings.len(),
        found.packages.len(),
    )
}

/// Signs as in `diff`.
fn write_path(out: &mut dyn Write, difference: &Difference) -> io::Result<()> {
    let sign = match difference.meaning {
        Meaning::Added => '+',
        Meaning::Removed => '-',
        Meaning::Content => '~',
        Meaning::Metadata => '=',
        Meaning::Undecided => '?',
    };
    let (old, new) = difference.bytes;
    let size = text::size::fixed(if difference.new.is_some() { new } else { old });
    write!(out, "{sign} {size}  {}", text::visible(&difference.path))?;
    let names: Vec<&str> = difference.metadata.names().collect();
    if names.is_empty() { writeln!(out) } else { writeln!(out, "  ({})", names.join(", ")) }
}

/// Hard links that only one image has, and the sum of their bytes.
fn write_links(out: &mut dyn Write, links: &[Link]) -> io::Result<()> {
    for link in links {
        let size = text::size::short(link.bytes);
        let (path, target) = (text::visible(&link.path), text::visible(&link.target));
        match link.change {
            LinkChange::Lost => {
                writeln!(out, "hard link lost: {path} -> {target} is a copy now, +{size}")?;
            }
            LinkChange::New => writeln!(out, "hard link new: {path} -> {target}, -{size}")?,
        }
    }
    for (change, sign) in [(LinkChange::Lost, '+'), (LinkChange::New, '-')] {
        let those = links.iter().filter(|link| link.change == change);
        let (count, bytes) = those.fold((0, 0), |(count, sum), link| (count + 1, sum + link.bytes));
        if count > 1 {
            let name = change.name();
            writeln!(out, "hard links {name}: {count}, {sign}{}", text::size::short(bytes))?;
        }
    }
    Ok(())
}

fn write_directories(out: &mut dyn Write, found: &Comparison<'_>, most: usize) -> io::Result<()> {
    let mut sums: Vec<_> = found.files.directories().into_iter().collect();
    if sums.is_empty() {
        return Ok(());
    }
    sums.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.old_bytes + sum.new_bytes));
    writeln!(out)?;
    writeln!(out, "  added removed changed    old    new  below")?;
    for (path, sum) in sums.iter().take(most) {
        writeln!(
            out,
            "{:>7} {:>7} {:>7} {} {}  {}",
            sum.added,
            sum.removed,
            sum.changed,
            text::size::fixed(sum.old_bytes),
            text::size::fixed(sum.new_bytes),
            text::visible(path),
        )?;
    }
    if sums.len() > most {
        writeln!(out, "and {} directories more; --json has all", sums.len() - most)?;
    }
    writeln!(out)
}

/// History steps that differ only in their times are counted, not listed.
fn write_settings(out: &mut dyn Write, settings: &[Setting]) -> io::Result<()> {
    let untimed = |told: &Option<Foreign>| -> Option<String> {
        told.as_ref().and_then(|told| told.raw().split_once(' ')).map(|(_, step)| step.to_owned())
    };
    let other_time = |setting: &&Setting| {
        let (old, new) = (untimed(&setting.old), untimed(&setting.new));
        setting.key.raw().starts_with("history ") && old.is_some() && old == new
    };
    for setting in settings.iter().filter(|setting| !other_time(setting)) {
        write!(out, "{}: ", setting.key.visible())?;
        write_versions(
            out,
            setting.old.as_ref().map(Foreign::raw),
            setting.new.as_ref().map(Foreign::raw),
        )?;
    }
    match settings.iter().filter(other_time).count() {
        0 => Ok(()),
        1 => writeln!(out, "history: 1 step differs in its time alone"),
        steps => writeln!(out, "history: {steps} steps differ in their times alone"),
    }
}

fn write_versions(out: &mut dyn Write, old: Option<&str>, new: Option<&str>) -> io::Result<()> {
    let [old, new] = [old, new].map(|value| value.map_or("(none)".into(), text::visible));
    writeln!(out, "{old} -> {new}")
}
