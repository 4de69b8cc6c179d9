//! All layers of a store, from any of its roots, and the chain from a layer down to its base.

use std::collections::{HashMap, HashSet};

use crate::image::document::LONGEST_LIST;
use crate::source::local::containers_storage::records::LayerRecord;

/// A layer record and the index of the root that has it.
#[derive(Debug)]
pub(super) struct RecordedLayer {
    pub(super) record: LayerRecord,
    pub(super) root: usize,
}

/// The layers of all roots, by ID.
#[derive(Debug, Default)]
pub(super) struct Layers(HashMap<String, RecordedLayer>);

/// A layer and its parents.
#[derive(Debug, Default)]
pub(super) struct Chain<'l> {
    /// Base first.
    pub(super) layers: Vec<&'l RecordedLayer>,
    /// Why the chain is incomplete.
    pub(super) broken: Option<String>,
}

impl Layers {
    /// The layers that others were built on, except for those in `own`, the writable layers of containers.
    pub(super) fn parents(&self, own: &HashSet<&str>) -> HashSet<&str> {
        let layers = self.0.values().map(|layer| &layer.record);
        let built = layers.filter(|record| !own.contains(record.id.as_str()));
        built.filter_map(|record| record.parent.as_deref()).collect()
    }

    /// Adds the records of one root. The first record of an ID counts.
    pub(super) fn add(&mut self, root: usize, records: Vec<LayerRecord>) {
        for record in records {
            self.0.entry(record.id.clone()).or_insert(RecordedLayer { record, root });
        }
    }

    /// The layer with this ID.
    pub(super) fn get(&self, id: &str) -> Option<&RecordedLayer> {
        self.0.get(id)
    }

    /// The chain of a layer, as far as it is in the store; empty for `None`.
    pub(super) fn chain(&self, top: Option<&str>) -> Chain<'_> {
        let mut chain = Chain::default();
        let (mut next, mut seen) = (top, HashSet::new());
        while let Some(id) = next {
            if chain.layers.len() == LONGEST_LIST {
                chain.broken =
                    Some(format!("more than {LONGEST_LIST} layers: the rest is left out"));
                break;
            }
            if !seen.insert(id) {
                chain.broken = Some(format!("layer {id} lies below itself: the store is damaged"));
                break;
            }
            let Some(recorded) = self.0.get(id) else {
                chain.broken = Some(format!(
                    "layer {id} is not in this store: it and what lies below it cannot be shown"
                ));
                break;
            };
            chain.layers.push(recorded);
            next = recorded.record.parent.as_deref();
        }
        chain.layers.reverse();
        chain
    }
}

impl Chain<'_> {
    /// Sum of the tar sizes in bytes, if all are known.
    pub(super) fn size(&self) -> Option<u64> {
        let mut sizes = self.layers.iter().map(|recorded| recorded.record.diff_size);
        let sum = sizes.try_fold(0_u64, |sum, size| Some(sum.saturating_add(size?)));
        sum.filter(|_| self.broken.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a<b` is a layer `a` on a layer `b`.
    fn layers(text: &str) -> Layers {
        let mut layers = Layers::default();
        for word in text.split_whitespace() {
            let (id, parent) = word.split_once('<').unwrap();
            let parent = Some(parent.to_owned()).filter(|parent| !parent.is_empty());
            let record = LayerRecord {
                id: id.to_owned(),
                parent,
                diff_size: Some(1),
                ..LayerRecord::default()
            };
            layers.add(0, vec![record]);
        }
        layers
    }

    fn chain(text: &str, top: &str) -> (String, bool) {
        let layers = layers(text);
        let chain = layers.chain(Some(top));
        (
            chain.layers.iter().map(|recorded| recorded.record.id.as_str()).collect(),
            chain.broken.is_some(),
        )
    }

    #[test]
    fn a_chain_goes_down_to_the_base() {
        assert_eq!(chain("c<b a< b<a x<a", "c"), ("abc".to_owned(), false));
        assert_eq!(layers("a<").chain(None).layers.len(), 0);
        assert_eq!(layers("c<b b<a a<").chain(Some("c")).size(), Some(3));
    }

    #[test]
    fn a_missing_parent_or_a_cycle_ends_the_chain() {
        assert_eq!(chain("c<b b<a", "c"), ("bc".to_owned(), true));
        assert_eq!(chain("c<b b<c", "c"), ("bc".to_owned(), true));
        assert_eq!(chain("c<c", "c"), ("c".to_owned(), true));
        assert_eq!(chain("", "c"), (String::new(), true));
        assert_eq!(layers("b<a").chain(Some("b")).size(), None);
    }

    #[test]
    fn the_record_of_the_first_root_counts() {
        let mut layers = layers("a<");
        layers.add(
            1,
            vec![LayerRecord { id: "a".to_owned(), diff_size: Some(9), ..LayerRecord::default() }],
        );
        assert_eq!(
            layers.get("a").map(|recorded| (recorded.root, recorded.record.diff_size)),
            Some((0, Some(1)))
        );
    }
}
