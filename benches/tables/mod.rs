//! Generated images as tables and stacks, without any archive: for what happens after the listing.

use layertui::stack::Stack;
use layertui::stack::kept::entry::{Entry, Fingerprint, Kind, Row};
use layertui::stack::kept::table::{Table, TableWriter};

use crate::generator::Image;

/// One layer as a listing of a compressed tar would fill it, fingerprints included.
#[must_use]
pub fn table(image: &Image, layer: usize) -> Table {
    let mut writer = TableWriter::new();
    let mut at = 0;
    image.rows(layer, &mut |made| {
        at += 512;
        match &made.row {
            Row::Entry(entry) if entry.stored > 0 => {
                let fingerprint = Some(Fingerprint::Xxh3(made.content));
                writer.push(&Row::Entry(Entry { data: Some(at), fingerprint, ..entry.clone() }));
                at += entry.stored.next_multiple_of(512);
            }
            row => writer.push(row),
        }
    });
    writer.finish()
}

/// All layers folded, each table dropped as soon as it is, and frozen.
#[must_use]
pub fn frozen(image: &Image) -> Stack {
    let mut stack = Stack::new(image.layers());
    for layer in 0..image.layers() {
        stack.fold(&table(image, layer));
    }
    stack.freeze();
    stack
}

/// A directory `/data/huge` of so many files, `/data/zoo/last` behind it; and a layer that removes one of the files.
#[must_use]
pub fn huge_directory(entries: u64) -> Stack {
    let mut writer = TableWriter::new();
    for directory in ["data", "data/huge", "data/zoo"] {
        writer.push(&Row::Entry(Entry::new(directory.as_bytes(), Kind::Directory)));
    }
    for file in 0..entries {
        let path = format!("data/huge/object-{file:08x}.bin");
        writer.push(&Row::Entry(Entry { size: 9, ..Entry::new(path.as_bytes(), Kind::File) }));
    }
    writer.push(&Row::Entry(Entry::new(b"data/zoo/last", Kind::File)));
    let mut stack = Stack::new(2);
    stack.fold(&writer.finish());
    let mut writer = TableWriter::new();
    writer.push(&Row::Whiteout { path: b"data/huge/object-00000007.bin" });
    stack.fold(&writer.finish());
    stack.freeze();
    stack
}
