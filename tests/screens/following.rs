//! Following links to their targets.

use crate::explorer::Explorer;

const LAYERS: &str = "0: +bin->usr/bin +usr/bin/bash:9 +usr/bin/sh->bash +usr/bin/rbash=>usr/bin/bash +etc/alt/awk->/bin/mawk
    +usr/bin/awk->../../etc/alt/awk +usr/bin/mawk:5 +loop->loop2 +loop2->loop +top->/ +bad->usr/bin/bash/x
    +gone->/usr/bin/old +usr/bin/old:1 +never->nowhere +early->late | 1: -usr/bin/old ~usr/bin/bash:10 | 2: +late:1 -usr/bin/sh";

fn followed(explorer: &mut Explorer, path: &str) -> String {
    explorer.keys(":").type_text(&format!("path {path}")).keys("enter");
    assert_eq!(explorer.path(), path);
    explorer.keys("@");
    explorer.path()
}

#[test]
fn links_are_followed_to_their_targets() {
    let mut explorer = Explorer::plain(LAYERS, 120, 40);
    explorer.keys("[");
    for (link, target) in [
        ("/bin", "/usr/bin"),
        ("/usr/bin/sh", "/usr/bin/bash"),
        ("/usr/bin/rbash", "/usr/bin/bash"),
        ("/usr/bin/awk", "/usr/bin/mawk"),
        ("/etc/alt/awk", "/usr/bin/mawk"),
    ] {
        assert_eq!(followed(&mut explorer, link), target);
    }
    assert_eq!(explorer.state.layer, 1);
}

#[test]
fn a_link_that_leads_nowhere_says_why() {
    let mut explorer = Explorer::plain(LAYERS, 120, 40);
    explorer.keys("[");
    for (link, why) in [
        ("/loop", "the links form a loop"),
        ("/top", "leads to /, the whole tree"),
        ("/bad", "/usr/bin/bash is no directory"),
        ("/gone", "leads to /usr/bin/old, which layer 1 removed"),
        ("/never", "leads to /nowhere, which no layer has"),
        ("/early", "leads to /late, which layer 2 adds later"),
        ("/usr/bin/mawk", "no link: @ follows symbolic and hard links"),
    ] {
        assert_eq!(followed(&mut explorer, link), link);
        assert!(explorer.text().contains(why), "{link}: {}", explorer.text());
    }
}

/// From the changes the cursor goes to the tree, which has the target; a removed link is followed as well.
#[test]
fn a_removed_link_in_the_changes_is_followed_in_the_tree() {
    let mut explorer = Explorer::plain(LAYERS, 120, 40);
    explorer.keys("3 G");
    assert_eq!(explorer.path(), "/usr/bin/sh");
    explorer.keys("@");
    assert_eq!((explorer.path().as_str(), explorer.state.layer), ("/usr/bin/bash", 2));
}
