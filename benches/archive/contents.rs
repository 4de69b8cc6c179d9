//! What is in the files: words and noise, in a mixture that gzip makes about 2.6 times smaller, as it does a /usr.

use std::io::{self, Read};

use crate::generator::random::Random;

/// Bytes made at a time.
const BLOCK: usize = 8192;
/// Words to choose from: few enough to be found again within gzip's window.
const WORDS: u64 = 2048;

/// A reader of made-up contents.
pub struct Contents {
    random: Random,
    left: u64,
    block: Vec<u8>,
    at: usize,
}

impl Contents {
    /// `size` bytes that belong to the number `content`.
    pub fn new(content: u64, size: u64) -> Self {
        Self { random: Random::new(content), left: size, block: Vec::new(), at: 0 }
    }

    fn make(&mut self) {
        self.block.clear();
        self.at = 0;
        while self.block.len() < BLOCK && (self.block.len() as u64) < self.left {
            let number = self.random.number();
            if number & 0x7f < NOISE {
                self.block.extend_from_slice(&self.random.number().to_le_bytes());
                self.block.extend_from_slice(&self.random.number().to_le_bytes());
                continue;
            }
            // Common words are far more common than rare ones.
            let rank = (((number >> 8) & 0xffff) * ((number >> 24) & 0xffff) * WORDS) >> 32;
            let word = Random::new(rank).number();
            let letters: [u8; 16] = std::array::from_fn(|at| b'a' + (word >> (at * 4) & 0xf) as u8);
            let length = 3 + (word >> 40 & 0x7) as usize;
            self.block.extend_from_slice(&letters[..length]);
            self.block.push(b' ');
        }
        self.block.truncate(usize::try_from(self.left).unwrap_or(BLOCK));
        self.left -= self.block.len() as u64;
    }
}

/// How many of 128 pieces are noise.
const NOISE: u64 = 7;

impl Read for Contents {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.block.len() {
            self.make();
        }
        let count = buffer.len().min(self.block.len() - self.at);
        buffer[..count].copy_from_slice(&self.block[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
