//! Searches one file.

use std::io;
use std::io::Read;
use std::ops::Range;

use grep_matcher::Matcher as _;
use grep_regex::RegexMatcher;
use grep_searcher::{
    BinaryDetection, Searcher, SearcherBuilder, Sink, SinkContext, SinkFinish, SinkMatch,
};

use crate::load::grep::pieces::{Breaks, Pieces, piece_length};
use crate::load::grep::query::{Query, Wanted};

/// Bytes of a line that are kept; of a longer one the part around its first match.
const TEXT_MAX: usize = 16 << 10;

/// Matches of a line that are marked.
const MARKED_MAX: usize = 256;

/// A line of a file, or what is told instead of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: HitKind,
    /// The number of the line, from 1.
    pub line: u64,
    /// Offset in the file of the line; of a binary file that of its first NUL.
    pub offset: u64,
    /// The line without its end.
    pub text: Vec<u8>,
    /// The text is only a part of the line.
    pub cut: bool,
    /// The matches in the text.
    pub matches: Vec<Range<u32>>,
}

/// What a hit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HitKind {
    /// A line with a match.
    Match,
    /// A line of context.
    Context,
    /// Lines are left out before the next one.
    Gap,
    /// The file is binary: of its matches, lines are told only up to the first NUL.
    Binary,
}

/// Searches files, one after another.
pub(super) struct FileSearch {
    matcher: RegexMatcher,
    searcher: Searcher,
    wanted: Wanted,
    marked: bool,
    breaks: Breaks,
    length: usize,
}

impl FileSearch {
    pub(super) fn new(query: &Query) -> Self {
        let (before, after) = query.context();
        let binary = if query.text { BinaryDetection::none() } else { BinaryDetection::convert(0) };
        let searcher = SearcherBuilder::new()
            .binary_detection(binary)
            .before_context(before)
            .after_context(after)
            .line_number(true)
            .build();
        Self {
            matcher: query.matcher.clone(),
            searcher,
            wanted: query.wanted,
            marked: query.marked,
            breaks: Breaks::default(),
            length: piece_length(before.max(after)),
        }
    }

    /// Searches `contents` and passes its hits to `take`. Returns the number of matching lines, at most 1 if only files are
    /// wanted.
    ///
    /// # Errors
    /// Errors of reading, and of `take`.
    pub(super) fn search(
        &mut self,
        contents: &mut dyn Read,
        take: &mut dyn FnMut(Hit) -> io::Result<()>,
    ) -> io::Result<u64> {
        let pieces = Pieces::new(contents, &self.breaks, self.length);
        let mut lines = Lines {
            matcher: &self.matcher,
            breaks: &self.breaks,
            wanted: self.wanted,
            most_marked: if self.marked { MARKED_MAX } else { 1 },
            take,
            count: 0,
            last: 0,
            last_matched: 0,
            binary: None,
            held: None,
        };
        self.searcher.search_reader(&self.matcher, pieces, &mut lines)?;
        Ok(lines.count)
    }
}

/// Receives the lines of one file.
struct Lines<'s> {
    matcher: &'s RegexMatcher,
    breaks: &'s Breaks,
    wanted: Wanted,
    /// Matches of a line that are marked.
    most_marked: usize,
    take: &'s mut dyn FnMut(Hit) -> io::Result<()>,
    count: u64,
    /// The last line told, and the last with a match: a broken line counts once.
    last: u64,
    last_matched: u64,
    /// Offset of the first NUL.
    binary: Option<u64>,
    /// A line of context that is not told yet: it may be a piece of a line that matches further on.
    held: Option<Hit>,
}

impl Lines<'_> {
    fn tell(&mut self, kind: HitKind, place: (u64, u64), bytes: &[u8]) -> io::Result<()> {
        let hit = self.hit(kind, place, bytes);
        if let Some(held) =
            self.held.take_if(|held| held.line != hit.line || kind != HitKind::Match)
        {
            (self.take)(held)?;
        }
        self.held = None;
        if kind == HitKind::Context {
            self.held = Some(hit);
            return Ok(());
        }
        (self.take)(hit)
    }

    fn hit(&self, kind: HitKind, (line, offset): (u64, u64), bytes: &[u8]) -> Hit {
        let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let mut matches: Vec<Range<usize>> = Vec::new();
        // Without marks, only the place of a long line's first match counts.
        if kind == HitKind::Match && (self.most_marked > 1 || text.len() > TEXT_MAX) {
            // The matcher has no errors.
            let _ = self.matcher.find_iter(text, |found| {
                matches.push(found.start()..found.end());
                matches.len() < self.most_marked
            });
        }
        let from = matches.first().map_or(0, |first| first.start);
        let shown = window(text, from);
        let matches = matches.into_iter().filter(|it| it.start < shown.end && !it.is_empty());
        let matches = matches.map(|it| {
            (it.start - shown.start) as u32..(it.end.min(shown.end) - shown.start) as u32
        });
        Hit {
            kind,
            line,
            offset,
            matches: matches.collect(),
            cut: shown.len() < text.len(),
            text: text[shown].to_vec(),
        }
    }
}

/// The part of a line that is kept: it has the byte at `from`, and begins and ends between characters.
fn window(text: &[u8], from: usize) -> Range<usize> {
    if text.len() <= TEXT_MAX {
        return 0..text.len();
    }
    let is_inside = |at: usize| text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let start = from.saturating_sub(TEXT_MAX / 4).min(text.len() - TEXT_MAX);
    let end = start + TEXT_MAX;
    let back = |at: usize| (0..4).map(|step| at.saturating_sub(step)).find(|&at| !is_inside(at));
    back(start).unwrap_or(start)..back(end).unwrap_or(end)
}

impl Sink for Lines<'_> {
    type Error = io::Error;

    fn matched(&mut self, _: &Searcher, found: &SinkMatch<'_>) -> io::Result<bool> {
        let line = found.line_number().unwrap_or_default();
        let place = self.breaks.original(line, found.absolute_byte_offset());
        if place.0 == self.last_matched {
            return Ok(true);
        }
        self.last_matched = place.0;
        self.count += 1;
        match self.wanted {
            Wanted::Files => Ok(false),
            Wanted::Count => Ok(true),
            Wanted::Lines { .. } if self.binary.is_some() => Ok(false),
            Wanted::Lines { .. } => {
                self.last = place.0;
                self.tell(HitKind::Match, place, found.bytes())?;
                Ok(true)
            }
        }
    }

    fn context(&mut self, _: &Searcher, context: &SinkContext<'_>) -> io::Result<bool> {
        let line = context.line_number().unwrap_or_default();
        let place = self.breaks.original(line, context.absolute_byte_offset());
        if self.binary.is_none() && place.0 != self.last {
            self.last = place.0;
            self.tell(HitKind::Context, place, context.bytes())?;
        }
        Ok(true)
    }

    fn context_break(&mut self, _: &Searcher) -> io::Result<bool> {
        if self.binary.is_none() && self.count > 0 {
            self.tell(HitKind::Gap, (0, 0), b"")?;
        }
        Ok(true)
    }

    fn binary_data(&mut self, _: &Searcher, offset: u64) -> io::Result<bool> {
        self.binary = self.binary.or(Some(offset));
        Ok(true)
    }

    fn finish(&mut self, _: &Searcher, _: &SinkFinish) -> io::Result<()> {
        match self.binary {
            Some(offset) if self.count > 0 && matches!(self.wanted, Wanted::Lines { .. }) => {
                self.tell(HitKind::Binary, (0, offset), b"")
            }
            _ => self.held.take().map_or(Ok(()), |held| (self.take)(held)),
        }
    }
}
