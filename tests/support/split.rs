//! tar-split listings made from tars, by the format's description (vbatts/tar-split): every byte of the tar but the
//! files' contents, and a checksum of those.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The tar-split of a tar whose sizes are in its headers, a JSON object a line.
pub(crate) fn split(tar: &[u8]) -> String {
    let mut lines = Lines::default();
    // Bytes that no line has yet, and the name that an extended header gave to the next entry.
    let (mut from, mut at, mut long) = (0, 0, None::<Vec<u8>>);
    while let Some(header) = tar.get(at..at + 512).filter(|block| block.iter().any(|&b| b != 0)) {
        at += 512;
        let size = size_of(header);
        let body = |flags: &[u8]| if flags.contains(&header[156]) { size } else { 0 };
        match header[156] {
            b'x' => long = pax_path(&tar[at..at + size]).or(long),
            b'L' => long = Some(until_nul(&tar[at..at + size]).to_vec()),
            b'g' | b'K' => {}
            _ => {
                let name = long.take().unwrap_or_else(|| until_nul(&header[..100]).to_vec());
                let size = body(b"\x0007");
                lines.segment(&tar[from..at]);
                lines.entry(&name, &tar[at..at + size]);
                at += size;
                from = at;
                at = at.next_multiple_of(512);
                continue;
            }
        }
        at += size.next_multiple_of(512);
    }
    lines.segment(&tar[from..]);
    // As Docker up to 20.10 does.
    lines.segment(b"");
    lines.text
}

/// CRC-64/GO-ISO, bit by bit.
pub(crate) fn crc64(bytes: &[u8]) -> u64 {
    !bytes.iter().fold(u64::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u64::from(byte), |crc, _| (crc >> 1) ^ (0xd800 << 48) * (crc & 1))
    })
}

#[derive(Default)]
struct Lines {
    text: String,
    count: usize,
}

impl Lines {
    fn segment(&mut self, bytes: &[u8]) {
        self.line(&format!(r#""type":2,"payload":"{}""#, STANDARD.encode(bytes)));
    }

    fn entry(&mut self, name: &[u8], contents: &[u8]) {
        let name = match std::str::from_utf8(name) {
            Ok(name) => format!(r#""name":{}"#, serde_json::to_string(name).unwrap()),
            Err(_) => format!(r#""name_raw":"{}""#, STANDARD.encode(name)),
        };
        let facts = if contents.is_empty() {
            r#""payload":null"#.to_owned()
        } else {
            let crc = STANDARD.encode(crc64(contents).to_be_bytes());
            format!(r#""size":{},"payload":"{crc}""#, contents.len())
        };
        self.line(&format!(r#""type":1,{name},{facts}"#));
    }

    fn line(&mut self, keys: &str) {
        self.text.push_str(&format!("{{{keys},\"position\":{}}}\n", self.count));
        self.count += 1;
    }
}

fn size_of(header: &[u8]) -> usize {
    let digits = std::str::from_utf8(until_nul(&header[124..136])).unwrap();
    usize::from_str_radix(digits.trim(), 8).unwrap()
}

fn pax_path(mut records: &[u8]) -> Option<Vec<u8>> {
    let mut path = None;
    while let Some(space) = records.iter().position(|&byte| byte == b' ') {
        let length: usize = std::str::from_utf8(&records[..space]).unwrap().parse().unwrap();
        if let Some(value) = records[space + 1..length - 1].strip_prefix(b"path=") {
            path = Some(value.to_vec());
        }
        records = &records[length..];
    }
    path
}

fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap()
}

#[cfg(test)]
mod tests {
    use super::super::tarball::Tar;
    use super::*;

    #[test]
    fn lines_count_themselves_and_hold_all_but_contents() {
        assert_eq!(crc64(b"123456789"), 0xb909_56c7_75a4_1001);
        let tar = Tar::new()
            .dir("d/", 0o755)
            .file("short", "abc")
            .pax(&[("path", "d/f")])
            .file("L", "")
            .long_name(b"\xff");
        let text = split(&tar.finish());
        let lines: Vec<&str> = text.lines().filter(|line| line.contains(r#""type":1"#)).collect();
        let crc = STANDARD.encode(crc64(b"abc").to_be_bytes());
        assert_eq!(
            lines,
            [
                r#"{"type":1,"name":"d/","payload":null,"position":1}"#.to_owned(),
                format!(r#"{{"type":1,"name":"d/f","size":3,"payload":"{crc}","position":3}}"#),
                r#"{"type":1,"name_raw":"/w==","payload":null,"position":5}"#.to_owned(),
            ]
        );
        assert_eq!(text.lines().count(), 8);
    }
}
