//! Lines of files in any layer, found by their contents.

use std::borrow::Cow;
use std::io;
use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::load::grep::{FoundFile, Hit, HitKind, Wanted};
use crate::report::entry::PathKeys;
use crate::report::{Format, Lines, Subject, json_line};
use crate::stack::VersionState;
use crate::text;

/// The keys of each line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileKeys<'a> {
    #[serde(flatten)]
    path: PathKeys<'a>,
    layer: usize,
    /// Whether this version is in the final tree.
    visible: Option<bool>,
    state: Option<&'static str>,
    /// The layer that covered or removed it.
    ended_by: Option<usize>,
}

#[derive(Serialize)]
struct CountLine<'a> {
    #[serde(flatten)]
    file: FileKeys<'a>,
    /// Matching lines; missing if only files are wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HitLine<'a> {
    #[serde(flatten)]
    file: &'a FileKeys<'a>,
    /// `match`, `context` or `binary`.
    kind: &'static str,
    line: Option<u64>,
    offset: u64,
    text: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text_bytes: Option<String>,
    cut: bool,
    /// Start and end of each match in the bytes of the text.
    matches: Vec<[u32; 2]>,
}

/// Roles of parts of a line, with their colours: those of grep.
#[derive(Clone, Copy)]
enum Role {
    Path,
    Line,
    Match,
    Separator,
}

impl Role {
    const fn colour(self) -> &'static [u8] {
        match self {
            Self::Path => b"\x1b[35m",
            Self::Line => b"\x1b[32m",
            Self::Match => b"\x1b[1;31m",
            Self::Separator => b"\x1b[36m",
        }
    }
}

/// Writes the files that a search finds.
pub struct Grep {
    wanted: Wanted,
    format: Format,
    colours: bool,
    /// All layers were read, so that it is known what became of a version.
    sure: bool,
    /// Lines were written, so that those of the next file are set apart if there is context.
    any: bool,
}

impl Grep {
    /// Writes in a format; text in colours, if they are wanted.
    #[must_use]
    pub fn new(subject: Subject<'_>, wanted: Wanted, format: Format, colours: bool) -> Self {
        Self { wanted, format, colours, sure: subject.is_sure(), any: false }
    }

    /// Writes one file with its matches.
    ///
    /// # Errors
    /// Errors of writing to `out`, and of reading what was found.
    pub fn write(&mut self, out: &mut dyn Write, file: FoundFile<'_>) -> io::Result<()> {
        match self.format {
            Format::Json => self.write_json(out, file),
            Format::Text => self.write_text(out, file),
        }
    }

    fn write_json(&self, out: &mut dyn Write, mut file: FoundFile<'_>) -> io::Result<()> {
        // A layer that was not read may cover it.
        let known = self.sure || file.state != VersionState::Visible;
        let keys = FileKeys {
            path: PathKeys::new(&file.path),
            layer: file.layer,
            visible: known.then_some(file.state == VersionState::Visible),
            state: self.sure.then(|| file.state.name()),
            ended_by: file.state.ended_by(),
        };
        if !matches!(self.wanted, Wanted::Lines { .. }) {
            let count = (self.wanted == Wanted::Count).then(|| file.hits.lines());
            return json_line(out, &CountLine { file: keys, count });
        }
        for hit in &mut file.hits {
            let hit = hit?;
            let kind = match hit.kind {
                HitKind::Match => "match",
                HitKind::Context => "context",
                HitKind::Binary => "binary",
                HitKind::Gap => continue,
            };
            let binary = hit.kind == HitKind::Binary;
            let text = String::from_utf8_lossy(&hit.text);
            let text_bytes = matches!(text, Cow::Owned(_)).then(|| STANDARD.encode(&hit.text));
            json_line(
                out,
                &HitLine {
                    file: &keys,
                    kind,
                    line: (!binary).then_some(hit.line),
                    offset: hit.offset,
                    text: (!binary).then_some(text),
                    text_bytes,
                    cut: hit.cut,
                    matches: hit.matches.iter().map(|found| [found.start, found.end]).collect(),
                },
            )?;
        }
        Ok(())
    }

    fn write_text(&mut self, out: &mut dyn Write, mut file: FoundFile<'_>) -> io::Result<()> {
        match self.wanted {
            Wanted::Files => {
                self.write_head(out, &file)?;
                out.write_all(b"\n")
            }
            Wanted::Count => {
                let count = file.hits.lines();
                self.write_head(out, &file)?;
                self.part(out, Role::Separator, b":")?;
                writeln!(out, "{count}")
            }
            Wanted::Lines { before, after } => {
                if self.any && before + after > 0 {
                    self.gap(out)?;
                }
                self.any = true;
                while let Some(hit) = file.hits.next() {
                    self.write_hit(out, &file, &hit?)?;
                }
                Ok(())
            }
        }
    }

    fn write_hit(&self, out: &mut dyn Write, file: &FoundFile<'_>, hit: &Hit) -> io::Result<()> {
        let separator: &[u8] = match hit.kind {
            HitKind::Gap => return self.gap(out),
            HitKind::Context => b"-",
            HitKind::Match | HitKind::Binary => b":",
        };
        self.write_head(out, file)?;
        self.part(out, Role::Separator, separator)?;
        if hit.kind == HitKind::Binary {
            return writeln!(out, " binary file matches (NUL at byte {})", hit.offset);
        }
        self.part(out, Role::Line, hit.line.to_string().as_bytes())?;
        self.part(out, Role::Separator, separator)?;
        let mut at = 0;
        for found in &hit.matches {
            let (start, end) = (found.start as usize, found.end as usize);
            plain(out, hit.text.get(at..start).unwrap_or_default())?;
            self.part(out, Role::Match, hit.text.get(start..end).unwrap_or_default())?;
            at = end;
        }
        plain(out, hit.text.get(at..).unwrap_or_default())?;
        out.write_all(if hit.cut { " …\n".as_bytes() } else { b"\n" })
    }

    /// State, layer and path.
    fn write_head(&self, out: &mut dyn Write, file: &FoundFile<'_>) -> io::Result<()> {
        let mark = match file.state {
            VersionState::Visible if self.sure => ' ',
            VersionState::Visible => '?',
            VersionState::Covered(_) => '~',
            VersionState::Removed(_) => '-',
        };
        write!(out, "{mark} L{:<3} ", file.layer)?;
        self.part(out, Role::Path, &file.path)
    }

    fn gap(&self, out: &mut dyn Write) -> io::Result<()> {
        self.part(out, Role::Separator, b"--")?;
        out.write_all(b"\n")
    }

    /// Foreign bytes, made visible, in the colour of their role.
    fn part(&self, out: &mut dyn Write, role: Role, bytes: &[u8]) -> io::Result<()> {
        if !self.colours {
            return plain(out, bytes);
        }
        out.write_all(role.colour())?;
        plain(out, bytes)?;
        out.write_all(b"\x1b[0m")
    }
}

/// Foreign bytes, made visible; a tab is a blank as in other lists.
fn plain(out: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    let mut parts = bytes.split(|&byte| byte == b'\t');
    let mut lines = Lines::new(out);
    write!(lines, "{}", text::visible(parts.next().unwrap_or_default()))?;
    parts.try_for_each(|part| write!(lines, "    {}", text::visible(part)))
}
