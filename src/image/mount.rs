//! Volumes and mounts of a container: what lies over its layers. Their contents are in no layer, and are not read.
//!
//! Sources: Docker's record of a container (moby, `volume/mounts/mounts.go`; before 1.8 `Volumes` and `VolumesRW`), the answer of
//! its API ("Inspect a container", `Mounts` and `HostConfig`), and the bundle that podman and CRI-O write when they start a
//! container (OCI runtime-spec, `config.md`, "Mounts").

use crate::image::document;
use crate::image::document::{DocumentError, Fields, LONGEST_LIST, kept};
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
    /// Whether the container must not write there.
    pub read_only: bool,
}

impl Mount {
    /// Destination, kind, source and access in one line.
    #[must_use]
    pub fn line(&self) -> Foreign {
        let source = self.source.as_ref().map(|it| format!(" {}", it.raw())).unwrap_or_default();
        let access = if self.read_only { "read-only" } else { "read-write" };
        format!("{}  {}{source}  {access}", self.destination.raw(), self.kind.raw()).into()
    }
}

/// Parses the answer about a container.
///
/// # Errors
/// If it is not a JSON object.
pub fn parse_inspect(bytes: &[u8]) -> Result<Vec<Mount>, DocumentError> {
    let value = document::parse(bytes)?;
    let fields = Fields::of(&value, "")?;
    let mut mounts = recorded(&fields, &mut Vec::new());
    if let Ok(Some(host)) = fields.object("HostConfig") {
        mounts.extend(temporary(&host));
    }
    mounts.sort();
    Ok(mounts)
}

/// Parses a container's `hostconfig.json`: file systems in memory, which the other record does not have.
///
/// # Errors
/// If it is not a JSON object.
pub fn parse_host_config(bytes: &[u8]) -> Result<Vec<Mount>, DocumentError> {
    let value = document::parse(bytes)?;
    Ok(temporary(&Fields::of(&value, "")?))
}

/// Parses the bundle's `config.json` of the container with this ID. What an engine mounts into every container is left out.
///
/// # Errors
/// If it is not a JSON object with a list of mounts.
pub fn parse_bundle(bytes: &[u8], id: &str) -> Result<Vec<Mount>, DocumentError> {
    let value = document::parse(bytes)?;
    let fields = Fields::of(&value, "")?;
    let mounts = fields.list("mounts")?.iter().enumerate();
    let mut mounts: Vec<Mount> = mounts
        .filter_map(|(at, mount)| of_bundle(&Fields::of(mount, format!("mounts[{at}]")).ok()?, id))
        .collect();
    mounts.sort();
    Ok(mounts)
}

/// The mounts of Docker's own record, or of its API, which has the same keys in a list.
pub(super) fn recorded(fields: &Fields<'_>, problems: &mut Vec<String>) -> Vec<Mount> {
    let points = kept(fields.object("MountPoints"), problems);
    let points = points.map(|points| points.entries()).unwrap_or_default().into_values();
    let listed = kept(fields.list("Mounts"), problems);
    let mut mounts = Vec::new();
    for point in points.chain(listed).take(LONGEST_LIST) {
        match Fields::of(point, fields.path("MountPoints")) {
            Ok(point) => mounts.extend(point_of(&point, problems)),
            Err(error) => problems.push(error.to_string()),
        }
    }
    if mounts.is_empty() {
        mounts = before_1_8(fields);
    }
    mounts.sort();
    mounts
}

fn point_of(point: &Fields<'_>, problems: &mut Vec<String>) -> Option<Mount> {
    let text = |key: &str, problems: &mut Vec<String>| kept(point.text(key), problems);
    let destination = text("Destination", problems)?;
    let name = text("Name", problems);
    let kind = text("Type", problems);
    let usual = if name.is_some() { "volume" } else { "bind" };
    Some(Mount {
        destination: destination.into(),
        kind: kind.unwrap_or_else(|| usual.to_owned()).into(),
        source: name.or_else(|| text("Source", problems)).map(Into::into),
        read_only: point.contains("RW") && !kept(point.flag("RW"), problems),
    })
}

/// `Volumes` has the directory of each destination, `VolumesRW` whether it may be written.
fn before_1_8(fields: &Fields<'_>) -> Vec<Mount> {
    let writable = fields.pairs("VolumesRW").unwrap_or_default();
    let mount = |(destination, source): (String, String)| {
        let read_only =
            writable.iter().any(|(path, value)| *path == destination && value == "false");
        // Volumes without a source are directories of Docker's own.
        let kind = if source.contains("/vfs/dir/") { "volume" } else { "bind" };
        let source = Some(source.into());
        Mount { destination: destination.into(), kind: kind.into(), source, read_only }
    };
    fields.pairs("Volumes").unwrap_or_default().into_iter().take(LONGEST_LIST).map(mount).collect()
}

/// `Tmpfs` of a host config: options by destination.
fn temporary(host: &Fields<'_>) -> Vec<Mount> {
    let mount = |(destination, options): (String, String)| Mount {
        destination: destination.into(),
        kind: "tmpfs".into(),
        source: None,
        read_only: options.split(',').any(|option| option == "ro"),
    };
    host.pairs("Tmpfs").unwrap_or_default().into_iter().take(LONGEST_LIST).map(mount).collect()
}

fn of_bundle(mount: &Fields<'_>, id: &str) -> Option<Mount> {
    let destination = mount.text("destination").ok()??;
    let source = mount.text("source").ok()?;
    let options = mount.texts("options").unwrap_or_default();
    let has = |wanted: &[&str]| options.iter().any(|option| wanted.contains(&option.as_str()));
    let kind = mount.text("type").ok()?.unwrap_or_default();
    let kind = if has(&["bind", "rbind"]) { "bind".to_owned() } else { kind };
    let engines_own = match kind.as_str() {
        // Its hosts, resolv.conf, secrets and shared memory.
        "bind" => source.as_ref().is_some_and(|it| it.contains(&format!("/{id}/userdata/"))),
        // The file systems of every container (runtime-spec, config-linux.md, "Default Filesystems").
        "tmpfs" => destination == "/dev",
        "proc" => destination == "/proc",
        "sysfs" => destination == "/sys",
        "devpts" => destination == "/dev/pts",
        "mqueue" => destination == "/dev/mqueue",
        "cgroup" | "cgroup2" => destination == "/sys/fs/cgroup",
        _ => false,
    };
    if engines_own {
        return None;
    }
    let volume =
        source.as_deref().and_then(|it| it.strip_suffix("/_data")?.rsplit_once("/volumes/"));
    let (kind, source) = match volume {
        Some((_, name)) => ("volume".to_owned(), Some(name.to_owned())),
        None => (kind, source),
    };
    let source = source.filter(|_| kind != "tmpfs").map(Into::into);
    Some(Mount {
        destination: destination.into(),
        kind: kind.into(),
        source,
        read_only: has(&["ro"]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(mounts: &[Mount]) -> Vec<String> {
        mounts.iter().map(|mount| mount.line().into_raw()).collect()
    }

    #[test]
    fn the_answer_of_an_engine_lists_mounts_and_file_systems_in_memory() {
        let answer = br#"{"Mounts":[
            {"Type":"volume","Name":"db","Source":"/var/lib/docker/volumes/db/_data","Destination":"/data","RW":true},
            {"Type":"bind","Source":"/etc/app","Destination":"/conf","RW":false},
            {"Type":"tmpfs","Destination":"/run"}, {"Type":"bind"}, 7],
            "HostConfig":{"Tmpfs":{"/tmp":"ro,size=1m"}}}"#;
        assert_eq!(
            lines(&parse_inspect(answer).unwrap()),
            [
                "/conf  bind /etc/app  read-only",
                "/data  volume db  read-write",
                "/run  tmpfs  read-write",
                "/tmp  tmpfs  read-only"
            ]
        );
        assert_eq!(parse_inspect(b"{}").unwrap(), []);
        assert!(parse_inspect(b"[]").is_err());
    }

    #[test]
    fn a_bundle_tells_the_users_mounts_from_the_engines() {
        let bundle = br#"{"mounts":[
            {"destination":"/proc","type":"proc","source":"proc"},
            {"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid"]},
            {"destination":"/etc/hosts","type":"bind","source":"/run/s/overlay-containers/c0/userdata/hosts","options":["bind"]},
            {"destination":"/scratch","type":"tmpfs","source":"tmpfs","options":["rw"]},
            {"destination":"/dev/pts","type":"devpts","source":"devpts"},
            {"destination":"/pts","type":"devpts","source":"devpts"},
            {"destination":"/over","type":"overlay","source":"overlay","options":["lowerdir=/home/me/src"]},
            {"destination":"/data","type":"bind","source":"/s/volumes/db/_data","options":["rbind","rw"]},
            {"destination":"/src","source":"/home/me/src","options":["rbind","ro"]},
            {"source":"/lost"}, 7]}"#;
        assert_eq!(
            lines(&parse_bundle(bundle, "c0").unwrap()),
            [
                "/data  volume db  read-write",
                "/over  overlay overlay  read-write",
                "/pts  devpts devpts  read-write",
                "/scratch  tmpfs  read-write",
                "/src  bind /home/me/src  read-only"
            ]
        );
        assert!(parse_bundle(br#"{"mounts":7}"#, "c0").is_err());
    }
}
