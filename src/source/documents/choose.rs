//! Finds the images that a name, a tag or an ID means.

use crate::image::name::{Name, split_tag};

/// The shortest prefix of an ID. Shorter ones are more likely tags.
const SHORTEST_ID: usize = 4;

/// The number of digits of a full ID.
const WHOLE_ID: usize = 64;

/// The names and IDs of one image.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Names and tags.
    pub(crate) names: Vec<String>,
    /// Other accepted names: the tag alone.
    pub(crate) also: Vec<String>,
    /// Image IDs and digests.
    pub(crate) ids: Vec<String>,
}

/// The indices of the images that `text` means: by exact name, else by the full form of a short name, else by
/// repository if no tag is given, else by tag, else by the end of a full name, else by the prefix of an ID or digest.
/// Several if it is ambiguous.
pub(crate) fn matching(text: &str, known: &[Known]) -> Vec<usize> {
    // containers-transports(5) writes an ID as `@ID`, or after a name.
    let text = match text.rsplit_once('@') {
        Some((before, id)) if is_hex(id) && (before.is_empty() || id.len() == WHOLE_ID) => id,
        _ => text,
    };
    let asked = Name::parse(text);
    let local = asked.as_ref().and_then(Name::on_localhost);
    let means = |asked: &Option<Name>, name: &str, how: fn(&Name, &Name) -> bool| {
        asked.as_ref().is_some_and(|asked| Name::parse(name).is_some_and(|name| how(asked, &name)))
    };
    let in_full = ["docker.io/", "index.docker.io/"].iter().any(|domain| text.starts_with(domain));
    let ending = local.as_ref().filter(|_| !in_full).cloned();
    let any_tag = !text.contains('@') && split_tag(text).1.is_none();
    let prefix = text.strip_prefix("sha256:").unwrap_or(text);
    let may_be_id = prefix.len() >= SHORTEST_ID && is_hex(prefix);
    let prefix = prefix.to_ascii_lowercase();
    let by_name: [&dyn Fn(&str) -> bool; 8] = [
        &|name| name == text,
        &|name| means(&asked, name, Name::matches),
        &|name| means(&local, name, Name::matches),
        &|name| any_tag && means(&asked, name, Name::same_repository),
        &|name| any_tag && means(&local, name, Name::same_repository),
        &|name| split_tag(name).1 == Some(text),
        // As podman does, `hello:1` finds `quay.io/lab/hello:1`.
        &|name| means(&ending, name, Name::is_suffix_of),
        &|name| any_tag && means(&ending, name, Name::is_repository_suffix_of),
    ];
    let by_id = |id: &String| {
        id == text || (may_be_id && id.strip_prefix("sha256:").unwrap_or(id).starts_with(&prefix))
    };
    let found = |test: &dyn Fn(&Known) -> bool| -> Vec<usize> {
        let images = known.iter().enumerate().filter(|(_, known)| test(known));
        images.map(|(at, _)| at).collect()
    };
    by_name
        .iter()
        .map(|test| found(&|known| known.names.iter().chain(&known.also).any(|name| test(name))))
        .find(|found| !found.is_empty())
        .unwrap_or_else(|| found(&|known| known.ids.iter().any(by_id)))
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|c| c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(text: &str) -> Vec<usize> {
        let known = |names: &[&str], id: &str| Known {
            names: names.iter().map(|&name| name.to_owned()).collect(),
            ids: vec![format!("sha256:{id}")],
            ..Known::default()
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
    fn without_a_tag_a_repository_means_what_there_is_of_it() {
        assert_eq!(ask("lab/hello"), [1]);
        assert_eq!(ask("docker.io/lab/hello"), [1]);
        assert_eq!(ask("lab/own"), [2]);
        assert_eq!(ask("lab/hello:2"), [0; 0]);
        assert_eq!(ask("lab"), [0; 0]);
    }

    #[test]
    fn the_end_of_a_name_will_do_where_nothing_else_has_it() {
        assert_eq!(ask("hello:1"), [1]);
        assert_eq!(ask("own"), [2]);
        assert_eq!(ask("llo:1"), [0; 0], "not from within a word");
        assert_eq!(ask("ghcr.io/hello:1"), [0; 0], "a name in full is taken at its word");
    }

    #[test]
    fn an_id_may_stand_behind_an_at_sign() {
        assert_eq!(ask("@dddd55"), [4]);
        assert_eq!(ask("@dd"), [0; 0], "too short");
        let id = "e".repeat(64);
        let ids = vec![format!("sha256:{id}")];
        let known = [Known { names: vec!["a:1".to_owned()], ids, ..Known::default() }];
        assert_eq!(matching(&format!("a:1@{id}"), &known), [0]);
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
