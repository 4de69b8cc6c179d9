//! The names of markers, by the image specification: files of a layer that delete what the layers below have.

/// The beginning of the name that hides NAME: `.wh.NAME`.
pub const PREFIX: &[u8] = b".wh.";

/// The name that makes its directory opaque.
pub const OPAQUE: &[u8] = b".wh..wh..opq";

/// The path of the marker that hides `path`; absolute or in normal form, as `path` is.
#[must_use]
pub fn whiteout(path: &[u8]) -> Vec<u8> {
    let name = memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1);
    [&path[..name], PREFIX, &path[name..]].concat()
}

/// The path of the marker that makes `directory` opaque; absolute or in normal form, as `directory` is.
#[must_use]
pub fn opaque(directory: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if matches!(directory, b"" | b"/") { b"" } else { b"/" };
    [directory, slash, OPAQUE].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_has_the_path_that_a_tar_would_give_it() {
        for (path, marker) in
            [("a", ".wh.a"), ("d/a", "d/.wh.a"), ("d/e/.a", "d/e/.wh..a"), ("/d/a", "/d/.wh.a")]
        {
            assert_eq!(whiteout(path.as_bytes()), marker.as_bytes());
        }
        for (directory, marker) in [
            ("", ".wh..wh..opq"),
            ("d", "d/.wh..wh..opq"),
            ("/", "/.wh..wh..opq"),
            ("/d", "/d/.wh..wh..opq"),
        ] {
            assert_eq!(opaque(directory.as_bytes()), marker.as_bytes());
        }
    }
}
