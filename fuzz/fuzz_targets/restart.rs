//! gzip layers of members, blocks and runs as the bytes say: a read from a checkpoint equals the plain bytes, and damage
//! is an error or gives the bytes that were there.
#![no_main]

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use layertui::layer::blob::Blob;
use layertui::layer::{Limits, Spacing, Unwatched, list_with, open_at};
use libfuzzer_sys::fuzz_target;

const CLOSE: Spacing = Spacing { input: 4 * 1024, output: 48 * 1024 };

/// The most decoded bytes.
const PLAIN_MAX: usize = 1 << 20;

/// Each four bytes are a part: what it is made of, its length, what follows it, and the level of its member.
fn blob(program: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut plain, mut encoded) = (Vec::new(), Vec::new());
    let mut member = GzEncoder::new(Vec::new(), Compression::default());
    let mut state = 1_u64;
    for step in program.chunks_exact(4) {
        let [kind, len, ends, level] = [step[0], step[1], step[2], step[3]];
        let len = usize::from(len) << (kind >> 4);
        if plain.len() + len > PLAIN_MAX {
            break;
        }
        let part: Vec<u8> = match kind % 3 {
            0 => vec![kind; len],
            1 => std::iter::repeat_n(step, len / 4).flatten().copied().collect(),
            _ => std::iter::repeat_with(|| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 60) as u8
            })
            .take(len)
            .collect(),
        };
        member.write_all(&part).unwrap();
        plain.extend(part);
        match ends % 3 {
            0 => {}
            1 => member.flush().unwrap(),
            _ => {
                let next = GzEncoder::new(Vec::new(), Compression::new(u32::from(level) % 10));
                encoded.extend(std::mem::replace(&mut member, next).finish().unwrap());
            }
        }
    }
    encoded.extend(member.finish().unwrap());
    (plain, encoded)
}

fuzz_target!(|bytes: &[u8]| {
    let Some((damage, program)) = bytes.split_first_chunk::<3>() else { return };
    let (plain, mut encoded) = blob(program);
    let listing = list_with(&Blob::memory(&encoded[..]), &Unwatched, Limits::default(), CLOSE);
    let points = listing.checkpoints.as_deref();
    if damage[0] % 2 == 1 {
        let at = usize::from(u16::from_le_bytes([damage[1], damage[2]])) % encoded.len();
        encoded[at] ^= damage[0];
    }
    let blob = Blob::memory(&encoded[..]);
    for at in (0..plain.len()).step_by(50_021) {
        let len = (plain.len() - at).min(40_000);
        let read = |points| -> io::Result<Vec<u8>> {
            let mut read = Vec::new();
            open_at(&blob, at as u64, len as u64, points)?.read_to_end(&mut read)?;
            Ok(read)
        };
        // What can be read from the start can be read from a checkpoint.
        match read(None) {
            Ok(front) if front == plain[at..at + len] => assert!(read(points).unwrap() == front),
            Ok(_) => assert!(damage[0] % 2 == 1),
            Err(error) => assert!(damage[0] % 2 == 1, "{error}"),
        }
    }
});
