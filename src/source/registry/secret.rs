//! Passwords and tokens: kept from everything that is printed.

use std::fmt;

/// A text that nobody is to see. It goes into a request's headers or body and nowhere else.
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

    /// Of a header, all of it and what stands behind its scheme: a registry may repeat the one or the other.
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

/// Takes secrets out of a text that a registry wrote: some repeat what they were sent.
pub(super) fn without(text: &str, secrets: &[Secret]) -> String {
    let mut clean = text.to_owned();
    for Secret(secret) in secrets {
        // Shorter ones are found in any text, and hiding them would tell more than it hides.
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
