//! An image as its engine describes it, before any layer is read.
//!
//! `inspect` and `history` are combined to a config. Which steps of the history made no layer is inferred from sizes
//! and commands; after the image was read, its own config is used.

use serde_json::{Value, json};

use crate::image::config::Parsed;
use crate::image::layer::Layer;
use crate::image::platform::Platform;
use crate::image::{Image, Other, config, history};
use crate::source::engine::api::{full_id, texts, time};
use crate::text::Foreign;

/// The most entries that are listed.
const MOST_OTHERS: usize = 1000;

/// An image and the size of each layer as the engine states it.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) image: Image,
    /// For each layer.
    pub(super) sizes: Vec<u64>,
}

/// Builds the image from the engine's answers. `source` is the transport.
pub(super) fn describe(
    inspect: &Value,
    steps: &Value,
    source: &str,
    reference: &str,
) -> Result<Described, String> {
    let layers = texts(&inspect["RootFS"], "Layers");
    let steps: Vec<Step> = steps.as_array().into_iter().flatten().rev().map(step).collect();
    let layer_steps = with_layers(&steps, layers.len());
    let document = json!({
        "created": inspect["Created"], "author": inspect["Author"], "config": inspect["Config"],
        "architecture": inspect["Architecture"], "os": inspect["Os"], "variant": inspect["Variant"],
        "rootfs": {"type": "layers", "diff_ids": layers},
        "history": steps.iter().enumerate().map(|(at, step)| json!({
            "created": step.created, "created_by": step.created_by, "comment": step.comment,
            "empty_layer": !layer_steps.contains(&at),
        })).collect::<Vec<_>>(),
    });
    let parsed = config::parse(document.to_string().as_bytes()).map_err(|it| it.to_string())?;
    let Parsed { config, platform, mut history, problems } = parsed;
    let mut described: Vec<Layer> = config
        .diff_ids
        .iter()
        .map(|diff_id| Layer { diff_id: Some(diff_id.clone()), ..Layer::default() })
        .collect();
    let disagreement = history::pair(&mut history, &mut described);
    let mut sizes = vec![0; described.len()];
    for (step, read) in history.iter().zip(&steps) {
        if let Some(layer) = step.layer.and_then(|layer| sizes.get_mut(layer)) {
            *layer = read.size;
        }
    }
    let image = Image {
        reference: reference.into(),
        source: source.to_owned(),
        id: inspect["Id"].as_str().map(full_id),
        platform,
        names: Foreign::list(names(inspect)),
        config,
        layers: described,
        history,
        problems: Foreign::list(problems.into_iter().chain(disagreement)),
        ..Image::default()
    };
    let image = Image { others: others(inspect, image.platform.as_ref()), ..image };
    Ok(Described { image, sizes })
}

/// The image for other platforms, from the list in `inspect` (since API 1.48).
fn others(inspect: &Value, own: Option<&Platform>) -> Vec<Other> {
    let list = inspect["Manifests"].as_array().into_iter().flatten().take(MOST_OTHERS);
    let others = list.filter_map(|item| {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let stated = &item["ImageData"]["Platform"];
        let platform = Some(Platform {
            os: text(&stated["os"]).filter(|os| !os.is_empty())?,
            architecture: text(&stated["architecture"])?,
            variant: text(&stated["variant"]).filter(|variant| !variant.is_empty()),
        });
        Some((item, platform)).filter(|_| item["Kind"] == "image")
    });
    let same = |one: &Platform| own.is_some_and(|own| own.normalised() == one.normalised());
    others
        .filter(|(_, platform)| !platform.as_ref().is_some_and(same))
        .map(|(item, platform)| Other {
            kind: "image".to_owned(),
            digest: item["ID"].as_str().map(str::to_owned),
            platform,
            size: item["Size"]["Total"].as_u64(),
            present: item["Available"].as_bool().unwrap_or(false),
            ..Other::default()
        })
        .collect()
}

/// The names of an image.
pub(super) fn names(inspect: &Value) -> Vec<String> {
    texts(inspect, "RepoTags").into_iter().filter(|name| !name.starts_with("<none>")).collect()
}

struct Step {
    created: Option<String>,
    created_by: Option<String>,
    comment: Option<String>,
    size: u64,
}

fn step(step: &Value) -> Step {
    let text = |key: &str| step[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    Step {
        created: step["Created"].as_i64().and_then(time),
        created_by: text("CreatedBy"),
        comment: text("Comment"),
        size: step["Size"].as_u64().unwrap_or(0),
    }
}

/// The steps that made the image's layers: those with bytes and, for the remaining layers, commands that may change
/// files without adding bytes, oldest first.
fn with_layers(steps: &[Step], layers: usize) -> Vec<usize> {
    let mut chosen: Vec<usize> = (0..steps.len()).filter(|&at| steps[at].size > 0).collect();
    for likely in [true, false] {
        let more = (0..steps.len()).filter(|&at| {
            steps[at].size == 0 && changes_files(steps[at].created_by.as_deref()) == likely
        });
        chosen.extend(more.take(layers.saturating_sub(chosen.len())).collect::<Vec<_>>());
    }
    chosen
}

/// Whether a step with this command makes a layer, possibly an empty one.
fn changes_files(command: Option<&str>) -> bool {
    let Some(command) = command else { return true };
    let command = match command.split_once("#(nop)") {
        Some((_, instruction)) => instruction.trim_start(),
        None => command,
    };
    let without = [
        "CMD",
        "ENTRYPOINT",
        "ENV",
        "LABEL",
        "EXPOSE",
        "USER",
        "VOLUME",
        "ARG",
        "ONBUILD",
        "STOPSIGNAL",
        "HEALTHCHECK",
        "SHELL",
        "MAINTAINER",
    ];
    // WORKDIR makes a layer in the classic builder only if the directory is new, in BuildKit always.
    let first = command.split_whitespace().next().unwrap_or_default();
    !without.contains(&first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(layers: &[&str], steps: &Value) -> Described {
        let inspect = json!({
            "Id": "b".repeat(64), "RepoTags": ["x:1", "<none>:<none>"], "Created": "2020-01-01T00:00:00Z",
            "Os": "linux", "Architecture": "amd64", "Config": {"Env": ["A=1"], "Labels": null},
            "RootFS": {"Type": "layers", "Layers": layers},
        });
        describe(&inspect, steps, "docker-daemon", "x").unwrap()
    }

    #[test]
    fn the_stack_is_known_from_two_answers() {
        let steps = json!([
            {"Id": "x", "Created": 3, "CreatedBy": "CMD [\"sh\"]", "Size": 0, "Comment": "buildkit"},
            {"Id": "y", "Created": 2, "CreatedBy": "RUN true", "Size": 0, "Comment": ""},
            {"Id": "z", "Created": 1, "CreatedBy": "/bin/sh -c #(nop) ADD file", "Size": 70, "Comment": ""},
        ]);
        let described = described(&["sha256:1", "sha256:2"], &steps);
        let image = &described.image;
        assert_eq!(described.sizes, [70, 0]);
        assert_eq!(image.id.as_deref(), Some(format!("sha256:{}", "b".repeat(64)).as_str()));
        assert_eq!(
            (image.names.clone(), image.config.env.clone()),
            (vec!["x:1".into()], vec!["A=1".into()])
        );
        let commands: Vec<_> =
            image.layers.iter().map(|it| it.created_by.clone().unwrap()).collect();
        assert_eq!(commands, ["/bin/sh -c #(nop) ADD file", "RUN true"]);
        assert_eq!(
            image.layers[1].created.as_ref().map(crate::text::Foreign::raw),
            Some("1970-01-01T00:00:02Z")
        );
        assert!(image.history[2].empty_layer, "the command that runs");
        assert_eq!(image.problems, [""; 0]);
    }

    #[test]
    fn an_engine_that_tells_nothing_is_no_reason_to_fail() {
        for steps in [json!(null), json!({"message": "odd"}), json!([7, null])] {
            let described = described(&["sha256:1"], &steps);
            assert_eq!(described.image.layers.len(), 1, "{steps}");
            assert_eq!(described.sizes, [0]);
        }
    }
}
