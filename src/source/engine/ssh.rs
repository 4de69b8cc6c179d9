//! Addresses of engines on other machines: `ssh://[USER@]HOST[:PORT][/SOCKET]`, as Docker and podman write them.

use std::fmt;
use std::path::PathBuf;

/// The address of an engine behind `ssh`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Far {
    pub(super) user: Option<String>,
    pub(super) host: String,
    pub(super) port: Option<u16>,
    /// The engine's socket on the other machine; `None` for the default of its client.
    pub(super) socket: Option<String>,
    /// The key file.
    pub(super) identity: Option<PathBuf>,
}

impl fmt::Display for Far {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ssh://")?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        f.write_str(&self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(self.socket.as_deref().unwrap_or_default())
    }
}

impl Far {
    /// Parses `[USER@]HOST[:PORT][/SOCKET]` after `ssh://`. A password is ignored: `ssh` does not take one. `None` for
    /// invalid text and text that `ssh` would take for an option.
    pub(super) fn parse(rest: &str) -> Option<Self> {
        let (authority, socket) = match rest.find('/') {
            Some(slash) => (&rest[..slash], &rest[slash..]),
            None => (rest, ""),
        };
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (user.split(':').next(), place),
            None => (None, authority),
        };
        let bracketed = place.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let (host, port) = match bracketed {
            Some((host, port)) => (host, port.strip_prefix(':')),
            None => match place.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (place, None),
            },
        };
        let port = port.map(str::parse).transpose().ok()?;
        let sound = |text: &str| !text.is_empty() && !text.starts_with('-');
        let sound = sound(host) && user.is_none_or(sound);
        sound.then(|| Self {
            user: user.map(str::to_owned),
            host: host.to_owned(),
            port,
            socket: Some(socket.to_owned()).filter(|socket| socket.len() > 1),
            identity: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart_and_put_together_again() {
        for (text, user, host, port, socket) in [
            ("h", None, "h", None, None),
            ("me@h:2222", Some("me"), "h", Some(2222), None),
            ("me@h/run/x.sock", Some("me"), "h", None, Some("/run/x.sock")),
            ("h:22/", None, "h", Some(22), None),
        ] {
            let far = Far::parse(text).unwrap();
            assert_eq!((far.user.as_deref(), far.host.as_str()), (user, host), "{text}");
            assert_eq!((far.port, far.socket.as_deref()), (port, socket), "{text}");
            assert_eq!(far.to_string(), format!("ssh://{}", text.trim_end_matches('/')));
        }
        let secret = Far::parse("me:hunter2@[::1]:9").unwrap();
        assert_eq!((secret.host.as_str(), secret.port), ("::1", Some(9)));
        assert!(!secret.to_string().contains("hunter2"));
        for bad in ["", "-oProxyCommand=x", "-l@h", "me@", "h:port", "@h"] {
            assert_eq!(Far::parse(bad), None, "{bad}");
        }
    }
}
