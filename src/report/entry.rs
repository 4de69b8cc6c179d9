//! One path at one layer, as a JSON object's keys and as a line of text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Serialize;

use crate::stack::kept::entry::{Kind, Mtime};
use crate::stack::{Stack, Version};
use crate::text;

/// The path keys of every line.
#[derive(Serialize)]
pub(super) struct PathKeys<'a> {
    path: Cow<'a, str>,
    #[serde(rename = "pathBytes", skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
}

impl<'a> PathKeys<'a> {
    pub(super) fn new(path: &'a [u8]) -> Self {
        let lossy = String::from_utf8_lossy(path);
        let bytes = matches!(lossy, Cow::Owned(_)).then(|| STANDARD.encode(path));
        Self { path: lossy, bytes }
    }

    /// From a path that is owned.
    pub(super) fn owned(path: Vec<u8>) -> PathKeys<'static> {
        match String::from_utf8(path) {
            Ok(path) => PathKeys { path: Cow::Owned(path), bytes: None },
            Err(error) => {
                let path = error.as_bytes();
                PathKeys {
                    path: Cow::Owned(String::from_utf8_lossy(path).into_owned()),
                    bytes: Some(STANDARD.encode(path)),
                }
            }
        }
    }
}

/// The keys that describe an object.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EntryKeys {
    r#type: &'static str,
    mode: Option<String>,
    uid: Option<u64>,
    gid: Option<u64>,
    size: Option<u64>,
    mtime: Option<String>,
    link_target: Option<String>,
    device: Option<String>,
    xattrs: Option<BTreeMap<String, String>>,
    layer: usize,
    added_by: usize,
}

impl EntryKeys {
    pub(super) fn new(stack: &Stack, version: &Version) -> Self {
        let event = version.event;
        let is_link = matches!(version.kind, Kind::Symlink | Kind::Hardlink);
        Self {
            r#type: version.kind.name(),
            mode: version.mode.map(|mode| format!("{mode:04o}")),
            uid: version.owner.map(|owner| owner.0),
            gid: version.owner.map(|owner| owner.1),
            size: size(version),
            mtime: version.mtime.and_then(rfc3339),
            link_target: is_link.then(|| lossy(&stack.link(event))),
            device: stack.device(event).map(|(major, minor)| format!("{major}:{minor}")),
            xattrs: (!version.implied).then(|| {
                let xattrs = stack.xattrs(event);
                xattrs.iter().map(|(name, value)| (lossy(name), STANDARD.encode(value))).collect()
            }),
            layer: version.layer,
            added_by: version.added_by,
        }
    }

    /// The keys for the line of a removal.
    pub(super) fn in_layer(self, layer: usize) -> Self {
        Self { layer, ..self }
    }
}

/// The size key: only regular files have one.
pub(super) fn size(version: &Version) -> Option<u64> {
    version.kind.is_regular().then_some(version.size)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A time as JSON has it; `None` if it is out of range.
pub(super) fn rfc3339(mtime: Mtime) -> Option<String> {
    let nanos = i32::try_from(mtime.nanos).ok()?;
    Some(Timestamp::new(mtime.seconds, nanos).ok()?.to_string())
}

/// The size of a file or the numbers of a device, as `ls --long` shows them.
pub(super) fn size_cell(stack: &Stack, version: &Version) -> String {
    match stack.device(version.event) {
        Some((major, minor)) => format!("{major}, {minor}"),
        None => size(version).map_or_else(String::new, |size| size.to_string()),
    }
}

/// The line of `ls --long` in the tree of `layer`.
pub(super) fn write_long(
    out: &mut dyn Write,
    stack: &Stack,
    layer: usize,
    version: &Version,
    path: &[u8],
    size: &str,
) -> io::Result<()> {
    let letter = match version.kind {
        Kind::File | Kind::Hardlink => '-',
        Kind::Directory => 'd',
        Kind::Symlink => 'l',
        Kind::Char => 'c',
        Kind::Block => 'b',
        Kind::Fifo => 'p',
        Kind::Socket => 's',
        Kind::Other => '?',
    };
    let mode = version.mode.map_or_else(|| "?????????".into(), text::mode::permissions);
    let owner = version.owner.map_or_else(|| "?:?".to_owned(), |(uid, gid)| format!("{uid}:{gid}"));
    let time = version.mtime.map_or_else(|| "-".into(), |time| text::time::utc(time.seconds));
    write!(out, "{letter}{mode} {owner:>11} {size:>12} {time:>19} L{:<3} ", version.layer)?;
    write_name(out, stack, layer, version, path)
}

/// A path, and where it leads in the tree of `layer` if it is a link.
pub(super) fn write_name(
    out: &mut dyn Write,
    stack: &Stack,
    layer: usize,
    version: &Version,
    path: &[u8],
) -> io::Result<()> {
    write!(out, "{}", text::visible(path))?;
    match version.kind {
        Kind::Directory if path != b"/" => write!(out, "/")?,
        Kind::Symlink => write!(out, " -> {}", text::visible(&stack.link(version.event)))?,
        Kind::Hardlink => {
            let target = stack.link(version.event);
            let is_directory = || {
                let node = stack.find(&target);
                let version = node.and_then(|node| stack.visible(node, layer));
                version.is_some_and(|version| version.kind == Kind::Directory)
            };
            let broken = match version.broken_link {
                true if is_directory() => " (a directory)",
                true => " (missing)",
                false => "",
            };
            write!(out, " => {}{broken}", text::visible(&target))?;
        }
        _ => {}
    }
    writeln!(out)
}
