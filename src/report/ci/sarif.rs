//! SARIF 2.1.0 (OASIS): one run, a result for each broken rule.
//!
//! A rule that could not be evaluated is a tool notification with `executionSuccessful` false and not a result: SARIF has no
//! other way to express it.

use serde_json::{Value, json};

use crate::image::digest::Digest;
use crate::policy::{Outcome, Verdict};
use crate::report::ci::judged::{Judged, NAMED, sentence};
use crate::text;

/// The address of the tool, which is published nowhere yet: a name.
const INFORMATION: &str = "urn:layertui";

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
                "informationUri": INFORMATION,
                "rules": rules.collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": notes.is_empty(),
                "toolExecutionNotifications": notes,
            }],
            "results": failed.map(|(at, verdict)| result(judged, at, verdict)).collect::<Vec<_>>(),
        }],
    })
}

fn result(judged: Judged<'_>, rule: usize, verdict: &Verdict) -> Value {
    let paths = verdict.offences.iter().take(NAMED).enumerate().map(|(at, offence)| {
        let message = format!("in the image: layer {}, {} bytes", offence.layer, offence.bytes);
        let mut place = place(&uri(&offence.path), 1);
        place["id"] = json!(at + 1);
        place["message"] = json!({"text": message});
        place
    });
    let print = fingerprint(judged, verdict);
    json!({
        "ruleId": verdict.rule,
        "ruleIndex": rule,
        "level": "error",
        // Readers show the rule's name beside the text; sarif-tools cuts off a text that begins with it.
        "message": {"text": format!("broken rule {}", sentence(verdict))},
        "locations": locations(judged, verdict),
        "relatedLocations": paths.collect::<Vec<_>>(),
        "partialFingerprints": {
            "layertui/v1": print,
            "primaryLocationLineHash": format!("{}:1", &print[..16]),
        },
    })
}

/// Where the author changes something: the Dockerfile's instructions, else the rule in its file, else the image by its name.
fn locations(judged: Judged<'_>, verdict: &Verdict) -> Vec<Value> {
    if let Some((file, lines)) = judged.dockerfile {
        let of_layers = verdict.offences.iter().take(NAMED).map(|it| lines.layers.get(it.layer));
        let of_steps = verdict.steps.iter().take(NAMED).map(|&step| lines.steps.get(step));
        let mut found: Vec<usize> = Vec::new();
        for line in of_layers.chain(of_steps) {
            let line = line.copied().flatten().unwrap_or(lines.from);
            if !found.contains(&line) {
                found.push(line);
            }
        }
        if found.is_empty() {
            found.push(lines.from);
        }
        return found.into_iter().map(|line| place(&file_uri(file), line)).collect();
    }
    if let Some(file) = judged.rules_file {
        let line = |rule: &str| file.lines.iter().find(|(name, _)| name == rule).map(|it| it.1);
        // A finding is broken by the rule that names a severity.
        let line = line(verdict.rule).or_else(|| line("fail-on")).unwrap_or(1);
        return vec![place(&file_uri(&file.name), line)];
    }
    vec![place(&uri(judged.subject.image.reference.raw().as_bytes()), 1)]
}

fn place(uri: &str, line: usize) -> Value {
    json!({"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}})
}

/// The same for the same rule and image in every run, whatever the numbers are.
fn fingerprint(judged: Judged<'_>, verdict: &Verdict) -> String {
    let image = judged.subject.image.reference.raw();
    Digest::of(format!("{}\0{image}", verdict.rule).as_bytes()).encoded()[..32].to_owned()
}

/// The URI of a file on this machine: relative if its path is.
fn file_uri(path: &str) -> String {
    let scheme = if path.starts_with('/') { "file:///" } else { "" };
    format!("{scheme}{}", uri(path.strip_prefix("./").unwrap_or(path).as_bytes()))
}

/// A path relative to a root; all bytes that are not plain are percent-encoded (RFC 3986).
fn uri(path: &[u8]) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let path = path.strip_prefix(b"/").unwrap_or(path);
    path.iter()
        .map(|&byte| if bare(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
