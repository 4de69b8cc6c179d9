//! Credentials for a registry.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::source::registry::secret::Secret;

/// Credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Credentials {
    /// A name and a password.
    Password { user: String, password: Secret },
    /// An identity token, which is exchanged for access tokens.
    Identity(Secret),
}

impl Credentials {
    /// The header value of basic authentication; `None` without a password.
    pub(super) fn basic(&self) -> Option<Secret> {
        let Self::Password { user, password } = self else { return None };
        let pair = format!("{user}:{}", password.reveal());
        Some(Secret::new(format!("Basic {}", STANDARD.encode(pair))))
    }

    /// The parts that must not be printed.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        match self {
            Self::Password { password, .. } => {
                let coded = self.basic();
                let coded = coded.iter().filter_map(|it| it.reveal().strip_prefix("Basic "));
                coded.map(Secret::new).chain([password.clone()]).collect()
            }
            Self::Identity(token) => vec![token.clone()],
        }
    }
}
