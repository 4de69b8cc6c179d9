//! Single cases: layers in the notation of `stack`, and the changes of the last one.

use layertui::stack::NodeId;
use layertui::stack::notation;
use layertui::stack::query::outline::{Folds, Outline, Unfolded};
use layertui::stack::query::tree::Tree;
use layertui::stack::query::walk::{Scope, Walk};

/// Change and path for each path that the last layer of `text` has an event for.
fn last_diff(text: &str) -> String {
    let (stack, _) = notation::stack(text).unwrap();
    let last = stack.folded() - 1;
    Walk::new(&stack, Scope::Diff(last), NodeId::ROOT, true)
        .map(|node| {
            let change = stack.change(node, last).unwrap();
            let mark = if change.opaque { "!" } else { "" };
            let path = String::from_utf8(stack.path(node)).unwrap();
            format!("{mark}{} {path}", change.kind.name())
        })
        .collect::<Vec<_>>()
        .join(", ")
}

macro_rules! says {
    ($($name:ident: $layers:literal => $diff:literal;)*) => {
        $(#[test] fn $name() { assert_eq!(last_diff($layers), $diff); })*
    };
}

says! {
    a_whiteout_removes_what_lies_below:
        "0: +etc/ +etc/passwd:922 | 1: ~etc/passwd:951 | 2: -etc"
        => "removed /etc, removed /etc/passwd";
    a_whiteout_does_not_hide_entries_of_its_own_layer_in_any_order:
        "0: +a:1#1 | 1: +a:1#1 -a" => "added /a";
    a_recreated_directory_does_not_show_old_children:
        "0: +d/ +d/old:1 | 1: +d/ +d/new:1 -d" => "added /d, added /d/new, removed /d/old";
    an_opaque_directory_hides_what_lies_below_and_keeps_its_own:
        "0: +d/ +d/old:1 | 1: +d/new:1 !d" => "!metadata /d, added /d/new, removed /d/old";
    an_opaque_root_hides_everything:
        "0: +a:1 +b/ | 1: +c:1 !" => "removed /a, removed /b, added /c";
    a_file_over_a_directory_removes_its_children:
        "0: +d/ +d/f:1 | 1: +d:2" => "modified /d, removed /d/f";
    a_directory_over_a_file_replaces_it:
        "0: +d:1 | 1: +d/ +d/f:1" => "modified /d, added /d/f";
    a_directory_over_a_directory_merges:
        "0: +d/ +d/f:1 | 1: +d/^5 +d/g:1" => "added /d/g";
    a_directory_with_another_mode_is_metadata:
        "0: +d/ | 1: +d/@700" => "metadata /d";
    a_whiteout_of_nothing_leaves_no_trace:
        "0: +a:1 | 1: -no/such" => "";
    mtime_mode_and_owner_are_metadata_and_fingerprint_and_target_are_contents:
        "0: +a:1#1 +b:1#1 +c:1#1 +d:1#1 +e->x | 1: +a:1#1^9 +b:1#1@600 +c:1#1%1.1 +d:1#2 +e->y"
        => "metadata /a, metadata /b, metadata /c, modified /d, modified /e";
    each_attribute_alone_is_metadata:
        "0: +a:1#1 +b:1#1 +c:1#1 +d:1#1 +e*1.3 +f/ +g/ | 1: +a:1#1&user.x=1 +b:1#1%1.0 +c:1#1%0.1 +d:1#1@600 +e*1.4 +f/&user.x=1 +g/%0.1"
        => "metadata /a, metadata /b, metadata /c, metadata /d, metadata /e, metadata /f, metadata /g";
    another_value_or_none_of_an_attribute_is_metadata:
        "0: +a:1#1&user.x=1 +b:1#1&user.x=1 | 1: +a:1#1&user.x=2 +b:1#1" => "metadata /a, metadata /b";
    stored_again_is_rewritten:
        "0: +a:1#1 +l->x +n*1.3 | 1: +a:1#1 +l->x +n*1.3"
        => "rewritten /a, rewritten /l, rewritten /n";
    equal_size_without_a_fingerprint_is_undecided:
        "0: +a:1 | 1: +a:1" => "undecided /a";
    a_sparse_file_of_the_same_size_is_undecided_whatever_is_stored_of_it:
        "0: +a:9/3 +b:9#1 +c:9/3#1 +d:9/3#1 +e:9/0 | 1: +a:9/4 +b:9/3#2 +c:9/3#1 +d:9#2 +e:9"
        => "undecided /a, undecided /b, undecided /c, undecided /d, undecided /e";
    a_sparse_file_of_another_size_is_modified_and_two_that_store_nothing_are_the_same:
        "0: +a:9/3 +b:9/0 | 1: +a:8/3 +b:9/0" => "modified /a, rewritten /b";
    empty_files_need_no_fingerprint:
        "0: +a:0 | 1: +a:0" => "rewritten /a";
    entries_land_where_a_linked_parent_leads:
        "0: +usr/ +usr/lib/ +lib->usr/lib | 1: +lib/x:1" => "added /usr/lib/x";
    a_directory_entry_replaces_a_link:
        "0: +real/ +real/f:1 +d->real | 1: +d/ !d +d/x:1" => "!modified /d, added /d/x";
    links_in_a_circle_are_replaced:
        "0: +a->b +b->a | 1: +a/x:1" => "modified /a, added /a/x";
    a_hard_link_to_a_modified_file_is_modified:
        "0: +a:3#1 +b=>a | 1: +a:3#2 +b=>a" => "modified /a, modified /b";
    a_hard_link_for_a_file_of_the_same_contents_is_no_change_of_content:
        "0: +a:3#1 +b:3#1 | 1: +b=>a" => "rewritten /b";
    missing_parents_are_implied:
        "0: +a/b/c:1" => "added /a, added /a/b, added /a/b/c";
}

/// The cause of the last change of a path, and the path that caused it.
fn removed_by(text: &str, path: &[u8]) -> String {
    let (stack, _) = notation::stack(text).unwrap();
    let step = stack.history(stack.find(path).unwrap()).pop().unwrap();
    let by = step.by.map_or("itself".into(), |by| String::from_utf8(by).unwrap());
    format!("{} {} by {by}", step.event.name(), step.cause.name())
}

/// The cause of a removal is the nearest marker, whatever the order in the tar; whiteouts come before opaque markers.
#[test]
fn the_nearest_of_nested_markers_removes_a_path() {
    let below = "0: +a/ +a/b/ +a/b/c/ +a/b/c/f:1 +a/g:1";
    for (markers, path, expected) in [
        ("-a -a/b", "/a/b/c/f", "removed whiteout by /a/.wh.b"),
        ("-a/b -a", "/a/b/c/f", "removed whiteout by /a/.wh.b"),
        ("-a -a/b", "/a/g", "removed whiteout by /.wh.a"),
        ("-a -a/b", "/a/b", "removed whiteout by itself"),
        ("-a -a/b/c/f", "/a/b/c/f", "removed whiteout by itself"),
        ("!a !a/b", "/a/b/c/f", "removed opaque by /a/b/.wh..wh..opq"),
        ("!a/b !a", "/a/b/c/f", "removed opaque by /a/b/.wh..wh..opq"),
        ("!a !a/b", "/a/g", "removed opaque by /a/.wh..wh..opq"),
        ("!a/b/c -a/b", "/a/b/c/f", "removed whiteout by /a/.wh.b"),
        ("-a/b/c/f !", "/a/b/c/f", "removed whiteout by itself"),
        ("! -a/b/c/f", "/a/g", "removed opaque by /.wh..wh..opq"),
        ("-a/b +a:1", "/a/b/c/f", "removed whiteout by /a/.wh.b"),
        ("+a:1", "/a/b/c/f", "removed replaced by /a"),
    ] {
        let text = format!("{below} | 1: {markers}");
        assert_eq!(removed_by(&text, path.as_bytes()), expected, "{text}: {path}");
    }
}

#[test]
fn a_payload_is_wasted_only_without_a_visible_name() {
    let (stack, _) = notation::stack("0: +a:10 +b=>a | 1: -a").unwrap();
    assert_eq!(stack.balance().wasted, 0);
    let (stack, _) = notation::stack("0: +a:10 +b=>a | 1: -a | 2: -b").unwrap();
    assert_eq!(stack.balance().wasted, 10);
}

#[test]
fn oddities_are_counted_with_their_first_path() {
    use layertui::stack::fold::Oddity;
    let (_, oddities) = notation::stack("0: +a:1 +a:2 +../b:1 -x -y +l=>z !q").unwrap();
    let seen: Vec<_> =
        oddities[0].iter().map(|(kind, (count, path))| (*kind, *count, path.as_slice())).collect();
    assert_eq!(
        seen,
        [
            (Oddity::WhiteoutOfNothing, 2, &b"/y"[..]),
            (Oddity::OpaqueOfNothing, 1, b"/q"),
            (Oddity::Duplicate, 1, b"/a"),
            (Oddity::Clamped, 1, b"/b"),
            (Oddity::BrokenLink, 1, b"/l"),
        ]
    );
}

/// A link that its own layer replaces is not broken, and two markers for one path are not an oddity.
#[test]
fn a_link_that_was_replaced_and_a_path_with_two_markers_are_no_oddities() {
    use layertui::stack::fold::Oddity;
    let kinds = |text: &str| {
        let (_, oddities) = notation::stack(text).unwrap();
        oddities.last().unwrap().keys().copied().collect::<Vec<_>>()
    };
    assert_eq!(kinds("0: +l=>nowhere +l:1"), [Oddity::Duplicate]);
    assert_eq!(kinds("0: +l:1 +l=>nowhere"), [Oddity::Duplicate, Oddity::BrokenLink]);
    assert_eq!(kinds("0: +d/ +d/x:1 +l->d | 1: -d/x -l/x"), []);
    assert_eq!(kinds("0: +d/ +l->d | 1: -d/x -l/x"), [Oddity::WhiteoutOfNothing]);
}

/// Headers may state any size, but sums must not overflow.
#[test]
fn entries_of_impossible_size_count_as_empty() {
    use layertui::stack::fold::Oddity;
    let most = 1_u64 << 62;
    let (stack, oddities) =
        notation::stack(&format!("0: +a:{} +b:2 | 1: ~a:{most} +c/d:7 | 2: +e:1", most - 1))
            .unwrap();
    assert_eq!(oddities[0].get(&Oddity::ImpossibleSize), Some(&(1, b"/b".to_vec())));
    assert_eq!(oddities[1].get(&Oddity::ImpossibleSize).map(|seen| seen.0), Some(2));
    let balance = stack.balance();
    assert_eq!((balance.stored, balance.visible), (most, 1), "{balance:?}");
}

/// Two bytes of a path imply a directory of about 90 bytes in memory, and a few bytes of gzip hold a thousand paths.
#[test]
fn implied_directories_are_limited_by_the_number_of_entries() {
    use layertui::stack::fold::Oddity;
    let deep = |count: usize, first: &str| -> String {
        let dirs = "/d".repeat(1500);
        (0..count).map(|n| format!("+{first}{n}{dirs}/f:1 ")).collect::<Vec<_>>().concat()
    };
    // Links to directories that do not exist: the paths through them are short.
    let links = |count: usize| -> String {
        let dirs = "/d".repeat(1000);
        (0..count).map(|n| format!("+l{n}->t{n}{dirs} +l{n}/f:1 ")).collect::<Vec<_>>().concat()
    };
    for text in [deep(300, "a"), deep(600, "a"), links(300), links(600)] {
        let (stack, oddities) = notation::stack(&format!("0: {text} +last:1")).unwrap();
        let entries = text.split_whitespace().count();
        assert!(stack.path_count() <= 100_000 + 6 * entries, "{}", stack.path_count());
        assert!(stack.path_count() >= 90_000);
        assert!(oddities[0].contains_key(&Oddity::TooManyImplied));
        assert!(stack.find(b"last").is_some());
    }
    // The constant allowance is for the image, not for each layer.
    let layers = [deep(60, "a"), deep(60, "b"), deep(60, "c")].join(" | ");
    let (stack, _) = notation::stack(&layers).unwrap();
    assert!(stack.path_count() <= 102_000, "{}", stack.path_count());
    // A tree without any entry for a directory, as jib and ko write them, is within the limit.
    let sparse: Vec<String> =
        (0..60_000).map(|n| format!("+{}/{}/{n}/f:1", n / 300, n / 30)).collect();
    let (stack, oddities) = notation::stack(&sparse.join(" ")).unwrap();
    assert_eq!((stack.path_count(), oddities[0].len()), (1 + 200 + 2_000 + 120_000, 0));
}

#[test]
fn entries_deeper_than_the_limit_are_ignored_with_and_without_links() {
    use layertui::stack::fold::{DEPTH_MAX, Oddity};
    let deep = |levels: usize| vec!["d"; levels].join("/");
    let half = deep(1000);
    for (text, kept, left_out) in [
        (format!("+{}:1", deep(DEPTH_MAX)), DEPTH_MAX, 0),
        (format!("+{}:1", deep(DEPTH_MAX + 1)), 0, 1),
        (format!("+l->{half} +l/{half}/x:1 +n->l +n/{half}/{}:1", deep(60)), 2003, 1),
        (format!("+l->{half} +l/{half}/x:1 +n->l +n/{half}/{}:1", deep(48)), 2051, 0),
    ] {
        let (stack, oddities) = notation::stack(&text).unwrap();
        assert_eq!(stack.path_count(), kept + 1, "{}", &text[..60]);
        let seen = oddities[0].get(&Oddity::TooDeep).map_or(0, |seen| seen.0);
        assert_eq!(seen, left_out, "{}", &text[..60]);
    }
    let explicit: Vec<String> =
        (1..=DEPTH_MAX + 3).map(|level| format!("+{}/", deep(level))).collect();
    let (stack, oddities) = notation::stack(&explicit.join(" ")).unwrap();
    assert_eq!(stack.path_count(), DEPTH_MAX + 1);
    assert_eq!(oddities[0].get(&Oddity::TooDeep).map(|seen| seen.0), Some(3));
}

#[test]
fn deep_trees_do_not_overflow_the_stack() {
    let deep = vec!["d"; 2_000].join("/");
    let (mut stack, _) = notation::stack(&format!("0: +{deep}:1 | 1: -d")).unwrap();
    for _ in 0..2 {
        assert_eq!(stack.summary(1).removed, 2_000);
        assert_eq!(Walk::new(&stack, Scope::Diff(1), NodeId::ROOT, true).count(), 2_000);
        let folds = Folds { unfolded: Unfolded::All, ..Folds::default() };
        assert_eq!(
            Outline::new(&stack, Tree::Diff(1), &folds, None, None).rows(1_990..2_000).len(),
            10
        );
        stack.freeze();
    }
}
