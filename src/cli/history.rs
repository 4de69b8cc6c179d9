//! `layertui history`

use super::args::History;
use super::open::{Loaded, Setting, load, load_briefly};
use super::{Failure, Outcome, output};
use crate::load::Want;
use crate::report;
use crate::report::pattern::Pattern;
use crate::stack::{ChangeKind, NodeId};

pub(super) fn run(command: &History, setting: &Setting) -> Outcome {
    // A pattern is tried on the whole tree.
    let load = if command.glob || command.regex { load } else { load_briefly };
    let loaded = load(&command.common.image, setting, Want::Tree)?;
    let nodes = nodes(&loaded, command)?;
    if nodes.is_empty() {
        let no = Failure::No(format!("{}: no layer names such a path", command.path));
        return Err(loaded.doubted(no, usize::MAX));
    }
    compare(&loaded, &nodes);
    loaded.subject(|subject| {
        output(|out| report::history(out, subject, &nodes, command.common.format()))
    })
}

fn nodes(loaded: &Loaded, command: &History) -> Result<Vec<NodeId>, Failure> {
    let pattern = if command.glob {
        Pattern::glob(&command.path).map_err(Failure::Error)?
    } else if command.regex {
        Pattern::regex(&command.path).map_err(Failure::Error)?
    } else {
        return Ok(loaded.with_stack(|stack| {
            let node = stack.find(command.path.as_bytes());
            node.into_iter().filter(|&node| !stack.history(node).is_empty()).collect()
        }));
    };
    Ok(loaded.with_stack(|stack| pattern.matches(stack).collect()))
}

/// Reads the contents of what these paths leave undecided, and of nothing else.
fn compare(loaded: &Loaded, nodes: &[NodeId]) {
    let pairs = loaded.with_stack(|stack| {
        nodes
            .iter()
            .flat_map(|&node| {
                stack
                    .history(node)
                    .into_iter()
                    .filter(|step| step.event == ChangeKind::Undecided)
                    .filter_map(move |step| {
                        let change = stack.change(node, step.layer)?;
                        change.event.zip(change.previous)
                    })
                    .collect::<Vec<_>>()
            })
            .collect()
    });
    loaded.loader.compare(pairs, &|_| {});
}
