//! JSON documents with their keys in another case, which Go reads as the same document.

use serde_json::{Map, Value};

/// Cases that writers have used, and one that none has.
pub(crate) const CASES: [fn(&str) -> String; 3] =
    [|key| key.to_ascii_lowercase(), |key| key.to_ascii_uppercase(), swapped];

fn swapped(key: &str) -> String {
    let swap = |c: char| {
        if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() }
    };
    key.chars().map(swap).collect()
}

/// The document with every key in that case; what lies below a key of `maps` is data and stays.
pub(crate) fn recased(document: &[u8], case: fn(&str) -> String, maps: &[&str]) -> String {
    value(&serde_json::from_slice(document).unwrap(), case, maps).to_string()
}

fn value(document: &Value, case: fn(&str) -> String, maps: &[&str]) -> Value {
    match document {
        Value::Object(members) => {
            let member = |(key, below): (&String, &Value)| {
                let data = maps.contains(&key.as_str());
                (case(key), if data { below.clone() } else { value(below, case, maps) })
            };
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|item| value(item, case, maps)).collect(),
        other => other.clone(),
    }
}

#[test]
fn keys_change_and_data_does_not() {
    let document = br#"{"Aa":[{"b":"Cc"}],"Map":{"Dd":1}}"#;
    let changed = CASES.map(|case| recased(document, case, &["Map"]));
    assert_eq!(changed[0], r#"{"aa":[{"b":"Cc"}],"map":{"Dd":1}}"#);
    assert_eq!(changed[2], r#"{"aA":[{"B":"Cc"}],"mAP":{"Dd":1}}"#);
}
