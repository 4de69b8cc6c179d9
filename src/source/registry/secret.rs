//! Passwords and tokens, which are never printed.

use std::fmt;

/// A secret text. It is used in a request's headers or body only.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(String);

impl Secret {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// For a request.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    /// The secrets in a header: the whole value, and the part after its scheme; a registry may repeat either.
    pub(super) fn header_parts(&self) -> [Self; 2] {
        let value = self.0.split_once(' ').map_or("", |(_, value)| value);
        [self.clone(), Self::new(value)]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// Removes secrets from a message of a registry; some repeat what was sent.
pub(super) fn without(text: &str, secrets: &[Secret]) -> String {
    let mut clean = text.to_owned();
    for Secret(secret) in secrets {
        // The shortest secret that is removed. Shorter ones occur by chance, and removing them would reveal them.
        if secret.len() >= 4 {
            clean = clean.replace(secret.as_str(), "(secret)");
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_printed_tells_a_secret() {
        let secret = Secret::new("hunter22");
        assert_eq!(format!("{secret:?}"), "(secret)");
        let echo = "denied: Bearer hunter22 is not valid";
        assert_eq!(without(echo, &[secret]), "denied: Bearer (secret) is not valid");
    }
}
