//! The plan of an extraction as plain data, so that the lock on the stack is released before anything is read or
//! written.

use std::collections::HashMap;

use crate::load::files::pass;
use crate::stack::kept::entry::{Kind, Mtime, Xattrs};
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{EventId, NodeId, Payload, Stack, Version};

/// The objects to create, sorted by path bytes, a directory before its entries.
#[derive(Debug)]
pub struct Plan {
    pub(crate) items: Vec<Item>,
    name: Vec<u8>,
}

/// One object to create.
#[derive(Debug)]
pub struct Item {
    /// Normalised path relative to the requested object; empty for that object.
    pub(crate) path: Vec<u8>,
    pub(crate) body: Body,
    /// Permission bits; `None` for a directory that no layer names.
    pub(crate) mode: Option<u16>,
    pub(crate) owner: Option<(u64, u64)>,
    pub(crate) mtime: Option<Mtime>,
    pub(crate) xattrs: Box<[u8]>,
}

/// The kind of an object and its content.
#[derive(Debug)]
pub(crate) enum Body {
    Directory,
    File(Box<Payload>),
    /// A hard link to the item with this index.
    Link(usize),
    Symlink(Vec<u8>),
    Device {
        kind: Kind,
        numbers: (u32, u32),
    },
    Fifo,
    Socket,
    /// Cannot be created, with the reason.
    Impossible(String),
}

impl Item {
    pub(crate) const fn xattrs(&self) -> Xattrs<'_> {
        Xattrs::from_encoded(&self.xattrs)
    }
}

impl Plan {
    /// File name of the requested object; empty for the image's root.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Whether the requested object is a directory.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        self.items.first().is_some_and(|item| matches!(item.body, Body::Directory))
    }

    /// The files by layer, in stored order.
    pub(crate) fn by_layer(&self) -> Vec<Vec<(&Item, &Payload)>> {
        let files: Vec<(&Item, &Payload)> = self
            .items
            .iter()
            .filter_map(|item| match &item.body {
                Body::File(payload) => Some((item, payload.as_ref())),
                _ => None,
            })
            .collect();
        pass::by_layer(files)
    }
}

/// The node of a path. Links in the path are followed inside the image; the last component is not, unless a `/`
/// follows it.
#[must_use]
pub fn locate(stack: &Stack, path: &[u8], layer: usize) -> Option<NodeId> {
    let (parent, name) = match memchr::memrchr(b'/', path) {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (&b""[..], path),
    };
    if matches!(name, b"" | b"." | b"..") {
        return stack.follow(path, layer);
    }
    let parent = stack.path(stack.follow(parent, layer)?);
    let node = stack.find(&[&parent[..], b"/", name].concat())?;
    stack.visible(node, layer).map(|_| node)
}

/// Plans to extract `node` of the merged tree of layers `0..=layer`, a directory with everything below it. Hard links
/// between extracted files stay links.
#[must_use]
pub fn plan(stack: &Stack, node: NodeId, layer: usize) -> Plan {
    let mut planner = Planner { stack, layer, items: Vec::new(), firsts: HashMap::new() };
    let prefix = stack.path(node).len() + usize::from(node != NodeId::ROOT);
    planner.add(node, Vec::new());
    for below in Walk::new(stack, Scope::Merged(layer), node, true) {
        let path = stack.path(below).get(prefix..).unwrap_or_default().to_vec();
        planner.add(below, path);
    }
    Plan { items: planner.items, name: stack.name(node).to_vec() }
}

struct Planner<'s> {
    stack: &'s Stack,
    layer: usize,
    items: Vec<Item>,
    /// Index of the first item of each file, for hard links.
    firsts: HashMap<EventId, usize>,
}

impl Planner<'_> {
    fn add(&mut self, node: NodeId, path: Vec<u8>) {
        let Some(version) = self.stack.visible(node, self.layer) else { return };
        // An object has one set of attributes: those of the entry that made it, whatever the headers of its links say. A hard link
        // to an object without contents, mostly a symbolic link, becomes a copy of that object.
        let version = self.stack.object(&version);
        let body = self.body(&version);
        self.items.push(Item {
            path,
            body,
            mode: version.mode,
            owner: version.owner,
            mtime: version.mtime,
            xattrs: self.stack.xattrs(version.event).encoded().into(),
        });
    }

    fn body(&mut self, version: &Version) -> Body {
        match version.kind {
            Kind::Directory => Body::Directory,
            Kind::File | Kind::Hardlink => self.file(version),
            Kind::Symlink => Body::Symlink(self.stack.link(version.event)),
            Kind::Char | Kind::Block => Body::Device {
                kind: version.kind,
                numbers: self.stack.device(version.event).unwrap_or_default(),
            },
            Kind::Fifo => Body::Fifo,
            Kind::Socket => Body::Socket,
            Kind::Other => {
                Body::Impossible("an object of a type that tar does not define".to_owned())
            }
        }
    }

    fn file(&mut self, version: &Version) -> Body {
        let stored = self.stack.payload_event(version.event);
        let payload = self.stack.payload(version.event);
        let (Some(stored), Some(payload)) = (stored, payload) else {
            return Body::Impossible("a hard link to a file that no layer stores".to_owned());
        };
        let here = self.items.len();
        match *self.firsts.entry(stored).or_insert(here) {
            first if first != here => Body::Link(first),
            _ => Body::File(Box::new(payload)),
        }
    }
}
