//! The paths of the packages of a database, within limits on all paths of an image.

/// The most paths of packages, about ten times those of the largest images.
pub(super) const PATHS_MAX: usize = 10_000_000;
/// The most bytes of these paths.
pub(super) const PATH_BYTES_MAX: usize = 512 << 20;
pub(super) const TOO_MANY_PATHS: &str =
    "the packages have more than 10 million paths, or more than 512 MiB of them";

/// The index of a package, and its paths.
pub(super) type PackagePaths = (u32, Vec<Vec<u8>>);

/// The paths of the packages of one database. They are added only if all are known: a package whose paths are not may own one of
/// them as well.
#[derive(Default)]
pub(super) struct Owned {
    list: Vec<PackagePaths>,
    paths: usize,
    bytes: usize,
    unknown: Option<&'static str>,
}

impl Owned {
    pub(super) fn add(&mut self, package: u32, paths: Result<Vec<Vec<u8>>, &'static str>) {
        let within = paths.and_then(|paths| {
            self.paths += paths.len();
            self.bytes += paths.iter().map(Vec::len).sum::<usize>();
            let fits = self.paths <= PATHS_MAX && self.bytes <= PATH_BYTES_MAX;
            if fits { Ok(paths) } else { Err(TOO_MANY_PATHS) }
        });
        match within {
            Ok(paths) if self.unknown.is_none() => self.list.push((package, paths)),
            Ok(_) => {}
            Err(why) => {
                self.list = Vec::new();
                self.unknown.get_or_insert(why);
            }
        }
    }

    pub(super) fn finish(self) -> Result<Vec<PackagePaths>, String> {
        self.unknown.map_or(Ok(self.list), |why| Err(why.to_owned()))
    }
}
