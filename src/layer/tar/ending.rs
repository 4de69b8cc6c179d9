//! How a tar ends: by its two zero blocks, by running out of bytes, in the middle of something, or by never having
//! been a tar. Each ending keeps the entries before it; what differs is what is said of it.

use crate::layer::problems::Problems;
use crate::layer::tar::feed::{EndReason, Feed};
use crate::layer::tar::header::{BLOCK, Header, is_zero};
use crate::layer::tar::walker::{Halt, Walker};

impl<F: Feed> Walker<F> {
    /// A zero block was passed: whether it begins the end. Two of them do, and one that no whole block follows.
    pub(super) fn is_end(&mut self, problems: &mut Problems) -> bool {
        let at = self.at;
        let next = self.feed.peek(BLOCK);
        if next.len() == BLOCK && !is_zero(next) {
            problems.note(|| {
                format!("a single block of zeros at byte {at}: reading goes on behind it")
            });
            return false;
        }
        if let Some(offset) = self.feed.rest() {
            problems.note(|| {
                format!(
                    "the archive ends at byte {at}; what follows from byte {offset} is not part of it"
                )
            });
        }
        self.warn_unused_extended(problems);
        self.report_end(problems);
        true
    }

    /// The bytes end before a whole block.
    pub(super) fn end_of_bytes(&mut self, problems: &mut Problems) {
        let at = self.at;
        let left = self.feed.peek(BLOCK);
        let (count, zero, like) = (left.len(), is_zero(left), resemblance(left));
        if self.report_end(problems) {
            return;
        }
        if zero {
            self.warn_unused_extended(problems);
            if count == 0 && self.headers > 0 {
                problems.note(|| {
                    format!("the archive stops at byte {at} without the blocks that end one")
                });
            }
        } else if self.headers == 0 {
            problems.error(|| format!("not a tar archive: {like}, {count} bytes in all"));
        } else {
            problems.error(|| {
                format!("truncated: only {count} bytes of the header at byte {at} are there")
            });
        }
    }

    /// The block at hand is no header.
    pub(super) fn bad_header(&mut self, problems: &mut Problems) {
        let at = self.at;
        if self.headers == 0 && !Header(&self.block).is_ustar() {
            let like = resemblance(&self.block);
            problems.error(|| format!("not a tar archive: {like}"));
        } else {
            problems.error(|| {
                format!("bad checksum of the header at byte {at}: what follows cannot be read")
            });
        }
    }

    /// A payload of `size` bytes from byte `begins` on has only `passed` of them.
    pub(super) fn cut(&mut self, begins: u64, size: u64, passed: u64, problems: &mut Problems) {
        self.done = true;
        if !self.report_end(problems) {
            problems.error(|| {
                format!(
                    "truncated: {size} bytes should follow from byte {begins}, {passed} are there"
                )
            });
        }
    }

    /// Tells why the bytes ended, where that was not simply their end.
    fn report_end(&mut self, problems: &mut Problems) -> bool {
        let at = self.feed.position();
        match self.feed.end_reason() {
            EndReason::End => return false,
            EndReason::Short(present, whole) => problems.error(|| {
                format!("truncated: the file that holds the layer ends after {present} of its {whole} bytes")
            }),
            EndReason::Cancelled => {
                self.halt = Some(Halt::Cancelled);
                problems.error(|| format!("reading was cancelled at byte {at} of the tar: what was read before is shown"));
            }
            EndReason::Failed(error) => {
                // Decoders have these two kinds for what the bytes are to blame for; a file system has others.
                use std::io::ErrorKind::{InvalidData, UnexpectedEof};
                if !matches!(error.kind(), InvalidData | UnexpectedEof) {
                    self.halt = Some(Halt::Unreadable);
                }
                problems.error(|| format!("{error} (at byte {at} of the tar)"));
            }
        }
        true
    }

    fn warn_unused_extended(&self, problems: &mut Problems) {
        if self.has_extended {
            problems.warning(|| "the last extended header describes no entry: ignored".to_owned());
        }
    }
}

/// What bytes that are no tar look like.
fn resemblance(bytes: &[u8]) -> &'static str {
    match bytes.trim_ascii_start() {
        [b'{' | b'[', ..] => "it looks like JSON",
        [b'P', b'K', 3 | 5, 4 | 6, ..] => "it looks like a zip file",
        [0x7f, b'E', b'L', b'F', ..] => "it looks like an ELF program",
        [b'h', b's', b'q', b's', ..] => "it looks like a squashfs image",
        // What zstd has behind skippable frames is decoded, so that this is lz4's.
        [4, 0x22, 0x4d, 0x18, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
            "it looks like lz4, which no image specification knows"
        }
        [0x1f, 0x9d, ..] => "it looks like the output of compress(1)",
        [b'<', ..] => "it looks like XML or HTML",
        [b'#', b'!', ..] => "it looks like a script",
        _ => "nothing in it resembles a header (encrypted, perhaps, or something else altogether)",
    }
}
