//! The explorer without a terminal: the cost of a key press from the message to the drawn frame, at 10,000 and at
//! 1,000,000 entries over 60 layers, and with a directory of 100,000 entries. `step` measures the part of the stack.
//! Prints medians and ratios; asserts nothing about time.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod generator;
mod measure;
mod tables;

use layertui::explorer::draw;
use layertui::image;
use std::error::Error;
use std::hint::black_box;

use generator::{Image, Shape};
use layertui::explorer::model::geometry::Size;
use layertui::explorer::model::key::{Code, Key};
use layertui::explorer::model::state::State;
use layertui::explorer::{Message, update, view};
use layertui::image::layer::Layer;
use layertui::stack::Stack;
use measure::{Times, in_earnest, ratio};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const SIZE: Size = Size { width: 120, height: 40 };

fn main() -> Result<(), Box<dyn Error>> {
    let (small, large) = if in_earnest() { (10_000, 1_000_000) } else { (2_000, 4_000) };
    let shape = |entries| Shape { entries, layers: 60, shrink: 1 };
    let stacks = [small, large].map(|entries| tables::frozen(&Image::new(shape(entries))));
    let [small, large] = &stacks;
    println!("keys, {} x {}: median of update + median of draw", SIZE.width, SIZE.height);
    println!(
        "  {:38} {:>18} {:>18}",
        "",
        format!("{} entries", small.balance().entries),
        format!("{} entries", large.balance().entries)
    );
    for (what, before, keys) in [
        ("a layer step, as at the start", "", STEPS),
        ("a layer step, deep in the tree", "/ d a t a enter", STEPS),
        ("a layer step, everything unfolded", "= 3 = 2 ctrl-d ctrl-d", STEPS),
        ("a row down", "= 3 = 2", "j j j j j j j j j j j j"),
        ("last row and first row", "= 3 = 2", "G g G g G g G g"),
        ("unfold all and fold all", "", "= - = - = - = -"),
        ("sort by size, by change, by name", "= 3 = 2", "s s s s s s"),
        ("a row down, largest first", "s = 3 = 2", "j j j j j j j j j j j j"),
        ("a layer step, largest first", "s = 3 = 2", STEPS),
        ("typing a search", "", "/ p y t h o n esc / u s r / l esc"),
        ("typing one letter, of nearly all names", "", "/ e esc / a esc / s esc"),
        ("a page of the list of hits", "/ p y", "pgdn pgdn pgdn pgdn pgup pgup pgup pgup"),
        ("typing letters apart", "/ p t h n", "q y u p backspace backspace backspace backspace"),
        ("next and previous hit", "/ p y t h o n enter", "n n n n N N N N"),
        ("everything ever on and off, in turns", "", ". . . ."),
        ("a layer step with everything ever", ". =", STEPS),
        ("typing a filter by name", "", "f p y t h o n enter esc"),
        ("typing a filter by type and size", "", "f s y m l i n k esc f > 1 0 k esc"),
        ("a row down in a filtered tree", "f > 1 0 k enter", "j j j j j j j j"),
        ("a layer step in a filtered tree", "f > 1 0 k enter", STEPS),
        ("a layer step, filtered by name", "f p y t h o n enter", STEPS),
        ("a layer step, the diff a range", "[ [ [ [ [ [ [ [ [ [ m ] ] ] ]", "[ [ ] ]"),
    ] {
        let one = Explorer::new(small)?.measure(before, keys)?;
        let other = Explorer::new(large)?.measure(before, keys)?;
        print(what, &one, Some(&other));
    }
    let huge = tables::huge_directory(if in_earnest() { 100_000 } else { 1_000 });
    println!("\nkeys in a directory of 100,000 entries");
    for (what, before, keys) in [
        ("fold and unfold it", "j space j", "space space space space space space"),
        ("last row and first row", "j space j space", "G g G g G g G g"),
        ("typing a search", "j space j space", "/ f f . b esc / 0 0 0 f esc"),
        ("next and previous hit", "/ f f . b enter", "n n n n N N N N"),
        ("a layer step", "j space j space j j j", "[ ] [ ] [ ] [ ]"),
        ("sort it by size and back by name", "j space j space", "s S s s s S s s"),
        ("last row and first row, largest first", "s j space j space", "G g G g G g G g"),
        ("a layer step, largest first", "s j space j space j j j", "[ ] [ ] [ ] [ ]"),
    ] {
        let times = Explorer::new(&huge)?.measure(before, keys)?;
        print(what, &times, None);
    }
    Ok(())
}

const STEPS: &str =
    "[ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ ] ] ] ] ] ]";

/// Times of the same keys' updates and frames.
#[derive(Default)]
struct Taken {
    updates: Times,
    frames: Times,
}

fn print(what: &str, one: &Taken, other: Option<&Taken>) {
    let micros = |times: &Times| times.median().as_secs_f64() * 1e6;
    let cell =
        |taken: &Taken| format!("{:.0} + {:.0} us", micros(&taken.updates), micros(&taken.frames));
    let whole = |taken: &Taken| taken.updates.median() + taken.frames.median();
    let longest =
        |taken: &Taken| (taken.updates.longest() + taken.frames.longest()).as_secs_f64() * 1e3;
    let last = other.unwrap_or(one);
    let more = other.map_or_else(String::new, |other| {
        format!(" {:>18}  ratio {:.2}", cell(other), ratio(whole(other), whole(one)))
    });
    println!("  {what:38} {:>18}{more}  (longest {:.2} ms)", cell(one), longest(last));
}

/// An explorer and its screen.
struct Explorer<'s> {
    state: State,
    stack: &'s Stack,
    screen: Terminal<TestBackend>,
}

impl<'s> Explorer<'s> {
    /// With all layers loaded.
    fn new(stack: &'s Stack) -> Result<Self, Box<dyn Error>> {
        let screen = Terminal::new(TestBackend::new(SIZE.width, SIZE.height))?;
        let mut explorer = Self { state: State::new(SIZE), stack, screen };
        let layers = vec![Layer::default(); stack.layer_count()];
        let image = image::Image { layers, ..image::Image::default() };
        explorer.send(Message::Image(Box::new(image)));
        for layer in 0..stack.layer_count() {
            explorer.send(Message::Folded { layer, problems: Vec::new(), hidden: Vec::new() });
        }
        explorer.send(Message::Finished);
        Ok(explorer)
    }

    fn send(&mut self, message: Message) {
        black_box(update(&mut self.state, self.stack, message));
    }

    /// Presses the first keys, then measures the others.
    fn measure(&mut self, before: &str, keys: &str) -> Result<Taken, Box<dyn Error>> {
        let mut taken = Taken::default();
        self.keys(before, &mut Taken::default())?;
        for _ in 0..5 {
            self.keys(keys, &mut taken)?;
        }
        Ok(taken)
    }

    fn keys(&mut self, keys: &str, taken: &mut Taken) -> Result<(), Box<dyn Error>> {
        for notation in keys.split_whitespace() {
            let mut letters = notation.chars();
            let key = match (letters.next(), letters.next()) {
                (Some(letter), None) => Key::plain(Code::Char(letter)),
                _ => Key::parse(notation).ok_or_else(|| format!("{notation} is no key"))?,
            };
            taken.updates.take(|| self.send(Message::Key(key)));
            while view::filter::is_computing(&self.state) {
                taken.updates.take(|| self.send(Message::Continue));
            }
            let (state, stack, screen) = (&self.state, self.stack, &mut self.screen);
            taken
                .frames
                .take(|| screen.draw(|frame| draw::draw(state, stack, frame)).map(|_| ()))?;
        }
        Ok(())
    }
}
