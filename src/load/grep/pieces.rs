//! Breaks lines that are too long to be held in memory.
//!
//! A searcher holds a whole line, and as many lines of context as are asked for. This reader adds a line break where a line
//! reaches a limit and repeats its last bytes behind the break, so that a match across the break is found. [`Breaks`] converts
//! positions in the output back to those in the file.

use std::cell::RefCell;
use std::io;
use std::io::Read;

/// Bytes that a searcher holds at once at the most, all lines of context together.
const HELD_MAX: usize = 16 << 20;

/// The longest piece of a line in bytes.
const PIECE_MAX: usize = 4 << 20;

/// The longest piece where so many lines of context are held.
pub(super) fn piece_length(context: usize) -> usize {
    PIECE_MAX.min(HELD_MAX / (context + 1))
}

/// The part of a piece that is repeated in the next one.
const OVERLAP_SHARE: usize = 16;

/// The breaks that were added to a file.
#[derive(Debug, Default)]
pub(super) struct Breaks {
    /// Offset of each added line break in the output, and the bytes added up to the end of its repetition.
    list: RefCell<Vec<(u64, u64)>>,
}

impl Breaks {
    pub(super) fn clear(&self) {
        self.list.borrow_mut().clear();
    }

    /// The number in the file of a line that begins at this offset of the output, and its offset in the file.
    pub(super) fn original(&self, line: u64, offset: u64) -> (u64, u64) {
        let list = self.list.borrow();
        let before = list.partition_point(|(at, _)| *at < offset);
        let added = before.checked_sub(1).map_or(0, |last| list[last].1);
        (line.saturating_sub(before as u64), offset.saturating_sub(added))
    }
}

/// A reader of a file with its long lines broken.
pub(super) struct Pieces<'f, R> {
    from: R,
    breaks: &'f Breaks,
    /// The longest piece.
    length: usize,
    /// Bytes of the current piece that were returned.
    piece: usize,
    /// The last bytes of the piece, which are repeated; kept only near its end.
    tail: Vec<u8>,
    /// Bytes to return before further ones are read, and how many were.
    repeated: Vec<u8>,
    returned: usize,
    written: u64,
}

impl<'f, R: Read> Pieces<'f, R> {
    pub(super) fn new(from: R, breaks: &'f Breaks, length: usize) -> Self {
        breaks.clear();
        Self {
            from,
            breaks,
            length,
            piece: 0,
            tail: Vec::new(),
            repeated: Vec::new(),
            returned: 0,
            written: 0,
        }
    }

    const fn overlap(&self) -> usize {
        self.length / OVERLAP_SHARE
    }

    /// Adds a break.
    fn break_line(&mut self) {
        let mut list = self.breaks.list.borrow_mut();
        let added = list.last().map_or(0, |last| last.1) + 1 + self.tail.len() as u64;
        list.push((self.written, added));
        self.repeated.clear();
        self.repeated.push(b'\n');
        self.repeated.append(&mut self.tail);
        self.returned = 0;
        self.piece = self.repeated.len() - 1;
    }

    /// Counts the bytes of the piece that `bytes` continues or begins.
    fn count(&mut self, bytes: &[u8]) {
        match memchr::memrchr(b'\n', bytes) {
            Some(last) => {
                self.tail.clear();
                self.piece = bytes.len() - last - 1;
            }
            None => self.piece += bytes.len(),
        }
        // Close to the end of a piece, what may be repeated is remembered.
        let from = self.length - self.overlap();
        if self.piece > from {
            let new = (self.piece - from).min(bytes.len());
            self.tail.extend_from_slice(&bytes[bytes.len() - new..]);
        }
    }
}

impl<R: Read> Read for Pieces<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.returned == self.repeated.len() && self.piece >= self.length {
            self.break_line();
        }
        if self.returned < self.repeated.len() {
            let count = buffer.len().min(self.repeated.len() - self.returned);
            buffer[..count].copy_from_slice(&self.repeated[self.returned..self.returned + count]);
            self.returned += count;
            self.written += count as u64;
            return Ok(count);
        }
        let most = buffer.len().min(self.length - self.piece);
        let count = self.from.read(&mut buffer[..most])?;
        self.count(&buffer[..count]);
        self.written += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &[u8], length: usize) -> (Vec<u8>, Breaks) {
        let breaks = Breaks::default();
        let mut out = Vec::new();
        let mut pieces = Pieces::new(text, &breaks, length);
        let mut buffer = [0; 7];
        loop {
            match pieces.read(&mut buffer).unwrap() {
                0 => break,
                count => out.extend_from_slice(&buffer[..count]),
            }
        }
        (out, breaks)
    }

    #[test]
    fn long_lines_are_broken_with_an_overlap() {
        let (out, breaks) = broken(b"short\nabcdefghijklmnopqrstuvwxyz0123456789\nend\n", 32);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "short\nabcdefghijklmnopqrstuvwxyz012345\n456789\nend\n"
        );
        assert_eq!(breaks.original(1, 0), (1, 0));
        assert_eq!(breaks.original(2, 6), (2, 6));
        // The second piece repeats "45", at 36 of the file.
        assert_eq!(breaks.original(3, 39), (2, 36));
        assert_eq!(breaks.original(4, 46), (3, 43));
    }

    proptest::proptest! {
        #[test]
        fn every_byte_is_in_a_piece_at_its_place(text in "[ab\n]{0,300}", length in 16usize..64) {
            let (out, breaks) = broken(text.as_bytes(), length);
            let mut offset = 0;
            for (at, piece) in out.split_inclusive(|&byte| byte == b'\n').enumerate() {
                let bare = piece.strip_suffix(b"\n").unwrap_or(piece);
                proptest::prop_assert!(bare.len() <= length);
                let (line, from) = breaks.original(at as u64 + 1, offset);
                let from = usize::try_from(from).unwrap();
                proptest::prop_assert_eq!(&text.as_bytes()[from..from + bare.len()], bare);
                let before = text[..from].matches('\n').count() as u64;
                proptest::prop_assert_eq!(line, before + 1);
                offset += piece.len() as u64;
            }
        }
    }
}
