//! Commands without the secrets in them, for whoever shows commands beside findings.

use super::metadata;
use crate::image::Image;
use crate::text;

/// What stands where a secret stood.
const HIDDEN: &str = "…";

/// Shorter values are words like any other: taking them out would maim a command and protect nothing.
const SHORTEST: usize = 4;

/// The secrets of an image's metadata, which no command shows.
#[derive(Clone, Default)]
pub struct Redaction {
    /// Longest first: one may be part of another.
    values: Vec<String>,
}

impl Redaction {
    /// Gathers the secrets of variables, labels and history.
    #[must_use]
    pub fn of(image: &Image) -> Self {
        let labels =
            image.config.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let commands = image.history.iter().filter_map(|step| step.created_by.as_deref());
        let mut values: Vec<String> = metadata::variables(image)
            .chain(labels)
            .chain(commands.flat_map(metadata::assignments))
            .filter(|(name, value)| metadata::is_secret(name, value))
            .map(|(_, value)| value.trim_matches(['"', '\'']).to_owned())
            .filter(|value| value.len() >= SHORTEST)
            .collect();
        values.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        values.dedup();
        Self { values }
    }

    /// The command with every known secret, and every value given to a secret's name, taken out.
    #[must_use]
    pub fn hide(&self, command: &str) -> String {
        let mut shown = command.to_owned();
        for value in &self.values {
            shown = shown.replace(value.as_str(), HIDDEN);
        }
        // Values too short to be looked for everywhere are taken out where they are given.
        let given: Vec<(String, usize)> = metadata::assignments(&shown)
            .into_iter()
            .filter(|(name, value)| !value.contains(HIDDEN) && metadata::is_secret(name, value))
            .flat_map(|(name, value)| {
                ["=", " ", ":"].map(|sign| (format!("{name}{sign}{value}"), name.len() + 1))
            })
            .collect();
        for (whole, name_and_sign) in given {
            shown = shown.replace(&whole, &format!("{}{HIDDEN}", &whole[..name_and_sign]));
        }
        shown
    }

    /// The command as one line, as [`text::command::clean`] makes it.
    #[must_use]
    pub fn clean(&self, created_by: &str) -> String {
        self.hide(&text::command::clean(created_by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::HistoryStep;

    fn hidden(env: &str, command: &str) -> String {
        let step = HistoryStep { created_by: Some(command.to_owned()), ..HistoryStep::default() };
        let mut image = Image { history: vec![step], ..Image::default() };
        image.config.env = vec![env.to_owned()];
        Redaction::of(&image).hide(command)
    }

    #[test]
    fn a_secret_is_shown_nowhere() {
        for (env, command, shown) in [
            ("TOKEN=abcdef", "RUN curl -H abcdef x", "RUN curl -H … x"),
            ("A=1", "ARG TOKEN=abc", "ARG TOKEN=…"),
            ("A=1", "ENV TOKEN abcd", "ENV TOKEN …"),
            ("A=1", "RUN login --password hunter2 -u me", "RUN login --password … -u me"),
            ("A=1", "RUN curl https://me:pw@host/", "RUN curl https://me:…@host/"),
            ("A=1", "RUN make PREFIX=/usr", "RUN make PREFIX=/usr"),
            ("A=1", "|1 TOKEN=x yz /bin/sh -c curl x yz", "|1 TOKEN=… /bin/sh -c curl …"),
        ] {
            assert_eq!(hidden(env, command), shown);
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_stands_round_it(before in "[a-z =&|;-]{0,20}", after in "[a-z =&|;-]{0,20}") {
            let shown = hidden("DB_PASSWORD=Hunter2!", &format!("RUN {before}Hunter2!{after}"));
            proptest::prop_assert!(!shown.contains("Hunter2"), "{}", shown);
        }
    }
}
