//! Permission bits as `ls -l` writes them.

use crate::text::Visible;

/// `rwxr-sr-t` for `0o7777` bits: nine cells.
#[must_use]
pub fn permissions(mode: u16) -> Visible<'static> {
    let special = [(0o4000, 's', 'S'), (0o2000, 's', 'S'), (0o1000, 't', 'T')];
    let mut out = String::with_capacity(9);
    for (class, (bit, with_x, without)) in special.into_iter().enumerate() {
        let bits = mode >> (6 - 3 * class);
        out.push(if bits & 4 == 0 { '-' } else { 'r' });
        out.push(if bits & 2 == 0 { '-' } else { 'w' });
        out.push(match (mode & bit != 0, bits & 1 != 0) {
            (true, true) => with_x,
            (true, false) => without,
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    Visible::owned(out)
}

/// Permission bits in octal, without a leading zero: `755`, `4755`.
#[must_use]
pub fn octal(mode: u16) -> Visible<'static> {
    Visible::owned(format!("{:03o}", mode & 0o7777))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_written_as_by_ls() {
        for (mode, shown) in [
            (0o755, "rwxr-xr-x"),
            (0o4755, "rwsr-xr-x"),
            (0o2644, "rw-r-Sr--"),
            (0o1777, "rwxrwxrwt"),
            (0, "---------"),
        ] {
            assert_eq!(permissions(mode), shown);
        }
    }
}
