//! Which layer of the old image is which of the new one: by diff ID, then by instruction, then by position.

use std::ops::Range;

use crate::compare::settings::{equal_ids, ids};
use crate::image::Image;
use crate::image::layer::Layer;
use crate::text::{Foreign, command};

/// The most cells of the table that [`common`] fills: 1000 layers on either side. Above, equal keys pair in order.
const CELLS_MAX: usize = 1_000_000;

/// Why two layers are a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairedBy {
    /// Both have the same diff ID (else digest).
    DiffId,
    /// The same instruction made both, between the same neighbours.
    Instruction,
    /// They stand at the same place between paired neighbours.
    Position,
}

impl PairedBy {
    /// The name used in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DiffId => "diffId",
            Self::Instruction => "instruction",
            Self::Position => "position",
        }
    }
}

/// A layer of the old image, one of the new, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The layer of the old image.
    pub old: Option<usize>,
    /// The layer of the new image.
    pub new: Option<usize>,
    /// Why both are a pair; `None` for a layer without counterpart.
    pub by: Option<PairedBy>,
}

/// Each layer of both images once, in the order of the new image; a layer that only the old one has comes before the next
/// pair.
#[must_use]
pub fn pairs(old: &Image, new: &Image) -> Vec<Pair> {
    let (olds, news) = (&old.layers[..], &new.layers[..]);
    let mut found = Vec::new();
    by_id(olds, news, &mut found);
    let mut counterpart: Vec<Option<(usize, PairedBy)>> = vec![None; news.len()];
    let mut is_paired = vec![false; olds.len()];
    for (one, other, by) in found {
        counterpart[other] = Some((one, by));
        is_paired[one] = true;
    }
    let mut next = 0;
    let mut pairs = Vec::with_capacity(olds.len().max(news.len()));
    let alone = |old: usize| Pair { old: Some(old), new: None, by: None };
    for (new, pair) in counterpart.iter().enumerate() {
        let old = pair.map(|(old, _)| old);
        if let Some(old) = old {
            pairs.extend((next..old).filter(|&it| !is_paired[it]).map(alone));
            next = next.max(old + 1);
        }
        pairs.push(Pair { old, new: Some(new), by: pair.map(|(_, by)| by) });
    }
    pairs.extend((next..olds.len()).filter(|&it| !is_paired[it]).map(alone));
    pairs
}

type Found = Vec<(usize, usize, PairedBy)>;

/// Layers with the same ID, in order as far as they are; then what stands between them; then equal IDs anywhere.
fn by_id(olds: &[Layer], news: &[Layer], found: &mut Found) {
    let mut ids = [ids(olds), ids(news)];
    let mut anchors = common(&ids[0], &ids[1]);
    anchors.retain(|&(old, _)| ids[0][old].is_some());
    for &(old, new) in &anchors {
        (ids[0][old], ids[1][new]) = (None, None);
    }
    // A layer that moved is the same layer: it is no candidate for its old place.
    let moved = equal_ids(&ids[0], &ids[1]);
    let mut taken = (vec![false; olds.len()], vec![false; news.len()]);
    for &(old, new) in anchors.iter().chain(&moved) {
        (taken.0[old], taken.1[new]) = (true, true);
        found.push((old, new, PairedBy::DiffId));
    }
    for (old, new) in gaps(&anchors, olds.len(), news.len()) {
        let old = old.filter(|&old| !taken.0[old]).collect();
        let new = new.filter(|&new| !taken.1[new]).collect();
        by_instruction((olds, old), (news, new), found);
    }
}

/// Layers of one image, and which of them stand between two anchors.
type Gap<'l> = (&'l [Layer], Vec<usize>);

/// Layers of one gap with the same instruction, then those between them by the word of their instruction, then by position.
fn by_instruction((olds, old): Gap<'_>, (news, new): Gap<'_>, found: &mut Found) {
    let whole = |layer: &Layer| layer.created_by.as_ref().map(instruction);
    let word = |layer: &Layer| {
        let whole = whole(layer).unwrap_or_default();
        whole.split(' ').next().unwrap_or_default().to_owned()
    };
    let keys = |layers: &[Layer], at: &[usize]| -> Vec<_> {
        at.iter().map(|&at| whole(&layers[at])).collect()
    };
    let same = common(&keys(olds, &old), &keys(news, &new));
    found.extend(same.iter().map(|&(one, other)| (old[one], new[other], PairedBy::Instruction)));
    for (one, other) in gaps(&same, old.len(), new.len()) {
        let words = |layers: &[Layer], at: &[usize]| -> Vec<String> {
            at.iter().map(|&at| word(&layers[at])).collect()
        };
        let (old, new) = (&old[one], &new[other]);
        let alike = if old.len() == new.len() {
            (0..old.len()).map(|at| (at, at)).collect()
        } else {
            common(&words(olds, old), &words(news, new))
        };
        found.extend(alike.iter().map(|&(one, other)| (old[one], new[other], PairedBy::Position)));
    }
}

/// The instruction without the digest of what it copies: the old builder and buildah write `COPY dir:0123456789ab in /app`.
fn instruction(created_by: &Foreign) -> String {
    let clean = command::clean(created_by);
    let word = |word: &str| match word.split_once(':') {
        Some((kind @ ("file" | "dir" | "multi"), _)) => kind.to_owned(),
        _ => word.to_owned(),
    };
    clean.raw().split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// The ranges before, between and after pairs that are in order.
fn gaps(
    pairs: &[(usize, usize)],
    old: usize,
    new: usize,
) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
    let mut from = (0, 0);
    pairs.iter().copied().chain([(old, new)]).map(move |(one, other)| {
        let gap = (from.0..one, from.1..other);
        from = (one + 1, other + 1);
        gap
    })
}

/// The positions of a longest common subsequence.
fn common<K: Eq>(old: &[K], new: &[K]) -> Vec<(usize, usize)> {
    let first = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let (rest_old, rest_new) = (&old[first..], &new[first..]);
    let backwards = rest_old.iter().rev().zip(rest_new.iter().rev());
    let last = backwards.take_while(|(one, other)| one == other).count();
    let (rows, columns) = (rest_old.len() - last, rest_new.len() - last);
    let mut pairs: Vec<(usize, usize)> = (0..first).map(|at| (at, at)).collect();
    if rows.saturating_mul(columns) <= CELLS_MAX {
        let middle = longest(&rest_old[..rows], &rest_new[..columns]);
        pairs.extend(middle.into_iter().map(|(one, other)| (first + one, first + other)));
    }
    pairs.extend((0..last).map(|at| (first + rows + at, first + columns + at)));
    pairs
}

fn longest<K: Eq>(old: &[K], new: &[K]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    // The length of the longest subsequence from a position of both on.
    let mut lengths = vec![0_u32; (old.len() + 1) * width];
    for one in (0..old.len()).rev() {
        for other in (0..new.len()).rev() {
            lengths[one * width + other] = if old[one] == new[other] {
                lengths[(one + 1) * width + other + 1] + 1
            } else {
                lengths[(one + 1) * width + other].max(lengths[one * width + other + 1])
            };
        }
    }
    let (mut one, mut other, mut pairs) = (0, 0, Vec::new());
    while one < old.len() && other < new.len() {
        if old[one] == new[other] {
            pairs.push((one, other));
            (one, other) = (one + 1, other + 1);
        } else if lengths[(one + 1) * width + other] >= lengths[one * width + other + 1] {
            one += 1;
        } else {
            other += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `A:RUN a` is a layer with the diff ID `A`; without an ID before the colon it has none.
    fn image(layers: &str) -> Image {
        let layer = |text: &str| {
            let (id, command) = text.trim().split_once(':').unwrap_or((text.trim(), ""));
            Layer {
                diff_id: (!id.is_empty()).then(|| id.to_owned()),
                created_by: (!command.is_empty()).then(|| command.into()),
                ..Layer::default()
            }
        };
        Image { layers: layers.split(',').map(layer).collect(), ..Image::default() }
    }

    fn shown(old: &str, new: &str) -> String {
        let number = |at: Option<usize>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
        let pair = |it: &Pair| {
            let by = it.by.map_or("", PairedBy::name);
            format!("{}{}{}", number(it.old), by.get(..1).unwrap_or("/"), number(it.new))
        };
        pairs(&image(old), &image(new)).iter().map(pair).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn layers_are_paired_by_diff_id_then_instruction_then_position() {
        for (old, new, expected) in [
            ("A:FROM, B:RUN b, C:COPY c", "A:FROM, X:RUN b, C:COPY c", "0d0 1i1 2d2"),
            // One more step, and one less.
            ("A, B:RUN b, C:COPY c", "A, N:RUN n, X:RUN b, Y:COPY c", "0d0 -/1 1i2 2i3"),
            ("A, N:RUN n, X:RUN b, Y:COPY c", "A, B:RUN b, C:COPY c", "0d0 1/- 2i1 3i2"),
            // Another instruction at the same place, by its word where the numbers differ.
            ("A, B:RUN apt=1", "A, X:RUN apt=2", "0d0 1p1"),
            ("A, B:RUN apt=1", "A, N:COPY x, X:RUN apt=2", "0d0 -/1 1p2"),
            ("A, B:RUN b", "A, N:COPY x, X:COPY y", "0d0 -/1 -/2 1/-"),
            // What is copied is another context, not another instruction.
            (
                "A, B:COPY dir:01 in /b, C:COPY dir:02 in /c",
                "A, N:COPY dir:03 in /n, X:COPY dir:04 in /b, Y:COPY dir:05 in /c",
                "0d0 -/1 1i2 2i3",
            ),
            // The same layer elsewhere.
            ("A:RUN a, B:RUN b", "B:RUN b, A:RUN a", "1d0 0d1"),
            // No history, no IDs.
            ("A, B", "X, Y", "0i0 1i1"),
            (":RUN a, :RUN b", ":RUN b", "0/- 1i0"),
            ("A, A, B", "A, B", "0d0 1/- 2d1"),
        ] {
            assert_eq!(shown(old, new), expected, "{old} | {new}");
        }
    }

    #[test]
    fn every_layer_is_there_once() {
        let many: Vec<String> = (0..3000).map(|at| format!("{at}:RUN {}", at % 7)).collect();
        let (old, new) = (image(&many.join(",")), image(&many[..2000].join(",")));
        assert_eq!(pairs(&old, &new).len(), 3000);
        let reversed: Vec<String> = many.iter().rev().cloned().collect();
        let found = pairs(&old, &image(&reversed.join(",")));
        assert!(found.len() == 3000 && found.iter().all(|pair| pair.by.is_some()));
    }
}
