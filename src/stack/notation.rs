//! A notation for layers in one line, for tests and bug reports.
//!
//! ```text
//! 0: +etc/ +etc/passwd:922 | 1: ~etc/passwd:951 | 2: -etc
//! ```
//!
//! | form | row |
//! |---|---|
//! | `+a/` | directory |
//! | `+a:12` | file of 12 bytes (`:12/4` stores 4 of them: sparse) |
//! | `+a->b` | symbolic link |
//! | `+a=>b` | hard link |
//! | `+a*1.3` | character device 1:3 |
//! | `~…` | the same as `+…`, to show that a lower layer has the path |
//! | `-a` | whiteout |
//! | `!a` | opaque marker (`!` alone: the root's) |
//!
//! After an entry, in any order: `@755` mode, `%0.0` owner, `^17` mtime, `#c0` fingerprint, `&user.x=1` extended attribute.
//! Numbers of layers are ignored: layers are read in order. Names are normalised like those of a stored layer.

use crate::stack::fold::Oddities;
use crate::stack::kept::entry::{Entry, Fingerprint, Kind, Mtime, Row, Xattrs, encode_xattrs};
use crate::stack::kept::paths::normalise;
use crate::stack::kept::stack::Stack;
use crate::stack::kept::table::{Table, TableWriter};

/// Parses the notation.
///
/// # Errors
/// A message with the word that is not a row.
pub fn layers(text: &str) -> Result<Vec<Table>, String> {
    text.split('|').map(layer).collect()
}

/// Parses and folds. Returns the oddities of each layer.
///
/// # Errors
/// As [`layers`].
pub fn stack(text: &str) -> Result<(Stack, Vec<Oddities>), String> {
    let tables = layers(text)?;
    let mut stack = Stack::new(tables.len());
    let oddities = tables.iter().map(|table| stack.fold(table)).collect();
    Ok((stack, oddities))
}

fn layer(text: &str) -> Result<Table, String> {
    let rows = text.split_once(':').filter(|(number, _)| number.trim().parse::<u16>().is_ok());
    let mut writer = TableWriter::new();
    for word in rows.map_or(text, |(_, rows)| rows).split_whitespace() {
        row(word, &mut writer)?;
    }
    Ok(writer.finish())
}

fn row(word: &str, writer: &mut TableWriter) -> Result<(), String> {
    let mut path = Vec::new();
    let (sign, rest) = word.split_at_checked(1).unwrap_or((word, ""));
    match sign {
        "-" => {
            normalise(rest.as_bytes(), &mut path);
            writer.push(&Row::Whiteout { path: &path });
        }
        "!" => {
            normalise(rest.as_bytes(), &mut path);
            writer.push(&Row::Opaque { path: &path });
        }
        "+" | "~" => {
            entry(rest, writer).ok_or_else(|| format!("'{word}' is not a row"))?;
        }
        _ => return Err(format!("'{word}' does not begin with one of + ~ - !")),
    }
    Ok(())
}

/// Cuts the last of `marks` in `rest` and the text after it off `rest`.
fn take<'t>(rest: &mut &'t str, marks: &[char]) -> Option<(char, &'t str)> {
    let at = rest.rfind(marks)?;
    let mark = rest[at..].chars().next()?;
    let value = &rest[at + mark.len_utf8()..];
    *rest = &rest[..at];
    Some((mark, value))
}

fn entry(word: &str, writer: &mut TableWriter) -> Option<()> {
    let mut rest = word;
    let mut entry = Entry::new(b"", Kind::File);
    let mut mode = None;
    let mut attributes = Vec::new();
    while let Some((mark, value)) = take(&mut rest, &['@', '%', '^', '#', '&']) {
        match mark {
            '@' => mode = Some(u16::from_str_radix(value, 8).ok()?),
            '%' => {
                let (uid, gid) = value.split_once('.')?;
                (entry.uid, entry.gid) = (uid.parse().ok()?, gid.parse().ok()?);
            }
            '^' => entry.mtime = Mtime { seconds: value.parse().ok()?, nanos: 0 },
            '#' => {
                entry.fingerprint = Some(Fingerprint::Xxh3(u64::from_str_radix(value, 16).ok()?));
            }
            _ => {
                let (name, value) = value.split_once('=')?;
                attributes.push((name.as_bytes().to_vec(), value.as_bytes().to_vec()));
            }
        }
    }
    let mut link = Vec::new();
    if let Some((name, target)) = rest.split_once("=>") {
        entry.kind = Kind::Hardlink;
        normalise(target.as_bytes(), &mut link);
        rest = name;
    } else if let Some((name, target)) = rest.split_once("->") {
        entry.kind = Kind::Symlink;
        link.extend_from_slice(target.as_bytes());
        rest = name;
    } else if let Some((name, device)) = rest.split_once('*') {
        let (major, minor) = device.split_once('.')?;
        entry.kind = Kind::Char;
        entry.device = (major.parse().ok()?, minor.parse().ok()?);
        rest = name;
    } else if let Some((name, size)) = rest.split_once(':') {
        let (size, stored) = size.split_once('/').unwrap_or((size, size));
        (entry.size, entry.stored) = (size.parse().ok()?, stored.parse().ok()?);
        entry.sparse = entry.size != entry.stored;
        rest = name;
    } else if rest.ends_with('/') {
        entry.kind = Kind::Directory;
    }
    entry.mode = mode.unwrap_or(match entry.kind {
        Kind::Directory => 0o755,
        Kind::Symlink => 0o777,
        _ => 0o644,
    });
    let mut path = Vec::new();
    entry.clamped = normalise(rest.as_bytes(), &mut path);
    let attributes = encode_xattrs(&mut attributes);
    let entry =
        Entry { path: &path, link: &link, xattrs: Xattrs::from_encoded(&attributes), ..entry };
    writer.push(&Row::Entry(entry));
    Some(())
}
