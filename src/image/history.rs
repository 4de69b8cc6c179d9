//! Matches history to layers.
//!
//! History and layers often disagree (squashed images, hand-written configs, builders without history). Layers take
//! precedence: none is dropped because of the history.

use crate::image::layer::Layer;
use crate::text::Foreign;

/// A step of the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryStep {
    /// Creation time, as recorded.
    pub created: Option<Foreign>,
    /// The command that was run.
    pub created_by: Option<Foreign>,
    /// Author.
    pub author: Option<Foreign>,
    /// Comment.
    pub comment: Option<Foreign>,
    /// Whether the step made no layer.
    pub empty_layer: bool,
    /// Index of the layer, if one was matched.
    pub layer: Option<usize>,
}

/// Matches the non-empty steps of `history` to `layers` from the newest backwards, and copies their fields to the
/// layers. Surplus steps remain without a layer, surplus layers without a step.
///
/// Returns a problem if the numbers differ, unless there is no history at all.
pub fn pair(history: &mut [HistoryStep], layers: &mut [Layer]) -> Option<String> {
    let mut claimed = 0;
    let mut unmatched = layers.iter_mut().enumerate().rev();
    for step in history.iter_mut().rev().filter(|step| !step.empty_layer) {
        claimed += 1;
        let Some((index, layer)) = unmatched.next() else { continue };
        step.layer = Some(index);
        layer.created_by.clone_from(&step.created_by);
        layer.comment.clone_from(&step.comment);
        layer.created.clone_from(&step.created);
    }
    let layers = layers.len();
    (!history.is_empty() && claimed != layers).then(|| {
        format!("the history describes {claimed} layers, the image has {layers}: matched from the newest backwards")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a b- c` is a history: a step each, `-` marks those without a layer.
    fn paired(history: &str, layers: usize) -> (Vec<Option<usize>>, Vec<String>, bool) {
        let mut steps: Vec<HistoryStep> = history
            .split_whitespace()
            .map(|word| HistoryStep {
                created_by: Some(word.into()),
                empty_layer: word.ends_with('-'),
                ..HistoryStep::default()
            })
            .collect();
        let mut layers = vec![Layer::default(); layers];
        let problem = pair(&mut steps, &mut layers);
        (
            steps.into_iter().map(|step| step.layer).collect(),
            layers
                .into_iter()
                .map(|layer| layer.created_by.unwrap_or_default().into_raw())
                .collect(),
            problem.is_some(),
        )
    }

    #[test]
    fn empty_steps_make_no_layer() {
        let (steps, layers, odd) = paired("a b- c d-", 2);
        assert_eq!(steps, [Some(0), None, Some(1), None]);
        assert_eq!(layers, ["a", "c"]);
        assert!(!odd);
    }

    #[test]
    fn a_short_history_leaves_the_oldest_layers_unknown() {
        let (steps, layers, odd) = paired("b- c", 3);
        assert_eq!(steps, [None, Some(2)]);
        assert_eq!(layers, ["", "", "c"]);
        assert!(odd);
    }

    #[test]
    fn a_long_history_keeps_its_surplus_without_a_layer() {
        let (steps, layers, odd) = paired("a b c", 1);
        assert_eq!(steps, [None, None, Some(0)]);
        assert_eq!(layers, ["c"]);
        assert!(odd);
    }

    #[test]
    fn no_history_is_no_problem() {
        assert_eq!(paired("", 2), (vec![], vec![String::new(), String::new()], false));
        assert_eq!(paired("a-", 0), (vec![None], vec![], false));
    }
}
