//! The four ways tar has to store a sparse file, built in code.

use super::tarball::{Dialect, Tar};

/// A segment: where it lies in the file, and its bytes.
pub(crate) type Segment<'s> = (u64, &'s [u8]);

impl Tar {
    /// An old GNU sparse file (type `S`), its map going on in extension blocks where the header is too small.
    pub(crate) fn gnu_sparse(self, name: &str, real_size: u64, segments: &[Segment<'_>]) -> Self {
        let pairs: Vec<Vec<u8>> = segments.iter().map(|segment| pair(*segment)).collect();
        let (inside, beyond) = pairs.split_at(pairs.len().min(4));
        let mut extension = Vec::new();
        let groups = beyond.chunks(21);
        let count = groups.len();
        for (index, group) in groups.enumerate() {
            let mut block = group.concat();
            block.resize(512, 0);
            block[504] = u8::from(index + 1 < count);
            extension.extend(block);
        }
        self.entry(name, b'S')
            .mode(0o644)
            .dialect(Dialect::Gnu)
            .contents(data(segments))
            .patch(386, inside.concat())
            .patch(482, [u8::from(count > 0)])
            .patch(483, format!("{real_size:011o}\0"))
            .extension(extension)
    }

    /// pax sparse 0.0: a record for each number.
    pub(crate) fn pax_sparse_0_0(
        self,
        name: &str,
        real_size: u64,
        segments: &[Segment<'_>],
    ) -> Self {
        let mut tar = self.file(name, data(segments)).pax(&[
            ("GNU.sparse.size", &real_size.to_string()),
            ("GNU.sparse.numblocks", &segments.len().to_string()),
        ]);
        for (offset, bytes) in segments {
            tar = tar.pax(&[
                ("GNU.sparse.offset", &offset.to_string()),
                ("GNU.sparse.numbytes", &bytes.len().to_string()),
            ]);
        }
        tar
    }

    /// pax sparse 0.1: the map in one record, the real name apart.
    pub(crate) fn pax_sparse_0_1(
        self,
        name: &str,
        real_size: u64,
        segments: &[Segment<'_>],
    ) -> Self {
        let numbers = segments.iter().flat_map(|(offset, bytes)| [*offset, bytes.len() as u64]);
        let map: Vec<String> = numbers.map(|number| number.to_string()).collect();
        self.file("GNUSparseFile.1/x", data(segments)).pax(&[
            ("GNU.sparse.size", &real_size.to_string()),
            ("GNU.sparse.numblocks", &segments.len().to_string()),
            ("GNU.sparse.map", &map.join(",")),
            ("GNU.sparse.name", name),
        ])
    }

    /// pax sparse 1.0: the map at the front of the payload.
    pub(crate) fn pax_sparse_1_0(
        self,
        name: &str,
        real_size: u64,
        segments: &[Segment<'_>],
    ) -> Self {
        let mut map = format!("{}\n", segments.len());
        for (offset, bytes) in segments {
            map += &[offset.to_string(), bytes.len().to_string(), String::new()].join("\n");
        }
        let mut contents = map.into_bytes();
        contents.resize(contents.len().next_multiple_of(512), 0);
        contents.extend(data(segments));
        self.file("GNUSparseFile.1/x", contents).pax(&[
            ("GNU.sparse.major", "1"),
            ("GNU.sparse.minor", "0"),
            ("GNU.sparse.name", name),
            ("GNU.sparse.realsize", &real_size.to_string()),
        ])
    }
}

fn pair((offset, bytes): Segment<'_>) -> Vec<u8> {
    format!("{offset:011o}\0{:011o}\0", bytes.len()).into_bytes()
}

fn data(segments: &[Segment<'_>]) -> Vec<u8> {
    segments.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect()
}
