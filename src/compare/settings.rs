//! Compares the settings of two images: config, history, layers.

use std::collections::{BTreeMap, HashMap};

use crate::image::Image;
use crate::image::history::HistoryStep;
use crate::image::layer::Layer;
use crate::text::Foreign;

/// One setting that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// `user`, `env PATH`, `label maintainer`, `history 3`, …
    pub key: Foreign,
    /// The value in the old image.
    pub old: Option<Foreign>,
    /// The value in the new image.
    pub new: Option<Foreign>,
}

/// The settings that differ, in a fixed order. Without `times`, creation times and the order of the environment are
/// ignored.
#[must_use]
pub fn settings(old: &Image, new: &Image, times: bool) -> Vec<Setting> {
    let (old, new) = (listed(old, times), listed(new, times));
    let map = |list: &[(Foreign, Foreign)]| list.iter().cloned().collect::<HashMap<_, _>>();
    let (old_values, new_values) = (map(&old), map(&new));
    let added = new.into_iter().filter(|(key, _)| !old_values.contains_key(key));
    let keys = old.into_iter().chain(added).map(|(key, _)| key);
    let compared = keys.map(|key| {
        let (old, new) = (old_values.get(&key).cloned(), new_values.get(&key).cloned());
        Setting { key, old, new }
    });
    compared.filter(|setting| setting.old != setting.new).collect()
}

/// Whether the layers are known to differ: in their number or in their diff IDs (else digests). A layer without both may be
/// equal to any other.
#[must_use]
pub fn layers_differ(old: &Image, new: &Image) -> bool {
    let differ = |(one, other): (&Layer, &Layer)| match (one.id(), other.id()) {
        (Some(one), Some(other)) => one != other,
        _ => false,
    };
    old.layers.len() != new.layers.len() || old.layers.iter().zip(&new.layers).any(differ)
}

/// Layers of the old image that the new one has as well, by diff ID (else digest): the number of all, and of the lowest ones
/// in a row.
#[must_use]
pub fn shared_layers(old: &Image, new: &Image) -> (usize, usize) {
    let shared = matched_layers(old, new).0.into_iter().filter(|shared| *shared).count();
    let pairs = old.layers.iter().map(Layer::id).zip(new.layers.iter().map(Layer::id));
    (shared, pairs.take_while(|(one, other)| one.is_some() && one == other).count())
}

/// For each layer of the old and of the new image, whether the other one has it as well, by diff ID (else digest). A layer
/// that one image has twice and the other once is shared once.
#[must_use]
pub fn matched_layers(old: &Image, new: &Image) -> (Vec<bool>, Vec<bool>) {
    let mut matched = (vec![false; old.layers.len()], vec![false; new.layers.len()]);
    for (one, other) in equal_ids(&ids(&old.layers), &ids(&new.layers)) {
        (matched.0[one], matched.1[other]) = (true, true);
    }
    matched
}

/// The ID of each layer, where it has one.
pub(super) fn ids(layers: &[Layer]) -> Vec<Option<&str>> {
    layers.iter().map(Layer::id).collect()
}

/// Pairs of equal IDs, each position at most once; of equal ones the first ones belong together.
pub(super) fn equal_ids(old: &[Option<&str>], new: &[Option<&str>]) -> Vec<(usize, usize)> {
    let mut unmatched: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, id) in new.iter().enumerate().rev() {
        if let Some(id) = id {
            unmatched.entry(id).or_default().push(at);
        }
    }
    let other = |id: Option<&str>| unmatched.get_mut(id?)?.pop();
    let others = old.iter().copied().map(other).enumerate();
    others.filter_map(|(at, other)| Some((at, other?))).collect()
}

/// All settings as key and text, each key once.
fn listed(image: &Image, times: bool) -> Vec<(Foreign, Foreign)> {
    let config = &image.config;
    let mut list: Vec<(Foreign, Foreign)> = Vec::new();
    let mut put = |key: &str, value: Option<Foreign>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            list.push((key.into(), value));
        }
    };
    put("platform", image.platform.as_ref().map(|it| it.to_string().into()));
    put("user", config.user.clone());
    put("working directory", config.working_dir.clone());
    put("entrypoint", Some(exec(&config.entrypoint)));
    put("command", Some(exec(&config.cmd)));
    put("shell", Some(exec(&config.shell)));
    put("health check", Some(exec(&config.healthcheck)));
    put("on build", Some(exec(&config.on_build)));
    put("stop signal", config.stop_signal.clone());
    // Docker's classic builder writes the name and the parent of the container of each build.
    let of_the_build = |key: &Foreign| !times && matches!(key.raw(), "Hostname" | "Image");
    for (key, value) in config.other.iter().filter(|(key, _)| !of_the_build(key)) {
        put(&format!("config {}", key.raw()), Some(value.clone()));
    }
    put("author", config.author.clone());
    put("created", config.created.clone().filter(|_| times));
    let mut names = Vec::new();
    for variable in &config.env {
        let (name, value) = variable.raw().split_once('=').unwrap_or((variable.raw(), ""));
        names.push(name);
        // With the name, so that a variable set to an empty value differs from one that is not set.
        put(&format!("env {name}"), Some(format!("{name}={value}").into()));
    }
    if times {
        put("env order", Some(names.join(" ").into()));
    }
    for (key, value) in &config.labels {
        let (key, value) = (key.raw(), value.raw());
        put(&format!("label {key}"), Some(format!("{key}={value}").into()));
    }
    for port in &config.exposed_ports {
        put(&format!("port {}", port.raw()), Some(port.clone()));
    }
    for volume in &config.volumes {
        put(&format!("volume {}", volume.raw()), Some(volume.clone()));
    }
    for (at, step) in image.history.iter().enumerate() {
        put(&format!("history {at}"), Some(history_text(step, times)));
    }
    // Of a variable that is set twice, the last one counts.
    let mut last: HashMap<Foreign, usize> = HashMap::new();
    for (at, (key, _)) in list.iter().enumerate() {
        last.insert(key.clone(), at);
    }
    let mut at = 0;
    list.retain(|(key, _)| {
        at += 1;
        last.get(key) == Some(&(at - 1))
    });
    list
}

/// A command in exec form, as JSON.
fn exec(words: &[Foreign]) -> Foreign {
    if words.is_empty() { Foreign::default() } else { serde_json::json!(words).to_string().into() }
}

fn history_text(step: &HistoryStep, times: bool) -> Foreign {
    let created = step.created.as_ref().filter(|_| times).map(Foreign::raw).unwrap_or_default();
    let by = step.created_by.as_ref().map(Foreign::raw).unwrap_or_default();
    let empty = if step.empty_layer { " (no layer)" } else { "" };
    format!("{created} {by}{empty}").trim().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::config::Config;

    fn image(env: &[&str], created: &str) -> Image {
        let config = Config {
            env: Foreign::list(env.iter().copied()),
            created: Some(created.into()),
            ..Config::default()
        };
        Image { config, ..Image::default() }
    }

    #[test]
    fn order_and_time_can_be_ignored() {
        let (old, new) = (image(&["A=1", "B=2"], "then"), image(&["B=2", "A=1"], "now"));
        let keys = |times| -> Vec<Foreign> {
            settings(&old, &new, times).into_iter().map(|setting| setting.key).collect()
        };
        assert_eq!(keys(true), ["created", "env order"]);
        assert!(keys(false).is_empty());
    }

    #[test]
    fn every_key_of_the_config_counts_but_those_of_the_build_alone() {
        let image = |config: &str| {
            let document = format!(r#"{{"config":{config}}}"#);
            let config = crate::image::config::parse(document.as_bytes()).unwrap().config;
            Image { config, ..Image::default() }
        };
        let old =
            image(r#"{"Healthcheck":{"Test":["CMD","a"],"Retries":1},"Image":"x","Tty":false}"#);
        let new = image(
            r#"{"Healthcheck":{"Test":["CMD","a"],"Retries":9},"Image":"y","StopTimeout":3,"New":{"a":[1]}}"#,
        );
        let lines = |times| -> Vec<String> {
            let found = settings(&old, &new, times).into_iter();
            let raw = |value: Option<Foreign>| value.map_or_else(|| "-".into(), Foreign::into_raw);
            found.map(|it| format!("{} {} {}", it.key.raw(), raw(it.old), raw(it.new))).collect()
        };
        let semantic = [
            "config Healthcheck.Retries 1 9",
            "config New - {\"a\":[1]}",
            "config StopTimeout - 3",
        ];
        let mut found = lines(false);
        found.sort();
        assert_eq!(found, semantic);
        assert!(lines(true).contains(&r#"config Image "x" "y""#.to_owned()), "{:?}", lines(true));
    }

    #[test]
    fn settings_of_one_image_only_and_other_values_differ() {
        let found = settings(&image(&["A=1", "C="], ""), &image(&["A=2", "A=3", "D=4"], ""), false);
        let values: Vec<_> = found
            .iter()
            .map(|it| {
                (it.key.raw(), it.old.as_ref().map(Foreign::raw), it.new.as_ref().map(Foreign::raw))
            })
            .collect();
        let expected = [
            ("env A", Some("A=1"), Some("A=3")),
            ("env C", Some("C="), None),
            ("env D", None, Some("D=4")),
        ];
        assert_eq!(values, expected);
    }
}
