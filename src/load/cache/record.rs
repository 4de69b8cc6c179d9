//! Encodes and decodes a listing: the table in its own stored form, the facts and their length, in one zstd frame.
//!
//! Decoding trusts nothing: sizes are bounded by the bytes present and the limits of a layer, and all rows of the
//! table are validated once.

use crate::layer::encoding::Codec;
use crate::layer::{HIDDEN_MAX, Hidden, Limits, Listing, Problem, Severity};
use crate::load::cache::frame;
use crate::stack::kept::table::Table;

/// Maximum number of problems: a listing has at most a hundred of each severity and a line about the rest.
const PROBLEMS_MAX: u64 = 1000;

/// Maximum length in bytes of the facts beside the table.
const FACTS_MAX: u64 = 128 << 20;

const CODECS: [Codec; 5] = [Codec::Plain, Codec::Gzip, Codec::Zstd, Codec::Bzip2, Codec::Xz];
/// Severities by their numbers in a record. [`Severity::Refused`] depends on an image, so no listing has it.
const SEVERITIES: [Severity; 4] =
    [Severity::Note, Severity::Warning, Severity::Error, Severity::Refused];

/// Encodes a listing; `None` if compression fails.
pub(super) fn write(listing: &Listing) -> Option<Vec<u8>> {
    let mut facts = FactsWriter::default();
    facts.number(
        listing
            .codec
            .and_then(|it| CODECS.iter().position(|codec| *codec == it))
            .map_or(0, |at| at as u64 + 1),
    );
    facts.number(listing.uncompressed.map_or(0, |length| length.saturating_add(1)));
    facts.text(listing.blob_digest.as_deref().unwrap_or_default().as_bytes());
    facts.text(listing.diff_id.as_deref().unwrap_or_default().as_bytes());
    facts.number(listing.problems.len() as u64);
    for problem in &listing.problems {
        let number = SEVERITIES.iter().position(|severity| *severity == problem.severity)?;
        facts.number(number as u64);
        facts.text(problem.message.as_bytes());
    }
    facts.number(listing.hidden.len() as u64);
    for hidden in &listing.hidden {
        facts.text(&hidden.path);
        facts.number(hidden.size);
    }
    let FactsWriter(facts) = facts;
    let table = listing.table.as_bytes();
    let mut bytes = Vec::with_capacity(16 + facts.len() + table.len());
    bytes.extend_from_slice(table);
    bytes.extend_from_slice(&facts);
    bytes.extend_from_slice(&(facts.len() as u64).to_le_bytes());
    let mut out = (bytes.len() as u64).to_le_bytes().to_vec();
    out.extend(frame::pack(&bytes)?);
    Some(out)
}

/// Decodes the bytes of [`write()`]; `None` if they are not valid.
pub(super) fn read(bytes: &[u8]) -> Option<Listing> {
    let (length, frame) = bytes.split_first_chunk::<8>()?;
    let length = u64::from_le_bytes(*length);
    let limits = Limits::default();
    if length > limits.table_bytes as u64 + FACTS_MAX {
        return None;
    }
    let mut bytes = frame::unpack(frame, length)?;
    let (rest, tail) = bytes.split_last_chunk::<8>()?;
    let facts = usize::try_from(u64::from_le_bytes(*tail)).ok()?;
    let table = rest.len().checked_sub(facts)?;
    let mut listing = read_facts(&rest[table..])?;
    bytes.truncate(table);
    listing.table = Table::from_bytes(bytes)?;
    (listing.table.len() <= limits.rows).then_some(listing)
}

fn read_facts(bytes: &[u8]) -> Option<Listing> {
    let mut facts = FactsReader(bytes);
    let codec = match facts.number()? {
        0 => None,
        at => Some(*CODECS.get(usize::try_from(at).ok()? - 1)?),
    };
    let mut listing =
        Listing { codec, uncompressed: facts.number()?.checked_sub(1), ..Listing::default() };
    let named = |text: String| (!text.is_empty()).then_some(text);
    listing.blob_digest = named(facts.string()?);
    listing.diff_id = named(facts.string()?);
    for _ in 0..facts.number().filter(|&count| count <= PROBLEMS_MAX)? {
        let severity = *SEVERITIES.get(usize::try_from(facts.number()?).ok()?)?;
        listing.problems.push(Problem { severity, message: facts.string()? });
    }
    for _ in 0..facts.number().filter(|&count| count <= HIDDEN_MAX as u64)? {
        let path = facts.text()?.to_vec();
        listing.hidden.push(Hidden { path, size: facts.number()? });
    }
    facts.0.is_empty().then_some(listing)
}

#[derive(Default)]
struct FactsWriter(Vec<u8>);

impl FactsWriter {
    fn number(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn text(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }
}

struct FactsReader<'b>(&'b [u8]);

impl<'b> FactsReader<'b> {
    fn number(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*number))
    }

    fn text(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn string(&mut self) -> Option<String> {
        String::from_utf8(self.text()?.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::kept::entry::{Entry, Kind, Row};
    use crate::stack::kept::table::TableWriter;

    fn sample() -> Listing {
        let mut writer = TableWriter::new();
        for name in ["a", "a/b", "a/b/c"] {
            writer.push(&Row::Entry(Entry::new(name.as_bytes(), Kind::Directory)));
        }
        let problem = |severity, message: &str| Problem { severity, message: message.to_owned() };
        Listing {
            table: writer.finish(),
            problems: vec![problem(Severity::Error, "bad ☃"), problem(Severity::Note, "")],
            hidden: vec![Hidden { path: b".wh..wh.\xff".to_vec(), size: u64::MAX }],
            codec: Some(Codec::Zstd),
            blob_digest: Some("sha256:0".to_owned()),
            diff_id: None,
            uncompressed: Some(0),
            ..Listing::default()
        }
    }

    fn parts(listing: &Listing) -> impl PartialEq + std::fmt::Debug + use<> {
        let Listing { table, problems, hidden, codec, blob_digest, diff_id, uncompressed, .. } =
            listing.clone();
        (table, problems, hidden, codec, blob_digest, diff_id, uncompressed)
    }

    #[test]
    fn a_listing_survives_a_round_trip() {
        for listing in [sample(), Listing::default()] {
            let back = read(&write(&listing).unwrap()).unwrap();
            assert_eq!(parts(&back), parts(&listing));
        }
    }

    /// The checksum around them is not asked here: decoding alone has to hold.
    #[test]
    fn malformed_bytes_are_refused() {
        let bytes = write(&sample()).unwrap();
        for cut in 0..bytes.len() {
            assert!(read(&bytes[..cut]).is_none(), "{cut}");
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x41;
            // May pass by chance, within bounds.
            let _ = read(&damaged);
        }
    }

    #[test]
    fn a_length_that_is_claimed_is_not_allocated() {
        let mut bytes = write(&sample()).unwrap();
        for claim in [u64::MAX, 1 << 30, 0] {
            bytes[..8].copy_from_slice(&claim.to_le_bytes());
            assert!(read(&bytes).is_none(), "{claim}");
        }
    }
}
