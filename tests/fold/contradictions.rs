//! Contradictory entries of one layer, and names of Windows images, whose case is folded.

use layertui::stack::fold::Oddity;
use layertui::stack::notation;
use layertui::stack::query::walk::{Scope, Walk};
use layertui::stack::{NodeId, Stack};

/// The last merged tree, and the oddities of the last layer.
fn folded(text: &str) -> (String, Vec<Oddity>) {
    let (stack, oddities) = notation::stack(text).unwrap();
    (tree(&stack), oddities.last().unwrap().keys().copied().collect())
}

fn tree(stack: &Stack) -> String {
    let walk = Walk::new(stack, Scope::Merged(stack.folded() - 1), NodeId::ROOT, true);
    let paths = walk.map(|node| String::from_utf8(stack.path(node)).unwrap());
    paths.collect::<Vec<_>>().join(" ")
}

fn on_windows(text: &str) -> (Stack, Vec<Oddity>) {
    let layers = notation::layers(text).unwrap();
    let mut stack = Stack::new(layers.len()).without_case();
    let oddities: Vec<_> = layers.iter().map(|layer| stack.fold(layer)).collect();
    stack.freeze();
    (stack, oddities.last().unwrap().keys().copied().collect())
}

#[test]
fn a_hard_link_to_itself_keeps_what_the_path_has() {
    for text in ["+k:8 +k=>k", "+d/k:8 +d/k=>d/k", "+d/ +l->d +d/k:8 +l/k=>d/k", "+k:8 | +k=>k"] {
        let (stack, oddities) = notation::stack(text).unwrap();
        assert!(oddities.last().unwrap().contains_key(&Oddity::LinkToItself), "{text}");
        assert_eq!((stack.balance().stored, stack.balance().wasted), (8, 0), "{text}");
    }
    let (_, oddities) = folded("+k=>k");
    assert_eq!(oddities, [Oddity::BrokenLink], "the path has no other object");
}

#[test]
fn a_hard_link_to_a_directory_is_not_called_broken() {
    for text in ["+d/ +d/x:1 +l=>d", "+l=>d +d/ +d/x:1", "+d/x:1 | +l=>d"] {
        assert_eq!(
            folded(text),
            ("/d /d/x /l".to_owned(), vec![Oddity::LinkToDirectory]),
            "{text}"
        );
    }
    assert_eq!(folded("+l=>gone").1, [Oddity::BrokenLink]);
}

#[test]
fn a_path_that_is_a_file_and_a_directory_in_one_layer_is_a_contradiction() {
    for (text, expected) in [
        ("+d/ +d/foo:5 +d/foo/file:5", "/d /d/foo /d/foo/file"),
        ("+d/foo:5 +d/foo/a/b:5", "/d /d/foo /d/foo/a /d/foo/a/b"),
        ("+d/foo/file:5 +d/foo:5", "/d /d/foo"),
        ("+d/foo/file:5 +d/foo->x", "/d /d/foo"),
        ("+d/foo*1.3 +d/foo/file:5", "/d /d/foo /d/foo/file"),
        ("+x:1 | +d/foo:5 +d/foo/file:5", "/d /d/foo /d/foo/file /x"),
    ] {
        assert_eq!(folded(text), (expected.to_owned(), vec![Oddity::Contradiction]), "{text}");
    }
    for sound in ["+d/foo:5 | +d/foo/file:5", "+d/foo/file:5 | +d/foo:5", "+d/foo/a:1 +d/foo/b:1"] {
        assert_eq!(folded(sound).1, [], "{sound}");
    }
}

#[test]
fn what_a_layer_replaces_is_no_place_for_its_later_entries() {
    // The lower layer makes the directories known; the upper one replaces one of them between two entries of another.
    for (upper, expected) in [
        ("+a/c/p:1 +a:1 +a/b/z:1", "/a /a/b /a/b/z /e /e/f"),
        ("+e/g:1 +a/b:1 +a/b/z:1", "/a /a/b /a/b/z /a/c /a/c/y /e /e/f /e/g"),
        ("+e/g:1 +a/b->../e +a/b/z:1", "/a /a/b /a/c /a/c/y /e /e/f /e/g /e/z"),
    ] {
        let (found, _) = folded(&format!("+a/b/x:1 +a/c/y:1 +e/f:1 | {upper}"));
        assert_eq!(found, expected, "{upper}");
    }
}

#[test]
fn entries_in_any_order_of_directories_make_the_same_image() {
    // More rows than are looked up at once, with names that many directories have.
    let row = |at: usize| format!("+d{}/s{}/f{}:{}", at % 40, at % 7, at / 40, at % 13);
    let (mut images, count) = (Vec::new(), 400);
    for step in [1, 3, 37, 151, 399] {
        let layer = |from: usize| {
            let rows = (from..count).map(|at| row(at * step % count)).collect::<Vec<_>>();
            rows.join(" ")
        };
        let text = format!("{} | -d3 {} | +d5/s5:1 -d7/s0 +d5/s6/new:2", layer(0), layer(0));
        let (stack, oddities) = notation::stack(&text).unwrap();
        let sums: Vec<_> = (0..3).map(|layer| stack.summary(layer)).collect();
        images.push((tree(&stack), stack.balance(), sums, stack.path_count(), oddities.len()));
    }
    assert!(images[0].0.contains("/d39/s") && !images[0].0.contains("/d7/s0/"));
    assert!(images.iter().all(|image| image == &images[0]));
}

#[test]
fn a_marker_below_a_replaced_link_is_about_the_new_directory_in_any_order() {
    for (lower, marker) in [
        ("+target/ +target/keep:4 +link->target", "!link"),
        ("+target/ +target/keep:4 +link->target", "-link/keep"),
        ("+target/ +target/sub/keep:4 +link->target", "!link/sub"),
    ] {
        let rows = [marker, "+link/new:3", "+link/"];
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let trees = orders
            .map(|order| folded(&format!("{lower} | {}", order.map(|at| rows[at]).join(" "))).0);
        for tree in &trees {
            assert!(tree.contains("/link/new") && tree.contains("keep"), "{marker}: {tree}");
            assert_eq!(tree, &trees[5], "{marker}");
        }
    }
}

#[test]
fn names_of_windows_are_one_path_in_any_case() {
    let (stack, oddities) = on_windows(
        "+Files/ +Files/Windows/ +Files/Windows/a.dll:20 +Files/Windows/b.dll:1 | \
         +Files/windows/ +Files/windows/A.dll:40 -Files/WINDOWS/B.DLL",
    );
    assert_eq!(tree(&stack), "/Files /Files/Windows /Files/Windows/a.dll");
    assert_eq!(oddities, []);
    assert_eq!((stack.balance().stored, stack.balance().wasted), (61, 21));
    let dll = stack.find(b"FILES/windows/A.DLL").unwrap();
    assert_eq!(stack.path(dll), b"/Files/Windows/a.dll");
    assert_eq!(stack.follow(b"files/WINDOWS/a.Dll", 1), Some(dll));
    assert!(stack.search(b"A.DLL").contains(dll) && stack.search(b"a.dll").contains(dll));
    assert!(stack.search_letters(b"AD").contains(dll));
}

#[test]
fn links_and_opaque_markers_of_windows_find_their_targets_in_any_case() {
    let (stack, oddities) =
        on_windows("+D/x:1 +D/\u{e4}:2 | !d +D/n:3 +L=>d/N +\u{c4}/ | -\u{e4} +l:4");
    assert_eq!(tree(&stack), "/D /D/n /L");
    assert_eq!(oddities, []);
}

#[test]
fn names_of_linux_keep_their_case() {
    let (stack, _) = notation::stack("+A:1 +a:1 | -A").unwrap();
    assert_eq!(tree(&stack), "/a");
}

#[test]
fn a_stack_of_windows_can_be_folded_on_after_it_was_frozen() {
    let layers = notation::layers("+Ab:1 | +aB:2 +c:1").unwrap();
    let mut stack = Stack::new(2).without_case();
    for layer in &layers {
        stack.fold(layer);
        stack.freeze();
    }
    assert_eq!(tree(&stack), "/Ab /c");
}
