//! Answers of an engine in which every string is hostile, in turn, and errors with a hostile body.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::peer::Reply;
use crate::stage::{NAME, Stage};
use crate::support::hostile::{HOSTILE, scan_output, variants};

/// What the engine answers instead, for paths that end so.
type Instead = Arc<Mutex<Option<(String, Reply)>>>;

fn stage() -> (Stage, Instead) {
    let instead = Instead::default();
    let answers = Arc::clone(&instead);
    let stage = Stage::with(move |path| {
        let answers = answers.lock().unwrap();
        answers.as_ref().filter(|(end, _)| path.ends_with(end)).map(|(_, reply)| reply.clone())
    });
    (stage, instead)
}

/// Scans what each command prints; how many outputs showed the mark.
#[track_caller]
fn scan_commands(stage: &Stage, what: &str) -> usize {
    let image = format!("docker-daemon:{NAME}");
    let commands: [&[&str]; 5] = [
        &["layers", &image],
        &["layers", "--json", &image],
        &["layers", "container:web"],
        &["images", "--containers"],
        &["images", "--containers", "--json"],
    ];
    let shows = |command: &&[&str]| {
        scan_output(&stage.run(command), &format!("{command:?}: {what}")).contains("MARK")
    };
    commands.iter().filter(|&command| shows(command)).count()
}

#[test]
fn no_answer_passes_foreign_text_on() {
    let (stage, instead) = stage();
    let documents = [
        (format!("/images/{NAME}/json"), stage.image.inspect()),
        (
            "/images/json".to_owned(),
            json!([{"Id": stage.image.id, "RepoTags": [NAME], "Created": 1, "Size": 3}]),
        ),
        (
            format!("/images/{NAME}/history"),
            json!([{"Id": "<missing>", "Created": 3, "CreatedBy": "RUN change", "Size": 8, "Comment": "c"}]),
        ),
        (
            "/containers/json?all=1".to_owned(),
            json!([{"Id": "c0ffee", "Names": ["/web"], "Image": NAME, "Created": 1}]),
        ),
        (
            "/containers/web/json".to_owned(),
            json!({"Id": "c0ffee", "Name": "/web", "Image": stage.image.id}),
        ),
        ("/changes".to_owned(), json!([{"Path": "/etc", "Kind": 0}, {"Path": "/new", "Kind": 1}])),
        ("/info".to_owned(), json!({"DockerRootDir": "/nowhere/at/all", "Driver": "overlay2"})),
    ];
    let mut marked = 0;
    for (end, document) in documents {
        for form in variants(&document) {
            *instead.lock().unwrap() = Some((end.clone(), Reply::Json(form)));
            marked += scan_commands(&stage, &end);
        }
    }
    assert!(marked > 5, "{marked} outputs show a mark");
}

#[test]
fn no_error_of_an_engine_passes_foreign_text_on() {
    let (stage, instead) = stage();
    let bodies = [
        json!({"message": HOSTILE}).to_string(),
        json!({"cause": HOSTILE, "message": HOSTILE, "response": 500}).to_string(),
        HOSTILE.to_owned(),
        Value::from(HOSTILE).to_string(),
    ];
    let mut marked = 0;
    for status in [400, 404, 500] {
        for body in &bodies {
            for end in ["/json", "/history", "/get", "/export", "/changes", "/info", "json?all=1"] {
                *instead.lock().unwrap() =
                    Some((end.to_owned(), Reply::Status(status, body.clone())));
                marked += scan_commands(&stage, &format!("{status} for {end}"));
            }
        }
    }
    assert!(marked > 5, "{marked} outputs show a mark");
}
