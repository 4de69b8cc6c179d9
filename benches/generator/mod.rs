//! Realistic images out of nothing: the same numbers always give the same image, row for row and byte for byte.
//!
//! What comes out is what an image on a Debian base looks like: a big base, and on it, over and over, the habits of
//! Dockerfiles: `apt upgrade` (touched, edited and resized files, whiteouts, opaque directories), an install,
//! `COPY app`, `chown -R` of it, `rm`. File sizes follow those of a Debian /usr: median 1.5 KB, 90 % below 18 KB,
//! 99 % below 131 KB, a few large binaries. Rows are made one at a time, so that an image of 5,000,000 entries costs
//! the generator a list of its directories only. How rows become tables is in `tables`, how they become a saved image
//! on disk in `archive`.

pub mod random;
mod tree;

use layertui::stack::kept::entry::Row;
use layertui::stack::kept::table::TableWriter;
use random::Random;
use tree::{Attributes, Tree};

/// How large an image is to be.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Entries in all layers, about.
    pub entries: u64,
    /// Layers: at least 1.
    pub layers: usize,
    /// Payloads are divided by this: 1 for real sizes, 64 for an image that is all headers.
    pub shrink: u64,
}

/// An image that is not written anywhere yet.
pub struct Image {
    base: Tree,
    layers: Vec<Habit>,
    /// The rows of each layer are in an order that has nothing to do with their directories, as by the hash of the path. A
    /// layer's rows are then in memory while they are made.
    pub scattered: bool,
}

/// What a layer does to those below it.
enum Habit {
    /// The first layer.
    Base,
    /// Packages of the base are replaced: this share of its files, in thousandths.
    Upgrade { touched: u64 },
    /// New files: packages or an application.
    Add(Tree),
    /// All files of an earlier layer once more, with another owner.
    ChangeOwner(usize),
    /// Two directories and some files of an earlier layer go.
    Remove(usize),
}

/// A row, and what its payload is made of.
pub struct Made<'a> {
    /// The row; the caller sets `data` of a file, the position of its payload.
    pub row: Row<'a>,
    /// Rows with equal numbers and sizes have equal payloads.
    pub content: u64,
}

impl Image {
    /// Plans an image.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        // A few layers: nearly everything is in the base. Many: the base is a third, the rest is shared.
        Self::with_base(shape, if shape.layers <= 8 { 0.69 } else { 0.3 })
    }

    /// As [`Self::new`]; the first layer has this share of the entries, between 0 and 1.
    #[must_use]
    pub fn with_base(shape: Shape, base_share: f64) -> Self {
        let base_entries = match shape.layers {
            1 => shape.entries,
            _ => (shape.entries as f64 * base_share) as u64,
        };
        let base = Tree::new("", base_entries, shape.shrink, 1);
        let mut layers = vec![Habit::Base];
        let turns = (shape.layers.saturating_sub(1)).div_ceil(CYCLE.len()).max(1) as u64;
        // Without an install, a turn's parts add up to 100; with one, to 133.
        let parts = if shape.layers > CYCLE.len() { 133 } else { 100 };
        let turn = (shape.entries - base_entries) * 100 / (turns * parts);
        let mut last_added = 0;
        while layers.len() < shape.layers {
            let at = layers.len();
            let number = at as u64;
            let habit = match CYCLE[(at - 1) % CYCLE.len()] {
                "upgrade" => Habit::Upgrade { touched: (turn * 240 / base_entries.max(1)).max(2) },
                "copy" => {
                    last_added = at;
                    let top = format!("opt/app{at}");
                    Habit::Add(Tree::new(&top, turn * 38 / 100, shape.shrink, number))
                }
                "install" => {
                    let top = format!("usr/local/lib/python3.{at}/site-packages");
                    Habit::Add(Tree::new(&top, turn / 3, shape.shrink, number))
                }
                "chown" => Habit::ChangeOwner(last_added),
                _ => Habit::Remove(last_added),
            };
            layers.push(habit);
        }
        Self { base, layers, scattered: false }
    }

    /// How many layers there are.
    #[must_use]
    pub fn layers(&self) -> usize {
        self.layers.len()
    }

    /// Makes the rows of one layer, in tar order.
    pub fn rows(&self, layer: usize, visit: &mut dyn FnMut(&Made<'_>)) {
        if !self.scattered {
            return self.rows_in_order(layer, visit);
        }
        let mut rows = Vec::new();
        self.rows_in_order(layer, &mut |made| {
            let mut one = TableWriter::new();
            one.push(&made.row);
            let place = Random::new((layer as u64) << 32 ^ rows.len() as u64).number();
            rows.push((place, one.finish(), made.content));
        });
        rows.sort_unstable_by_key(|(place, ..)| *place);
        for (_, table, content) in &rows {
            if let Some(row) = table.rows().next() {
                visit(&Made { row, content: *content });
            }
        }
    }

    fn rows_in_order(&self, layer: usize, visit: &mut dyn FnMut(&Made<'_>)) {
        let plain = Attributes { owner: 0, newer_by: 0, content: 0 };
        match &self.layers[layer] {
            Habit::Base => self.base.rows(plain, visit),
            Habit::Upgrade { touched } => self.upgrade(layer as u64, *touched, visit),
            Habit::Add(tree) => tree.rows(plain, visit),
            Habit::ChangeOwner(of) => {
                self.tree_of(*of).rows(Attributes { owner: 1000, ..plain }, visit);
            }
            Habit::Remove(of) => {
                let tree = self.tree_of(*of);
                let dirs = tree.directories();
                for at in [dirs / 3, dirs * 2 / 3] {
                    let path = tree.directory(at);
                    visit(&Made { row: Row::Whiteout { path: path.as_bytes() }, content: 0 });
                }
                tree.sample(layer as u64, 4, &mut |file| {
                    visit(&Made { row: Row::Whiteout { path: file.path }, content: 0 });
                });
            }
        }
    }

    fn tree_of(&self, layer: usize) -> &Tree {
        match &self.layers[layer] {
            Habit::Add(tree) => tree,
            _ => &self.base,
        }
    }

    /// `apt upgrade`: 4,000 touched files, 599 edited ones, 400 of another size, 300 whiteouts, 3 opaque directories
    /// in the image that the proportions are taken from.
    fn upgrade(&self, layer: u64, touched: u64, visit: &mut dyn FnMut(&Made<'_>)) {
        let dirs = self.base.directories();
        for opaque in 1..=3 {
            let at = Random::new(layer * 7 + opaque).below(dirs as u64) as usize;
            // Only deep ones: an opaque /usr would be another image.
            if self.base.directory(at).matches('/').count() >= 4 {
                let path = self.base.directory(at).as_bytes();
                visit(&Made { row: Row::Opaque { path }, content: 0 });
            }
        }
        let mut directory = usize::MAX;
        self.base.sample(layer, touched, &mut |file| {
            if directory != file.directory {
                directory = file.directory;
                self.base.directory_row(directory, layer * 86_400, visit);
            }
            let mut lot = Random::new(file.content ^ layer);
            match lot.below(1000) {
                0..=56 => visit(&Made { row: Row::Whiteout { path: file.path }, content: 0 }),
                57..=169 => file.row(
                    Attributes { owner: 0, newer_by: layer * 86_400, content: layer },
                    0,
                    visit,
                ),
                170..=245 => file.row(
                    Attributes { owner: 0, newer_by: layer * 86_400, content: layer },
                    1 + lot.below(900),
                    visit,
                ),
                _ => file.row(
                    Attributes { owner: 0, newer_by: layer * 86_400, content: 0 },
                    0,
                    visit,
                ),
            }
        });
    }
}

/// What the layers above the base do, one after the other, over and over.
const CYCLE: [&str; 5] = ["upgrade", "copy", "chown", "remove", "install"];
