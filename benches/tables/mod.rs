//! Generated images as tables and stacks, without any archive: for what happens after the listing.

use std::borrow::Borrow;

use layertui::stack::Stack;
use layertui::stack::entry::{Entry, Fingerprint, Row};
use layertui::stack::table::{Table, TableWriter};

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

/// All layers folded, each table dropped as soon as it is, but not frozen.
#[must_use]
pub fn folded<T: Borrow<Table>>(tables: impl ExactSizeIterator<Item = T>) -> Stack {
    let mut stack = Stack::new(tables.len());
    for table in tables {
        stack.fold(table.borrow());
    }
    stack
}
