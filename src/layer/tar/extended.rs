//! Headers that describe the following entry: pax records, local and global, and long names of GNU tar.

use crate::layer::problems::Problems;
use crate::layer::tar::feed::{Feed, PEEK_MAX};
use crate::layer::tar::pax::TEXT_MAX;
use crate::layer::tar::walker::Walker;

impl<F: Feed> Walker<F> {
    /// Reads a pax header of the next entry. If several follow one another, only the last counts, as in Go's reader,
    /// which all engines use.
    pub(super) fn local_header(&mut self, size: u64, problems: &mut Problems) {
        self.has_extended = true;
        self.local.clear();
        let mut text = std::mem::take(self.local.text_mut());
        self.read_text(size, &mut text, problems);
        *self.local.text_mut() = text;
        self.local.parse(0, self.at, problems);
    }

    /// Reads a pax header of all following entries.
    pub(super) fn global_header(&mut self, size: u64, problems: &mut Problems) {
        let at = self.at;
        self.globals = true;
        let before = self.global.text_len();
        if size.saturating_add(before as u64) > TEXT_MAX as u64 {
            problems.error(|| format!("the global pax headers up to byte {at} have more than 1 MiB: this one is ignored"));
            self.skip_payload(size, problems);
            return;
        }
        let mut text = std::mem::take(self.global.text_mut());
        self.read_text(size, &mut text, problems);
        *self.global.text_mut() = text;
        self.global.parse(before, at, problems);
        if self.global.names_one_entry() {
            problems.warning(|| {
                format!("the global pax header at byte {at} sets a path or a size for all entries that follow; engines ignore it")
            });
        }
    }

    /// Reads the long name or link target of the next entry.
    pub(super) fn long_text(
        &mut self,
        size: u64,
        problems: &mut Problems,
        which: fn(&mut Self) -> &mut Vec<u8>,
    ) {
        self.has_extended = true;
        let mut text = std::mem::take(which(self));
        text.clear();
        self.read_text(size, &mut text, problems);
        *which(self) = text;
    }

    /// Appends a payload to `text`, or skips it if it is longer than [`TEXT_MAX`].
    fn read_text(&mut self, size: u64, text: &mut Vec<u8>, problems: &mut Problems) {
        if size > TEXT_MAX as u64 {
            let at = self.at;
            problems.error(|| {
                format!("the extended header at byte {at} has {size} bytes, more than 1 MiB: ignored, so the entry that follows may be misnamed")
            });
            self.skip_payload(size, problems);
            return;
        }
        self.payload(size, problems, |feed, count| {
            let mut left = count as usize;
            while left > 0 {
                let piece = feed.peek(left.min(PEEK_MAX));
                if piece.is_empty() {
                    break;
                }
                let length = piece.len();
                text.extend_from_slice(piece);
                feed.consume(length);
                left -= length;
            }
            count - left as u64
        });
    }
}
