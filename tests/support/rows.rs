//! Rows and problems as lines that read well in an assertion.
//!
//! `etc/passwd file 644 1000:100 5 t=7 {user.a=1}`: the path, what it is, and then only what is not 0 or empty:
//! mode, owner, size, time, target, device, attributes. `- path` is a whiteout, `! path` an opaque directory.

use std::fmt::Write;

use layertui::image::Image;
use layertui::layer::{Listing, Severity};
use layertui::stack::kept::entry::{Entry, Row};
use layertui::text::Foreign;

/// Every row of a listing as a line.
pub(crate) fn rows(listing: &Listing) -> Vec<String> {
    let mut rows = listing.table.rows();
    std::iter::from_fn(|| rows.next().map(|row| line(&row))).collect()
}

/// Every problem of a listing as a line: `note: …`, `warning: …`, `error: …`.
pub(crate) fn problems(listing: &Listing) -> Vec<String> {
    let name = |severity| match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Refused => "refused",
        Severity::Error => "error",
    };
    let line = |problem: &layertui::layer::Problem| {
        format!("{}: {}", name(problem.severity), problem.message)
    };
    listing.problems.iter().map(line).collect()
}

/// The problems of an image and its layers before any layer is read, a line each.
pub(crate) fn image_problems(image: &Image) -> String {
    let layers = image.layers.iter().flat_map(|layer| &layer.problems);
    let problems = image.problems.iter().chain(layers).map(Foreign::raw);
    problems.collect::<Vec<_>>().join("\n")
}

/// One row as a line.
pub(crate) fn line(row: &Row<'_>) -> String {
    match row {
        Row::Entry(entry) => entry_line(entry),
        Row::Whiteout { path } => format!("- {}", shown(path)),
        Row::Opaque { path } => format!("! {}", shown(path)),
    }
}

fn shown(path: &[u8]) -> String {
    if path.is_empty() { "/".to_owned() } else { path.escape_ascii().to_string() }
}

fn entry_line(entry: &Entry<'_>) -> String {
    let mut line = format!("{} {}", shown(entry.path), entry.kind.name());
    let mut add = |text: std::fmt::Arguments<'_>| line.write_fmt(text).unwrap();
    if entry.mode != 0 {
        add(format_args!(" {:o}", entry.mode));
    }
    if (entry.uid, entry.gid) != (0, 0) {
        add(format_args!(" {}:{}", entry.uid, entry.gid));
    }
    if entry.size != 0 {
        add(format_args!(" {}", entry.size));
    }
    if entry.stored != entry.size {
        add(format_args!(" stored={}", entry.stored));
    }
    if entry.mtime.nanos != 0 {
        add(format_args!(" t={}+{}ns", entry.mtime.seconds, entry.mtime.nanos));
    } else if entry.mtime.seconds != 0 {
        add(format_args!(" t={}", entry.mtime.seconds));
    }
    if !entry.link.is_empty() {
        add(format_args!(" -> {}", entry.link.escape_ascii()));
    }
    if entry.device != (0, 0) {
        add(format_args!(" dev={}:{}", entry.device.0, entry.device.1));
    }
    for (name, value) in entry.xattrs.iter() {
        add(format_args!(" {{{}={}}}", name.escape_ascii(), value.escape_ascii()));
    }
    for (set, word) in [(entry.clamped, " clamped"), (entry.sparse, " sparse")] {
        if set {
            add(format_args!("{word}"));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use layertui::image::layer::Layer;
    use layertui::layer::blob::Blob;
    use layertui::layer::{Unwatched, list};
    use layertui::stack::kept::entry::{Kind, Mtime};

    use super::*;

    #[test]
    fn a_line_says_what_is_not_nothing() {
        let entry = Entry {
            mode: 0o4755,
            uid: 1,
            size: 9,
            stored: 4,
            mtime: Mtime { seconds: -1, nanos: 5 },
            clamped: true,
            sparse: true,
            ..Entry::new(b"a\xff", Kind::File)
        };
        assert_eq!(
            line(&Row::Entry(entry)),
            r"a\xff file 4755 1:0 9 stored=4 t=-1+5ns clamped sparse"
        );
        let listing = list(&Blob::memory(*b"{}"), &Unwatched);
        assert!(rows(&listing).is_empty());
        assert!(problems(&listing)[0].starts_with("error: not a tar archive"));
    }

    #[test]
    fn problems_of_the_image_come_before_those_of_its_layers() {
        let layer = Layer { problems: vec!["b".to_owned().into()], ..Layer::default() };
        let image = Image {
            problems: vec!["a".to_owned().into()],
            layers: vec![layer],
            ..Image::default()
        };
        assert_eq!(image_problems(&image), "a\nb");
    }
}
