//! The databases of rpm: one table of headers, in one of three files. Each is recognised by its contents.
//!
//! ```text
//! rpmdb.sqlite   SQLite, with a write-ahead log beside it   sqlite, wal
//! Packages.db    ndb, rpm's own format                      ndb
//! Packages       Berkeley DB, a hash table                  bdb
//!                each: the bytes of a header of a package   header
//! ```
//!
//! They are read from memory, without SQLite and Berkeley DB: both are C, and open paths. The formats are those of
//! sqlite.org/fileformat2.html, of `lib/backend/ndb/rpmpkg.c` in rpm, and of `dbinc/db_page.h` in Berkeley DB.

mod bdb;
mod bytes;
mod header;
mod ndb;
mod sqlite;
mod wal;

use crate::content::packages::rpm::header::Owner;

/// Passes the packages of a database to `take`. `log` is the write-ahead log of SQLite, or empty.
///
/// # Errors
/// If the database or a header is damaged. Packages that could be read were passed on.
pub(super) fn installed(
    database: &[u8],
    log: &[u8],
    files: bool,
    take: &mut dyn FnMut(Owner),
) -> Result<(), String> {
    let mut damaged = None;
    let mut header = |blob: &[u8]| match header::package(blob, files) {
        Ok(Some(owner)) => take(owner),
        Ok(None) => {}
        Err(what) => damaged = damaged.or(Some(what)),
    };
    let read = match database {
        [] if log.is_empty() => Err("it is empty".to_owned()),
        _ if ndb::is(database) => ndb::headers(database, &mut header),
        _ if bdb::is(database) => bdb::headers(database, &mut header),
        _ => sqlite::headers(database, log, &mut header),
    };
    read.and(damaged.map_or(Ok(()), |what| Err(format!("a package's header: {what}"))))
        .map_err(|what| format!("damaged: {what}"))
}
