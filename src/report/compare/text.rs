//! A comparison as text: the verdict, sizes, settings, packages, files by directory, what was set aside, notes.

use std::collections::BTreeMap;
use std::io;
use std::io::Write;

use crate::compare::{Difference, Link, LinkChange, Meaning, SetAside, Setting};
use crate::report::compare::comparison::Comparison;
use crate::text;
use crate::text::Foreign;

/// Number of directories that are named.
const LISTED_MAX: usize = 20;

/// Files that are named of each kind that is set aside.
const NAMED: usize = 5;

/// Writes the verdict first, then what people ask for in that order; [`LISTED_MAX`] directories are named.
pub(super) fn write_text(out: &mut dyn Write, found: &Comparison<'_>) -> io::Result<()> {
    write_verdict(out, found)?;
    write_sizes(out, found)?;
    let files = found.files;
    gap(out, !found.settings.is_empty())?;
    write_settings(out, found.settings)?;
    gap(out, !found.packages.is_empty())?;
    for package in found.packages {
        let name = text::visible(&package.name);
        write!(out, "{} {name} ", package.manager.name())?;
        write_versions(out, package.old.as_deref(), package.new.as_deref())?;
    }
    write_directories(out, found)?;
    gap(out, !files.differences.is_empty() || !files.links.is_empty())?;
    for difference in &files.differences {
        write_path(out, difference)?;
    }
    write_links(out, &files.links)?;
    let aside = files.set_aside.len() as u64 + files.excluded;
    gap(out, aside > 0 || !found.notes.is_empty())?;
    write_set_aside(out, &files.set_aside)?;
    match files.excluded {
        0 => {}
        1 => writeln!(out, "excluded: 1 path, which is not compared")?,
        paths => writeln!(out, "excluded: {paths} paths, which are not compared")?,
    }
    for note in found.notes {
        writeln!(out, "note: {}", text::visible(note))?;
    }
    Ok(())
}

/// A blank line before a part that has lines.
fn gap(out: &mut dyn Write, before: bool) -> io::Result<()> {
    if before { writeln!(out) } else { Ok(()) }
}

fn write_verdict(out: &mut dyn Write, found: &Comparison<'_>) -> io::Result<()> {
    let count = |meaning| found.files.count(meaning);
    writeln!(
        out,
        "verdict={} added={} removed={} content={} metadata={} undecided={} same={} settings={} packages={} \
         set-aside={} excluded={}",
        found.verdict().name(),
        count(Meaning::Added),
        count(Meaning::Removed),
        count(Meaning::Content),
        count(Meaning::Metadata),
        count(Meaning::Undecided),
        found.files.same,
        found.settings.len(),
        found.packages.len(),
        found.files.set_aside.len(),
        found.files.excluded,
    )
}

fn write_sizes(out: &mut dyn Write, found: &Comparison<'_>) -> io::Result<()> {
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
    writeln!(
        out,
        "layers: {old} -> {new}, {shared} shared, {base} of them in a row from the base on"
    )
}

/// Files that every build rewrites: of each kind their number and the first of them.
fn write_set_aside(out: &mut dyn Write, files: &[SetAside]) -> io::Result<()> {
    let mut kinds: BTreeMap<&str, Vec<&SetAside>> = BTreeMap::new();
    for file in files {
        kinds.entry(file.reason).or_default().push(file);
    }
    match files.len() {
        0 => return Ok(()),
        1 => writeln!(out, "set aside (--semantic): 1 file that every build rewrites:")?,
        count => writeln!(out, "set aside (--semantic): {count} files that every build rewrites:")?,
    }
    for (reason, files) in kinds {
        writeln!(out, "{:>7}  {reason}", files.len())?;
        for file in files.iter().take(NAMED) {
            let sign = sign(file.meaning);
            writeln!(out, "         {sign} {}", text::visible(&file.path))?;
        }
        if files.len() > NAMED {
            writeln!(out, "         and {} more; --json has all", files.len() - NAMED)?;
        }
    }
    Ok(())
}

/// Signs as in `diff`.
const fn sign(meaning: Meaning) -> char {
    match meaning {
        Meaning::Added => '+',
        Meaning::Removed => '-',
        Meaning::Content => '~',
        Meaning::Metadata => '=',
        Meaning::Undecided => '?',
    }
}

fn write_path(out: &mut dyn Write, difference: &Difference) -> io::Result<()> {
    let sign = sign(difference.meaning);
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

fn write_directories(out: &mut dyn Write, found: &Comparison<'_>) -> io::Result<()> {
    let mut sums: Vec<_> = found.files.directories().into_iter().collect();
    if sums.is_empty() {
        return Ok(());
    }
    sums.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.old_bytes + sum.new_bytes));
    writeln!(out)?;
    writeln!(out, "  added removed changed    old    new  below")?;
    for (path, sum) in sums.iter().take(LISTED_MAX) {
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
    if sums.len() > LISTED_MAX {
        writeln!(out, "and {} directories more; --json has all", sums.len() - LISTED_MAX)?;
    }
    Ok(())
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
