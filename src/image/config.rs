//! The image configuration: what a container started from the image would run as.
//!
//! A field of the wrong type is dropped and becomes a problem. Only a document that is not a JSON object is an error,
//! because an image must open even if its config is malformed.

use crate::image::document;
use crate::image::document::{DocumentError, Fields, kept, known_time};
use crate::image::history::HistoryStep;
use crate::image::json::same_name;
use crate::image::platform::Platform;
use crate::text::Foreign;

/// The fields of a config that are shown, exported and checked. Foreign text, raw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Creation time, as recorded.
    pub created: Option<Foreign>,
    /// Author.
    pub author: Option<Foreign>,
    /// User and group, `USER[:GROUP]`.
    pub user: Option<Foreign>,
    /// Environment variables, `NAME=value`, in order.
    pub env: Vec<Foreign>,
    /// Entrypoint in exec form.
    pub entrypoint: Vec<Foreign>,
    /// Command in exec form.
    pub cmd: Vec<Foreign>,
    /// Working directory.
    pub working_dir: Option<Foreign>,
    /// Labels, sorted by key.
    pub labels: Vec<(Foreign, Foreign)>,
    /// Exposed ports (`80/tcp`), sorted.
    pub exposed_ports: Vec<Foreign>,
    /// Volumes, sorted.
    pub volumes: Vec<Foreign>,
    /// Signal that stops a container.
    pub stop_signal: Option<Foreign>,
    /// Docker's `HEALTHCHECK` command.
    pub healthcheck: Vec<Foreign>,
    /// Docker's `ONBUILD` triggers.
    pub on_build: Vec<Foreign>,
    /// Docker's `SHELL`.
    pub shell: Vec<Foreign>,
    /// The other keys of the `config` object and of its `Healthcheck`, sorted, with their values as JSON; not those without
    /// effect, as `false` and `""`.
    pub other: Vec<(Foreign, Foreign)>,
    /// `rootfs.diff_ids`, base first.
    pub diff_ids: Vec<String>,
    /// Why the config, or a field of it, could not be read, so that what is not here may be set all the same.
    pub unread: Option<Foreign>,
}

/// A config document, parsed as far as possible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The config.
    pub config: Config,
    /// Platform, if the config states one.
    pub platform: Option<Platform>,
    /// History as recorded, oldest first, not yet matched to layers.
    pub history: Vec<HistoryStep>,
    /// Fields that were dropped.
    pub problems: Vec<String>,
}

/// Parses a config document (OCI image-spec, `config.md`; Docker schema 2).
///
/// # Errors
/// If it is not a JSON object.
pub fn parse(bytes: &[u8]) -> Result<Parsed, DocumentError> {
    let value = document::parse(bytes)?;
    Ok(read(&Fields::of(&value, "")?))
}

/// Reads the fields that OCI configs and Docker v1 images share.
pub(super) fn read(fields: &Fields<'_>) -> Parsed {
    let mut problems = Vec::new();
    let mut config = match kept(fields.object("config"), &mut problems) {
        Some(run) => run_config(&run, &mut problems),
        None => Config::default(),
    };
    config.created = known_time(kept(fields.text("created"), &mut problems)).map(Foreign::from);
    config.author = text(fields, "author", &mut problems);
    if let Some(rootfs) = kept(fields.object("rootfs"), &mut problems) {
        config.diff_ids = kept(rootfs.texts("diff_ids"), &mut problems);
    }
    let platform = Platform::read(fields, &mut problems);
    let history = history(fields, &mut problems);
    config.unread = problems.first().map(|problem| problem.as_str().into());
    Parsed { config, platform, history, problems }
}

fn history(fields: &Fields<'_>, problems: &mut Vec<String>) -> Vec<HistoryStep> {
    let items = kept(fields.list("history"), problems);
    let mut steps = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        // A step that is not an object still counts as one for a layer, so it stays, empty.
        let step = match Fields::of(item, format!("history[{at}]")) {
            Ok(step) => HistoryStep {
                created: known_time(kept(step.text("created"), problems)).map(Foreign::from),
                created_by: text(&step, "created_by", problems),
                author: text(&step, "author", problems),
                comment: text(&step, "comment", problems),
                empty_layer: kept(step.flag("empty_layer"), problems),
                layer: None,
            },
            Err(error) => {
                problems.push(error.to_string());
                HistoryStep::default()
            }
        };
        steps.push(step);
    }
    steps
}

/// Reads the `config` object that Docker and OCI share.
fn run_config(fields: &Fields<'_>, problems: &mut Vec<String>) -> Config {
    let mut config = Config {
        user: text(fields, "User", problems),
        env: list(fields.texts("Env"), problems),
        entrypoint: list(fields.command("Entrypoint"), problems),
        cmd: list(fields.command("Cmd"), problems),
        working_dir: text(fields, "WorkingDir", problems),
        labels: pairs(kept(fields.pairs("Labels"), problems)),
        exposed_ports: list(fields.keys("ExposedPorts"), problems),
        volumes: list(fields.keys("Volumes"), problems),
        stop_signal: text(fields, "StopSignal", problems),
        on_build: list(fields.command("OnBuild"), problems),
        shell: list(fields.command("Shell"), problems),
        ..Config::default()
    };
    config.other = other(fields, "", &NAMED);
    if let Some(check) = kept(fields.object("Healthcheck"), problems) {
        config.healthcheck = list(check.command("Test"), problems);
        config.other.extend(other(&check, "Healthcheck.", &["Test"]));
    }
    config
}

/// The keys of the `config` object that [`Config`] has fields for.
const NAMED: [&str; 12] = [
    "User",
    "Env",
    "Entrypoint",
    "Cmd",
    "WorkingDir",
    "Labels",
    "ExposedPorts",
    "Volumes",
    "StopSignal",
    "OnBuild",
    "Shell",
    "Healthcheck",
];

fn other(fields: &Fields<'_>, place: &str, named: &[&str]) -> Vec<(Foreign, Foreign)> {
    let entries = fields.entries().into_iter();
    let unnamed = entries.filter(|(key, _)| !named.iter().any(|name| same_name(key, name)));
    unnamed
        .map(|(key, value)| (format!("{place}{key}").into(), value.to_string()))
        .filter(|(_, value)| {
            !matches!(value.as_str(), "null" | "false" | "0" | "\"\"" | "[]" | "{}")
        })
        .map(|(key, value)| (key, value.into()))
        .collect()
}

fn text(fields: &Fields<'_>, key: &str, problems: &mut Vec<String>) -> Option<Foreign> {
    kept(fields.text(key), problems).map(Foreign::from)
}

fn list(texts: Result<Vec<String>, DocumentError>, problems: &mut Vec<String>) -> Vec<Foreign> {
    Foreign::list(kept(texts, problems))
}

/// Labels or annotations, as foreign text.
#[must_use]
pub fn pairs(pairs: Vec<(String, String)>) -> Vec<(Foreign, Foreign)> {
    pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(json: &str) -> Parsed {
        parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn a_command_may_be_a_list_a_string_or_null() {
        let list = run(r#"{"config":{"Cmd":["a","b"],"Entrypoint":null}}"#).config;
        assert_eq!((list.cmd, list.entrypoint), (Foreign::list(["a", "b"]), vec![]));
        let string = run(r#"{"config":{"Cmd":"a b","Entrypoint":""}}"#).config;
        assert_eq!((string.cmd, string.entrypoint), (Foreign::list(["a b"]), vec![]));
    }

    #[test]
    fn sets_are_maps_or_lists_and_labels_may_be_numbers() {
        let config =
            run(r#"{"config":{"ExposedPorts":{"80/tcp":{},"22/tcp":null},"Volumes":["/b","/a"],
            "Labels":{"n":1,"a":"x"},"Healthcheck":{"Test":["CMD","true"]}}}"#)
            .config;
        assert_eq!(config.exposed_ports, ["22/tcp", "80/tcp"]);
        assert_eq!(config.volumes, ["/a", "/b"]);
        assert_eq!(config.labels, [("a".into(), "x".into()), ("n".into(), "1".into())]);
        assert_eq!(config.healthcheck, ["CMD", "true"]);
    }

    #[test]
    fn a_field_of_the_wrong_type_is_dropped_and_named() {
        let parsed = run(
            r#"{"architecture":7,"os":"linux","config":{"User":"u","Env":"A=b","Healthcheck":[1]},"history":{},
            "rootfs":{"diff_ids":["sha256:x",3]}}"#,
        );
        assert_eq!(parsed.config.user.as_ref().map(crate::text::Foreign::raw), Some("u"));
        for field in [
            "`architecture`",
            "`config.Env`",
            "`config.Healthcheck`",
            "`history`",
            "`rootfs.diff_ids[1]`",
        ] {
            assert!(
                parsed.problems.iter().any(|p| p.contains(field)),
                "{field}: {:?}",
                parsed.problems
            );
        }
    }

    #[test]
    fn a_document_that_is_not_an_object_is_an_error() {
        for text in ["", "null", "[]", "\"x\"", "{", "\u{0}"] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_malformed_history_step_keeps_its_position() {
        let parsed =
            run(r#"{"history":[null,{"created_by":"a","created":"0001-01-01T00:00:00Z"}]}"#);
        assert_eq!(parsed.history.len(), 2);
        assert_eq!(parsed.history[1].created, None);
    }
}
