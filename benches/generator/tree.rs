//! A tree of directories and files as a package manager leaves it, made of numbers: only the directories are kept,
//! files are made again whenever they are asked for.

use std::io::Write as _;

use layertui::stack::kept::entry::{Entry, Kind, Mtime, Row};

use super::Made;
use super::random::Random;

const WORDS: [&str; 40] = [
    "python", "perl", "doc", "locale", "share", "include", "modules", "common", "linux", "gnu",
    "core", "data", "test", "node", "http", "crypto", "utils", "plugin", "theme", "icons", "fonts",
    "man", "config", "system", "network", "kernel", "driver", "socket", "stream", "parser",
    "format", "encoding", "unicode", "zone", "info", "client", "server", "session", "cache",
    "archive",
];
const TOPS: [&str; 10] = [
    "etc",
    "opt",
    "usr",
    "usr/bin",
    "usr/lib",
    "usr/share",
    "usr/share/doc",
    "var",
    "var/lib",
    "var/lib/dpkg/info",
];
const COMMON: [&str; 8] = [
    "copyright",
    "changelog.gz",
    "README",
    "__init__.py",
    "index.html",
    "package.json",
    "LICENSE",
    "Makefile",
];
const ENDINGS: [&str; 12] =
    [".py", ".h", ".so.1", ".mo", ".gz", ".html", ".js", ".conf", ".list", ".png", "", ".txt"];
const DEEPEST: usize = 8;
/// 2022-01-01, when all was built.
const BUILT: u64 = 1_640_995_200;

/// A tree below one directory.
pub struct Tree {
    dirs: Vec<Dir>,
    shrink: u64,
    seed: u64,
}

struct Dir {
    path: String,
    /// How many files are directly in it.
    files: u32,
}

/// What a row may differ in from the file it is made of.
#[derive(Clone, Copy)]
pub struct Attributes {
    /// User and group.
    pub owner: u64,
    /// Seconds after the tree was built.
    pub newer_by: u64,
    /// Mixed into the contents: 0 leaves them as they were.
    pub content: u64,
}

/// One file of a tree.
pub struct File<'a> {
    /// The normalised path.
    pub path: &'a [u8],
    /// The number of its directory.
    pub directory: usize,
    /// What its contents are made of, and all else about it.
    pub content: u64,
    /// The name of the file before it in the same directory, which it may be a hard link to.
    before: &'a [u8],
    shrink: u64,
}

impl Tree {
    /// A tree with about so many entries below the directory `top` (`""`: the root).
    pub fn new(top: &str, entries: u64, shrink: u64, seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x7ee5);
        let mut paths: Vec<String> = Vec::new();
        let mut depths: Vec<usize> = Vec::new();
        if top.is_empty() {
            paths.extend(TOPS.iter().map(ToString::to_string));
            paths.extend([
                "var/lib/dpkg".to_owned(),
                "usr/local/lib".to_owned(),
                "usr/local".to_owned(),
            ]);
        } else {
            paths.push(top.to_owned());
        }
        depths.resize(paths.len(), 2);
        let tops = paths.len() as u64;
        for _ in 0..entries / 17 {
            let mut parent = random.below(paths.len() as u64) as usize;
            if depths[parent] >= DEEPEST {
                parent = random.below(tops) as usize;
            }
            let word = WORDS[random.below(WORDS.len() as u64) as usize];
            paths.push(format!("{}/{word}{}", paths[parent], random.below(1000)));
            depths.push(depths[parent] + 1);
        }
        paths.sort_unstable();
        paths.dedup();
        let files = entries.saturating_sub(paths.len() as u64);
        Self { dirs: share(files, paths, &mut random), shrink, seed }
    }

    /// How many directories there are.
    pub fn directories(&self) -> usize {
        self.dirs.len()
    }

    /// The path of a directory.
    pub fn directory(&self, at: usize) -> &str {
        &self.dirs[at].path
    }

    /// All rows, each directory before what is in it.
    pub fn rows(&self, attributes: Attributes, visit: &mut dyn FnMut(&Made<'_>)) {
        for at in 0..self.dirs.len() {
            self.owned_directory_row(at, attributes, visit);
            self.files(at, &mut |_| true, &mut |file| file.row(attributes, 0, visit));
        }
    }

    /// Some thousandths of the files, others for each `lot`: half of those in some directories, as packages are.
    pub fn sample(&self, lot: u64, thousandths: u64, visit: &mut dyn FnMut(&File<'_>)) {
        for at in 0..self.dirs.len() {
            if Random::new((lot << 48) ^ at as u64).below(1000) < 2 * thousandths {
                let mut chosen = |content: u64| Random::new(content ^ lot).below(2) == 0;
                self.files(at, &mut chosen, visit);
            }
        }
    }

    /// The row of a directory whose contents changed later.
    pub fn directory_row(&self, at: usize, newer_by: u64, visit: &mut dyn FnMut(&Made<'_>)) {
        self.owned_directory_row(at, Attributes { owner: 0, newer_by, content: 0 }, visit);
    }

    fn owned_directory_row(
        &self,
        at: usize,
        attributes: Attributes,
        visit: &mut dyn FnMut(&Made<'_>),
    ) {
        let path = self.dirs[at].path.as_bytes();
        let row = Row::Entry(Entry {
            mode: 0o755,
            uid: attributes.owner,
            gid: attributes.owner,
            mtime: built(at as u64, attributes.newer_by),
            ..Entry::new(path, Kind::Directory)
        });
        visit(&Made { row, content: 0 });
    }

    fn files(
        &self,
        at: usize,
        chosen: &mut dyn FnMut(u64) -> bool,
        visit: &mut dyn FnMut(&File<'_>),
    ) {
        let dir = &self.dirs[at];
        let mut path = dir.path.clone().into_bytes();
        path.push(b'/');
        let (stem, mut before) = (path.len(), Vec::new());
        // Builders write layers in the order of names.
        let mut names: Vec<(Vec<u8>, u64)> = (0..u64::from(dir.files))
            .map(|file| {
                let number = (self.seed << 52) ^ ((at as u64) << 24) ^ file;
                let content = Random::new(number).number();
                let mut text = Vec::new();
                name(&mut text, file, content);
                (text, content)
            })
            .collect();
        names.sort_unstable();
        for (name, content) in names.into_iter().filter(|file| chosen(file.1)) {
            path.truncate(stem);
            path.extend_from_slice(&name);
            let file =
                File { path: &path, directory: at, content, before: &before, shrink: self.shrink };
            visit(&file);
            before.clear();
            if !is_link(content) {
                before.extend_from_slice(&path);
            }
        }
    }
}

impl File<'_> {
    /// Its row; `longer` bytes are added to its size.
    pub fn row(&self, attributes: Attributes, longer: u64, visit: &mut dyn FnMut(&Made<'_>)) {
        let mut random = Random::new(self.content);
        let size = (random.file_size() + longer) / self.shrink;
        let mut target = Vec::new();
        let mut entry = Entry {
            mode: if random.below(8) == 0 { 0o755 } else { 0o644 },
            uid: attributes.owner,
            gid: attributes.owner,
            size,
            stored: size,
            mtime: built(self.directory as u64, attributes.newer_by),
            ..Entry::new(self.path, Kind::File)
        };
        if is_link(self.content) {
            entry.size = 0;
            entry.stored = 0;
            if self.content & 1 == 0 && !self.before.is_empty() {
                entry.kind = Kind::Hardlink;
                entry.link = self.before;
            } else {
                target.extend_from_slice(b"../common/");
                name(&mut target, 9, self.content);
                entry.kind = Kind::Symlink;
                entry.mode = 0o777;
                entry.link = &target;
            }
        }
        let content = self.content ^ (attributes.content << 40);
        visit(&Made { row: Row::Entry(entry), content });
    }
}

/// Deals files out to directories: most get a handful, a few get thousands.
fn share(files: u64, paths: Vec<String>, random: &mut Random) -> Vec<Dir> {
    let weights: Vec<f64> = paths.iter().map(|_| random.unit().powf(-0.75).min(900.0)).collect();
    let scale = files as f64 / weights.iter().sum::<f64>();
    let mut left = files;
    let mut dirs: Vec<Dir> = Vec::with_capacity(paths.len());
    for (path, weight) in paths.into_iter().zip(weights) {
        let files = ((weight * scale) as u64).min(left);
        left -= files;
        dirs.push(Dir { path, files: files as u32 });
    }
    if let Some(first) = dirs.first_mut() {
        first.files += left as u32;
    }
    dirs
}

/// The name of a file: one in three is a name that many directories have.
fn name(out: &mut Vec<u8>, at: u64, content: u64) {
    let mut random = Random::new(content ^ 0x4a3e);
    if at < COMMON.len() as u64 && random.below(3) == 0 {
        out.extend_from_slice(COMMON[at as usize].as_bytes());
        return;
    }
    let word = WORDS[random.below(WORDS.len() as u64) as usize];
    let ending = ENDINGS[random.below(ENDINGS.len() as u64) as usize];
    // Writing into a vector cannot fail.
    let _ = write!(out, "{word}_{:04x}{at}{ending}", random.below(1 << 16));
}

/// Four in a hundred.
const fn is_link(content: u64) -> bool {
    (content >> 8) & 0xff < 10
}

const fn built(package: u64, newer_by: u64) -> Mtime {
    Mtime { seconds: (BUILT + package % 997 * 3607 + newer_by) as i64, nanos: 0 }
}
