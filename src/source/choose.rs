//! Which of several images a name, a tag or an ID means.

use crate::image::name::{Name, split_tag};

/// Fewer digits are more likely a tag that is not here than the beginning of an ID.
const SHORTEST_ID: usize = 4;

/// What an image is known by.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Names and tags.
    pub(super) names: Vec<String>,
    /// Image IDs and digests.
    pub(super) ids: Vec<String>,
}

/// The images that `text` means: by exact name, else by the name it is short for, else by tag, else by the beginning
/// of an ID or digest. Empty where it means none; more than one where it is not exact enough.
pub(super) fn matching(text: &str, known: &[Known]) -> Vec<usize> {
    let asked = Name::parse(text);
    let local = asked.as_ref().and_then(Name::on_localhost);
    let means = |asked: &Option<Name>, name: &str| {
        asked
            .as_ref()
            .is_some_and(|asked| Name::parse(name).is_some_and(|name| asked.matches(&name)))
    };
    let prefix = text.strip_prefix("sha256:").unwrap_or(text);
    let is_hex = prefix.len() >= SHORTEST_ID && prefix.bytes().all(|c| c.is_ascii_hexdigit());
    let prefix = prefix.to_ascii_lowercase();
    let by_name: [&dyn Fn(&str) -> bool; 4] =
        [&|name| name == text, &|name| means(&asked, name), &|name| means(&local, name), &|name| {
            split_tag(name).1 == Some(text)
        }];
    let by_id = |id: &String| {
        id == text || (is_hex && id.strip_prefix("sha256:").unwrap_or(id).starts_with(&prefix))
    };
    let found = |test: &dyn Fn(&Known) -> bool| -> Vec<usize> {
        let images = known.iter().enumerate().filter(|(_, known)| test(known));
        images.map(|(at, _)| at).collect()
    };
    by_name
        .iter()
        .map(|test| found(&|known| known.names.iter().any(|name| test(name))))
        .find(|found| !found.is_empty())
        .unwrap_or_else(|| found(&|known| known.ids.iter().any(by_id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(text: &str) -> Vec<usize> {
        let known = |names: &[&str], id: &str| Known {
            names: names.iter().map(|&name| name.to_owned()).collect(),
            ids: vec![format!("sha256:{id}")],
        };
        matching(
            text,
            &[
                known(&["nginx:latest", "nginx:1.2"], "aaaa11"),
                known(&["docker.io/lab/hello:1"], "aaaa22"),
                known(&["localhost/lab/own:1"], "bb33"),
                known(&["v9"], "cc44"),
                known(&[], "dddd55"),
            ],
        )
    }

    #[test]
    fn names_may_be_short_or_in_full() {
        assert_eq!(ask("nginx"), [0]);
        assert_eq!(ask("docker.io/library/nginx"), [0]);
        assert_eq!(ask("lab/hello:1"), [1]);
        assert_eq!(ask("lab/own:1"), [2]);
        assert_eq!(ask("v9"), [3]);
        assert_eq!(ask("nginx:3"), [0; 0]);
    }

    #[test]
    fn a_tag_or_the_beginning_of_an_id_will_do() {
        assert_eq!(ask("1.2"), [0]);
        assert_eq!(ask("1"), [1, 2], "not exact enough");
        assert_eq!(ask("dddd"), [4]);
        assert_eq!(ask("ddd"), [0; 0], "too short");
        assert_eq!(ask("sha256:AAAA"), [0, 1]);
        assert_eq!(ask("zz"), [0; 0]);
    }
}
