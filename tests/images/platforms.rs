//! Which image a platform means among several of a layout.

use layertui::source::Opened;

use crate::build::{Image, Layout, named, on};
use crate::stage::{Stage, image_for, open_for, stack};

/// Images with different names: a platform decides only where one of them alone serves it.
#[test]
fn a_platform_that_several_named_images_serve_leaves_the_choice() {
    let mut layout = Layout::default();
    let arm = layout.image(&Image::new(&[&["arm"]]).on("linux", "arm"));
    let other = layout.image(&Image::new(&[&["other"]]).on("linux", "arm"));
    let s390 = layout.image(&Image::new(&[&["s390"]]).on("linux", "s390x"));
    let foreign = layout.image(&Image::new(&[&["foreign"]]).on("plan9", "mips"));
    let index = layout.index(&[on(arm, "linux", "arm"), on(s390, "linux", "s390x")]);
    let stage = Stage::new();
    let tree = layout
        .list(named(index, "one"))
        .list(named(on(other, "linux", "arm"), "two"))
        .list(named(on(foreign, "plan9", "mips"), "three"))
        .finish();
    let place = stage.tree("layout", &tree);
    assert_eq!(stack(&*image_for(&place, "linux/s390x")), "s390");
    let Ok(Opened::Several(choice)) = open_for(&place, "linux/arm") else { panic!("a choice") };
    let names: Vec<_> = choice.choices.iter().map(|choice| choice.names.join(" ")).collect();
    assert_eq!(names, ["one", "two", "three"]);
    assert_eq!(stack(&*choice.open(0).unwrap()), "arm");
    assert_eq!(stack(&*choice.open(1).unwrap()), "other");
}

/// An index that lists a platform twice means the first, as engines take it; only items of the top index are a choice.
#[test]
fn a_platform_that_one_index_lists_twice_is_opened_at_once() {
    let mut layout = Layout::default();
    let first = layout.image(&Image::new(&[&["first"]]).on("linux", "arm"));
    let second = layout.image(&Image::new(&[&["second"]]).on("linux", "arm"));
    let twice = [on(first, "linux", "arm"), on(second, "linux", "arm")];
    let index = layout.index(&twice);
    let stage = Stage::new();
    let nested = stage.tree("nested", &layout.clone().list(named(index, "one")).finish());
    assert_eq!(stack(&*image_for(&nested, "linux/arm")), "first");
    let [first, second] = twice;
    let flat = stage.tree("flat", &layout.list(first).list(second).finish());
    assert!(matches!(open_for(&flat, "linux/arm"), Ok(Opened::Several(_))));
}

/// Of the manifests of one image the one that serves the platform best, wherever it stands.
#[test]
fn of_two_variants_the_nearer_is_opened() {
    for turned in [false, true] {
        let mut layout = Layout::default();
        let mut variants = ["v6", "v7"].map(|variant| {
            let mut image = Image::new(&[&[variant]]).on("linux", "arm");
            image.config["variant"] = serde_json::json!(variant);
            let mut descriptor = on(layout.image(&image), "linux", "arm");
            descriptor["platform"]["variant"] = serde_json::json!(variant);
            descriptor
        });
        if turned {
            variants.reverse();
        }
        let index = layout.index(&variants);
        let stage = Stage::new();
        let place = stage.tree("layout", &layout.list(named(index, "one")).finish());
        for (asked, expected) in
            [("linux/arm/v6", "v6"), ("linux/arm/v7", "v7"), ("linux/arm/v8", "v7")]
        {
            assert_eq!(stack(&*image_for(&place, asked)), expected, "{asked}");
        }
    }
}
