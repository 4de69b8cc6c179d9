//! Reading foreign JSON leniently: absent and `null` are the same, and what has the wrong shape is named.
//!
//! Typed deserialisation would say "invalid type at line 1 column 20"; a person with a damaged image needs to know
//! *which field*. So documents are read as values and each field is asked for by name.

use serde_json::{Map, Value};
use thiserror::Error;

/// No manifest, index or config may be larger, in bytes. Registries take 4 MiB; what is bigger is no such document.
pub const LIMIT: u64 = 8 << 20;

/// No list of layers, manifests or history steps may be longer.
pub const LONGEST_LIST: usize = 20_000;

/// Why a document could not be understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// It is no JSON at all.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// A field has another type than it must have.
    #[error("`{field}` is {found} where {expected} should be")]
    Shape {
        /// Where: `layers[2].digest`. Foreign where it holds map keys.
        field: String,
        /// What should be there.
        expected: &'static str,
        /// What is.
        found: &'static str,
    },
    /// A list is longer than any sound image's.
    #[error("`{field}` has {length} items; no more than {LONGEST_LIST} are read")]
    TooLong {
        /// The list.
        field: String,
        /// Its length.
        length: usize,
    },
    /// It is a JSON object, but none of those that were looked for.
    #[error("{0}")]
    Other(&'static str),
}

/// Parses `bytes`. Bytes that are no UTF-8 inside strings are replaced, as engines do.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, DocumentError> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    serde_json::from_str(text).map_err(|error| DocumentError::NotJson(error.to_string()))
}

/// An object and where it stands in its document.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'v> {
    map: &'v Map<String, Value>,
    place: String,
}

impl<'v> Fields<'v> {
    /// Takes `value` as an object; `place` is empty for the document itself.
    pub(crate) fn of(value: &'v Value, place: impl Into<String>) -> Result<Self, DocumentError> {
        let place = place.into();
        match value {
            Value::Object(map) => Ok(Self { map, place }),
            other => Err(DocumentError::Shape {
                field: if place.is_empty() { "(document)".to_owned() } else { place },
                expected: "an object",
                found: kind(other),
            }),
        }
    }

    /// Whether the field is there and not null.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// Whether the field is there, be it null.
    pub(crate) fn names(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// The field itself, unless it is absent or null.
    pub(crate) fn value(&self, key: &str) -> Option<&'v Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// A string. An empty one is none.
    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, DocumentError> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(other) => Err(self.wrong(key, "a string", other)),
        }
    }

    /// A whole number that is not negative.
    pub(crate) fn number(&self, key: &str) -> Result<Option<u64>, DocumentError> {
        match self.value(key) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(key, "a number of bytes", value)),
            },
        }
    }

    /// True or false; absent is false.
    pub(crate) fn flag(&self, key: &str) -> Result<bool, DocumentError> {
        match self.value(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(self.wrong(key, "true or false", other)),
        }
    }

    /// A list; absent is empty.
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

    /// An object; absent is none.
    pub(crate) fn object(&self, key: &str) -> Result<Option<Self>, DocumentError> {
        self.value(key).map(|value| Fields::of(value, self.path(key))).transpose()
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

    /// A command line: a list of strings, one string, or nothing. Old Docker wrote all three.
    pub(crate) fn command(&self, key: &str) -> Result<Vec<String>, DocumentError> {
        match self.value(key) {
            Some(Value::String(text)) if text.is_empty() => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(vec![text.clone()]),
            _ => self.texts(key),
        }
    }

    /// The keys of a set that is written as an object (`{"80/tcp": {}}`), or a list of strings; sorted.
    pub(crate) fn keys(&self, key: &str) -> Result<Vec<String>, DocumentError> {
        let mut keys = match self.value(key) {
            Some(Value::Object(map)) => map.keys().cloned().collect(),
            _ => self.texts(key)?,
        };
        keys.sort();
        Ok(keys)
    }

    /// An object of strings, sorted by key. Numbers and the like are taken as they are written.
    pub(crate) fn pairs(&self, key: &str) -> Result<Vec<(String, String)>, DocumentError> {
        let Some(fields) = self.object(key)? else { return Ok(Vec::new()) };
        let mut pairs: Vec<_> = fields
            .map
            .iter()
            .map(|(key, value)| {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                (key.clone(), text)
            })
            .collect();
        pairs.sort();
        Ok(pairs)
    }

    /// The fields of the object, whatever they are.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'v String, &'v Value)> {
        self.map.iter()
    }

    /// The place of one of the fields.
    pub(crate) fn path(&self, key: &str) -> String {
        if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) }
    }

    fn wrong(&self, key: &str, expected: &'static str, found: &Value) -> DocumentError {
        DocumentError::Shape { field: self.path(key), expected, found: kind(found) }
    }
}

/// What could be read; the rest becomes a problem and the field its default.
pub(crate) fn kept<T: Default>(result: Result<T, DocumentError>, problems: &mut Vec<String>) -> T {
    result.unwrap_or_else(|error| {
        problems.push(error.to_string());
        T::default()
    })
}

/// Go's zero time means "not known"; engines write it for builds without a clock.
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
