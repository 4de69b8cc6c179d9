//! Choosing an image: from an archive with several, from all local stores, and back to the list.

use layertui::explorer::Message;
use layertui::explorer::model::message::{Choice, ChoiceKind, Effect};
use layertui::explorer::model::state::Phase;
use layertui::image::Other;
use layertui::image::platform::Platform;

use crate::at_every_size;
use crate::explorer::{Explorer, LAYERS, image};

#[test]
fn one_of_several_images_is_chosen() {
    let mut explorer = Explorer::blank(80, 24);
    let choice = |name: &str| Choice { name: name.to_owned(), ..Choice::default() };
    explorer.send(Message::Choices(vec![choice("one"), choice("two"), choice("three")]));
    explorer.keys("esc");
    assert_eq!(explorer.state.overlays.len(), 1, "there is nothing to go back to");
    explorer.keys("j enter");
    assert_eq!(explorer.effects, [Effect::OpenChoice(1)]);
    explorer.send(Message::Failed("it is broken".to_owned()));
    assert!(explorer.text().contains("it is broken"));
    explorer.keys("esc k enter");
    assert_eq!(explorer.effects, [Effect::OpenChoice(1), Effect::OpenChoice(0)]);
}

/// Opening can take long, because engines can be slow: it can be cancelled.
#[test]
fn a_choice_that_does_not_open_is_given_up() {
    let mut explorer = Explorer::blank(80, 24);
    let choice = |name: &str| Choice { name: name.to_owned(), ..Choice::default() };
    explorer.send(Message::Choices(vec![choice("one"), choice("two")]));
    explorer.keys("enter esc");
    assert_eq!(explorer.effects, [Effect::OpenChoice(0), Effect::CancelChoice]);
    assert!(explorer.text().contains("choose one"), "{}", explorer.text());
    explorer.keys("j enter");
    assert_eq!(explorer.effects.last(), Some(&Effect::OpenChoice(1)));
}

/// Images of two stores.
pub fn local() -> Vec<Choice> {
    let choice = |group: &str, name: &str, detail: &str, kind| Choice {
        name: name.to_owned(),
        detail: detail.to_owned(),
        group: Some(group.to_owned()),
        kind,
        bytes: 157_000_000,
        age: "3 days".into(),
        layers: Some(6),
    };
    let docker = "docker-root overlay2 /var/lib/docker";
    let podman = "containers-storage overlay /home/me/.local/share/containers/storage";
    let untagged = choice(podman, "9c1e52d0aa17", "linux/amd64", ChoiceKind::Untagged);
    let step = |id: &str| choice(podman, id, "linux/amd64", ChoiceKind::Intermediate);
    vec![
        choice(docker, "shop/web:2.4.1", "linux/amd64  sha256:5f0c1a2b3c4d", ChoiceKind::Image),
        choice(docker, "shop-web-1", "container  of shop/web:2.4.1  0d9f", ChoiceKind::Container),
        step("1111aaaa0000"),
        untagged,
        step("2222aaaa0000"),
        choice(podman, "localhost/lab/hello:1", "linux/amd64", ChoiceKind::Image),
    ]
}

#[test]
fn everything_local_is_listed_one_row_each_and_one_comes_back_to_the_list() {
    let mut explorer = Explorer::blank(120, 40);
    explorer.send(Message::Choices(local()));
    let screen = explorer.text();
    let line = |text: &str| screen.lines().position(|line| line.contains(text));
    let order = [
        "layers  store",
        "shop/web",
        "localhost/lab",
        "shop-web-1",
        "9c1e52d0aa17",
        "2 intermediate",
    ];
    let lines: Vec<_> = order.iter().map(|text| line(text).unwrap()).collect();
    let apart: Vec<_> = lines.windows(2).map(|two| two[1] - two[0]).collect();
    assert_eq!(apart, [1; 5], "{screen}");
    assert!(screen.contains("5 images and 1 container here: choose one"), "{screen}");
    let row = screen.lines().find(|line| line.contains("shop/web")).unwrap();
    for column in ["157 MB", "3 days", "6", "docker-root"] {
        assert!(row.contains(column), "{column}: {row}");
    }
    assert!(screen.contains("sha256:5f0c1a2b3c4d  docker-root overlay2"), "details: {screen}");
    explorer.keys("j enter");
    assert_eq!(explorer.effects, [Effect::OpenChoice(5)], "as it is listed");

    explorer.send(Message::Image(Box::new(image())));
    assert!(explorer.state.overlays.is_empty());
    explorer.keys("I");
    assert!(explorer.text().contains("shop-web-1"), "{}", explorer.text());
    explorer.keys("esc");
    assert!(explorer.state.overlays.is_empty(), "the image is still there");
    explorer.keys("I enter");
    assert_eq!(explorer.effects.last(), Some(&Effect::OpenChoice(0)));
}

#[test]
fn the_list_is_filtered_and_intermediate_images_come_when_asked_for() {
    let mut explorer = Explorer::blank(120, 40);
    explorer.send(Message::Choices(local()));
    assert!(!explorer.text().contains("1111aaaa"), "{}", explorer.text());
    assert!(explorer.text().contains("a intermediate images"), "the hint says how");
    explorer.keys("a");
    assert!(explorer.text().contains("1111aaaa"), "{}", explorer.text());
    explorer.keys("a /").type_text("STORAGE hello");
    let screen = explorer.text();
    assert!(screen.contains("lab/hello") && !screen.contains("shop/web"), "{screen}");
    explorer.keys("enter");
    assert_eq!(explorer.effects, [Effect::OpenChoice(5)]);
    let mut explorer = Explorer::blank(80, 24);
    explorer.send(Message::Choices(local()));
    explorer.keys("/").type_text("no such");
    assert!(explorer.text().contains("no image has these words"), "{}", explorer.text());
    explorer.keys("enter esc");
    assert!(explorer.text().contains("shop/web"), "{}", explorer.text());
}

#[test]
fn an_image_that_was_not_chosen_has_no_list() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    explorer.keys("I");
    assert!(explorer.state.overlays.is_empty());
    assert!(explorer.text().contains("layertui without IMAGE shows all"), "{}", explorer.text());
}

#[test]
fn what_is_not_here_is_asked_for_in_its_registry_if_the_user_says_so() {
    let mut explorer = Explorer::blank(80, 24);
    let name = "docker.io/library/nginx:latest".to_owned();
    explorer.send(Message::Choices(vec![Choice {
        name,
        kind: ChoiceKind::Remote,
        ..Choice::default()
    }]));
    let screen = explorer.text();
    assert!(screen.contains("Not here: ask its registry?"), "{screen}");
    assert!(screen.contains("docker.io/library/nginx:latest"), "{screen}");
    explorer.keys("esc");
    assert_eq!(explorer.effects, [], "escape never quits");
    explorer.keys("enter");
    assert_eq!(explorer.effects, [Effect::OpenChoice(0)]);
    explorer.keys("esc q");
    assert_eq!(explorer.effects[1..], [Effect::CancelChoice, Effect::Quit]);
}

fn for_platform(kind: &str, architecture: &str) -> Other {
    let platform = Platform::parse(&format!("linux/{architecture}")).unwrap();
    let platform = Some(platform);
    Other { kind: kind.to_owned(), platform, present: true, ..Other::default() }
}

#[test]
fn the_platforms_there_are() {
    at_every_size("platforms", |width, height| {
        let mut image = image();
        image.others = vec![for_platform("image", "amd64"), for_platform("image", "riscv64")];
        let mut explorer = Explorer::of(LAYERS, image, width, height);
        explorer.keys("P j");
        explorer
    });
}

#[test]
fn another_platform_of_the_image_is_opened() {
    let mut several = image();
    several.others = vec![
        for_platform("image", "arm64"),
        for_platform("attestation", "s390x"),
        for_platform("image", "amd64"),
        Other { present: false, ..for_platform("image", "riscv64") },
        for_platform("image", "arm/v7"),
    ];
    let mut explorer = Explorer::described(LAYERS, several, 120, 40);
    explorer.keys("P");
    let screen = explorer.text();
    assert!(screen.contains("linux/arm64/v8  is open"), "{screen}");
    assert!(!screen.contains("s390x") && !screen.contains("riscv64"), "{screen}");
    explorer.keys("enter");
    assert_eq!(explorer.effects, [], "it is open already");
    explorer.keys("P j j enter");
    let wanted = Platform::parse("linux/arm/v7").unwrap();
    assert_eq!(explorer.effects, [Effect::OpenPlatform(wanted)]);
    explorer.keys("esc");
    assert_eq!(explorer.effects.last(), Some(&Effect::CancelChoice));
    assert!(explorer.state.image.is_some(), "the one that was open still is");
    explorer.keys("P j j enter");
    assert!(explorer.text().contains("opening linux/arm/v7"), "{}", explorer.text());
    explorer.send(Message::Image(Box::new(image())));
    assert!(!explorer.text().contains("opening"), "{}", explorer.text());
}

#[test]
fn an_image_for_one_platform_says_so() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    explorer.keys("P");
    assert!(explorer.text().contains("one platform only"), "{}", explorer.text());
}

#[test]
fn the_layer_that_is_looked_at_is_wanted_first() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    let top = explorer.state.layer;
    explorer.keys("[");
    assert_eq!(explorer.effects, [Effect::ShowLayer(top - 1)]);
}

/// The layers of the image that is shown are read on meanwhile, and are never said to be unread.
#[test]
fn reading_goes_on_while_another_image_is_opened_and_after_that_failed() {
    for failed in [false, true] {
        let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
        explorer.send(Message::Choices(local()));
        explorer.keys("enter");
        assert_eq!(explorer.effects, [Effect::OpenChoice(0)]);
        assert!(explorer.text().contains("opening shop/web"), "{}", explorer.text());
        if failed {
            explorer.send(Message::Failed("no such file".to_owned()));
            assert!(explorer.text().contains("no such file"), "{}", explorer.text());
        } else {
            explorer.keys("esc");
            assert_eq!(explorer.effects.pop(), Some(Effect::CancelChoice));
        }
        assert_eq!(explorer.state.phase, Phase::Reading);
        explorer.effects.clear();
        explorer.keys("r");
        assert_eq!(explorer.effects, [], "a second reader would run beside the first");
        let text = explorer.text();
        assert!(text.contains("layers are being read") && !text.contains("not read"), "{text}");
    }
}

#[test]
fn no_other_image_is_opened_during_an_extraction_or_comparison() {
    for running in ["e", "c"] {
        let mut explorer = Explorer::open(120, 40);
        explorer.keys("2 j").keys(running).type_text("./there").keys("enter");
        explorer.effects.clear();
        explorer.send(Message::Choices(local()));
        explorer.keys("enter");
        assert_eq!(explorer.effects, [], "{running}");
        assert_eq!(explorer.state.overlays.len(), 1, "the list stays");
        assert!(explorer.text().contains("another operation is running"), "{}", explorer.text());
    }
}
