//! SARIF 2.1.0 (OASIS): one run, a result for each broken rule.
//!
//! A rule that could not be evaluated is a tool notification with `executionSuccessful` false and not a result: SARIF has no
//! other way to express it.

use serde_json::{Value, json};

use crate::policy::{Outcome, Verdict};
use crate::report::ci::judged::{Judged, NAMED, sentence};
use crate::text;

pub(super) fn document(judged: Judged<'_>) -> Value {
    let rules = judged.verdicts.iter().map(|verdict| {
        let text = format!("{}: {}", verdict.rule, verdict.limit);
        let mut rule = json!({"id": verdict.rule, "shortDescription": {"text": text}});
        if let Some(note) = &verdict.note {
            rule["help"] = json!({"text": text::visible(note).to_string()});
        }
        rule
    });
    let failed = judged.verdicts.iter().enumerate().filter(|(_, v)| v.outcome == Outcome::Fail);
    let unjudged = judged.verdicts.iter().filter(|v| v.outcome == Outcome::Unjudged);
    let notes: Vec<Value> = unjudged
        .map(|verdict| json!({"level": "error", "message": {"text": sentence(verdict)}}))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "layertui",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": notes.is_empty(),
                "toolExecutionNotifications": notes,
            }],
            "results": failed.map(|(at, verdict)| result(at, verdict)).collect::<Vec<_>>(),
        }],
    })
}

fn result(rule: usize, verdict: &Verdict) -> Value {
    let locations = verdict.offences.iter().take(NAMED).map(|offence| {
        // A path relative to the image's root; all other bytes are percent-encoded (RFC 3986).
        json!({
            "physicalLocation": {"artifactLocation": {"uri": uri(&offence.path)}},
            "message": {"text": format!("layer {}, {} bytes", offence.layer, offence.bytes)},
        })
    });
    json!({
        "ruleId": verdict.rule,
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": sentence(verdict)},
        "locations": locations.collect::<Vec<_>>(),
    })
}

fn uri(path: &[u8]) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let path = path.strip_prefix(b"/").unwrap_or(path);
    path.iter()
        .map(|&byte| if bare(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
