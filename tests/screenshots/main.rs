//! The pictures in the README are frames of the program. `LAYERTUI_BLESS=1 cargo test --test screenshots` draws them anew, from
//! the demo image; look at them before you commit. `LAYERTUI_PICTURE=IMAGE.tar` draws `real.svg`, the first screen of another
//! image, which no test holds.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod svg;

use layertui::explorer::draw;
use layertui::load::files::part;
use layertui::source;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use layertui::compare::{ComparisonSource, Files, Side, Terms};
use layertui::explorer::model::appearance::Theme;
use layertui::explorer::model::comparison::ComparedImages;
use layertui::explorer::model::file::{ReadPart, ReadRequest, ViewTarget};
use layertui::explorer::model::geometry::Size;
use layertui::explorer::model::key::{Code, Key};
use layertui::explorer::{Effect, Message, State, update};
use layertui::layer::Unwatched;
use layertui::load::{Event, LayerState, Loader, Want};
use layertui::source::{Opened, Source};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const SIZE: Size = Size { width: 120, height: 36 };

/// The screens and the keys that lead to them: names of keys, or a text to be typed behind `=`.
const SCREENS: [(&str, &str); 6] = [
    ("explorer", "k"),
    ("light", "/ =hero.avif enter esc"),
    ("history", "/ =deploy_key enter esc w"),
    ("waste", "W j j j j j"),
    ("map", "T"),
    ("viewer", "/ =libz.so.1.3.1 enter esc v x"),
];

/// The comparison of the whole demo with its lowest layers.
const COMPARED: (&str, &str) = ("compare", "/ =app.py enter esc");
const LOWEST: usize = 2;

/// The moving picture: the keys before each of its frames, and the seconds that each is shown.
const TOUR: [&str; 5] = ["k", "/ =deploy_key", "enter esc", "w", "esc e"];
const TOUR_SECONDS: usize = 3;

struct Explorer {
    state: State,
    loader: Loader,
}

fn demo() -> Arc<dyn Source> {
    let image = fs::read(root().join("assets/demo/image.tar")).unwrap();
    match source::open_bytes(Vec::leak(image), "demo").unwrap() {
        Opened::Image(source) => Arc::from(source),
        Opened::Several(several) => panic!("the demo is one image: {several:?}"),
    }
}

fn load(source: Arc<dyn Source>) -> (Loader, Vec<Arc<LayerState>>) {
    let loader = Loader::new(source, None);
    let states = loader.run(Want::Kinds, &|_: Event| {});
    (loader, states)
}

/// The demo as it is in the end beside what it was at one of its layers.
fn comparison() -> Explorer {
    let (old, new) = (load(demo()).0, load(demo()).0);
    let (one, other) = (old.stack(), new.stack());
    let below = Side { source: old.source().as_ref(), stack: &one, layer: LOWEST };
    let above = Side { source: new.source().as_ref(), stack: &other, layer: other.folded() - 1 };
    let mut files = Files::of(below, above, &Terms::default());
    files.decide(old.source().as_ref(), new.source().as_ref(), &Unwatched);
    let beside = ComparisonSource::new(
        (below, Arc::clone(old.source())),
        (above, Arc::clone(new.source())),
        &files,
    );
    let mut explorer = Explorer::of(load(Arc::new(beside)));
    explorer.state.comparison = Some(ComparedImages::default());
    explorer
}

impl Explorer {
    fn of((loader, states): (Loader, Vec<Arc<LayerState>>)) -> Self {
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
            if let Effect::ReadPart(look) = effect {
                self.answer(&look);
            }
        }
    }

    /// What a worker does in the program.
    fn answer(&mut self, look: &ReadRequest) {
        let (ViewTarget::Version(event), ReadPart::At(at)) = (look.what, &look.part) else {
            return;
        };
        let part = part::Part::At(*at);
        let answer = part::part(&self.loader, event, &part, &|| true);
        let answer = answer.map(Box::new).map_err(|error| error.to_string());
        self.tell(Message::PartRead { number: look.number, answer });
    }

    fn keys(&mut self, keys: &str) {
        for word in keys.split(' ') {
            match word.strip_prefix('=') {
                Some(text) => {
                    for c in text.chars() {
                        self.tell(Message::Key(Key::plain(Code::Char(c))));
                    }
                }
                None => self.tell(Message::Key(Key::parse(word).unwrap())),
            }
        }
    }

    fn svg(&self) -> String {
        let palette = if self.state.theme == Theme::Light { svg::LIGHT } else { svg::DARK };
        let mut terminal = Terminal::new(TestBackend::new(SIZE.width, SIZE.height)).unwrap();
        let stack = self.loader.stack();
        terminal.draw(|frame| draw::draw(&self.state, &stack, frame)).unwrap();
        svg::draw(terminal.backend().buffer(), palette)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn tour() -> String {
    let mut explorer = Explorer::of(load(demo()));
    let frames = TOUR.map(|keys| {
        explorer.keys(keys);
        explorer.svg()
    });
    svg::animate(&frames, TOUR_SECONDS)
}

#[test]
fn the_pictures_are_what_the_program_draws() {
    let bless = std::env::var_os("LAYERTUI_BLESS").is_some();
    if let Some(image) = std::env::var_os("LAYERTUI_PICTURE") {
        let source = source::open_bytes(Vec::leak(fs::read(image).unwrap()), "image").unwrap();
        let Opened::Image(source) = source else { panic!("LAYERTUI_PICTURE is not one image") };
        let picture = Explorer::of(load(Arc::from(source))).svg();
        fs::write(root().join("assets/screenshots/real.svg"), picture).unwrap();
    }
    let mut bytes = 0;
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let screens = SCREENS.iter().map(|screen| (screen, Explorer::of(load(demo()))));
    let screens = screens.chain(std::iter::once((&COMPARED, comparison())));
    let screens = screens.map(|(&(name, keys), mut explorer)| {
        if name == "light" {
            explorer.state.theme = Theme::Light;
        }
        explorer.keys(keys);
        (name, explorer.svg())
    });
    for (name, fresh) in screens.chain(std::iter::once(("tour", tour()))) {
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
