//! The grammar of `<image>` arguments, following containers-transports(5).
//!
//! Parses text only; `source` checks which files exist. Because a path may contain colons, [`splits`] returns all
//! ways to read `FILE:REF`, the longest path first.

use thiserror::Error;

/// A parsed `<image>` argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The argument as typed.
    pub text: String,
    /// The transport and its argument.
    pub place: Transport,
}

/// A transport. The strings are the text after its colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// `-`, `-:REF` or `-@INDEX`: an archive on standard input.
    StandardInput(String),
    /// No transport: an existing path, else a name.
    Bare(String),
    /// `docker-archive:FILE[:REF or @INDEX]`
    DockerArchive(String),
    /// `oci:DIR[:TAG or @INDEX]`
    Oci(String),
    /// `oci-archive:FILE[:TAG]`
    OciArchive(String),
    /// `dir:DIR`
    Dir(String),
    /// `rootfs:DIR`
    Rootfs(String),
    /// `layer:FILE`
    Layer(String),
    /// `docker-daemon:REF`
    DockerDaemon(String),
    /// `podman:REF`
    Podman(String),
    /// `containers-storage:[[DRIVER@]ROOT]REF`
    ContainersStorage(Store),
    /// `docker-root:[ROOT]REF`
    DockerRoot(Store),
    /// `containerd:[[NAMESPACE@]ROOT]REF`
    Containerd(Store),
    /// `docker://REF`
    Registry(String),
    /// `container:[[ROOT]]NAME` or ID
    Container(Store),
}

/// A name in a store, whose root may be given in brackets: `[overlay@/var/lib/containers/storage]nginx`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Store {
    /// Driver or namespace: the part before the `@`.
    pub qualifier: Option<String>,
    /// The root directory, an absolute path.
    pub root: Option<String>,
    /// Name of the image or container; empty to choose from all.
    pub name: String,
}

/// Why an argument is not a reference.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReferenceError {
    /// The argument is empty.
    #[error("no image given: give a path, a name, or TRANSPORT:… (see --help)")]
    Empty,
    /// A transport without an argument.
    #[error("`{0}` names no image: write {1}")]
    Incomplete(String, &'static str),
    /// A missing closing bracket.
    #[error("`{0}` opens a bracket and never closes it: write {1}")]
    Bracket(String, &'static str),
}

/// Selects one image of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// `@INDEX`, from 0, in the order of the archive's list.
    Index(usize),
    /// A name, tag, image ID or digest, or a prefix of an ID or digest.
    Text(String),
}

/// One way to read `PATH[:REF or @INDEX]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split<'t> {
    /// The path.
    pub path: &'t str,
    /// The selection after the path.
    pub pick: Option<Pick>,
}

/// Maximum number of ways to read one argument.
const MOST_SPLITS: usize = 64;

/// Parses an `<image>` argument.
///
/// # Errors
/// If it is empty, only a transport, or has an unclosed bracket.
pub fn parse(text: &str) -> Result<Reference, ReferenceError> {
    if text.is_empty() {
        return Err(ReferenceError::Empty);
    }
    Ok(Reference { text: text.to_owned(), place: place(text)? })
}

fn place(text: &str) -> Result<Transport, ReferenceError> {
    if let Some(pick) = text.strip_prefix('-')
        && parse_pick(pick).is_some()
    {
        return Ok(Transport::StandardInput(pick.to_owned()));
    }
    let Some((transport, rest)) = text.split_once(':') else {
        return Ok(Transport::Bare(text.to_owned()));
    };
    // dive writes `podman://REF`.
    let of_dive = rest.strip_prefix("//").filter(|_| transport == "podman");
    let rest = of_dive.unwrap_or(rest);
    let some = |form: &'static str| match rest {
        "" => Err(ReferenceError::Incomplete(text.to_owned(), form)),
        rest => Ok(rest.to_owned()),
    };
    let store = |form: &'static str| store(text, rest, form);
    Ok(match transport {
        "docker-archive" => Transport::DockerArchive(some("docker-archive:FILE[:REF or @INDEX]")?),
        "oci" => Transport::Oci(some("oci:DIR[:TAG or @INDEX]")?),
        "oci-archive" => Transport::OciArchive(some("oci-archive:FILE[:TAG]")?),
        "dir" => Transport::Dir(some("dir:DIR")?),
        "rootfs" => Transport::Rootfs(some("rootfs:DIR")?),
        "layer" => Transport::Layer(some("layer:FILE")?),
        "docker-daemon" => Transport::DockerDaemon(some("docker-daemon:REF")?),
        "podman" => Transport::Podman(some("podman:REF")?),
        "containers-storage" => {
            Transport::ContainersStorage(store("containers-storage:[[DRIVER@]ROOT]REF")?)
        }
        "docker-root" => Transport::DockerRoot(store("docker-root:[ROOT]REF")?),
        "containerd" => Transport::Containerd(store("containerd:[[NAMESPACE@]ROOT]REF")?),
        "container" => Transport::Container(store("container:[[ROOT]]NAME")?),
        // `docker:tag` is an image named docker; only `docker://` is the transport.
        "docker" if rest.starts_with("//") => match &rest[2..] {
            "" => return Err(ReferenceError::Incomplete(text.to_owned(), "docker://REF")),
            name => Transport::Registry(name.to_owned()),
        },
        _ => Transport::Bare(text.to_owned()),
    })
}

/// Parses a root in brackets (`[/var/lib/docker]nginx`, as in skopeo); double brackets are allowed.
fn store(text: &str, rest: &str, form: &'static str) -> Result<Store, ReferenceError> {
    let (inside, name) = match rest.strip_prefix("[[").map(|rest| rest.split_once("]]")) {
        Some(Some((inside, name))) => (Some(inside), name),
        _ => match rest.strip_prefix('[') {
            None => (None, rest),
            Some(rest) => match rest.split_once(']') {
                Some((inside, name)) => (Some(inside), name),
                None => return Err(ReferenceError::Bracket(text.to_owned(), form)),
            },
        },
    };
    let (qualifier, root) = match inside.map(|inside| inside.split_once('@').ok_or(inside)) {
        None => (None, None),
        Some(Ok((qualifier, root))) => (Some(qualifier), Some(root)),
        Some(Err(root)) => (None, Some(root)),
    };
    let given = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    Ok(Store { qualifier: given(qualifier), root: given(root), name: name.to_owned() })
}

/// All ways to read `PATH[:REF or @INDEX]`, the longest path first, so that an existing path with colons takes
/// precedence.
#[must_use]
pub fn splits(text: &str) -> Vec<Split<'_>> {
    let mut splits = vec![Split { path: text, pick: None }];
    let marks = text.char_indices().rev().filter(|(_, c)| matches!(c, ':' | '@'));
    for (at, _) in marks.take(MOST_SPLITS) {
        let (path, pick) = text.split_at(at);
        if !path.is_empty()
            && let Some(pick) = parse_pick(pick)
        {
            splits.push(Split { path, pick });
        }
    }
    splits
}

/// Parses `:REF`, `:@INDEX` or `@INDEX`; `Some(None)` if empty, `None` if malformed.
#[must_use]
pub fn parse_pick(text: &str) -> Option<Option<Pick>> {
    let bare = text.strip_prefix(':');
    let pick = match bare.unwrap_or(text) {
        "" => return Some(None),
        pick => pick,
    };
    if let Some(index) = pick.strip_prefix('@') {
        if !index.is_empty() && index.bytes().all(|c| c.is_ascii_digit()) {
            return Some(Some(Pick::Index(index.parse().unwrap_or(usize::MAX))));
        }
        // `FILE@sha256:…` selects by digest.
        return crate::image::digest::Digest::parse(index)
            .map(|digest| Some(Pick::Text(digest.as_str().to_owned())));
    }
    bare.map(|pick| Some(Pick::Text(pick.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Transport {
        parse(text).unwrap().place
    }

    fn at(qualifier: Option<&str>, root: Option<&str>, name: &str) -> Store {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Store { qualifier: owned(qualifier), root: owned(root), name: name.to_owned() }
    }

    #[test]
    fn every_transport_is_parsed() {
        let s = |text: &str| text.to_owned();
        for (text, place) in [
            ("docker-archive:a.tar:b", Transport::DockerArchive(s("a.tar:b"))),
            ("podman://b:1", Transport::Podman(s("b:1"))),
            ("oci:d:tag", Transport::Oci(s("d:tag"))),
            ("oci-archive:f", Transport::OciArchive(s("f"))),
            ("dir:d", Transport::Dir(s("d"))),
            ("rootfs:/", Transport::Rootfs(s("/"))),
            ("layer:a.tar:b", Transport::Layer(s("a.tar:b"))),
            ("docker-daemon:nginx:1", Transport::DockerDaemon(s("nginx:1"))),
            ("podman:x", Transport::Podman(s("x"))),
            ("docker://a/b:c", Transport::Registry(s("a/b:c"))),
            ("containers-storage:x", Transport::ContainersStorage(at(None, None, "x"))),
            (
                "containers-storage:[overlay@/r]x:1",
                Transport::ContainersStorage(at(Some("overlay"), Some("/r"), "x:1")),
            ),
            (
                "docker-root:[/r]x@sha256:1",
                Transport::DockerRoot(at(None, Some("/r"), "x@sha256:1")),
            ),
            ("containerd:[k8s.io@]x", Transport::Containerd(at(Some("k8s.io"), None, "x"))),
            ("container:[[/r]]web", Transport::Container(at(None, Some("/r"), "web"))),
            ("container:web", Transport::Container(at(None, None, "web"))),
            ("-", Transport::StandardInput(s(""))),
            ("-:nginx", Transport::StandardInput(s(":nginx"))),
            ("docker:dind", Transport::Bare(s("docker:dind"))),
            ("image.tar", Transport::Bare(s("image.tar"))),
            ("nginx:1.2", Transport::Bare(s("nginx:1.2"))),
            ("-x", Transport::Bare(s("-x"))),
            ("-@x", Transport::Bare(s("-@x"))),
        ] {
            assert_eq!(read(text), place, "{text}");
        }
    }

    #[test]
    fn an_incomplete_transport_is_an_error_with_its_form() {
        for text in ["", "oci:", "layer:", "docker://", "dir:", "containerd:[x"] {
            let message = parse(text).unwrap_err().to_string();
            assert!(message.contains("write") || text.is_empty(), "{message}");
        }
    }

    #[test]
    fn a_store_without_a_name_has_an_empty_name() {
        assert_eq!(read("docker-root:[/r]"), Transport::DockerRoot(at(None, Some("/r"), "")));
        assert_eq!(read("container:"), Transport::Container(at(None, None, "")));
    }

    #[test]
    fn a_path_with_colons_is_tried_whole_first() {
        let text = "a:b.tar:reg.io:5000/x:1";
        let paths: Vec<_> = splits(text).into_iter().map(|split| split.path).collect();
        assert_eq!(paths, [text, "a:b.tar:reg.io:5000/x", "a:b.tar:reg.io", "a:b.tar", "a"]);
        assert_eq!(splits(text)[3].pick, Some(Pick::Text("reg.io:5000/x:1".to_owned())));
    }

    #[test]
    fn an_index_is_written_with_or_without_a_colon() {
        for text in ["a.tar:@12", "a.tar@12"] {
            assert!(splits(text).contains(&Split { path: "a.tar", pick: Some(Pick::Index(12)) }));
        }
        assert_eq!(splits("a@b").len(), 1, "an @ without a number belongs to the path");
        assert_eq!(
            parse_pick(&format!("@{}", "9".repeat(40))),
            Some(Some(Pick::Index(usize::MAX)))
        );
        let digest = format!("sha256:{}", "a".repeat(64));
        assert_eq!(parse_pick(&format!("@{digest}")), Some(Some(Pick::Text(digest))));
    }
}
