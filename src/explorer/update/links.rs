//! Following a link to its target, in the merged tree of the layer.

use crate::explorer::model::state::{Pane, State};
use crate::explorer::{update, view};
use crate::stack::kept::entry::Kind;
use crate::stack::query::follow::Unresolved;
use crate::stack::{NodeId, Stack, Version};
use crate::text::{Visible, visible};

/// Goes to the target of the link under the cursor, or says why there is none. Links on the way are followed, too.
pub(super) fn follow(state: &mut State, stack: &Stack) {
    match target(state, stack) {
        Ok(NodeId::ROOT) => state.notice = Some("this link leads to /, the whole tree".into()),
        Ok(node) => update::search::jump(state, stack, node),
        Err(why) => state.notice = Some(why),
    }
}

fn target(state: &State, stack: &Stack) -> Result<NodeId, Visible<'static>> {
    const NO_LINK: &str = "no link: @ follows symbolic and hard links";
    let row = view::trees::current_row(state, stack, state.focus).ok_or(NO_LINK)?;
    let shown = state.shown_layer(stack).ok_or(NO_LINK)?;
    let layer = if state.focus == Pane::Diff { state.layer } else { shown };
    let removed = || stack.removal(row.node, layer)?.previous.map(|event| stack.version(event));
    let version = stack.visible(row.node, layer).or_else(removed).ok_or(NO_LINK)?;
    match version.kind {
        Kind::Symlink => {
            stack.resolve(&target_path(stack, row.node, &version), layer).map_err(|why| match why {
                Unresolved::Missing(path) => missing(stack, &path, layer),
                Unresolved::NoDirectory(path) => {
                    visible!["this link leads nowhere: ", path, " is no directory"]
                }
                Unresolved::Loop => "this link leads nowhere: the links form a loop".into(),
            })
        }
        Kind::Hardlink => {
            let path = stack.link(version.event);
            let node = stack.find(&path).filter(|&node| stack.visible(node, layer).is_some());
            node.ok_or_else(|| missing(stack, &path, layer))
        }
        _ => Err(NO_LINK.into()),
    }
}

/// The target of a symbolic link, which is relative to the link's directory.
fn target_path(stack: &Stack, node: NodeId, version: &Version) -> Vec<u8> {
    let target = stack.link(version.event);
    if target.starts_with(b"/") {
        return target;
    }
    let directory = stack.path(stack.parent(node).unwrap_or(NodeId::ROOT));
    [&directory[..], b"/", &target].concat()
}

/// `this link leads to /a/b, which layer 3 removed`.
fn missing(stack: &Stack, path: &[u8], layer: usize) -> Visible<'static> {
    let node = stack.find(path);
    let history = node.map(|node| stack.history(node)).unwrap_or_default();
    let removal = node.and_then(|node| stack.removal(node, layer));
    let why = match (removal, history.first()) {
        (Some(removal), _) => visible!["layer ", removal.layer, " removed"],
        (None, Some(first)) => visible!["layer ", first.layer, " adds later"],
        (None, None) => "no layer has".into(),
    };
    visible!["this link leads to ", path, ", which ", why]
}
