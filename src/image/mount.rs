//! Volumes and mounts of a container: what lies over its layers. Their contents are in no layer, and are not read.
//!
//! Sources: Docker's record of a container (moby, `volume/mounts/mounts.go`; before 1.8 `Volumes` and `VolumesRW`), the answer of
//! its API ("Inspect a container", `Mounts` and `HostConfig`), and the bundle that podman and CRI-O write when they start a
//! container (OCI runtime-spec, `config.md`, "Mounts").

pub mod bundle;

use crate::image::document;
use crate::image::document::{DocumentError, Fields, LONGEST_LIST, Value, kept};
use crate::text::Foreign;

/// A volume or mount of a container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mount {
    /// The path in the container.
    pub destination: Foreign,
    /// `bind`, `volume`, `tmpfs` or another word of the engine.
    pub kind: Foreign,
    /// The name of the volume, else the path on the engine's machine.
    pub source: Option<Foreign>,
    /// Whether the container must not write there; `None` where the record does not say it.
    pub read_only: Option<bool>,
}

impl Mount {
    /// Destination, kind, source and access in one line.
    #[must_use]
    pub fn line(&self) -> Foreign {
        let source = self.source.as_ref().map(|it| format!(" {}", it.raw())).unwrap_or_default();
        let access = match self.read_only {
            Some(true) => "read-only",
            Some(false) => "read-write",
            None => "access unknown",
        };
        format!("{}  {}{source}  {access}", self.destination.raw(), self.kind.raw()).into()
    }
}

/// The mounts of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mounts {
    /// Those that were understood, in whole or in part; sorted.
    pub understood: Vec<Mount>,
    /// What was not understood.
    pub problems: Vec<String>,
}

/// Parses the answer about a container.
///
/// # Errors
/// If it is not a JSON object.
pub fn parse_inspect(bytes: &[u8]) -> Result<Mounts, DocumentError> {
    let value = document::parse(bytes)?;
    let fields = Fields::of(&value, "")?;
    let mut problems = Vec::new();
    let mut understood = recorded(&fields, &mut problems);
    if let Some(host) = kept(fields.object("HostConfig"), &mut problems) {
        understood.extend(temporary(&host, &mut problems));
    }
    understood.sort();
    Ok(Mounts { understood, problems })
}

/// Parses a container's `hostconfig.json`: file systems in memory, which the other record does not have.
///
/// # Errors
/// If it is not a JSON object.
pub fn parse_host_config(bytes: &[u8]) -> Result<Mounts, DocumentError> {
    let value = document::parse(bytes)?;
    let mut problems = Vec::new();
    let understood = temporary(&Fields::of(&value, "")?, &mut problems);
    Ok(Mounts { understood, problems })
}

/// The mounts of Docker's own record, or of its API, which has the same keys in a list.
pub(super) fn recorded(fields: &Fields<'_>, problems: &mut Vec<String>) -> Vec<Mount> {
    let points = kept(fields.object("MountPoints"), problems);
    let points = points.map(|points| points.entries()).unwrap_or_default().into_iter();
    let points = points.map(|(path, point)| (format!("MountPoints[{path}]"), point));
    let listed = kept(fields.list("Mounts"), problems).iter().enumerate();
    let listed = listed.map(|(at, point)| (format!("Mounts[{at}]"), point));
    let mut mounts = Vec::new();
    for (place, point) in points.chain(listed).take(LONGEST_LIST) {
        if let Some(point) = fields_of(point, place, problems) {
            mounts.extend(point_of(&point, problems));
        }
    }
    if mounts.is_empty() {
        mounts = before_1_8(fields, problems);
    }
    mounts.sort();
    mounts
}

fn point_of(point: &Fields<'_>, problems: &mut Vec<String>) -> Option<Mount> {
    let destination = destination(point, "Destination", problems)?;
    let name = understood(point.text("Name"), problems);
    let kind = text_or_unknown(point.text("Type"), problems);
    let usual = if name.is_some() { "volume" } else { "bind" };
    let writable = if point.has("RW") { known(point.flag("RW"), problems) } else { None };
    Some(Mount {
        destination: destination.into(),
        kind: kind.unwrap_or_else(|| usual.to_owned()).into(),
        source: name.or_else(|| understood(point.text("Source"), problems)).map(Into::into),
        read_only: writable.map(|writable| !writable),
    })
}

/// `Volumes` has the directory of each destination, `VolumesRW` whether it may be written.
fn before_1_8(fields: &Fields<'_>, problems: &mut Vec<String>) -> Vec<Mount> {
    let writable = kept(fields.object("VolumesRW"), problems).map(|it| it.entries());
    let volumes = kept(fields.object("Volumes"), problems).map(|it| it.entries());
    let mut mounts = Vec::new();
    for (destination, source) in volumes.unwrap_or_default().into_iter().take(LONGEST_LIST) {
        let source = known(document::text(source, format!("Volumes[{destination}]")), problems);
        let flag = writable.as_ref().and_then(|all| all.get(destination));
        let place = format!("VolumesRW[{destination}]");
        let writable = flag.and_then(|flag| known(document::flag(flag, place), problems));
        // Volumes without a source are directories of Docker's own.
        let own = source.as_ref().is_some_and(|source| source.contains("/vfs/dir/"));
        mounts.push(Mount {
            destination: destination.into(),
            kind: if own { "volume" } else { "bind" }.into(),
            source: source.map(Into::into),
            read_only: writable.map(|writable| !writable),
        });
    }
    mounts
}

/// `Tmpfs` of a host config: options by destination.
fn temporary(host: &Fields<'_>, problems: &mut Vec<String>) -> Vec<Mount> {
    let all = kept(host.object("Tmpfs"), problems).map(|it| it.entries()).unwrap_or_default();
    let mount = |(destination, options): (&str, &Value)| {
        let options = document::text(options, format!("Tmpfs[{destination}]"));
        let options = known(options, problems);
        Mount {
            destination: destination.into(),
            kind: "tmpfs".into(),
            source: None,
            read_only: options.and_then(|it| read_only(it.split(','), true)),
        }
    };
    all.into_iter().take(LONGEST_LIST).map(mount).collect()
}

/// The access that mount options state: the last of them counts, and without any the kernel lets write (mount(8)). `None` where
/// an option may have been missed.
fn read_only<'o>(options: impl Iterator<Item = &'o str>, all_known: bool) -> Option<bool> {
    let access = options.filter_map(|option| match option {
        "ro" | "rro" => Some(true),
        "rw" | "rrw" => Some(false),
        _ => None,
    });
    access.last().or(all_known.then_some(false))
}

/// The kind of a mount whose record does not say it in words.
const UNKNOWN: &str = "unknown";

/// A kind, or that it is not known.
fn text_or_unknown(
    kind: Result<Option<String>, DocumentError>,
    problems: &mut Vec<String>,
) -> Option<String> {
    known(kind, problems).unwrap_or_else(|| Some(UNKNOWN.to_owned()))
}

fn destination(mount: &Fields<'_>, key: &str, problems: &mut Vec<String>) -> Option<String> {
    let destination = known(mount.text(key), problems)?;
    if destination.is_none() {
        problems.push(format!("a mount is not understood: `{}` is missing", mount.path(key)));
    }
    destination
}

fn fields_of<'v>(
    value: &'v Value,
    place: String,
    problems: &mut Vec<String>,
) -> Option<Fields<'v>> {
    known(Fields::of(value, place), problems)
}

/// The value; else `None` and a problem.
fn known<T>(result: Result<T, DocumentError>, problems: &mut Vec<String>) -> Option<T> {
    let error = |error: DocumentError| problems.push(format!("a mount is not understood: {error}"));
    result.map_err(error).ok()
}

/// The value; else the default and a problem.
fn understood<T: Default>(result: Result<T, DocumentError>, problems: &mut Vec<String>) -> T {
    known(result, problems).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(mounts: &Mounts) -> Vec<String> {
        mounts.understood.iter().map(|mount| mount.line().into_raw()).collect()
    }

    #[test]
    fn the_answer_of_an_engine_lists_mounts_and_file_systems_in_memory() {
        let answer = br#"{"Mounts":[
            {"Type":"volume","Name":"db","Source":"/var/lib/docker/volumes/db/_data","Destination":"/data","RW":true},
            {"Type":"bind","Source":"/etc/app","Destination":"/conf","RW":false},
            {"Type":"tmpfs","Destination":"/run"}],
            "HostConfig":{"Tmpfs":{"/tmp":"ro,size=1m","/var":"size=1m","/x":""}}}"#;
        let mounts = parse_inspect(answer).unwrap();
        assert_eq!(
            lines(&mounts),
            [
                "/conf  bind /etc/app  read-only",
                "/data  volume db  read-write",
                "/run  tmpfs  access unknown",
                "/tmp  tmpfs  read-only",
                "/var  tmpfs  read-write",
                "/x  tmpfs  read-write",
            ]
        );
        assert_eq!(mounts.problems, [""; 0]);
        assert_eq!(parse_inspect(b"{}").unwrap(), Mounts::default());
        assert!(parse_inspect(b"[]").is_err());
    }

    /// A mount is listed with what is known of it, and the rest is told.
    #[test]
    fn what_is_not_understood_is_told() {
        type Parse = fn(&[u8]) -> Result<Mounts, DocumentError>;
        let wrong = |field: &str, what: &str| format!("`{field}` is {what} should be");
        let text = "a number where a string";
        let all: [(Parse, &str, &str, String); 11] = [
            (
                parse_inspect,
                r#"{"Mounts":[7]}"#,
                "",
                wrong("Mounts[0]", "a number where an object"),
            ),
            (
                parse_inspect,
                r#"{"Mounts":[{"Type":"bind"}]}"#,
                "",
                "`Mounts[0].Destination` is missing".to_owned(),
            ),
            (
                parse_inspect,
                r#"{"Mounts":[{"Destination":"/d","Type":7,"RW":true}]}"#,
                "/d  unknown  read-write",
                wrong("Mounts[0].Type", text),
            ),
            (
                parse_inspect,
                r#"{"Mounts":[{"Destination":"/d","Name":7,"Source":"/s","RW":true}]}"#,
                "/d  bind /s  read-write",
                wrong("Mounts[0].Name", text),
            ),
            (
                parse_inspect,
                r#"{"Mounts":[{"Destination":"/d","RW":"no"}]}"#,
                "/d  bind  access unknown",
                wrong("Mounts[0].RW", "a string where true or false"),
            ),
            (
                parse_inspect,
                r#"{"MountPoints":{"/d":7}}"#,
                "",
                wrong("MountPoints[/d]", "a number where an object"),
            ),
            (
                parse_inspect,
                r#"{"Volumes":{"/d":7},"VolumesRW":{"/d":true}}"#,
                "/d  bind  read-write",
                wrong("Volumes[/d]", text),
            ),
            (
                parse_inspect,
                r#"{"Volumes":{"/d":"/s"},"VolumesRW":{"/d":7}}"#,
                "/d  bind /s  access unknown",
                wrong("VolumesRW[/d]", "a number where true or false"),
            ),
            (
                parse_inspect,
                r#"{"HostConfig":{"Tmpfs":{"/d":7}}}"#,
                "/d  tmpfs  access unknown",
                wrong("Tmpfs[/d]", text),
            ),
            (
                parse_inspect,
                r#"{"HostConfig":7}"#,
                "",
                wrong("HostConfig", "a number where an object"),
            ),
            (parse_host_config, r#"{"Tmpfs":7}"#, "", wrong("Tmpfs", "a number where an object")),
        ];
        for (parse, mounts, listed, told) in all {
            let found = parse(mounts.as_bytes()).unwrap();
            assert_eq!(lines(&found).concat(), listed, "{mounts}");
            let problems = found.problems.concat();
            assert!(problems.ends_with(&told) && found.problems.len() == 1, "{mounts}: {problems}");
        }
    }
}
