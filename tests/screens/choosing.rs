//! Choosing: among the images of one place, among all that local stores hold, and back to the list.

use layertui::app::Message;
use layertui::app::message::{Choice, Effect};

use crate::explorer::{Explorer, LAYERS, image};

#[test]
fn one_of_several_images_is_chosen() {
    let mut explorer = Explorer::blank(80, 24);
    let choice = |name: &str| Choice { name: name.to_owned(), ..Choice::default() };
    explorer.send(Message::Choices(vec![choice("one"), choice("two"), choice("three")]));
    explorer.keys("esc");
    assert_eq!(explorer.state.overlays.len(), 1, "there is nothing to go back to");
    explorer.keys("j enter");
    assert_eq!(explorer.effects, [Effect::Choose(1)]);
    explorer.send(Message::Failed("it is broken".to_owned()));
    assert!(explorer.text().contains("it is broken"));
    explorer.keys("esc k enter");
    assert_eq!(explorer.effects, [Effect::Choose(1), Effect::Choose(0)]);
}

/// Opening may take as long as an engine likes: nobody has to wait for it.
#[test]
fn a_choice_that_does_not_open_is_given_up() {
    let mut explorer = Explorer::blank(80, 24);
    let choice = |name: &str| Choice { name: name.to_owned(), ..Choice::default() };
    explorer.send(Message::Choices(vec![choice("one"), choice("two")]));
    explorer.keys("enter esc");
    assert_eq!(explorer.effects, [Effect::Choose(0), Effect::GiveUpChoice]);
    assert!(explorer.text().contains("choose one"), "{}", explorer.text());
    explorer.keys("j enter");
    assert_eq!(explorer.effects.last(), Some(&Effect::Choose(1)));
}

/// What two stores hold.
pub fn local() -> Vec<Choice> {
    let choice = |group: &str, name: &str, detail: &str, container| Choice {
        name: name.to_owned(),
        detail: detail.to_owned(),
        group: Some(group.to_owned()),
        container,
    };
    let docker = "docker-root overlay2 /var/lib/docker";
    let podman = "containers-storage overlay /home/me/.local/share/containers/storage";
    vec![
        choice(docker, "shop/web:2.4.1", "linux/amd64  6 layers  sha256:5f0c1a2b3c4d", false),
        choice(docker, "shop-web-1", "container  of shop/web:2.4.1  8 layers  0d9f", true),
        choice(podman, "localhost/lab/hello:1", "linux/amd64  4 layers", false),
    ]
}

#[test]
fn everything_local_is_listed_by_store_and_one_comes_back_to_the_list() {
    let mut explorer = Explorer::blank(120, 40);
    explorer.send(Message::Choices(local()));
    let screen = explorer.text();
    let line = |text: &str| screen.lines().position(|line| line.contains(text));
    let order = ["docker-root", "shop/web", "shop-web-1", "containers-storage", "localhost/lab"];
    let lines: Vec<_> = order.iter().map(|text| line(text).unwrap()).collect();
    assert!(lines.is_sorted(), "{screen}");
    assert!(screen.contains("2 images and 1 container here: choose one"), "{screen}");
    explorer.keys("j j enter");
    assert_eq!(explorer.effects, [Effect::Choose(2)], "headings are no items");

    explorer.send(Message::Image(Box::new(image())));
    assert!(explorer.state.overlays.is_empty());
    explorer.keys("I");
    assert!(explorer.text().contains("shop-web-1"), "{}", explorer.text());
    explorer.keys("esc");
    assert!(explorer.state.overlays.is_empty(), "the image is still there");
    explorer.keys("I enter");
    assert_eq!(explorer.effects.last(), Some(&Effect::Choose(0)));
}

#[test]
fn an_image_that_was_not_chosen_has_no_list() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    explorer.keys("I");
    assert!(explorer.state.overlays.is_empty());
    assert!(explorer.text().contains("layertui without IMAGE shows all"), "{}", explorer.text());
}
