//! Where a plan goes on a disk, and whether that place is taken.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::load::files::plan::Plan;

/// The path that the extracted object gets: the contents of a directory are put into `dest`; anything else becomes `dest`, or is put
/// into it if that is a directory.
#[must_use]
pub fn place(plan: &Plan, dest: &Path) -> PathBuf {
    if plan.is_directory() || !dest.is_dir() { dest.to_owned() } else { dest.join(name(plan)) }
}

/// Whether something would be overwritten or added to: `dest` is a directory with entries, or the place of a file exists. Decides
/// before anything is written; what is created after that is an error of its own.
#[must_use]
pub fn is_occupied(plan: &Plan, dest: &Path) -> bool {
    if plan.is_directory() {
        return fs::read_dir(dest).is_ok_and(|mut entries| entries.next().is_some());
    }
    place(plan, dest).symlink_metadata().is_ok()
}

#[cfg(unix)]
fn name(plan: &Plan) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(plan.name().to_vec())
}

#[cfg(not(unix))]
fn name(plan: &Plan) -> OsString {
    String::from_utf8_lossy(plan.name()).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::files::plan::plan;
    use crate::stack::notation;

    #[test]
    fn a_file_goes_into_a_directory_that_exists() {
        let (stack, _) = notation::stack("0: +d/ +d/f:1").unwrap();
        let plan_of = |path: &[u8]| plan(&stack, stack.find(path).unwrap(), 0);
        let (directory, file) = (plan_of(b"/d"), plan_of(b"/d/f"));
        let here = tempfile::tempdir().unwrap();
        let (dest, new) = (here.path().join("dest"), here.path().join("new"));
        fs::create_dir(&dest).unwrap();
        assert_eq!((place(&directory, &dest), place(&file, &dest)), (dest.clone(), dest.join("f")));
        assert_eq!((place(&directory, &new), place(&file, &new)), (new.clone(), new.clone()));
        let occupied = |dest: &Path| [is_occupied(&directory, dest), is_occupied(&file, dest)];
        assert_eq!([occupied(&dest), occupied(&new)], [[false; 2]; 2]);
        fs::write(dest.join("other"), "").unwrap();
        assert_eq!(occupied(&dest), [true, false]);
        fs::write(dest.join("f"), "").unwrap();
        assert_eq!(occupied(&dest), [true, true]);
        assert_eq!(occupied(&dest.join("f")), [false, true]);
    }
}
