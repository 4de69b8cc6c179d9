//! CRC-64/GO-ISO, the checksum of contents in tar-split.

use crc::{CRC_64_GO_ISO, Crc, Digest, Table};

static GO_ISO: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_GO_ISO);

/// A running checksum.
pub(super) type Crc64 = Digest<'static, u64, Table<16>>;

/// Starts a checksum.
pub(super) fn start() -> Crc64 {
    GO_ISO.digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_check_value() {
        let mut crc = start();
        crc.update(b"12345");
        crc.update(b"6789");
        assert_eq!(crc.finalize(), 0xb909_56c7_75a4_1001);
        assert_eq!(start().finalize(), 0);
    }
}
