//! JUnit XML: one suite, a case per rule; a broken rule is a failure, a rule that could not be evaluated an error.
//!
//! There is no standard. The output is valid by both schemas in use: that of Jenkins' xUnit plugin, and that of Ant's
//! tasks, which requires a host, a timestamp and times. These have fixed values here, so that runs are reproducible.

use std::io;
use std::io::Write;

use jiff::Timestamp;

use crate::policy::{Outcome, Verdict};
use crate::report::ci::judged::{Judged, NAMED, offence_line, sentence};
use crate::text::Foreign;
use crate::text::markup::html;

pub(super) fn write(out: &mut dyn Write, judged: Judged<'_>) -> io::Result<()> {
    let count = |outcome| judged.verdicts.iter().filter(|v| v.outcome == outcome).count();
    let suite = html(&judged.subject.image.reference);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites>")?;
    writeln!(
        out,
        "  <testsuite name=\"{suite}\" package=\"layertui\" id=\"0\" hostname=\"localhost\" timestamp=\"{}\" time=\"0\" \
         tests=\"{}\" failures=\"{}\" errors=\"{}\">",
        moment(judged.subject.image.config.created.as_ref().map(Foreign::raw)),
        judged.verdicts.len(),
        count(Outcome::Fail),
        count(Outcome::Unjudged),
    )?;
    let rules = html(judged.rules_from);
    writeln!(out, "    <properties>")?;
    writeln!(out, "      <property name=\"rules\" value=\"{rules}\"/>")?;
    if let Ok(base) = judged.base {
        let base = html(&crate::report::findings::base_line(base));
        writeln!(out, "      <property name=\"base\" value=\"{base}\"/>")?;
    }
    writeln!(out, "    </properties>")?;
    for verdict in judged.verdicts {
        case(out, verdict)?;
    }
    for line in ["    <system-out/>", "    <system-err/>", "  </testsuite>", "</testsuites>"] {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn case(out: &mut dyn Write, verdict: &Verdict) -> io::Result<()> {
    let rule = verdict.rule;
    let case = format!("    <testcase name=\"{rule}\" classname=\"layertui.ci\" time=\"0\"");
    let tag = match verdict.outcome {
        Outcome::Pass => return writeln!(out, "{case}/>"),
        Outcome::Fail => "failure",
        Outcome::Unjudged => "error",
    };
    let message = html(&sentence(verdict));
    writeln!(out, "{case}>")?;
    writeln!(out, "      <{tag} message=\"{message}\" type=\"{rule}\">")?;
    for offence in verdict.offences.iter().take(NAMED) {
        writeln!(out, "{}", html(&offence_line(offence)))?;
    }
    writeln!(out, "      </{tag}>")?;
    writeln!(out, "    </testcase>")
}

/// The image's creation time in UTC, in seconds, without a zone, as Ant's schema requires.
fn moment(created: Option<&str>) -> String {
    let made = created.and_then(|text| text.parse::<Timestamp>().ok());
    // Fallback: no image is older, and XML has no year 0.
    let made = made.filter(|made| *made >= Timestamp::UNIX_EPOCH).unwrap_or_default();
    made.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use crate::report::ci::junit::moment;

    #[test]
    fn a_moment_has_no_zone_whatever_the_image_says() {
        assert_eq!(moment(Some("2024-03-01T12:30:00.123+02:00")), "2024-03-01T10:30:00");
        for none in [None, Some("yesterday"), Some("-000001-01-01T00:00:00Z")] {
            assert_eq!(moment(none), "1970-01-01T00:00:00");
        }
    }
}
