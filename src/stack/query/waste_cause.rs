//! The causes of waste: for each wasted file the layer that hid its last name, how it did, and the way to avoid the waste.
//!
//! [`crate::stack::query::waste`] finds the wasted files; here each gets its cause, and they are summed by path, by layer and
//! by directory. All sums are over the same files, so they agree with [`Stack::balance`].

use std::cmp::Reverse;
use std::collections::BTreeMap;

use hashbrown::HashMap;

use crate::stack::ChangeKind;
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{NodeId, Stack};
use crate::stack::query::waste::Stored;

/// How the last visible name of a payload was hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WasteCause {
    /// A whiteout, an opaque marker, or a non-directory that replaced a directory above.
    Removed,
    /// The path was written again with other contents or another type.
    Overwritten,
    /// The path was written again with the same contents and another mode, owner or attribute.
    Attributes,
    /// The path was written again with the same contents and attributes and another mtime.
    Touched,
    /// The path was written again, identical.
    Rewritten,
    /// The path was written again with the same size; the contents are not compared yet.
    Undecided,
    /// The same layer has the path twice; the last entry counts.
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

    /// The way to avoid the waste.
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

/// The ways to avoid waste.
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

    /// One line for the author of the Containerfile.
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

/// A wasted file and the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WastedFile {
    /// The wasted payload.
    pub wasted: Stored,
    /// The layer that hid the last name (`culpritLayer` in JSON).
    pub culprit: usize,
    /// How that layer hid it.
    pub cause: WasteCause,
}

/// The wasted files of one path in all layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathWaste {
    /// The path that stores it.
    pub node: NodeId,
    /// Bytes of all files.
    pub bytes: u64,
    /// The files, in layer order.
    pub files: Vec<WastedFile>,
}

impl PathWaste {
    /// The file with the most bytes; of equals that of the lowest layer.
    #[must_use]
    pub fn largest(&self) -> Option<&WastedFile> {
        self.files.iter().max_by_key(|file| (file.wasted.bytes, Reverse(file.wasted.layer)))
    }
}

/// The waste that one layer stores and causes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LayerWaste {
    /// Wasted bytes that this layer stores.
    pub stored: u64,
    /// Bytes of this and lower layers that this layer hid.
    pub caused: u64,
}

/// All wasted files of an image, each with its cause, in layer order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WasteReport {
    /// The files.
    pub files: Vec<WastedFile>,
}

impl WasteReport {
    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.wasted.bytes).sum()
    }

    /// The waste by path, most bytes first, equals by path.
    #[must_use]
    pub fn by_path(&self, stack: &Stack) -> Vec<PathWaste> {
        let mut places: HashMap<NodeId, usize> = HashMap::new();
        let mut paths: Vec<PathWaste> = Vec::new();
        for &file in &self.files {
            let node = file.wasted.node;
            let at = *places.entry(node).or_insert(paths.len());
            if at == paths.len() {
                paths.push(PathWaste { node, bytes: 0, files: Vec::new() });
            }
            paths[at].bytes += file.wasted.bytes;
            paths[at].files.push(file);
        }
        paths.sort_by_cached_key(|path| (Reverse(path.bytes), stack.path(path.node)));
        paths
    }

    /// The waste by layer.
    #[must_use]
    pub fn by_layer(&self, layers: usize) -> Vec<LayerWaste> {
        let mut sums = vec![LayerWaste::default(); layers];
        for file in &self.files {
            if let Some(layer) = sums.get_mut(file.wasted.layer) {
                layer.stored += file.wasted.bytes;
            }
            if let Some(layer) = sums.get_mut(file.culprit) {
                layer.caused += file.wasted.bytes;
            }
        }
        sums
    }

    /// Bytes and number of files by advice, most bytes first.
    #[must_use]
    pub fn by_advice(&self) -> Vec<(Advice, u64, u64)> {
        let mut sums: BTreeMap<Advice, (u64, u64)> = BTreeMap::new();
        for file in &self.files {
            let (bytes, files) = sums.entry(file.cause.advice()).or_default();
            *bytes += file.wasted.bytes;
            *files += 1;
        }
        let sums = sums.into_iter().map(|(advice, (bytes, files))| (advice, bytes, files));
        let mut sums: Vec<_> = sums.collect();
        sums.sort_by_key(|(advice, bytes, _)| (Reverse(*bytes), *advice));
        sums
    }

    /// The layers that store or cause waste; those that store most first.
    #[must_use]
    pub fn layers_most_first(&self, layers: usize) -> Vec<(usize, LayerWaste)> {
        let mut sums: Vec<_> = self.by_layer(layers).into_iter().enumerate().collect();
        sums.retain(|(_, sum)| *sum != LayerWaste::default());
        sums.sort_by_key(|(layer, sum)| (Reverse(sum.stored), Reverse(sum.caused), *layer));
        sums
    }

    /// Wasted bytes below each directory, including the root.
    #[must_use]
    pub fn by_directory(&self, stack: &Stack) -> HashMap<NodeId, u64> {
        let mut own: HashMap<NodeId, u64> = HashMap::new();
        for file in &self.files {
            if let Some(parent) = stack.parent(file.wasted.node) {
                *own.entry(parent).or_default() += file.wasted.bytes;
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
    /// All wasted files of the folded layers with their causes.
    #[must_use]
    pub fn waste_report(&self) -> WasteReport {
        let files = self.wasted().map(|wasted| {
            let (culprit, cause) = self.cause_of(wasted.event.0);
            WastedFile { wasted, culprit, cause }
        });
        WasteReport { files: files.collect() }
    }

    /// The layer that hid the last name of a wasted payload, and how.
    fn cause_of(&self, payload: u32) -> (usize, WasteCause) {
        let links = self.links_of.get(&payload).into_iter().flatten().copied();
        std::iter::once(payload)
            .chain(links)
            .map(|name| match self.successor(name) {
                Some(next) => (self.events.layer(next), self.cause_by(next)),
                None => (self.events.layer(name), WasteCause::Twice),
            })
            // Of several names hidden by one layer, that of the file itself gives the cause.
            .reduce(|last, next| if next.0 > last.0 { next } else { last })
            .unwrap_or((self.events.layer(payload), WasteCause::Twice))
    }

    /// The next event of the path after `event`; `None` if the same layer superseded `event`.
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
                Some(previous) if self.events.same_attributes(next, previous.0) => {
                    WasteCause::Touched
                }
                _ => WasteCause::Attributes,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::stack::notation;

    /// `PATH BYTES cause/culprit` for each wasted file.
    fn wasted(text: &str) -> Vec<String> {
        let (stack, _) = notation::stack(text).unwrap();
        let report = stack.waste_report();
        assert_eq!(report.bytes(), stack.balance().wasted, "{text}");
        let files = report.files.iter().map(|file| {
            let path = String::from_utf8(stack.path(file.wasted.node)).unwrap();
            format!("{path} {} {}/{}", file.wasted.bytes, file.cause.name(), file.culprit)
        });
        files.collect()
    }

    #[test]
    fn each_way_to_hide_a_file_has_its_cause_and_layer() {
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
            assert_eq!(wasted(text), [said], "{text}");
        }
        assert!(wasted("0: +a:5#1 | 1: +a=>b +b:1").len() == 1);
    }

    #[test]
    fn a_payload_is_wasted_once_its_last_hard_link_is_hidden() {
        assert!(wasted("0: +a:5#1 +b=>a | 1: -a").is_empty());
        assert_eq!(wasted("0: +a:5#1 +b=>a | 1: -a | 2: -b"), ["/a 5 removed/2"]);
        assert_eq!(wasted("0: +a:5#1 +b=>a | 1: -b | 2: +a:5#1@700"), ["/a 5 attributes/2"]);
        // Of names that one layer hides in different ways, that of the file itself gives the cause.
        assert_eq!(wasted("0: +a:5#1 +b=>a | 1: -b +a:5#1@700"), ["/a 5 attributes/1"]);
        assert_eq!(wasted("0: +a:5#1 +b=>a | 1: -a +b:5#1"), ["/a 5 removed/1"]);
    }

    #[test]
    fn of_equally_large_files_that_of_the_lowest_layer_is_the_largest() {
        let (stack, _) = notation::stack("0: +a:5#1 | 1: +a:5#2 | 2: +a:5#3 | 3: -a").unwrap();
        let path = &stack.waste_report().by_path(&stack)[0];
        assert_eq!(path.largest().map(|file| file.wasted.layer), Some(0));
        let (stack, _) = notation::stack("0: +a:5#1 | 1: +a:6#2 | 2: -a").unwrap();
        let path = &stack.waste_report().by_path(&stack)[0];
        assert_eq!(path.largest().map(|file| file.wasted.layer), Some(1));
    }

    #[test]
    fn sums_agree_with_each_other() {
        let (stack, _) =
            notation::stack("0: +d/e/a:5#1 +d/b:7#2 +c:1#3 | 1: +d/b:7#2@700 | 2: -d +c:1#3^4")
                .unwrap();
        let report = stack.waste_report();
        let paths: Vec<(Vec<u8>, u64)> =
            report.by_path(&stack).iter().map(|path| (stack.path(path.node), path.bytes)).collect();
        let expected: [(&[u8], u64); 3] = [(b"/d/b", 14), (b"/d/e/a", 5), (b"/c", 1)];
        assert_eq!(paths, expected.map(|(path, bytes)| (path.to_vec(), bytes)));
        let layers = report.by_layer(3);
        assert_eq!(layers.iter().map(|layer| layer.stored).collect::<Vec<_>>(), [13, 7, 0]);
        assert_eq!(layers.iter().map(|layer| layer.caused).collect::<Vec<_>>(), [0, 7, 13]);
        let sums = report.by_directory(&stack);
        let of = |path: &[u8]| sums.get(&stack.find(path).unwrap()).copied();
        assert_eq!(
            (of(b"/"), of(b"/d"), of(b"/d/e"), of(b"/c")),
            (Some(20), Some(19), Some(5), None)
        );
    }
}
