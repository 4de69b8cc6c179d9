//! A part of a file and its rows.

use crate::content::Token;

/// The most bytes of a row. A longer line continues in the next row, so that the cost of drawing a row is bounded.
const ROW_MAX: usize = 4096;

/// A part of a file of bounded length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Offset of the bytes in the file.
    pub offset: u64,
    /// Line breaks before `offset`.
    pub lines_before: u64,
    /// Length of the whole file in bytes.
    pub size: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// For each row the lengths in bytes and roles of its tokens. Rows without tokens at the end are left out.
    pub tokens: Vec<Vec<(usize, Token)>>,
    /// For each row its start in `bytes`, and the line breaks before it in `bytes`.
    starts: Vec<(u32, u32)>,
}

/// One row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'w> {
    /// The bytes without the line break.
    pub bytes: &'w [u8],
    /// The number of the line, from 1; `None` if the row continues the line of the row before.
    pub number: Option<u64>,
}

impl Window {
    /// Finds the rows of `bytes`.
    #[must_use]
    pub fn new(offset: u64, lines_before: u64, size: u64, bytes: Vec<u8>) -> Self {
        let mut starts = Vec::new();
        let (mut at, mut line) = (0, 0);
        while at < bytes.len() {
            starts.push((at as u32, line));
            let end = bytes.len().min(at + ROW_MAX);
            match memchr::memchr(b'\n', &bytes[at..end]) {
                Some(found) => {
                    at += found + 1;
                    line += 1;
                }
                None => at = whole_character(&bytes, end),
            }
        }
        Self { offset, lines_before, size, bytes, tokens: Vec::new(), starts }
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.starts.len()
    }

    /// Offset in the file of the end of the bytes.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.offset + self.bytes.len() as u64
    }

    /// Whether the window is the whole file.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.offset == 0 && self.bytes.len() as u64 >= self.size
    }

    /// The row with this number, from 0.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<Row<'_>> {
        let &(start, line) = self.starts.get(row)?;
        let end = self.starts.get(row + 1).map_or(self.bytes.len(), |&(next, _)| next as usize);
        let bytes = &self.bytes[start as usize..end];
        let goes_on = row.checked_sub(1).is_some_and(|before| self.starts[before].1 == line);
        let number = (!goes_on).then(|| self.lines_before + u64::from(line) + 1);
        Some(Row { bytes: bytes.strip_suffix(b"\n").unwrap_or(bytes), number })
    }

    /// Offset in the file of the start of a row.
    #[must_use]
    pub fn start_of(&self, row: usize) -> u64 {
        self.offset + self.starts.get(row).map_or(0, |&(start, _)| u64::from(start))
    }

    /// The row of the byte at this offset of the file; the nearest row if the window does not contain it.
    #[must_use]
    pub fn row_at(&self, offset: u64) -> usize {
        let at = offset.saturating_sub(self.offset);
        self.starts.partition_point(|&(start, _)| u64::from(start) <= at).saturating_sub(1)
    }
}

/// `end`, or up to three bytes before it if a UTF-8 character would be cut.
fn whole_character(bytes: &[u8], end: usize) -> usize {
    if end == bytes.len() {
        return end;
    }
    (end - 3..=end).rev().find(|&at| bytes[at] & 0xc0 != 0x80).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_takes_several_rows() {
        let text = format!("one\n\n{}\nlast", "é".repeat(3000));
        let window = Window::new(0, 0, text.len() as u64, text.clone().into_bytes());
        let rows: Vec<Row<'_>> = (0..).map_while(|row| window.row(row)).collect();
        let numbers: Vec<_> = rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [Some(1), Some(2), Some(3), None, Some(4)]);
        assert!(rows.iter().all(|row| std::str::from_utf8(row.bytes).is_ok()));
        let bytes: usize = rows.iter().map(|row| row.bytes.len()).sum();
        assert_eq!(bytes + 3, text.len());
        assert_eq!((window.row_at(0), window.row_at(4), window.row_at(u64::MAX)), (0, 1, 4));
        assert!(window.is_whole());
    }

    #[test]
    fn line_numbers_of_a_part_count_from_the_start_of_the_file() {
        let window = Window::new(100, 7, 500, b"a\nb".to_vec());
        assert_eq!(window.row(1).unwrap().number, Some(9));
        assert_eq!((window.start_of(1), window.end(), window.is_whole()), (102, 103, false));
        assert_eq!(Window::new(0, 0, 0, Vec::new()).rows(), 0);
    }

    proptest::proptest! {
        #[test]
        fn every_byte_is_in_one_row(bytes in proptest::collection::vec(0u8.., 0..9000)) {
            let window = Window::new(0, 0, bytes.len() as u64, bytes.clone());
            for at in (0..bytes.len()).step_by(97) {
                let row = window.row_at(at as u64);
                proptest::prop_assert!(window.start_of(row) <= at as u64);
                proptest::prop_assert!(row + 1 == window.rows() || window.start_of(row + 1) > at as u64);
            }
        }
    }
}
