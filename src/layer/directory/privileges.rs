//! Whether this process can read `trusted.` attributes, in which an overlay owned by root marks opaque directories:
//! without `CAP_SYS_ADMIN` they are not listed.

use std::fs::Metadata;

/// Whether opaque marks may exist that cannot be read. Not in a directory of this user: without privileges, engines
/// write `user.` attributes.
#[cfg(target_os = "linux")]
pub(super) fn may_miss_trusted(root: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    let own = rustix::process::geteuid().as_raw() == root.uid();
    let read =
        |file: &str| std::fs::read_to_string(format!("/proc/self/{file}")).unwrap_or_default();
    !sees_trusted(&read("status"), &read("uid_map")) && !own
}

/// Other systems have no such attributes.
#[cfg(not(target_os = "linux"))]
pub(super) fn may_miss_trusted(_root: &Metadata) -> bool {
    false
}

/// Parses `/proc/self/status` and `/proc/self/uid_map`: the capability counts only in the initial user namespace, which
/// maps all ids to themselves.
#[cfg(target_os = "linux")]
fn sees_trusted(status: &str, uid_map: &str) -> bool {
    const CAP_SYS_ADMIN: u64 = 1 << 21;
    let effective = status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))
        .and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
    let whole = uid_map.split_whitespace().eq(["0", "0", "4294967295"]);
    whole && effective.is_some_and(|set| set & CAP_SYS_ADMIN != 0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_capability_counts_where_all_ids_are_mapped() {
        let all = "         0          0 4294967295\n";
        let root = "Name:\tx\nCapEff:\t000001ffffffffff\n";
        assert!(sees_trusted(root, all));
        assert!(!sees_trusted("CapEff:\t0000000000000000\n", all));
        assert!(!sees_trusted(root, "0 1000 1\n1 100000 65536\n"));
        assert!(!sees_trusted("", ""));
    }
}
