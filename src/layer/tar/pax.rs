//! pax extended headers: `LENGTH KEY=VALUE\n` records that override the header of an entry or (global) of all following
//! entries.
//!
//! Fields are ranges of the header's text, so an archive with a header for each entry needs no allocation for each.

use std::ops::Range;

use crate::layer::problems::{Problems, quote};
use crate::layer::tar::number;
use crate::layer::tar::number::BadNumber;
use crate::layer::tar::sparse::SparseRecords;
use crate::stack::kept::entry::Mtime;

/// The most bytes of one extended header. Kernels allow 64 KiB of extended attributes on a file.
pub(super) const TEXT_MAX: usize = 1 << 20;

/// A record: absent (`None`), empty (`Some(None)`, which resets a global record), or a value.
pub(crate) type Record<T> = Option<Option<T>>;

type Span = Range<usize>;

/// The records of one extended header, or of all global ones so far.
#[derive(Debug, Default)]
pub(super) struct Records {
    text: Vec<u8>,
    path: Record<Span>,
    linkpath: Record<Span>,
    sparse_name: Record<Span>,
    pub(super) size: Record<u64>,
    pub(super) uid: Record<u64>,
    pub(super) gid: Record<u64>,
    pub(super) mtime: Record<Mtime>,
    pub(super) sparse: SparseRecords,
    xattrs: Vec<(Span, Span)>,
}

impl Records {
    /// Removes all records, but keeps the buffers.
    pub(super) fn clear(&mut self) {
        let text = std::mem::take(&mut self.text);
        let xattrs = std::mem::take(&mut self.xattrs);
        *self = Self { text, xattrs, ..Self::default() };
        self.text.clear();
        self.xattrs.clear();
    }

    /// The buffer to append the text of the next header to, before [`Self::parse`].
    pub(super) const fn text_mut(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }

    /// The length of the text in bytes.
    pub(super) const fn text_len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn path(&self) -> Record<&[u8]> {
        self.text_of(self.path.as_ref())
    }

    pub(super) fn linkpath(&self) -> Record<&[u8]> {
        self.text_of(self.linkpath.as_ref())
    }

    pub(super) fn sparse_name(&self) -> Record<&[u8]> {
        self.text_of(self.sparse_name.as_ref())
    }

    /// Keys and values of all records, as stored.
    pub(super) fn records(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut rest = 0..self.text.len();
        std::iter::from_fn(move || {
            let (key, value, next) = split_record(&self.text, rest.clone())?;
            rest.start = next;
            Some((&self.text[key], &self.text[value]))
        })
    }

    /// Extended attributes in the order of the archive.
    pub(super) fn xattrs(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.xattrs
            .iter()
            .map(|(name, value)| (&self.text[name.clone()], &self.text[value.clone()]))
    }

    pub(super) const fn has_xattrs(&self) -> bool {
        !self.xattrs.is_empty()
    }

    /// Whether a record applies to a single entry only.
    pub(super) const fn names_one_entry(&self) -> bool {
        matches!(self.path, Some(Some(_)))
            || matches!(self.linkpath, Some(Some(_)))
            || matches!(self.size, Some(Some(_)))
            || self.sparse.any()
    }

    fn text_of<'r>(&'r self, record: Option<&Option<Span>>) -> Record<&'r [u8]> {
        record.map(|span| span.as_ref().map(|span| &self.text[span.clone()]))
    }

    /// Parses the text from `from` on. `at` is the offset of the header, for problems. Records before a malformed one
    /// are kept.
    pub(super) fn parse(&mut self, from: usize, at: u64, problems: &mut Problems) {
        let mut rest = from..self.text.len();
        while !rest.is_empty() {
            let Some((key, value, next)) = split_record(&self.text, rest.clone()) else {
                // Some writers pad with NULs.
                if self.text[rest].iter().any(|&byte| byte != 0) {
                    problems.warning(|| {
                        format!("malformed record in the pax header at byte {at}: the rest of that header is ignored")
                    });
                }
                return;
            };
            rest.start = next;
            if let Err(outcome) = self.take(key.clone(), value) {
                let key = quote(&self.text[key]);
                problems.warning(|| {
                    format!("bad value of {key} in the pax header at byte {at}: {outcome}")
                });
            }
        }
    }

    /// Stores one record. The error says what happened to an invalid value.
    fn take(&mut self, key: Span, value: Span) -> Result<(), &'static str> {
        let (name, text) = (&self.text[key.clone()], &self.text[value.clone()]);
        match name {
            b"path" => take_text(&mut self.path, text, value),
            b"linkpath" => take_text(&mut self.linkpath, text, value),
            b"GNU.sparse.name" => take_text(&mut self.sparse_name, text, value),
            b"size" => take_value(&mut self.size, text, number::decimal),
            b"uid" => {
                take_value(&mut self.uid, text, |text| number::signed(text).map(number::owner))
            }
            b"gid" => {
                take_value(&mut self.gid, text, |text| number::signed(text).map(number::owner))
            }
            b"mtime" => take_value(&mut self.mtime, text, number::time),
            b"SUN.holesdata" => self.sparse.take_sun(text).map_err(|_| IGNORED),
            b"SCHILY.realsize" => self.sparse.take_gnu(b"realsize", text).map_err(|_| IGNORED),
            _ => {
                if let Some(key) = name.strip_prefix(b"GNU.sparse.") {
                    return self.sparse.take_gnu(key, text).map_err(|_| IGNORED);
                }
                if let Some(attribute) = name.strip_prefix(b"SCHILY.xattr.") {
                    if attribute.is_empty() || attribute.contains(&0) {
                        return Err(IGNORED);
                    }
                    self.xattrs.push((key.end - attribute.len()..key.end, value));
                }
                Ok(())
            }
        }
    }
}

const IGNORED: &str = "ignored";

/// The local record, or the global one unless an empty local one resets it.
pub(super) fn pick<T>(local: Record<T>, global: Record<T>) -> Option<T> {
    local.unwrap_or_else(|| global.flatten())
}

/// Stores a name, truncated at its first NUL, which no file system allows.
fn take_text(record: &mut Record<Span>, text: &[u8], span: Span) -> Result<(), &'static str> {
    let nul = memchr::memchr(0, text);
    let end = nul.map_or(span.end, |length| span.start + length);
    *record = Some((end > span.start).then_some(span.start..end));
    if nul.is_some() { Err("cut at its first NUL byte") } else { Ok(()) }
}

fn take_value<T>(
    record: &mut Record<T>,
    text: &[u8],
    parse: impl Fn(&[u8]) -> Result<T, BadNumber>,
) -> Result<(), &'static str> {
    *record = Some(if text.is_empty() { None } else { Some(parse(text).map_err(|_| IGNORED)?) });
    Ok(())
}

/// The key and value of the record at the start of `text[rest]`, and the start of the next record.
fn split_record(text: &[u8], rest: Span) -> Option<(Span, Span, usize)> {
    let record = &text[rest.clone()];
    let space = record.iter().take(20).position(|&byte| byte == b' ')?;
    let length = usize::try_from(number::decimal(&record[..space]).ok()?).ok()?;
    let record = record.get(..length)?;
    let (&last, body) = record.split_last()?;
    let body = body.get(space + 1..)?;
    let equals = memchr::memchr(b'=', body)?;
    if last != b'\n' || equals == 0 {
        return None;
    }
    let start = rest.start + space + 1;
    Some((start..start + equals, start + equals + 1..rest.start + length - 1, rest.start + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &[u8]) -> (Records, usize) {
        let mut records = Records::default();
        let mut problems = Problems::default();
        records.text_mut().extend_from_slice(text);
        records.parse(0, 0, &mut problems);
        (records, problems.finish().len())
    }

    #[test]
    fn records_are_read_in_order_and_the_last_wins() {
        let (records, problems) =
            parsed(b"10 path=a\n10 path=b\n20 linkpath=x=y=\n z\n15 mtime=-1.25\n");
        assert_eq!(problems, 0);
        assert_eq!(records.path(), Some(Some(&b"b"[..])));
        assert_eq!(records.linkpath(), Some(Some(&b"x=y=\n z"[..])));
        assert_eq!(records.mtime, Some(Some(Mtime { seconds: -2, nanos: 750_000_000 })));
    }

    #[test]
    fn an_empty_value_takes_back_a_global_one() {
        let (records, _) = parsed(b"8 path=\n8 size=\n");
        assert_eq!(pick(records.path(), Some(Some(b"global"))), None);
        assert_eq!(pick(records.size, Some(Some(5))), None);
        assert_eq!(pick(records.uid, Some(Some(5))), Some(5));
    }

    #[test]
    fn a_malformed_record_ends_the_header_but_keeps_what_came_before() {
        for tail in
            ["9999999 a=b\n", "x a=b\n", "6 a=bc", "5 =b\n", "3 a\n", "0 a=b\n", "-6 a=b\n", "11"]
        {
            let (records, problems) = parsed(format!("10 path=a\n{tail}").as_bytes());
            assert_eq!((records.path(), problems), (Some(Some(&b"a"[..])), 1), "{tail}");
        }
    }
}
