//! Whether the bytes of an image match the stated digests.

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::report::{Format, Lines, SCHEMA, json_line};
use crate::source::Judged;
use crate::text;

/// One stated digest and the result of its check.
#[derive(Clone, Debug)]
pub struct Check {
    /// `manifest`, `config`, `layer 3 digest`, `layer 3 diff ID`.
    pub what: String,
    /// The layer, if the digest is one of a layer.
    pub layer: Option<usize>,
    /// The stated digest, foreign text. `None` if none is stated.
    pub stated: Option<String>,
    /// The result.
    pub judged: Judged,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    verdict: &'static str,
    first: Option<&'a str>,
    checks: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    what: &'a str,
    layer: Option<usize>,
    stated: Option<&'a str>,
    verdict: &'static str,
    found: Option<&'a str>,
    reason: Option<&'a str>,
}

/// Why a layer without a usable diff ID is unknown.
const UNSTATED: &str =
    "the config does not state one digest for each layer, so its contents are not checked";

/// The first digest that the bytes do not match.
#[must_use]
pub fn first_mismatch(checks: &[Check]) -> Option<&Check> {
    checks.iter().find(|check| matches!(check.judged, Judged::Differs(_)))
}

/// The first digest that could not be checked.
#[must_use]
pub fn first_unknown(checks: &[Check]) -> Option<&Check> {
    checks.iter().find(|check| matches!(check.judged, Judged::Unknown(_) | Judged::Unstated))
}

/// Writes a line for each digest.
///
/// # Errors
/// Errors of writing to `out`.
pub fn verify(out: &mut dyn Write, checks: &[Check], format: Format) -> io::Result<()> {
    if format == Format::Text {
        let out = &mut Lines::new(out);
        return checks.iter().try_for_each(|check| write_line(out, check));
    }
    let first = first_mismatch(checks);
    let verdict = match first {
        Some(_) => "differs",
        None if checks.is_empty() || first_unknown(checks).is_some() => "unknown",
        None => "ok",
    };
    let first = first.map(|check| check.what.as_str());
    let checks = checks.iter().map(line).collect();
    json_line(out, &Document { schema: SCHEMA, verdict, first, checks })
}

fn line(check: &Check) -> Line<'_> {
    let (verdict, found, reason) = match &check.judged {
        Judged::Ok => ("ok", None, None),
        Judged::Differs(found) => ("differs", Some(found.as_str()), None),
        Judged::Unknown(reason) => ("unknown", None, Some(reason.as_str())),
        Judged::Unstated => ("unknown", None, Some(UNSTATED)),
    };
    let stated = check.stated.as_deref();
    Line { what: &check.what, layer: check.layer, stated, verdict, found, reason }
}

fn write_line(out: &mut dyn Write, check: &Check) -> io::Result<()> {
    let (what, stated) = (&check.what, check.stated.as_deref().map(text::visible));
    let stated = stated.unwrap_or_default();
    match &check.judged {
        Judged::Ok => writeln!(out, "ok       {what:<18} {stated}"),
        Judged::Differs(found) => {
            writeln!(out, "DIFFERS  {what:<18} {stated}, the bytes have {found}")
        }
        Judged::Unknown(why) => {
            writeln!(out, "unknown  {what:<18} {stated}: {}", text::visible(why))
        }
        Judged::Unstated => writeln!(out, "unknown  {what:<18} {UNSTATED}"),
    }
}
