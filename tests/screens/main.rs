//! The explorer's screens: text and style at four sizes, and hostile images and all sizes without a panic.
//!
//! Snapshots are in `snapshots/`: the screen, and below it a letter for the style of each cell (see `Explorer::screen`).
//! `INSTA_UPDATE=always cargo test --test screens` rewrites them; review them before you commit.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be set up is a failed test")]

mod choosing;
mod clicking;
mod comparing;
mod completing;
mod everything;
mod explorer;
mod fixing;
mod following;
mod grepping;
mod hostile;
mod journeys;
mod loading;
mod looks;
mod mapping;
mod narrowing;
mod packaging;
mod reloading;
mod rows;
mod searching;
mod taking;
mod unread;
mod viewing;
mod wasting;

use explorer::{Explorer, LAYERS, image};
use layertui::explorer::Message;
use layertui::explorer::model::appearance::Theme;
use layertui::explorer::model::message::Choice;
use layertui::image::Image;
use layertui::image::layer::{Layer, LayerStore};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

const SIZES: [(u16, u16); 4] = [(120, 40), (80, 24), (60, 20), (40, 12)];

/// A snapshot at each of the four sizes. Without colours the text must be the same, so this is compared and has no
/// snapshot. Then the screen is drawn at other sizes.
fn at_every_size(name: &str, screen: impl Fn(u16, u16) -> Explorer) {
    for (width, height) in SIZES {
        let mut explorer = screen(width, height);
        insta::assert_snapshot!(format!("{name}-{width}x{height}"), explorer.screen());
        loses_only_its_colours_in_mono(&mut explorer, name);
    }
    let mut explorer = screen(120, 40);
    explorer.resize(19, 3);
    assert_eq!(explorer.text().trim_end(), "terminal too small", "{name}");
    survives_every_size(&mut explorer, name);
}

/// Without colours what a layer changed is bold instead.
fn loses_only_its_colours_in_mono(explorer: &mut Explorer, name: &str) {
    let plain = |mut buffer: Buffer| {
        for cell in &mut buffer.content {
            (cell.fg, cell.bg) = (Color::Reset, Color::Reset);
            cell.modifier.remove(Modifier::BOLD);
        }
        buffer
    };
    let wanted = plain(explorer.buffer());
    let theme = std::mem::replace(&mut explorer.state.theme, Theme::Mono);
    let mono = plain(explorer.buffer());
    explorer.state.theme = theme;
    assert!(mono == wanted, "{name} is another screen without colour:\n{mono:?}");
}

/// All sizes up to one above the largest threshold of the layout. Each screen is drawn at a part of them, most of them
/// small; with `LAYERTUI_EVERY_SIZE=1` at all.
fn survives_every_size(explorer: &mut Explorer, name: &str) {
    let all = std::env::var_os("LAYERTUI_EVERY_SIZE").is_some();
    let share: usize = name.bytes().map(usize::from).sum();
    for height in 0..=45 {
        for width in 0..=130 {
            let one_in = if width <= 42 && height <= 17 { 7 } else { 61 };
            if all || (height * 131 + width + share).is_multiple_of(one_in) {
                explorer.resize(width as u16, height as u16);
                explorer.buffer();
            }
        }
    }
}

fn after(keys: &'static str) -> impl Fn(u16, u16) -> Explorer {
    move |width, height| {
        let mut explorer = Explorer::open(width, height);
        explorer.keys(keys);
        explorer
    }
}

#[test]
fn the_loaded_image() {
    at_every_size("loaded", after(""));
}

#[test]
fn a_layer_that_removes_things() {
    at_every_size("removing", after("[ [ [ ="));
}

#[test]
fn the_diff_has_the_keys() {
    at_every_size("diff", after("3 [ j j"));
}

#[test]
fn the_largest_comes_first() {
    at_every_size("sorted", after("[ s = 3 = 2"));
}

#[test]
fn a_range_of_layers_is_shown_as_one() {
    at_every_size("range", after("[ [ m ] ] 3"));
}

#[test]
fn the_first_frame_needs_no_layer() {
    at_every_size("described", |width, height| {
        let mut explorer = Explorer::described(LAYERS, image(), width, height);
        explorer.send(Message::Reading { layer: 2, done: 8_000_000, total: 31_004_112 });
        explorer
    });
}

#[test]
fn the_read_rate_is_shown_if_it_fits() {
    for (width, height) in SIZES {
        let mut explorer = Explorer::described(LAYERS, image(), width, height);
        explorer.send(Message::Reading { layer: 2, done: 8_000_000, total: 31_004_112 });
        explorer.send(Message::Rate(12_345_678));
        let text = explorer.text();
        assert!(text.contains("esc stops"), "{text}");
        assert_eq!(text.contains("12 MB/s"), width > 40, "{text}");
    }
}

/// A layer can have more bytes than its source states.
#[test]
fn progress_never_exceeds_the_layer() {
    for (done, total, said) in [(150, 100, "100%"), (99, 100, "99%"), (999, 1000, "99%")] {
        let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
        explorer.send(Message::Reading { layer: 0, done, total });
        assert!(explorer.text().contains(&format!("layer 0: {said}")), "{}", explorer.text());
    }
}

#[test]
fn half_of_the_layers_are_there() {
    at_every_size("half", |width, height| {
        let mut explorer = Explorer::described(LAYERS, image(), width, height);
        explorer.fold(0);
        explorer.fold_broken(1, "the tar ends early, at byte 41,000,000");
        explorer.send(Message::Reading { layer: 2, done: 30_000_000, total: 31_004_112 });
        explorer
    });
}

#[test]
fn a_search_and_what_it_found() {
    at_every_size("search", |width, height| {
        let mut explorer = Explorer::open(width, height);
        explorer.keys("/").type_text("default");
        explorer
    });
}

#[test]
fn the_history_of_a_path() {
    at_every_size("history", |width, height| {
        let mut explorer = Explorer::open(width, height);
        explorer.keys("/").type_text("APKINDEX.3");
        explorer.keys("enter w");
        explorer
    });
}

#[test]
fn help_image_details_layer_details_and_problems() {
    at_every_size("help", after("?"));
    at_every_size("image", after("i"));
    at_every_size("layer", after("1 enter"));
    at_every_size("problems", |width, height| {
        let mut explorer = Explorer::described(LAYERS, image(), width, height);
        for layer in 0..6 {
            explorer.fold_broken(layer, "whiteout of a path that no lower layer has: /no/such");
        }
        explorer.keys("!");
        explorer
    });
}

#[test]
fn a_layers_details_say_where_its_store_keeps_it() {
    let mut image = image();
    image.layers[5].store = Some(LayerStore {
        driver: "overlay2".into(),
        cache_id: Some("m9n3x1".into()),
        chain_id: Some("sha256:0123".to_owned()),
        directory: Some("/var/lib/docker/overlay2/m9n3x1/diff".into()),
    });
    let mut explorer = Explorer::of(LAYERS, image, 120, 40);
    explorer.keys("1 enter");
    let text = explorer.text();
    for line in [
        "In the store",
        "driver        overlay2",
        "cache ID      m9n3x1",
        "chain ID      sha256:0123",
        "directory     /var/lib/docker/overlay2/m9n3x1/diff",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn several_images_and_none() {
    at_every_size("choices", |width, height| {
        let mut explorer = Explorer::blank(width, height);
        let choice = |name: &str| Choice {
            name: name.to_owned(),
            detail: "linux/amd64".to_owned(),
            ..Choice::default()
        };
        explorer.send(Message::Choices(vec![choice("shop/web:2.4.1"), choice("shop/api:2.4.0")]));
        explorer
    });
    at_every_size("local", |width, height| {
        let mut explorer = Explorer::blank(width, height);
        explorer.send(Message::Choices(choosing::local()));
        explorer
    });
    at_every_size("empty", |width, height| Explorer::of("", Image::default(), width, height));
    at_every_size("failed", |width, height| {
        let mut explorer = Explorer::blank(width, height);
        explorer.send(Message::Failed("shop.tar: no archive, but a JSON document".to_owned()));
        explorer
    });
}

#[test]
fn without_colour_it_says_the_same() {
    at_every_size("mono", |width, height| {
        let mut explorer = Explorer::open(width, height);
        explorer.state.theme = Theme::Mono;
        explorer.keys("[ [ [");
        explorer
    });
    let (colour, mut mono) = (Explorer::open(120, 40), Explorer::open(120, 40));
    mono.state.theme = Theme::Mono;
    assert_eq!(colour.text(), mono.text());
}

#[test]
fn a_hundred_layers_and_a_container() {
    at_every_size("many-layers", |width, height| {
        let files = (0..100).map(|layer| format!("{layer}: +f{layer:03}:{}", layer * 7_919));
        let layers = (0..100).map(|layer| Layer {
            created_by: Some(format!("RUN /bin/sh -c ./step {layer} # buildkit").into()),
            writable: layer == 99,
            ..Layer::default()
        });
        let image =
            Image { reference: "many.tar".into(), layers: layers.collect(), ..Image::default() };
        let layers: Vec<String> = files.collect();
        let mut explorer = Explorer::of(&layers.join("|"), image, width, height);
        explorer.keys("1 [ [ [");
        explorer
    });
}

#[test]
fn no_size_breaks_hostile_and_broken_images() {
    let mut screens = vec![
        Explorer::with_problems(0, 0),
        hostile::explorer(0, 0),
        Explorer::blank(0, 0),
        Explorer::of("", Image::default(), 0, 0),
    ];
    for (at, keys) in ["", "= G w", "i", "1 enter", "!", "= 3 +", "W", "T enter"].iter().enumerate()
    {
        for explorer in &mut screens {
            explorer.keys("esc esc esc").keys(keys);
            survives_every_size(explorer, &format!("{at}{keys}"));
        }
    }
}

#[test]
fn keys_at_size_zero_do_not_panic() {
    let mut explorer = Explorer::open(0, 0);
    for entry in layertui::explorer::model::action::all() {
        for key in entry.keys {
            explorer.keys(key);
            explorer.buffer();
        }
    }
}
