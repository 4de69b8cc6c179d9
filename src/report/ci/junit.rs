//! JUnit's XML: a suite, a case for each rule; a broken rule is a failure, one that could not be judged an error.

use std::io::{self, Write};

use super::{Judged, NAMED, offence_line, sentence};
use crate::rules::Outcome;
use crate::text;

pub(super) fn write(out: &mut dyn Write, judged: Judged<'_>) -> io::Result<()> {
    let count = |outcome| judged.verdicts.iter().filter(|v| v.outcome == outcome).count();
    let suite = escape(&text::visible_str(&judged.subject.image.reference));
    let numbers = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\"",
        judged.verdicts.len(),
        count(Outcome::Fail),
        count(Outcome::Unjudged)
    );
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites {numbers}>\n  <testsuite name=\"{suite}\" {numbers}>")?;
    for verdict in judged.verdicts {
        let case = format!("    <testcase name=\"{}\" classname=\"layertui.ci\"", verdict.rule);
        let tag = match verdict.outcome {
            Outcome::Pass => {
                writeln!(out, "{case}/>")?;
                continue;
            }
            Outcome::Fail => "failure",
            Outcome::Unjudged => "error",
        };
        let message = escape(&sentence(verdict));
        writeln!(out, "{case}>\n      <{tag} message=\"{message}\" type=\"{}\">", verdict.rule)?;
        for offence in verdict.offences.iter().take(NAMED) {
            writeln!(out, "{}", escape(&offence_line(offence)))?;
        }
        writeln!(out, "      </{tag}>\n    </testcase>")?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// XML's five; what XML cannot hold at all was made visible before.
fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&apos;")
}
