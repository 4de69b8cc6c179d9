//! The changes to a build that give stored bytes back, and the bytes that no change listed here gives back.
//!
//! A change is planned only if it gives back exactly what it promises: the final tree stays the same but for caches, and
//! each of its files is stored once. So instructions are merged only if no `COPY` stands between them, and nothing is
//! planned for layers of the base image.

use std::collections::BTreeMap;

use crate::findings::{Id, paths};
use crate::image::Image;
use crate::image::base::Base;
use crate::stack::query::waste::Stored;
use crate::stack::query::waste_cause::{WasteCause, WastedFile};
use crate::stack::{NodeId, Stack};
use crate::text::command;

/// The paths that a step names.
const PATHS_MAX: usize = 3;

/// A change to the instructions of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Make one `RUN` of those of these layers, the first to the last.
    Merge(usize, usize),
    /// Delete in the `RUN` of the first layer what the second one deletes.
    Delete(usize, usize),
    /// Leave out of the `COPY` of the first layer what the second one deletes.
    LeaveOut(usize, usize),
    /// Set mode and owner by the `COPY` of the first layer, not in the second one.
    CopyWithAttributes(usize, usize),
    /// Do not write in this layer what is there already.
    DoNotRewrite(usize),
    /// Delete a cache at the end of the `RUN` of this layer.
    DeleteCache(usize, Id),
}

/// Why no change is planned for some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// The base image stores them.
    Base,
    /// Instructions that cannot be one write the same files with different contents or attributes.
    Apart,
    /// The instruction that stores or hides them is not known.
    Unknown,
    /// One layer stores a file twice.
    Twice,
}

/// A change, and what it gives back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanStep {
    /// The change.
    pub change: Change,
    /// Bytes that are not stored then.
    pub bytes: u64,
    /// Number of files that are not stored then.
    pub files: u64,
    /// The largest of them.
    pub paths: Vec<NodeId>,
}

/// All changes to a build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Those that give most back first.
    pub steps: Vec<PlanStep>,
    /// Bytes for which no change is planned.
    pub kept: BTreeMap<Kept, u64>,
}

/// The kind of the instruction that made a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Instruction {
    Run,
    Copy,
    Unknown,
}

impl Plan {
    /// The plan for an image, of which the first layers are those of `base`.
    #[must_use]
    pub fn of(image: &Image, stack: &Stack, base: &Base) -> Self {
        let kinds: Vec<Instruction> =
            (0..stack.folded()).map(|at| instruction(image, at)).collect();
        let build = Build { stack, base, kinds };
        let files = stack.waste_report().files;
        let spans = build.spans(&files);
        let mut steps: BTreeMap<Change, Vec<Stored>> = BTreeMap::new();
        let mut kept: BTreeMap<Kept, u64> = BTreeMap::new();
        for file in &files {
            match build.change(file, &spans) {
                Ok(change) => steps.entry(change).or_default().push(file.wasted),
                Err(why) => *kept.entry(why).or_default() += file.wasted.bytes,
            }
        }
        for (id, stored) in paths::caches(stack) {
            if !base.has(stored.layer) && build.kinds[stored.layer] == Instruction::Run {
                steps.entry(Change::DeleteCache(stored.layer, id)).or_default().push(stored);
            }
        }
        let mut steps: Vec<PlanStep> = steps.into_iter().map(step).collect();
        steps.sort_by_key(|step| (std::cmp::Reverse(step.bytes), step.change));
        Self { steps, kept }
    }

    /// Bytes that all changes together give back.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.steps.iter().map(|step| step.bytes).sum()
    }
}

/// Bytes of package caches in the final tree, which are not wasted but not needed.
#[must_use]
pub fn cache_bytes(stack: &Stack) -> u64 {
    paths::caches(stack).map(|(_, stored)| stored.bytes).sum()
}

fn step((change, mut files): (Change, Vec<Stored>)) -> PlanStep {
    files.sort_by_key(|stored| std::cmp::Reverse(stored.bytes));
    PlanStep {
        change,
        bytes: files.iter().map(|stored| stored.bytes).sum(),
        files: files.len() as u64,
        paths: files.iter().take(PATHS_MAX).map(|stored| stored.node).collect(),
    }
}

fn instruction(image: &Image, layer: usize) -> Instruction {
    let command = image.layers.get(layer).and_then(|layer| layer.created_by.as_ref());
    let Some(command) = command.map(command::instruction) else { return Instruction::Unknown };
    match command.raw().split_whitespace().next() {
        Some("RUN") => Instruction::Run,
        Some("COPY" | "ADD") => Instruction::Copy,
        _ => Instruction::Unknown,
    }
}

struct Build<'s> {
    stack: &'s Stack,
    base: &'s Base,
    kinds: Vec<Instruction>,
}

impl Build<'_> {
    /// The layers that are to become one, as first and last, disjoint and ascending: the least spans that hold both
    /// layers of every file that several `RUN`s in a row write.
    fn spans(&self, files: &[WastedFile]) -> Vec<(usize, usize)> {
        let mut spans: Vec<(usize, usize)> = files
            .iter()
            .filter(|file| file.cause != WasteCause::Removed && self.can_merge(file))
            .map(|file| (file.wasted.layer, file.culprit))
            .collect();
        spans.sort_unstable();
        let mut merged: Vec<(usize, usize)> = Vec::new();
        for (first, last) in spans {
            match merged.last_mut() {
                Some(before) if first <= before.1 => before.1 = before.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        merged
    }

    fn can_merge(&self, file: &WastedFile) -> bool {
        let (first, last) = (file.wasted.layer, file.culprit);
        first < last
            && !self.base.has(first)
            && self.kinds[first..=last].iter().all(|kind| *kind == Instruction::Run)
    }

    fn change(&self, file: &WastedFile, spans: &[(usize, usize)]) -> Result<Change, Kept> {
        let (first, last) = (file.wasted.layer, file.culprit);
        if self.base.has(first) {
            return Err(Kept::Base);
        }
        if first == last {
            return Err(Kept::Twice);
        }
        if let Some(&(from, to)) = spans.iter().find(|(from, to)| *from <= first && last <= *to) {
            return Ok(Change::Merge(from, to));
        }
        match (self.kinds[first], self.kinds[last], file.cause) {
            (Instruction::Unknown, ..) | (_, Instruction::Unknown, _) => Err(Kept::Unknown),
            (Instruction::Run, _, WasteCause::Removed) => Ok(Change::Delete(first, last)),
            (Instruction::Copy, _, WasteCause::Removed) => Ok(Change::LeaveOut(first, last)),
            (_, _, WasteCause::Rewritten | WasteCause::Touched) => Ok(Change::DoNotRewrite(last)),
            (Instruction::Copy, Instruction::Run, WasteCause::Attributes)
                if self.same_xattrs(file) =>
            {
                Ok(Change::CopyWithAttributes(first, last))
            }
            _ => Err(Kept::Apart),
        }
    }

    /// Whether the layer that hides a file left its extended attributes, which `COPY` cannot set.
    fn same_xattrs(&self, file: &WastedFile) -> bool {
        let now = self.stack.visible(file.wasted.node, file.culprit);
        now.is_some_and(|now| self.stack.xattrs(file.wasted.event) == self.stack.xattrs(now.event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::base::Evidence;
    use crate::image::layer::Layer;
    use crate::stack::notation;

    type Planned = (Vec<(Change, u64)>, Vec<(Kept, u64)>);

    /// The changes with their bytes, and the bytes that are kept.
    fn plan(layers: &str, commands: &[&str]) -> Planned {
        let (stack, _) = notation::stack(layers).unwrap();
        let layer =
            |command: &&str| Layer { created_by: Some((*command).into()), ..Layer::default() };
        let image = Image { layers: commands.iter().map(layer).collect(), ..Image::default() };
        let base = Base { layers: 1, name: None, evidence: Evidence::Assumed };
        let plan = Plan::of(&image, &stack, &base);
        let visible: u64 = plan
            .steps
            .iter()
            .filter_map(|step| match step.change {
                Change::DeleteCache(..) => Some(step.bytes),
                _ => None,
            })
            .sum();
        let kept: u64 = plan.kept.values().sum();
        assert_eq!(plan.bytes() + kept, stack.balance().wasted + visible, "{layers}");
        let steps = plan.steps.iter().map(|step| (step.change, step.bytes)).collect();
        (steps, plan.kept.into_iter().collect())
    }

    const RUN: &str = "/bin/sh -c make";
    const COPY: &str = "COPY a b # buildkit";

    #[test]
    fn each_cause_has_a_change_by_the_instructions_that_it_lies_between() {
        for (layers, commands, change) in [
            ("0: +a | 1: +x:5#1 | 2: -x", [RUN, RUN], Change::Delete(1, 2)),
            ("0: +a | 1: +x:5#1 | 2: -x", [COPY, RUN], Change::LeaveOut(1, 2)),
            ("0: +a | 1: +x:5#1 | 2: +x:5#2", [RUN, RUN], Change::Merge(1, 2)),
            ("0: +a | 1: +x:5#1 | 2: +x:5#1@700", [COPY, RUN], Change::CopyWithAttributes(1, 2)),
            ("0: +a | 1: +x:5#1 | 2: +x:5#1", [COPY, COPY], Change::DoNotRewrite(2)),
            ("0: +a | 1: +x:5#1 | 2: +x:5#1^9", [RUN, COPY], Change::DoNotRewrite(2)),
        ] {
            let commands = [COPY, commands[0], commands[1]];
            assert_eq!(plan(layers, &commands), (vec![(change, 5)], vec![]), "{layers}");
        }
    }

    #[test]
    fn what_cannot_be_changed_is_not_promised() {
        for (layers, commands, why) in [
            ("0: +x:5#1 | 1: -x | 2: +b", [RUN, RUN], Kept::Base),
            ("0: +a | 1: +x:5#1 | 2: +x:5#2", [COPY, RUN], Kept::Apart),
            ("0: +a | 1: +x:5#1 | 2: +x:5#1&user.x=1", [COPY, RUN], Kept::Apart),
            ("0: +a | 1: +x:5#1 +x:6#2 | 2: +b", [RUN, RUN], Kept::Twice),
            ("0: +a | 1: +x:5#1 | 2: -x", ["", RUN], Kept::Unknown),
        ] {
            let commands = [COPY, commands[0], commands[1]];
            assert_eq!(plan(layers, &commands), (vec![], vec![(why, 5)]), "{layers}");
        }
        // A COPY between two RUNs keeps them apart; what they delete can be deleted earlier all the same.
        let layers = "0: +a | 1: +x:5#1 +y:7#2 | 2: +b | 3: +x:5#3 -y";
        let (steps, kept) = plan(layers, &[COPY, RUN, COPY, RUN]);
        assert_eq!((steps, kept), (vec![(Change::Delete(1, 3), 7)], vec![(Kept::Apart, 5)]));
    }

    #[test]
    fn runs_are_merged_as_far_as_they_write_the_same_files() {
        let layers = "0: +a | 1: +x:5#1 | 2: +x:5#2 +t:9#9 | 3: +x:5#3 -t | 4: +y:2#1 | 5: +y:2#2";
        let (steps, kept) = plan(layers, &[COPY, RUN, RUN, RUN, RUN, RUN]);
        assert_eq!(steps, [(Change::Merge(1, 3), 19), (Change::Merge(4, 5), 2)]);
        assert_eq!(kept, []);
    }

    #[test]
    fn caches_that_are_still_visible_can_be_deleted_where_they_are_written() {
        let layers = "0: +var/cache/apt/a:3 | 1: +var/cache/apt/b:5 | 2: +root/.cache/pip/c:7";
        let (steps, _) = plan(layers, &[COPY, RUN, COPY]);
        assert_eq!(steps, [(Change::DeleteCache(1, Id::CacheApt), 5)]);
    }
}
