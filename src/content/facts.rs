//! The type of a file by its first bytes, not by its name.

use crate::content::elf;
use crate::content::fact::{Fact, ReadAt};

/// The first bytes of file types. The first match counts.
const MAGIC: [(&[u8], &str); 26] = [
    (b"\x7fELF", "ELF"),
    (b"\x1f\x8b", "gzip data"),
    (b"\xfd7zXZ\0", "xz data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"BZh", "bzip2 data"),
    (b"PK\x03\x04", "zip archive (or jar, wheel, apk, docx)"),
    (b"!<arch>\ndebian-binary", "Debian package"),
    (b"!<arch>\n", "ar archive (static library)"),
    (b"\xed\xab\xee\xdb", "RPM package"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    (b"\x89PNG\r\n\x1a\n", "PNG picture"),
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"GIF8", "GIF picture"),
    (b"SQLite format 3\0", "SQLite database"),
    (b"\0asm", "WebAssembly module"),
    (b"\xca\xfe\xba\xbe", "Java class, or Mach-O for several machines"),
    (b"\xcf\xfa\xed\xfe", "Mach-O, 64-bit"),
    (b"MZ", "Windows program"),
    (b"%PDF-", "PDF document"),
    (b"\xde\x12\x04\x95", "gettext catalogue"),
    (b"\0\x01\0\0\0", "TrueType font"),
    (b"OTTO", "OpenType font"),
    (b"wOF2", "WOFF2 font"),
    (b"TZif", "time zone"),
    (b"hsqs", "squashfs"),
    (b"-----BEGIN ", "PEM"),
];

/// The facts about a file, the first one its type if that is known. `read` reads parts of the file.
pub fn of(read: &mut ReadAt<'_>) -> Vec<Fact> {
    let first = read(0, 512).unwrap_or_default();
    let what = MAGIC.iter().find(|(magic, _)| first.starts_with(magic)).map(|(_, what)| *what);
    let what = match what {
        Some("PEM") => Some(pem(&first)),
        Some(what) => Some(what),
        None if first.get(257..262) == Some(b"ustar") => Some("tar archive"),
        None if first.starts_with(b"RIFF") && first.get(8..12) == Some(b"WEBP") => {
            Some("WebP picture")
        }
        None if first.get(4..8) == Some(b"ftyp") => Some("MP4 or AVIF"),
        None if is_python(&first) => Some("Python byte code"),
        None => None,
    };
    let mut facts: Vec<Fact> = what.map(|what| ("what", what.to_owned())).into_iter().collect();
    if first.starts_with(b"\x89PNG")
        && let Some(&[a, b, c, d, e, f, g, h]) = first.get(16..24)
    {
        let (width, height) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
        facts.push(("pixels", format!("{width} x {height}")));
    }
    facts.extend(elf::facts(read));
    facts
}

/// CPython's byte code: a version from 3000 on, little endian, or from 62000 on for Python 2, then a line break
/// (`Include/internal/pycore_magic_number.h`). The high byte of the version is not in texts.
fn is_python(first: &[u8]) -> bool {
    matches!(first, [_, 0x0b..=0x0f | 0xf2 | 0xf3, b'\r', b'\n', ..])
}

/// The type of a key or certificate (RFC 7468).
fn pem(first: &[u8]) -> &'static str {
    let line = first.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let has = |word: &[u8]| memchr::memmem::find(line, word).is_some();
    match () {
        () if has(b"PRIVATE KEY") => "PRIVATE KEY",
        () if has(b"PUBLIC KEY") => "public key",
        () if has(b"CERTIFICATE") => "certificate",
        () => "PEM",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::fact::Fact;

    fn what(bytes: &[u8]) -> Vec<Fact> {
        of(&mut |offset, length| {
            let from = usize::try_from(offset).ok()?;
            bytes.get(from..(from.saturating_add(length)).min(bytes.len())).map(<[u8]>::to_vec)
        })
    }

    #[test]
    fn first_bytes_decide_the_type() {
        assert_eq!(what(b"\x1f\x8b\x08")[0].1, "gzip data");
        assert_eq!(what(b"-----BEGIN OPENSSH PRIVATE KEY-----\nabc")[0].1, "PRIVATE KEY");
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0\0\0\x01\0";
        assert_eq!(what(png)[1], ("pixels", "512 x 256".to_owned()));
        for python in [b"\x55\x0d\r\n", b"\x2b\x0e\r\n", b"\x03\xf3\r\n"] {
            assert_eq!(what(python)[0].1, "Python byte code");
        }
        for text in [&b"root:x:0:0"[..], b"/*\r\n * text", b"#!\r\n", b"{}\r\n"] {
            assert!(what(text).is_empty());
        }
        assert!(what(b"").is_empty());
    }
}
