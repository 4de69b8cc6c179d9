//! Lenient reading of untrusted JSON: absent and `null` are the same, and errors name the field.
//!
//! Typed deserialisation would report "invalid type at line 1 column 20", but users with a damaged image need to know
//! *which field*. So documents are parsed to values, and fields are looked up like members of a struct by Go's
//! `encoding/json`: case-insensitively, the last member wins, and several objects of one name are merged. Keys of
//! maps (labels, annotations, repositories) are data and stay as written.

use std::collections::BTreeMap;

use thiserror::Error;

pub(crate) use crate::image::json::Value;
use crate::image::json::same_name;

/// Maximum size of a manifest, index or config in bytes. Registries accept 4 MiB.
pub const LIMIT: u64 = 8 << 20;

/// Maximum length of a list of layers, manifests or history steps.
pub const LONGEST_LIST: usize = 20_000;

/// Why a document cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// Not JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// A field has the wrong type.
    #[error("`{field}` is {found} where {expected} should be")]
    Shape {
        /// Path of the field: `layers[2].digest`. Foreign text if it contains map keys.
        field: String,
        /// Expected type.
        expected: &'static str,
        /// Actual type.
        found: &'static str,
    },
    /// A list is longer than [`LONGEST_LIST`].
    #[error("`{field}` has {length} items; no more than {LONGEST_LIST} are read")]
    TooLong {
        /// Path of the list.
        field: String,
        /// Its length.
        length: usize,
    },
    /// A JSON object of another kind.
    #[error("{0}")]
    Other(&'static str),
}

/// Parses JSON. Invalid UTF-8 in strings is replaced, as engines do.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, DocumentError> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    serde_json::from_str(text).map_err(|error| DocumentError::NotJson(error.to_string()))
}

/// An object and its path in the document.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'v> {
    /// One object, or several of the same name in document order.
    objects: Vec<&'v [(String, Value)]>,
    place: String,
}

impl<'v> Fields<'v> {
    /// `value` as an object; `place` is its path, empty for the document itself.
    pub(crate) fn of(value: &'v Value, place: impl Into<String>) -> Result<Self, DocumentError> {
        let place = place.into();
        match value {
            Value::Object(members) => Ok(Self { objects: vec![members], place }),
            other => Err(DocumentError::Shape {
                field: if place.is_empty() { "(document)".to_owned() } else { place },
                expected: "an object",
                found: kind(other),
            }),
        }
    }

    /// All members that Go would assign to this field, in order.
    fn named(&self, key: &str) -> impl DoubleEndedIterator<Item = &'v Value> {
        let members = self.objects.iter().flat_map(|members| members.iter());
        members.filter(move |(name, _)| same_name(name, key)).map(|(_, value)| value)
    }

    /// Whether the field is present and not null.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// Whether the field is present, possibly null.
    pub(crate) fn contains(&self, key: &str) -> bool {
        self.named(key).next().is_some()
    }

    /// The value of a field; `None` if absent or null. A null after a value is ignored.
    pub(crate) fn value(&self, key: &str) -> Option<&'v Value> {
        self.named(key).rfind(|value| !value.is_null())
    }

    /// A string; `None` if empty.
    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, DocumentError> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(other) => Err(self.wrong(key, "a string", other)),
        }
    }

    /// A non-negative integer.
    pub(crate) fn number(&self, key: &str) -> Result<Option<u64>, DocumentError> {
        match self.value(key) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(key, "a number of bytes", value)),
            },
        }
    }

    /// A boolean; false if absent.
    pub(crate) fn flag(&self, key: &str) -> Result<bool, DocumentError> {
        match self.value(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(self.wrong(key, "true or false", other)),
        }
    }

    /// A list; empty if absent.
    pub(crate) fn list(&self, key: &str) -> Result<&'v [Value], DocumentError> {
        match self.value(key) {
            None => Ok(&[]),
            Some(Value::Array(items)) if items.len() > LONGEST_LIST => {
                Err(DocumentError::TooLong { field: self.path(key), length: items.len() })
            }
            Some(Value::Array(items)) => Ok(items),
            Some(other) => Err(self.wrong(key, "a list", other)),
        }
    }

    /// An object; `None` if absent. Several of this name are merged, later fields first.
    pub(crate) fn object(&self, key: &str) -> Result<Option<Self>, DocumentError> {
        let mut merged: Option<Self> = None;
        for value in self.named(key).filter(|value| !value.is_null()) {
            let fields = Fields::of(value, self.path(key))?;
            match &mut merged {
                Some(merged) => merged.objects.extend(fields.objects),
                None => merged = Some(fields),
            }
        }
        Ok(merged)
    }

    /// A list of strings.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<String>, DocumentError> {
        let items = self.list(key)?.iter().enumerate();
        items
            .map(|(at, item)| match item {
                Value::String(text) => Ok(text.clone()),
                other => Err(self.wrong(&format!("{key}[{at}]"), "a string", other)),
            })
            .collect()
    }

    /// A command line: a list of strings, a string, or absent. Old versions of Docker wrote all three.
    pub(crate) fn command(&self, key: &str) -> Result<Vec<String>, DocumentError> {
        match self.value(key) {
            Some(Value::String(text)) if text.is_empty() => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(vec![text.clone()]),
            _ => self.texts(key),
        }
    }

    /// A set, written as the keys of an object (`{"80/tcp": {}}`) or as a list of strings; sorted.
    pub(crate) fn keys(&self, key: &str) -> Result<Vec<String>, DocumentError> {
        let mut keys = match self.value(key) {
            Some(Value::Object(_)) => {
                let set = self.object(key)?.map(|set| set.entries()).unwrap_or_default();
                set.into_keys().map(str::to_owned).collect()
            }
            _ => self.texts(key)?,
        };
        keys.sort();
        Ok(keys)
    }

    /// A map of strings, sorted by key. Numbers and booleans are taken as written.
    pub(crate) fn pairs(&self, key: &str) -> Result<Vec<(String, String)>, DocumentError> {
        Ok(self.object(key)?.map(|map| map.strings()).unwrap_or_default())
    }

    /// The object as a map of strings, as [`Self::pairs`] gives them.
    pub(crate) fn strings(&self) -> Vec<(String, String)> {
        let string = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let entries = self.entries().into_iter();
        entries.map(|(key, value)| (key.to_owned(), string(value))).collect()
    }

    /// The object as a map; the last of several equal keys wins.
    pub(crate) fn entries(&self) -> BTreeMap<&'v str, &'v Value> {
        let members = self.objects.iter().flat_map(|members| members.iter());
        members.map(|(key, value)| (key.as_str(), value)).collect()
    }

    /// The path of a field.
    pub(crate) fn path(&self, key: &str) -> String {
        if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) }
    }

    fn wrong(&self, key: &str, expected: &'static str, found: &Value) -> DocumentError {
        DocumentError::Shape { field: self.path(key), expected, found: kind(found) }
    }
}

/// A value of a map as a string; `place` is its path.
pub(crate) fn text(value: &Value, place: String) -> Result<String, DocumentError> {
    let found = kind(value);
    let wrong = DocumentError::Shape { field: place, expected: "a string", found };
    value.as_str().map(str::to_owned).ok_or(wrong)
}

/// A value of a map as a boolean; `place` is its path.
pub(crate) fn flag(value: &Value, place: String) -> Result<bool, DocumentError> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        other => Err(DocumentError::Shape {
            field: place,
            expected: "true or false",
            found: kind(other),
        }),
    }
}

/// The value, or the default and a problem.
pub(crate) fn kept<T: Default>(result: Result<T, DocumentError>, problems: &mut Vec<String>) -> T {
    result.unwrap_or_else(|error| {
        problems.push(error.to_string());
        T::default()
    })
}

/// A time; `None` for Go's zero time, which engines write for "unknown".
pub(crate) fn known_time(time: Option<String>) -> Option<String> {
    time.filter(|time| !time.starts_with("0001-01-01T00:00:00"))
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(json: &str, read: impl FnOnce(&Fields<'_>) -> T) -> T {
        let value = parse(json.as_bytes()).unwrap();
        read(&Fields::of(&value, "").unwrap())
    }

    #[test]
    fn fields_are_found_in_any_case_and_the_last_one_wins() {
        for (json, os) in [
            (r#"{"OS":"a"}"#, "a"),
            (r#"{"os":"a","OS":"b"}"#, "b"),
            (r#"{"OS":"b","os":"a"}"#, "a"),
            (r#"{"Os":"a","os":"b","Os":"c"}"#, "c"),
            (r#"{"os":"a","OS":null}"#, "a"),
        ] {
            assert_eq!(with(json, |it| it.text("os")).unwrap().as_deref(), Some(os), "{json}");
        }
    }

    #[test]
    fn objects_of_the_same_name_are_merged() {
        let json = r#"{"config":{"User":"u","cmd":["a"]},"Config":{"CMD":["b"]}}"#;
        with(json, |fields| {
            let config = fields.object("config").unwrap().unwrap();
            assert_eq!(config.text("User").unwrap().as_deref(), Some("u"));
            assert_eq!(config.texts("Cmd").unwrap(), ["b"]);
        });
        let error = with(r#"{"config":{},"Config":7}"#, |it| it.object("config").map(drop));
        assert!(error.unwrap_err().to_string().contains("`config`"));
    }

    #[test]
    fn keys_of_maps_are_data() {
        let pairs = with(r#"{"labels":{"A":"1","a":"2","a":"3"}}"#, |it| it.pairs("Labels"));
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(pairs.unwrap(), [pair("A", "1"), pair("a", "3")]);
    }
}
