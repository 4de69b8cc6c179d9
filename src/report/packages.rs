//! Distribution packages: those of the image, and what each layer did to them.

use std::collections::BTreeMap;
use std::io;
use std::io::Write;

use serde::Serialize;

use crate::content::packages::package::Package;
use crate::content::packages::timeline::{Installed, PackageEvent, PackageEventKind};
use crate::load::files::package_layers::PackageLayers;
use crate::report::{Format, Lines, Subject, command, json_line};
use crate::text;
use crate::text::Visible;
use crate::text::size::count;

/// The most cells of a column: a longer text moves what follows it.
const COLUMN_MAX: usize = 40;

/// The keys of a package.
#[derive(Serialize)]
struct PackageKeys<'a> {
    manager: &'static str,
    name: &'a str,
    version: &'a str,
    architecture: Option<&'a str>,
    size: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InstalledLine<'a> {
    #[serde(flatten)]
    package: PackageKeys<'a>,
    layer: usize,
    added_by: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventLine<'a> {
    layer: usize,
    event: &'static str,
    #[serde(flatten)]
    package: PackageKeys<'a>,
    previous_version: Option<&'a str>,
}

impl<'a> PackageKeys<'a> {
    fn new(package: &'a Package) -> Self {
        Self {
            manager: package.manager.name(),
            name: &package.name,
            version: &package.version,
            architecture: package.architecture.as_deref(),
            size: package.installed_bytes,
        }
    }
}

/// Writes the installed packages, sorted by name.
///
/// # Errors
/// Errors of writing to `out`.
pub fn packages(
    out: &mut dyn Write,
    subject: Subject<'_>,
    found: &PackageLayers,
    format: Format,
) -> io::Result<()> {
    if format == Format::Text {
        return installed_text(&mut Lines::new(out), subject, found);
    }
    found.timeline.installed().try_for_each(|it| {
        let package = PackageKeys::new(&it.package);
        json_line(out, &InstalledLine { package, layer: it.layer, added_by: it.added_by })
    })
}

/// Writes what each layer did to packages, by layer, those of a layer sorted by name.
///
/// # Errors
/// Errors of writing to `out`.
pub fn package_events(
    out: &mut dyn Write,
    subject: Subject<'_>,
    found: &PackageLayers,
    format: Format,
) -> io::Result<()> {
    if format == Format::Text {
        return events_text(&mut Lines::new(out), subject, found);
    }
    found.timeline.events().iter().try_for_each(|it| {
        let line = EventLine {
            layer: it.layer,
            event: it.kind.name(),
            package: PackageKeys::new(&it.package),
            previous_version: it.previous.as_deref(),
        };
        json_line(out, &line)
    })
}

fn installed_text(
    out: &mut dyn Write,
    subject: Subject<'_>,
    found: &PackageLayers,
) -> io::Result<()> {
    write_head(out, subject, found)?;
    let widths = Widths::of(found.timeline.installed().map(|it| &it.package));
    found.timeline.installed().try_for_each(|Installed { package, layer, added_by }| {
        let since =
            if added_by == layer { String::new() } else { format!("  (first by L{added_by})") };
        let layer = format!("L{layer}");
        let version = text::visible(&package.version);
        let columns = widths.columns(package, &version);
        writeln!(out, "{layer:<5} {}{since}", columns.trim_end())
    })
}

/// `IMAGE: 88 packages of dpkg, 104 MB`.
fn write_head(out: &mut dyn Write, subject: Subject<'_>, found: &PackageLayers) -> io::Result<()> {
    write!(out, "{}: ", subject.image.reference.visible())?;
    if !found.has_database {
        return writeln!(out, "no package database of dpkg, apk or rpm");
    }
    let mut managers: BTreeMap<&str, u64> = BTreeMap::new();
    let mut bytes: u64 = 0;
    for it in found.timeline.installed() {
        *managers.entry(it.package.manager.name()).or_default() += 1;
        bytes = bytes.saturating_add(it.package.installed_bytes.unwrap_or_default());
    }
    let counts = managers.iter().map(|(name, packages)| {
        let plural = if *packages == 1 { "" } else { "s" };
        format!("{} package{plural} of {name}, ", count(*packages))
    });
    let counts: String = counts.collect();
    let counts = if counts.is_empty() { "no packages, " } else { &counts };
    writeln!(out, "{counts}{}", text::size::short(bytes))
}

fn events_text(out: &mut dyn Write, subject: Subject<'_>, found: &PackageLayers) -> io::Result<()> {
    write_head(out, subject, found)?;
    let events = found.timeline.events();
    let widths = Widths::of(events.iter().map(|it| &it.package));
    for of_layer in events.chunk_by(|one, next| one.layer == next.layer) {
        write_layer(out, subject, of_layer)?;
        for PackageEvent { kind, package, previous, .. } in of_layer {
            let sign = match kind {
                PackageEventKind::Installed => '+',
                PackageEventKind::Upgraded => '~',
                PackageEventKind::Removed => '-',
            };
            let version = text::visible(&package.version);
            let version = match previous {
                Some(previous) => text::visible![text::visible(previous), " -> ", version],
                None => version,
            };
            writeln!(out, "  {sign} {}", widths.columns(package, &version).trim_end())?;
        }
    }
    Ok(())
}

/// `L3  +12 ~1 -0  RUN apt-get install …`.
fn write_layer(
    out: &mut dyn Write,
    subject: Subject<'_>,
    events: &[PackageEvent],
) -> io::Result<()> {
    let Some(layer) = events.first().map(|it| it.layer) else { return Ok(()) };
    let count = |kind| events.iter().filter(|it| it.kind == kind).count();
    let command = command::cell(subject.image.layers.get(layer), 72).unwrap_or_default();
    writeln!(out)?;
    let line = format!(
        "L{layer:<3} +{} ~{} -{}  {}",
        count(PackageEventKind::Installed),
        count(PackageEventKind::Upgraded),
        count(PackageEventKind::Removed),
        command
    );
    writeln!(out, "{}", line.trim_end())
}

/// The cells of the columns of names and versions.
struct Widths {
    name: usize,
    version: usize,
}

impl Widths {
    fn of<'p>(packages: impl Iterator<Item = &'p Package>) -> Self {
        packages.fold(Self { name: 0, version: 0 }, |widths, package| {
            let wider = |known: usize, text: &str| {
                known.max(text::width::width(&text::visible(text)).min(COLUMN_MAX))
            };
            Self {
                name: wider(widths.name, &package.name),
                version: wider(widths.version, &package.version),
            }
        })
    }

    /// Size, name, version and architecture.
    fn columns(&self, package: &Package, version: &Visible<'_>) -> String {
        let size = text::size::fixed_or_blank(package.installed_bytes);
        let name = text::visible(&package.name);
        let architecture = package.architecture.as_deref().unwrap_or_default();
        format!(
            "{size}  {}  {}  {}",
            padded(&name, self.name),
            padded(version, self.version),
            text::visible(architecture)
        )
    }
}

/// The whole text with blanks up to a width.
fn padded(text: &Visible<'_>, cells: usize) -> String {
    let blanks = cells.saturating_sub(text::width::width(text));
    format!("{text}{:blanks$}", "")
}
