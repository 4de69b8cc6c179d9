//! The mounts in the bundle of a container, which podman and CRI-O write when they start it (OCI runtime-spec, `config.md`,
//! "Mounts").

use crate::image::document;
use crate::image::document::{DocumentError, Fields, Value};
use crate::image::mount::{
    Mount, Mounts, UNKNOWN, destination, fields_of, known, read_only, text_or_unknown, understood,
};

/// Parses the bundle's `config.json` of the container with this ID. What an engine mounts into every container is left out.
///
/// # Errors
/// If it is not a JSON object with a list of mounts.
pub fn parse(bytes: &[u8], id: &str) -> Result<Mounts, DocumentError> {
    let value = document::parse(bytes)?;
    let fields = Fields::of(&value, "")?;
    let mut mounts = Mounts::default();
    for (at, mount) in fields.list("mounts")?.iter().enumerate() {
        let problems = &mut mounts.problems;
        if let Some(mount) = fields_of(mount, format!("mounts[{at}]"), problems) {
            mounts.understood.extend(of_bundle(&mount, id, problems));
        }
    }
    mounts.understood.sort();
    Ok(mounts)
}

fn of_bundle(mount: &Fields<'_>, id: &str, problems: &mut Vec<String>) -> Option<Mount> {
    let destination = destination(mount, "destination", problems)?;
    let source = understood(mount.text("source"), problems);
    let listed = mount.list("options").unwrap_or_default();
    let all_known = known(mount.texts("options"), problems).is_some();
    let options = || listed.iter().filter_map(Value::as_str);
    let is_bind = options().any(|option| matches!(option, "bind" | "rbind"));
    let kind = text_or_unknown(mount.text("type"), problems);
    let kind = if is_bind { "bind".to_owned() } else { kind.unwrap_or_else(|| UNKNOWN.to_owned()) };
    if is_engines_own(&destination, &kind, source.as_deref(), id) {
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
        read_only: read_only(options(), all_known),
    })
}

/// Whether an engine mounts this without being asked for it.
fn is_engines_own(destination: &str, kind: &str, source: Option<&str>, id: &str) -> bool {
    match kind {
        "bind" => source.is_some_and(|source| is_in_userdata(source, destination, id)),
        // The file systems of every container (runtime-spec, config-linux.md, "Default Filesystems").
        "tmpfs" => destination == "/dev",
        "proc" => destination == "/proc",
        "sysfs" => destination == "/sys",
        "devpts" => destination == "/dev/pts",
        "mqueue" => destination == "/dev/mqueue",
        "cgroup" | "cgroup2" => destination == "/sys/fs/cgroup",
        _ => false,
    }
}

/// Where the containers of a pod get files of its infra container.
const OF_A_POD: [&str; 5] =
    ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/dev/shm", "/run/.containerenv"];

/// Whether a file is one that the engine made for the container: its hosts, resolv.conf, secrets and shared memory. In a pod
/// some of them are those of the infra container, below `DRIVER-containers/ID/userdata` of another ID.
fn is_in_userdata(source: &str, destination: &str, id: &str) -> bool {
    source.match_indices("/userdata/").any(|(at, _)| {
        let Some((containers, owner)) = source[..at].rsplit_once('/') else { return false };
        let is_id = owner.len() == 64 && owner.bytes().all(|byte| byte.is_ascii_hexdigit());
        let of_pod = is_id && containers.ends_with("-containers");
        owner == id || of_pod && OF_A_POD.contains(&destination)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(mounts: &Mounts) -> Vec<String> {
        mounts.understood.iter().map(|mount| mount.line().into_raw()).collect()
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
            {"destination":"/data","type":"bind","source":"/s/volumes/db/_data","options":["rbind","rprivate"]},
            {"destination":"/deep","type":"bind","source":"/d","options":["rbind","rw","rro"]},
            {"destination":"/both","type":"bind","source":"/b","options":["rbind","ro","rw"]},
            {"destination":"/src","source":"/home/me/src","options":["rbind","ro"]}]}"#;
        let mounts = parse(bundle, "c0").unwrap();
        assert_eq!(
            lines(&mounts),
            [
                "/both  bind /b  read-write",
                "/data  volume db  read-write",
                "/deep  bind /d  read-only",
                "/over  overlay overlay  read-write",
                "/pts  devpts devpts  read-write",
                "/scratch  tmpfs  read-write",
                "/src  bind /home/me/src  read-only"
            ]
        );
        assert_eq!(mounts.problems, [""; 0]);
        assert!(parse(br#"{"mounts":7}"#, "c0").is_err());
    }

    /// podman and CRI-O mount the files of a pod's infra container into the others; a user may mount the rest.
    #[test]
    fn what_a_pod_shares_is_the_engines() {
        let infra = "0123456789abcdef".repeat(4);
        let at = |containers: &str, id: &str| {
            format!("/mnt/userdata/storage/{containers}/{id}/userdata")
        };
        let short = at("overlay-containers", "cafe");
        let (pods, other) = (at("overlay-containers", &infra), at("overlay-containers", "backup"));
        for (destination, source, is_listed) in [
            ("/etc/hosts", format!("{pods}/hosts"), false),
            ("/etc/hostname", format!("{pods}/hostname"), false),
            ("/etc/resolv.conf", format!("{pods}/resolv.conf"), false),
            ("/dev/shm", format!("{pods}/shm"), false),
            ("/run/.containerenv", format!("{pods}/.containerenv"), false),
            ("/run/secrets", format!("{}/run/secrets", at("overlay-containers", "c0")), false),
            ("/audit", format!("{pods}/config.json"), true),
            ("/etc/hosts", format!("{other}/hosts"), true),
            ("/etc/hosts", format!("{short}/hosts"), true),
            ("/etc/hosts", format!("{}/hosts", at("containers", &infra)), true),
            ("/etc/hosts", format!("/srv/{infra}/hosts"), true),
        ] {
            let mount = format!(
                r#"{{"destination":"{destination}","source":"{source}","options":["bind"]}}"#
            );
            let mounts = parse(format!(r#"{{"mounts":[{mount}]}}"#).as_bytes(), "c0").unwrap();
            assert_eq!(!mounts.understood.is_empty(), is_listed, "{mount}");
        }
    }

    /// A mount is listed with what is known of it, and the rest is told.
    #[test]
    fn what_is_not_understood_is_told() {
        let wrong = |field: &str, what: &str| format!("`{field}` is {what} should be");
        let first = |key: &str| wrong(&format!("mounts[0].{key}"), "a number where a string");
        for (mounts, listed, told) in [
            (r#"{"mounts":[7]}"#, "", wrong("mounts[0]", "a number where an object")),
            (
                r#"{"mounts":[{"source":"/s"}]}"#,
                "",
                "`mounts[0].destination` is missing".to_owned(),
            ),
            (r#"{"mounts":[{"destination":7}]}"#, "", first("destination")),
            (
                r#"{"mounts":[{"destination":"/d","type":7,"source":"/s"}]}"#,
                "/d  unknown /s  read-write",
                first("type"),
            ),
            (
                r#"{"mounts":[{"destination":"/d","type":"nfs","source":7}]}"#,
                "/d  nfs  read-write",
                first("source"),
            ),
            (
                r#"{"mounts":[{"destination":"/d","type":"nfs","options":"ro"}]}"#,
                "/d  nfs  access unknown",
                wrong("mounts[0].options", "a string where a list"),
            ),
            (
                r#"{"mounts":[{"destination":"/d","type":"nfs","options":["hard",7]}]}"#,
                "/d  nfs  access unknown",
                first("options[1]"),
            ),
            (
                r#"{"mounts":[{"destination":"/d","options":[7,"ro","bind"]}]}"#,
                "/d  bind  read-only",
                first("options[0]"),
            ),
            (
                r#"{"mounts":[{"destination":"/d","options":["bind","rw",7]}]}"#,
                "/d  bind  read-write",
                first("options[2]"),
            ),
        ] {
            let found = parse(mounts.as_bytes(), "c0").unwrap();
            assert_eq!(lines(&found).concat(), listed, "{mounts}");
            let problems = found.problems.concat();
            assert!(problems.ends_with(&told) && found.problems.len() == 1, "{mounts}: {problems}");
        }
    }
}
