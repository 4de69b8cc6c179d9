//! Why stored bytes are wasted: which layer took a payload's last name away, how, and what would have kept the bytes
//! from being stored at all.
//!
//! The bytes themselves are [`crate::stack::query::waste`]'s business; here each piece of waste gets its cause, and the pieces are
//! summed by path, by layer and by directory. Every sum is over the same pieces, so all of them agree with
//! [`Stack::balance`].

use std::cmp::Reverse;
use std::collections::BTreeMap;

use hashbrown::HashMap;

use crate::stack::ChangeKind;
use crate::stack::kept::events::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{EventId, NodeId, Stack};
use crate::stack::query::waste::Wasted;

/// What took the last visible name of a payload away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WasteCause {
    /// A whiteout, an opaque marker, or something else in the place of a directory above.
    Removed,
    /// The path was written again with other contents, or as an object of another type.
    Overwritten,
    /// The path was written again with the same contents, only mode, owner or attributes differ.
    Attributes,
    /// The path was written again with the same contents, only its time differs.
    Touched,
    /// The path was written again, the same in everything.
    Rewritten,
    /// The path was written again with the same size; the contents were not compared.
    Undecided,
    /// Its own layer holds the path twice; the last entry counts.
    Twice,
}

impl WasteCause {
    /// The name used in JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Overwritten => "overwritten",
            Self::Attributes => "attributes",
            Self::Touched => "touched",
            Self::Rewritten => "rewritten",
            Self::Undecided => "undecided",
            Self::Twice => "twice",
        }
    }

    /// What would get the bytes back.
    #[must_use]
    pub const fn advice(self) -> Advice {
        match self {
            Self::Removed => Advice::RemoveWhereAdded,
            Self::Overwritten | Self::Undecided => Advice::WriteOnce,
            Self::Attributes => Advice::SetWhileWriting,
            Self::Touched | Self::Rewritten => Advice::LeaveAlone,
            Self::Twice => Advice::StoreOnce,
        }
    }
}

/// How wasted bytes are got back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Advice {
    /// Delete in the layer that adds.
    RemoveWhereAdded,
    /// Write the final contents in the layer that writes first.
    WriteOnce,
    /// Set mode and owner in the layer that writes.
    SetWhileWriting,
    /// Do not copy or touch what is there already.
    LeaveAlone,
    /// The tool that made the layer stores an entry twice.
    StoreOnce,
}

impl Advice {
    /// The name used in JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RemoveWhereAdded => "remove-where-added",
            Self::WriteOnce => "write-once",
            Self::SetWhileWriting => "set-while-writing",
            Self::LeaveAlone => "leave-alone",
            Self::StoreOnce => "store-once",
        }
    }

    /// One line for whoever writes the Containerfile.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::RemoveWhereAdded => "delete in the layer that adds it: one RUN, or a cache mount",
            Self::WriteOnce => "write it once: change it in the layer that adds it",
            Self::SetWhileWriting => {
                "chmod while copying: COPY --chmod, --chown, or in the same RUN"
            }
            Self::LeaveAlone => "rewritten identical: do not copy or touch what is there already",
            Self::StoreOnce => {
                "stored twice in one layer: build the layer's archive without duplicates"
            }
        }
    }
}

/// A wasted payload, and what came over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WastedFile {
    /// What is wasted.
    pub wasted: Wasted,
    /// The layer that took the last name away.
    pub culprit: usize,
    /// How it did.
    pub cause: WasteCause,
}

/// What one path wastes, in all layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathWaste {
    /// The path that stores it.
    pub node: NodeId,
    /// Bytes in all layers.
    pub bytes: u64,
    /// Each payload, in layer order.
    pub files: Vec<WastedFile>,
}

impl PathWaste {
    /// The piece with the most bytes: the one to begin with.
    #[must_use]
    pub fn largest(&self) -> Option<&WastedFile> {
        self.files.iter().max_by_key(|piece| (piece.wasted.bytes, Reverse(piece.wasted.layer)))
    }
}

/// What one layer has to do with waste.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LayerWaste {
    /// Bytes this layer stores that the final tree does not show.
    pub stored: u64,
    /// Bytes of this and lower layers that went out of sight because of this layer.
    pub caused: u64,
}

/// All waste of an image, each piece with its cause, in layer order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WasteReport {
    /// The pieces.
    pub files: Vec<WastedFile>,
}

impl WasteReport {
    /// Bytes in all pieces.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|piece| piece.wasted.bytes).sum()
    }

    /// By path, most bytes first; equal ones by their paths.
    #[must_use]
    pub fn by_path(&self, stack: &Stack) -> Vec<PathWaste> {
        let mut places: HashMap<NodeId, usize> = HashMap::new();
        let mut paths: Vec<PathWaste> = Vec::new();
        for &piece in &self.files {
            let node = piece.wasted.node;
            let at = *places.entry(node).or_insert(paths.len());
            if at == paths.len() {
                paths.push(PathWaste { node, bytes: 0, files: Vec::new() });
            }
            paths[at].bytes += piece.wasted.bytes;
            paths[at].files.push(piece);
        }
        paths.sort_by_cached_key(|path| (Reverse(path.bytes), stack.path(path.node)));
        paths
    }

    /// By layer: what each stores in vain, and what each put out of sight.
    #[must_use]
    pub fn by_layer(&self, layers: usize) -> Vec<LayerWaste> {
        let mut sums = vec![LayerWaste::default(); layers];
        for piece in &self.files {
            if let Some(layer) = sums.get_mut(piece.wasted.layer) {
                layer.stored += piece.wasted.bytes;
            }
            if let Some(layer) = sums.get_mut(piece.culprit) {
                layer.caused += piece.wasted.bytes;
            }
        }
        sums
    }

    /// By what would get the bytes back, most first: bytes and stored files.
    #[must_use]
    pub fn by_advice(&self) -> Vec<(Advice, u64, u64)> {
        let mut sums: BTreeMap<Advice, (u64, u64)> = BTreeMap::new();
        for piece in &self.files {
            let (bytes, files) = sums.entry(piece.cause.advice()).or_default();
            *bytes += piece.wasted.bytes;
            *files += 1;
        }
        let sums = sums.into_iter().map(|(advice, (bytes, files))| (advice, bytes, files));
        let mut sums: Vec<_> = sums.collect();
        sums.sort_by_key(|(advice, bytes, _)| (Reverse(*bytes), *advice));
        sums
    }

    /// Layers that waste or make waste, those that store most of it first.
    #[must_use]
    pub fn layers_most_first(&self, layers: usize) -> Vec<(usize, LayerWaste)> {
        let mut sums: Vec<_> = self.by_layer(layers).into_iter().enumerate().collect();
        sums.retain(|(_, sum)| *sum != LayerWaste::default());
        sums.sort_by_key(|(layer, sum)| (Reverse(sum.stored), Reverse(sum.caused), *layer));
        sums
    }

    /// What is wasted below each directory, the root included, in no order.
    #[must_use]
    pub fn by_directory(&self, stack: &Stack) -> HashMap<NodeId, u64> {
        let mut own: HashMap<NodeId, u64> = HashMap::new();
        for piece in &self.files {
            if let Some(parent) = stack.parent(piece.wasted.node) {
                *own.entry(parent).or_default() += piece.wasted.bytes;
            }
        }
        let mut sums = HashMap::with_capacity(own.len());
        for (dir, bytes) in own {
            let mut at = Some(dir);
            while let Some(dir) = at {
                *sums.entry(dir).or_default() += bytes;
                at = stack.parent(dir);
            }
        }
        sums
    }
}

impl Stack {
    /// Every wasted payload with its cause, as far as the image is folded.
    #[must_use]
    pub fn waste_report(&self) -> WasteReport {
        let files = self.wasted().map(|wasted| {
            let (culprit, cause) = self.cause_of(wasted.event.0);
            WastedFile { wasted, culprit, cause }
        });
        WasteReport { files: files.collect() }
    }

    /// The layer in which the last name of a wasted payload went, and how it went.
    fn cause_of(&self, payload: u32) -> (usize, WasteCause) {
        let links = self.names_of.get(&payload).into_iter().flatten().copied();
        std::iter::once(payload)
            .chain(links)
            .map(|name| match self.successor(name) {
                Some(next) => (self.events.layer(next), self.cause_by(next)),
                None => (self.events.layer(name), WasteCause::Twice),
            })
            // Of several names that went in one layer, the payload's own tells why.
            .reduce(|last, next| if next.0 > last.0 { next } else { last })
            .unwrap_or((self.events.layer(payload), WasteCause::Twice))
    }

    /// The event that took the path over from `event`; `None` where the same layer did before anybody saw it.
    fn successor(&self, event: u32) -> Option<u32> {
        let mut next = self.arena.latest(self.events.node(event));
        while next != NONE {
            let below = self.events.prev(next);
            if below == event {
                return Some(next);
            }
            next = below;
        }
        None
    }

    fn cause_by(&self, next: u32) -> WasteCause {
        let change = self.change_of(next);
        match change.kind {
            ChangeKind::Removed => WasteCause::Removed,
            ChangeKind::Added | ChangeKind::Modified => WasteCause::Overwritten,
            ChangeKind::Rewritten => WasteCause::Rewritten,
            ChangeKind::Undecided => WasteCause::Undecided,
            ChangeKind::Metadata => match change.previous {
                Some(previous) if self.differ_in_time_only(EventId(next), previous) => {
                    WasteCause::Touched
                }
                _ => WasteCause::Attributes,
            },
        }
    }

    fn differ_in_time_only(&self, one: EventId, other: EventId) -> bool {
        let (events, one, other) = (&self.events, one.0, other.0);
        events.mode(one) == events.mode(other)
            && events.owner(one) == events.owner(other)
            && events.xattrs(one) == events.xattrs(other)
            && events.has(one, Flag::IMPLIED) == events.has(other, Flag::IMPLIED)
    }
}

#[cfg(test)]
mod tests {
    use crate::stack::notation;

    /// `PATH BYTES cause/culprit` for each piece.
    fn pieces(text: &str) -> Vec<String> {
        let (stack, _) = notation::stack(text).unwrap();
        let losses = stack.waste_report();
        assert_eq!(losses.bytes(), stack.balance().wasted, "{text}");
        let pieces = losses.files.iter().map(|piece| {
            let path = String::from_utf8(stack.path(piece.wasted.node)).unwrap();
            format!("{path} {} {}/{}", piece.wasted.bytes, piece.cause.name(), piece.culprit)
        });
        pieces.collect()
    }

    #[test]
    fn each_way_to_go_has_its_name_and_its_layer() {
        for (text, said) in [
            ("0: +a:5#1 | 1: +b:1 | 2: -a", "/a 5 removed/2"),
            ("0: +d/ +d/a:5#1 | 1: !d", "/d/a 5 removed/1"),
            ("0: +d/ +d/a:5#1 | 1: +d:0", "/d/a 5 removed/1"),
            ("0: +a:5#1 | 1: +a:6#2", "/a 5 overwritten/1"),
            ("0: +a:5#1 | 1: +a->b", "/a 5 overwritten/1"),
            ("0: +a:5#1 | 1: +a:5#1@700", "/a 5 attributes/1"),
            ("0: +a:5#1 | 1: +a:5#1%0.7", "/a 5 attributes/1"),
            ("0: +a:5#1 | 1: +a:5#1&user.x=1", "/a 5 attributes/1"),
            ("0: +a:5#1 | 1: +a:5#1^9", "/a 5 touched/1"),
            ("0: +a:5#1 | 1: +a:5#1", "/a 5 rewritten/1"),
            ("0: +a:5 | 1: +a:5", "/a 5 undecided/1"),
            ("0: +a:5#1 +a:6#2", "/a 5 twice/0"),
        ] {
            assert_eq!(pieces(text), [said], "{text}");
        }
        assert!(pieces("0: +a:5#1 | 1: +a=>b +b:1").len() == 1);
    }

    /// A payload goes when its last name does.
    #[test]
    fn hard_links_keep_a_payload_until_the_last_of_them_goes() {
        assert!(pieces("0: +a:5#1 +b=>a | 1: -a").is_empty());
        assert_eq!(pieces("0: +a:5#1 +b=>a | 1: -a | 2: -b"), ["/a 5 removed/2"]);
        assert_eq!(pieces("0: +a:5#1 +b=>a | 1: -b | 2: +a:5#1@700"), ["/a 5 attributes/2"]);
        // Of names that go in one layer in different ways, the one that stores the payload tells how.
        assert_eq!(pieces("0: +a:5#1 +b=>a | 1: -b +a:5#1@700"), ["/a 5 attributes/1"]);
        assert_eq!(pieces("0: +a:5#1 +b=>a | 1: -a +b:5#1"), ["/a 5 removed/1"]);
    }

    #[test]
    fn of_equally_large_pieces_the_first_layers_is_the_largest() {
        let (stack, _) = notation::stack("0: +a:5#1 | 1: +a:5#2 | 2: +a:5#3 | 3: -a").unwrap();
        let path = &stack.waste_report().by_path(&stack)[0];
        assert_eq!(path.largest().map(|piece| piece.wasted.layer), Some(0));
        let (stack, _) = notation::stack("0: +a:5#1 | 1: +a:6#2 | 2: -a").unwrap();
        let path = &stack.waste_report().by_path(&stack)[0];
        assert_eq!(path.largest().map(|piece| piece.wasted.layer), Some(1));
    }

    #[test]
    fn sums_agree_with_each_other() {
        let (stack, _) =
            notation::stack("0: +d/e/a:5#1 +d/b:7#2 +c:1#3 | 1: +d/b:7#2@700 | 2: -d +c:1#3^4")
                .unwrap();
        let losses = stack.waste_report();
        let paths: Vec<(Vec<u8>, u64)> =
            losses.by_path(&stack).iter().map(|path| (stack.path(path.node), path.bytes)).collect();
        let expected: [(&[u8], u64); 3] = [(b"/d/b", 14), (b"/d/e/a", 5), (b"/c", 1)];
        assert_eq!(paths, expected.map(|(path, bytes)| (path.to_vec(), bytes)));
        let layers = losses.by_layer(3);
        assert_eq!(layers.iter().map(|layer| layer.stored).collect::<Vec<_>>(), [13, 7, 0]);
        assert_eq!(layers.iter().map(|layer| layer.caused).collect::<Vec<_>>(), [0, 7, 13]);
        let sums = losses.by_directory(&stack);
        let of = |path: &[u8]| sums.get(&stack.find(path).unwrap()).copied();
        assert_eq!(
            (of(b"/"), of(b"/d"), of(b"/d/e"), of(b"/c")),
            (Some(20), Some(19), Some(5), None)
        );
    }
}
