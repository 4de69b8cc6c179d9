//! Patterns over the bytes of a path.

/// A pattern for an absolute path.
pub(super) enum PathPattern {
    /// Its last component.
    Name(&'static str),
    /// The end of its last component.
    Ending(&'static str),
    /// Everything below this absolute directory.
    Below(&'static str),
    /// Everything below a directory of this name (or these last names), wherever.
    Within(&'static str),
    /// The last components.
    Tail(&'static str),
    /// `.env`, `.env.production`; not `.env.example`.
    EnvFile,
}

/// Suffixes of `.env` files that are examples.
const EXAMPLES: [&[u8]; 5] = [b"example", b"sample", b"template", b"dist", b"defaults"];

impl PathPattern {
    pub(super) fn fits(&self, path: &[u8]) -> bool {
        match self {
            Self::Name(name) => last_component(path) == name.as_bytes(),
            Self::Ending(ending) => last_component(path).ends_with(ending.as_bytes()),
            Self::Below(dir) => {
                path.strip_prefix(dir.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'/'))
            }
            Self::Within(dirs) => {
                memchr::memmem::find(path, format!("/{dirs}/").as_bytes()).is_some()
            }
            Self::Tail(tail) => path.ends_with(tail.as_bytes()),
            Self::EnvFile => is_env_file(last_component(path)),
        }
    }
}

fn last_component(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

fn is_env_file(name: &[u8]) -> bool {
    name.strip_prefix(b".env").is_some_and(|rest| match rest.strip_prefix(b".") {
        Some(kind) => !EXAMPLES.contains(&kind),
        None => rest.is_empty(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_of_an_env_file_is_none() {
        assert!(is_env_file(b".env") && is_env_file(b".env.production"));
        assert!(!is_env_file(b".env.example") && !is_env_file(b".environment"));
    }
}
