//! The two lists of a `docker save` archive: `manifest.json` (Docker ≥ 1.10) and `repositories` (all versions).

use std::collections::BTreeMap;

use crate::image::document;
use crate::image::document::{DocumentError, Fields, LONGEST_LIST, Value, kept};
use crate::image::manifest::Descriptor;

/// One image of a `manifest.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedImage {
    /// Path of the config in the archive. Untrusted: looked up among the entries only.
    pub config: String,
    /// Names with tags.
    pub tags: Vec<String>,
    /// Paths of the layers in the archive, base first. Untrusted.
    pub layers: Vec<String>,
    /// Descriptors of layers in a registry by diff ID (`LayerSources`), for layers that were pulled.
    pub sources: BTreeMap<String, Descriptor>,
    /// Problems found while parsing.
    pub problems: Vec<String>,
}

/// Parses `manifest.json`.
///
/// # Errors
/// If it is not a list of objects, or a list of layers cannot be read.
pub fn parse(bytes: &[u8]) -> Result<Vec<SavedImage>, DocumentError> {
    let value = document::parse(bytes)?;
    let Value::Array(items) = &value else {
        return Err(DocumentError::Other("not a list of images as `docker save` writes it"));
    };
    if items.len() > LONGEST_LIST {
        return Err(DocumentError::TooLong { field: "(document)".to_owned(), length: items.len() });
    }
    items.iter().enumerate().map(|(at, item)| saved(item, at)).collect()
}

fn saved(item: &Value, at: usize) -> Result<SavedImage, DocumentError> {
    let fields = Fields::of(item, format!("[{at}]"))?;
    let mut problems = Vec::new();
    let mut sources = BTreeMap::new();
    if let Some(stated) = kept(fields.object("LayerSources"), &mut problems) {
        for (diff_id, source) in stated.entries() {
            sources.insert(diff_id.to_owned(), Descriptor::read(source, &stated.path(diff_id)));
        }
    }
    Ok(SavedImage {
        config: kept(fields.text("Config"), &mut problems).unwrap_or_default(),
        tags: kept(fields.texts("RepoTags"), &mut problems),
        layers: fields.texts("Layers")?,
        sources,
        problems,
    })
}

/// Parses `repositories`: names and v1 IDs, sorted by name.
///
/// # Errors
/// If it is not an object of objects of strings.
pub fn parse_repositories(bytes: &[u8]) -> Result<Vec<(String, String)>, DocumentError> {
    let value = document::parse(bytes)?;
    let repositories = Fields::of(&value, "")?;
    let mut names = Vec::new();
    for (repository, tags) in repositories.entries() {
        for (tag, id) in Fields::of(tags, repository)?.strings() {
            let separator = if tag.starts_with("sha256:") { '@' } else { ':' };
            names.push((format!("{repository}{separator}{tag}"), id));
            if names.len() > LONGEST_LIST {
                let field = "(document)".to_owned();
                return Err(DocumentError::TooLong { field, length: names.len() });
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_tags_and_null_layers_are_empty() {
        let images = parse(br#"[{"Config":"c.json","RepoTags":null,"Layers":null}]"#).unwrap();
        assert_eq!((images[0].tags.len(), images[0].layers.len()), (0, 0));
    }

    #[test]
    fn a_field_of_the_wrong_type_is_named() {
        for (json, field) in [
            ("null", "list of images"),
            ("{}", "list of images"),
            ("[1]", "`[0]`"),
            (r#"[{"Layers":["a"]},{"Layers":"a"}]"#, "`[1].Layers`"),
            (r#"[{"Layers":[1]}]"#, "`[0].Layers[0]`"),
        ] {
            let message = parse(json.as_bytes()).unwrap_err().to_string();
            assert!(message.contains(field), "{message}");
        }
    }

    #[test]
    fn repositories_give_names_by_id() {
        let names = parse_repositories(br#"{"b/c":{"1":"x","latest":"y"},"a":{"2":"x"}}"#).unwrap();
        let pair = |name: &str, id: &str| (name.to_owned(), id.to_owned());
        assert_eq!(names, [pair("a:2", "x"), pair("b/c:1", "x"), pair("b/c:latest", "y")]);
        assert!(parse_repositories(b"[]").is_err());
    }
}
