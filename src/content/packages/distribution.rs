//! The distribution of an image, as its os-release(5) names it.

/// The paths of the file, the preferred one first.
pub const OS_RELEASE: [&str; 2] = ["etc/os-release", "usr/lib/os-release"];

/// A distribution. All text is foreign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    /// `ID`: `debian`, `alpine`, `fedora`.
    pub id: Option<String>,
    /// `VERSION_ID`: `12`, `3.20.1`, `40`.
    pub version: Option<String>,
    /// `PRETTY_NAME`: `Debian GNU/Linux 12 (bookworm)`.
    pub name: Option<String>,
}

impl Distribution {
    /// Reads the lines `KEY=VALUE` of an os-release file. Values may be quoted as in a shell.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut found = Self::default();
        for (key, value) in text.lines().filter_map(|line| line.trim().split_once('=')) {
            let value = Some(unquoted(value)).filter(|value| !value.is_empty());
            match key {
                "ID" => found.id = value,
                "VERSION_ID" => found.version = value,
                "PRETTY_NAME" => found.name = value,
                _ => {}
            }
        }
        found
    }
}

/// A value without its quotes; a backslash between them stands for the character after it.
fn unquoted(value: &str) -> String {
    let inner = ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote).and_then(|value| value.strip_suffix(*quote)));
    let mut characters = inner.unwrap_or(value).chars();
    let next = || match characters.next() {
        Some('\\') => characters.next(),
        other => other,
    };
    std::iter::from_fn(next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_comments() {
        let text = b"# ID=no\nPRETTY_NAME=\"A \\\"B\\\" 1\"\nID='alpine'\nVERSION_ID=3.20\nID_LIKE=x\n\xff\n=\n";
        let found = Distribution::parse(text);
        assert_eq!(found.name.as_deref(), Some("A \"B\" 1"));
        assert_eq!((found.id.as_deref(), found.version.as_deref()), (Some("alpine"), Some("3.20")));
        assert_eq!(Distribution::parse(b"ID=\n"), Distribution::default());
    }
}
