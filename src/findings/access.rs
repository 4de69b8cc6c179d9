//! Who may do more than a service needs: setuid programs, files everybody may write, root.
//!
//! About the final tree: what a container runs with.

use super::{Id, Place, Thing};
use crate::image::Image;
use crate::stack::entry::Kind;
use crate::stack::walk::{Scope, Walk};
use crate::stack::{NodeId, Stack};

/// Either of the bits that lend an owner's or a group's rights.
pub(super) const SET_ID: u16 = 0o6000;
const STICKY: u16 = 0o1000;
const OTHERS_WRITE: u16 = 0o002;

pub(super) fn find(image: &Image, stack: &Stack, found: &mut Vec<(Id, Place)>) {
    if let Some(last) = stack.folded().checked_sub(1) {
        for node in Walk::new(stack, Scope::Merged(last), NodeId::ROOT, true) {
            let Some(version) = stack.visible(node, last) else { continue };
            let Some(mode) = version.mode else { continue };
            let regular = version.kind.is_regular();
            let place = || Place::path(node, version.layer, version.size);
            if regular && mode & SET_ID != 0 && mode & 0o111 != 0 {
                found.push((Id::Setuid, place()));
            }
            let open = regular || version.kind == Kind::Directory && mode & STICKY == 0;
            if open && mode & OTHERS_WRITE != 0 {
                found.push((Id::WorldWritable, place()));
            }
        }
    }
    // A plain directory or an exported tree has no config: nobody knows as whom it runs.
    let told = image.id.is_some() || !image.history.is_empty();
    if told && is_root(image.config.user.as_deref().unwrap_or_default()) {
        let step = image.history.iter().rposition(|step| {
            let command = step.created_by.as_deref().unwrap_or_default();
            crate::text::command::instruction(command).starts_with("USER ")
        });
        let place = Place::name("USER", step);
        found.push((Id::RunsAsRoot, Place { thing: Thing::Name("USER".to_owned()), ..place }));
    }
}

/// `0`, `root`, `0:…`, or nothing said at all (OCI image-spec, `config.md`, "User").
fn is_root(user: &str) -> bool {
    matches!(user.split(':').next().unwrap_or_default().trim(), "" | "0" | "root")
}

#[cfg(test)]
mod tests {
    use super::is_root;

    #[test]
    fn root_has_several_names() {
        for root in ["", "0", "root", "0:0", "root:users", ":5"] {
            assert!(is_root(root), "{root}");
        }
        for other in ["1000", "app", "65532:65532"] {
            assert!(!is_root(other), "{other}");
        }
    }
}
