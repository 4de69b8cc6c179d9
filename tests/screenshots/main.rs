//! The pictures in the README are frames of the program. `LAYERTUI_BLESS=1 cargo test --test screenshots` draws them anew, from
//! the demo image; look at them before you commit.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod svg;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use layertui::app::file::{Look, Part, What};
use layertui::app::key::{Code, Key};
use layertui::app::layout::Size;
use layertui::app::{Effect, Message, State, update};
use layertui::load::{Event, Loader, Want, contents};
use layertui::source::{self, Opened};
use layertui::ui;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const SIZE: Size = Size { width: 120, height: 36 };

/// The screens and the keys that lead to them: names of keys, or a text to be typed behind `=`.
const SCREENS: [(&str, &str); 5] = [
    ("explorer", "/ =hero.avif enter esc [ ["),
    ("history", "/ =deploy_key enter esc w"),
    ("waste", "W j j j j j"),
    ("map", "T"),
    ("viewer", "/ =server.js enter esc v"),
];

struct Explorer {
    state: State,
    loader: Loader,
}

impl Explorer {
    fn open() -> Self {
        let image = fs::read(root().join("assets/demo/image.tar")).unwrap();
        let image: &'static [u8] = Vec::leak(image);
        let Opened::Image(source) = source::open_bytes(image, "demo").unwrap() else {
            unreachable!("the demo is one image")
        };
        let loader = Loader::new(Arc::from(source));
        let states = loader.run(Want::Kinds, &|_: Event| {});
        let mut explorer = Self { state: State::new(SIZE), loader };
        let image = explorer.loader.source().image().clone();
        explorer.tell(Message::Image(Box::new(image)));
        for (layer, state) in states.iter().enumerate() {
            let (problems, hidden) = (state.problems.clone(), state.hidden.clone());
            explorer.tell(Message::Folded { layer, problems, hidden });
        }
        explorer.tell(Message::Finished);
        explorer
    }

    fn tell(&mut self, message: Message) {
        let effects = update(&mut self.state, &self.loader.stack(), message);
        for effect in effects {
            if let Effect::Look(look) = effect {
                self.answer(&look);
            }
        }
    }

    /// What a worker does in the program.
    fn answer(&mut self, look: &Look) {
        let (What::Version(event), Part::At(at)) = (look.what, &look.part) else { return };
        let part = contents::Part::At(*at);
        let answer = contents::part(&self.loader, event, &part, &|| true);
        let answer = answer.map(Box::new).map_err(|error| error.to_string());
        self.tell(Message::Looked { number: look.number, answer });
    }

    fn keys(&mut self, keys: &str) {
        for word in keys.split(' ') {
            match word.strip_prefix('=') {
                Some(text) => {
                    text.chars().for_each(|c| self.tell(Message::Key(Key::plain(Code::Char(c)))))
                }
                None => self.tell(Message::Key(Key::parse(word).unwrap())),
            }
        }
    }

    fn svg(&self) -> String {
        let mut terminal = Terminal::new(TestBackend::new(SIZE.width, SIZE.height)).unwrap();
        let stack = self.loader.stack();
        terminal.draw(|frame| ui::draw(&self.state, &stack, frame)).unwrap();
        svg::draw(terminal.backend().buffer())
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

#[test]
fn the_pictures_are_what_the_program_draws() {
    let bless = std::env::var_os("LAYERTUI_BLESS").is_some();
    let mut bytes = 0;
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for (name, keys) in SCREENS {
        let mut explorer = Explorer::open();
        explorer.keys(keys);
        let fresh = explorer.svg();
        let place = format!("assets/screenshots/{name}.svg");
        let path = root().join(&place);
        if bless {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &fresh).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == fresh, "{place} is stale: LAYERTUI_BLESS=1 cargo test --test screenshots");
        assert!(readme.contains(&place), "the README does not show {place}");
        bytes += fresh.len();
    }
    assert!(bytes < 1_000_000, "the pictures have {bytes} bytes");
}
