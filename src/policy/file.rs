//! Rules files: `.layertui.yaml`, and dive's `.dive-ci`.
//!
//! A subset of YAML: a mapping, two mappings in it, and in each scalars and lists of scalars. Anchors and deeper nesting are
//! refused, so that the cost is linear in the length of any file.
//! `assets/layertui.schema.json` says the same for editors.

use crate::findings::{Accepted, Severity};
use crate::policy::Rules;
use crate::policy::items::{FileError, Item, LIMITS, Section, check_count, items};
use crate::policy::value::{ratio, size};

/// The kind of a rules file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `.layertui.yaml`: a missing key means no rule, an unknown key is an error.
    Own,
    /// `.dive-ci`: a missing key has dive's default, an unknown key is ignored, and its numbers are dive's, as by dive.
    Dive,
}

/// dive's keys and their equivalents here; both kinds of file accept both. dive spells them with hyphens, as we do, since
/// 0.13.
const OF_DIVE: [(&str, &str); 4] = [
    ("lowestEfficiency", LIMITS[0]),
    ("lowest-efficiency-threshold", LIMITS[0]),
    ("highestWastedBytes", LIMITS[1]),
    ("highestUserWastedPercent", LIMITS[2]),
];

/// Reads a rules file.
///
/// # Errors
/// The first error in the file.
pub fn read(text: &str, dialect: Dialect) -> Result<Rules, FileError> {
    let mut rules = match dialect {
        Dialect::Own => Rules::default(),
        Dialect::Dive => Rules::of_dive(),
    };
    let mut seen: Vec<(Section, String)> = Vec::new();
    for item in items(text)? {
        let key = own_name(&item);
        let of_dive = item.section == Section::Rules && LIMITS.contains(&key);
        if dialect == Dialect::Dive && !of_dive {
            continue;
        }
        if !item.section.keys().contains(&key) {
            return Err(unknown(&item));
        }
        if seen.contains(&(item.section, key.to_owned())) {
            return Err(FileError::new(item.line, format!("duplicate key '{}'", item.key)));
        }
        seen.push((item.section, key.to_owned()));
        set(&mut rules, key, &item, dialect)
            .map_err(|message| FileError::new(item.line, format!("{}: {message}", item.key)))?;
    }
    Ok(rules)
}

/// The line of each rule that the file sets, by the rule's own name, from 1. Empty if the file is wrong.
#[must_use]
pub fn lines(text: &str) -> Vec<(String, usize)> {
    let items = items(text).unwrap_or_default();
    items.iter().map(|item| (own_name(item).to_owned(), item.line)).collect()
}

/// Our name of an item's key.
fn own_name(item: &Item) -> &str {
    let of_dive = |(dive, _): &&(&str, &str)| item.section == Section::Rules && *dive == item.key;
    OF_DIVE.iter().find(of_dive).map_or(item.key.as_str(), |(_, own)| own)
}

fn unknown(item: &Item) -> FileError {
    let known = item.section.keys();
    let near = known
        .iter()
        .map(|other| (strsim::jaro_winkler(&item.key.to_lowercase(), other), other))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.75);
    let elsewhere = [
        (Section::Rules, "under 'rules'"),
        (Section::Findings, "under 'findings'"),
        (Section::Top, "at the top level"),
    ]
    .into_iter()
    .find(|(section, _)| section.keys().contains(&item.key.as_str()));
    let hint = match (elsewhere, near) {
        (Some((_, place)), _) => format!("; it belongs {place}"),
        (None, Some((_, near))) => format!("; did you mean '{near}'?"),
        (None, None) => format!("; there are: {}", known.join(", ")),
    };
    FileError::new(item.line, format!("unknown key '{}'{hint}", item.key))
}

fn set(rules: &mut Rules, key: &str, item: &Item, dialect: Dialect) -> Result<(), String> {
    let limits = match dialect {
        Dialect::Own => &mut rules.own,
        Dialect::Dive => &mut rules.dive,
    };
    match key {
        "lowest-efficiency" => limits.lowest_efficiency = ratio(item.one()?)?,
        "highest-wasted-bytes" => limits.highest_wasted_bytes = size(item.one()?)?,
        "highest-user-wasted-percent" => limits.highest_user_wasted_percent = ratio(item.one()?)?,
        "max-layers" => {
            let text = item.one()?;
            let number = text.parse().map_err(|_| format!("'{text}' is not a number of layers"))?;
            rules.max_layers = Some(number);
        }
        "max-size" => rules.max_size = size(item.one()?)?,
        "block" => rules.block = item.globs()?,
        "deny-waste" => rules.deny_waste = item.globs()?,
        "no-setuid-except" => rules.no_setuid_except = Some(item.globs()?),
        "fail-on" => {
            let text = item.one()?;
            let level = Severity::named(text);
            rules.fail_on =
                Some(level.ok_or_else(|| format!("'{text}' is not one of low, medium, high"))?);
        }
        "ignore" => {
            check_count(&item.values)?;
            Accepted::new(&item.values, &[])?;
            rules.ignore.clone_from(&item.values);
        }
        "excludes" => rules.excludes = item.globs()?,
        "base" => rules.base = Some(item.one()?.to_owned()),
        "scope" => {
            let above = scope(item.one()?)?;
            if item.section != Section::Findings {
                rules.rules_above_base = above;
            }
            if item.section != Section::Rules {
                rules.findings_above_base = above;
            }
        }
        _ => return Err("keys with their values are expected below it".to_owned()),
    }
    Ok(())
}

/// Whether only the layers above the base count.
fn scope(text: &str) -> Result<bool, String> {
    match text {
        "user" => Ok(true),
        "all" => Ok(false),
        other => Err(format!("'{other}' is not a scope: write user (above the base) or all")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Limits;

    fn trouble(text: &str) -> String {
        let trouble = read(text, Dialect::Own).unwrap_err();
        format!("{}: {}", trouble.line, trouble.message)
    }

    /// The example of dive's README.
    const DIVE: &str = "rules:\n  # If the efficiency is measured below X%, mark as failed.\n  lowestEfficiency: 0.95\n\n  \
        highestWastedBytes: 20MB\n\n  highestUserWastedPercent: 0.20\n";

    #[test]
    fn dives_file_is_understood_as_it_stands() {
        let rules = read(DIVE, Dialect::Dive).unwrap();
        let dive = Limits {
            lowest_efficiency: Some(0.95),
            highest_wasted_bytes: Some(20_000_000),
            highest_user_wasted_percent: Some(0.2),
        };
        assert_eq!(rules, Rules { dive: dive.clone(), ..Rules::default() });
        let own = Rules { own: dive, ..Rules::default() };
        assert_eq!(read(DIVE, Dialect::Own).unwrap(), own, "by our measure in our file");
        let some =
            read("rules:\n  lowestEfficiency: disabled\n  other: 1\n", Dialect::Dive).unwrap();
        let limits = (some.dive.lowest_efficiency, some.dive.highest_user_wasted_percent);
        assert_eq!(limits, (None, Some(0.1)));
        assert_eq!(read("", Dialect::Dive).unwrap(), Rules::of_dive());
    }

    #[test]
    fn a_scope_is_of_the_section_that_it_stands_in() {
        for (text, rules, findings) in [
            ("scope: user", true, true),
            ("rules: {scope: user}", true, false),
            ("findings: {scope: user}", false, true),
            ("scope: all", false, false),
        ] {
            let read = read(text, Dialect::Own).unwrap();
            assert_eq!(
                (read.rules_above_base, read.findings_above_base),
                (rules, findings),
                "{text}"
            );
            assert!(read.is_empty(), "a scope is no rule");
        }
    }

    #[test]
    fn the_line_of_each_rule_is_known_by_our_name() {
        let told = lines("# dive\nrules:\n  lowestEfficiency: 0.9\n\nfindings:\n  fail-on: low\n");
        assert_eq!(told, [("lowest-efficiency".to_owned(), 3), ("fail-on".to_owned(), 6)]);
        assert!(lines("rules: [").is_empty());
    }

    #[test]
    fn our_own_file_says_more() {
        let rules = read(
            "rules:\n  max-layers: 12\n  max-size: 500MB\n  block: ['**/id_rsa', .env]\n  deny-waste:\n    - /var/lib/apt/**\n  \
             no-setuid-except: []\nfindings:\n  fail-on: medium\n  ignore: [runs-as-root, 'setuid:/bin/su']\n\
             excludes: [/proc/**]\nbase: debian:12\n",
            Dialect::Own,
        )
        .unwrap();
        assert_eq!((rules.max_layers, rules.max_size), (Some(12), Some(500_000_000)));
        assert_eq!(rules.block, ["**/id_rsa", ".env"]);
        assert_eq!(rules.no_setuid_except, Some(vec![]));
        assert_eq!((rules.fail_on, rules.ignore.len()), (Some(Severity::Medium), 2));
        assert_eq!((rules.excludes.len(), rules.base.as_deref()), (1, Some("debian:12")));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let nested = format!(
            "rules:\n  max-layers: 1\n  block: ['{}{}']\n",
            "{a,".repeat(150),
            "}".repeat(150)
        );
        let many = format!("excludes:{}\n", "\n- a".repeat(1001));
        for (text, said) in [
            ("rules:\n  max-layer: 3\n", "2: unknown key 'max-layer'; did you mean 'max-layers'?"),
            ("max-size: 3\n", "1: unknown key 'max-size'; it belongs under 'rules'"),
            ("rules:\n  block: '['\n", "2: block: '[' is not a glob"),
            (&nested, "3: block: '{a,{a,"),
            (&many, "1: excludes: 1001 patterns; a list can have 1000"),
            ("rules:\n  max-layers: 1\n  max-layers: 2\n", "3: duplicate key 'max-layers'"),
            ("rules:\n  lowest-efficiency: 95\n", "2: lowest-efficiency: '95' is not a ratio"),
            ("rules:\n  max-size: [1]\n", "2: max-size: one value is expected"),
            ("rules: 5\n", "1: rules: keys with their values are expected"),
            ("fail-on: low\n", "1: unknown key 'fail-on'; it belongs under 'findings'"),
            ("findings:\n  fail-on: bad\n", "2: fail-on: 'bad' is not one of low"),
            (
                "findings:\n  ignore: [x]\n",
                "2: ignore: 'x' is not a finding; the findings are: secret",
            ),
            ("rules:\n  base: x\n", "2: unknown key 'base'; it belongs at the top level"),
            ("scope: base\n", "1: scope: 'base' is not a scope: write user"),
            ("- a\n", "1: keys with a value"),
            ("a: &x 1\nb: *x\n", "2: aliases are not supported"),
            ("rules:\n  block:\n    a:\n      b: 1\n", "3: keys with a value"),
        ] {
            let got = trouble(text);
            assert!(got.starts_with(said), "{text}: {got}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_file_makes_it_stumble(text in "[a-z:\\-\\[\\]{}&*'\"#| \n]{0,80}") {
            let _ = (read(&text, Dialect::Own), read(&text, Dialect::Dive));
        }
    }
}
