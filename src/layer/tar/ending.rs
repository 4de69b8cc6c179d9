//! The ways a tar ends: two zero blocks, missing bytes, a bad header, or not being a tar at all. The entries before the
//! end are kept; the problem differs.

use crate::layer::problems::Problems;
use crate::layer::tar::feed::{EndReason, Feed};
use crate::layer::tar::header::{BLOCK, Header, is_zero};
use crate::layer::tar::walker::{Halt, Walker};

impl<F: Feed> Walker<F> {
    /// Called after a zero block: whether the archive ends here. It does at a second zero block, or if no whole block
    /// follows.
    pub(super) fn is_end(&mut self, problems: &mut Problems) -> bool {
        let at = self.at;
        let next = self.feed.peek(BLOCK);
        if next.len() == BLOCK && !is_zero(next) {
            problems.note(|| {
                format!("a single block of zeros at byte {at}: reading continues after it")
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

    /// Reports that less than a block is left.
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
                    format!(
                        "the archive stops at byte {at} without the zero blocks that end an archive"
                    )
                });
            }
        } else if self.headers == 0 {
            problems.error(|| format!("not a tar archive: {like}, {count} bytes in all"));
        } else {
            problems.error(|| {
                format!("truncated: only {count} bytes of the header at byte {at} are present")
            });
        }
    }

    /// Reports that the current block is not a header.
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

    /// Reports that only `passed` of the `size` bytes of a payload at byte `begins` exist.
    pub(super) fn cut(&mut self, begins: u64, size: u64, passed: u64, problems: &mut Problems) {
        self.done = true;
        if !self.report_end(problems) {
            problems.error(|| {
                format!(
                    "truncated: {size} bytes should follow from byte {begins}, {passed} are present"
                )
            });
        }
    }

    /// Reports why the bytes ended, unless that is the end of the blob; whether it was reported.
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
                // Decoders return these two kinds for damaged data; file systems return others.
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

/// A guess at the format of bytes that are not a tar.
fn resemblance(bytes: &[u8]) -> &'static str {
    match bytes.trim_ascii_start() {
        [b'{' | b'[', ..] => "it looks like JSON",
        [b'P', b'K', 3 | 5, 4 | 6, ..] => "it looks like a zip file",
        [0x7f, b'E', b'L', b'F', ..] => "it looks like an ELF program",
        [b'h', b's', b'q', b's', ..] => "it looks like a squashfs image",
        // A skippable frame followed by zstd frames is decoded, so this one is of lz4.
        [4, 0x22, 0x4d, 0x18, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
            "it looks like lz4, which no image specification knows"
        }
        [0x1f, 0x9d, ..] => "it looks like the output of compress(1)",
        [b'<', ..] => "it looks like XML or HTML",
        [b'#', b'!', ..] => "it looks like a script",
        _ => "nothing in it resembles a tar header (it may be encrypted, or of another format)",
    }
}
