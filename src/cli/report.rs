//! `layertui report`: the whole analysis, as a page, as Markdown or as JSON.

use std::fs::File;
use std::io;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::cli::args::{Report, ReportFormat};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::open::{examine, examine_with_rows};
use crate::cli::output::output;
use crate::cli::{base, findings, policy_file};
use crate::load::Want;
use crate::load::files::packages::databases;
use crate::load::settings::OpenSettings;
use crate::policy::dive::Measure;
use crate::report;
use crate::report::Analysis;

/// Writes the report in one format.
type Form = dyn Fn(&mut dyn Write, &Analysis<'_>) -> io::Result<()>;

pub(super) fn run(command: &Report, settings: &OpenSettings) -> Outcome {
    if command.format == ReportFormat::Dive {
        return as_dive(&command.image, "-", settings);
    }
    let found = policy_file::read(command.config.as_deref(), &[policy_file::OWN])?;
    let rules = found.map(|found| found.rules).unwrap_or_default();
    let accepted = findings::accepted(&rules)?;
    examine(&command.image, settings, Want::Kinds, |loaded| {
        loaded.needs_config();
        let last = loaded.image().layers.len().saturating_sub(1);
        let found = loaded.with_stack(|stack| databases(stack, last, false));
        let inventory = found.read(loaded.loader.source().as_ref());
        let base = base::recognise(loaded.image(), rules.base.as_deref(), settings)?;
        loaded.subject(|subject| {
            let findings = findings::of(loaded, subject, &accepted, base.layers, 0);
            let unsure = subject.unsure().into_iter();
            let unsure = unsure.map(|it| format!("layer {}: {}", it.layer, it.reason));
            let config = loaded.unread_config().map(|why| why.raw().to_owned());
            let files = loaded.unread_files.borrow().clone();
            let notes: Vec<String> =
                unsure.chain(config).chain(files).chain(inventory.notes).collect();
            let analysis = Analysis {
                subject,
                packages: &inventory.packages,
                findings: &findings.list,
                base: &base,
                notes: &notes,
            };
            write_forms(command, &analysis)
        })
    })
}

/// Writes the requested page and Markdown; JSON if neither is requested.
fn write_forms(command: &Report, analysis: &Analysis<'_>) -> Outcome {
    let forms: [(&Option<String>, &Form); 2] =
        [(&command.html, &report::page), (&command.markdown, &report::markdown)];
    if command.html.is_some() && command.html == command.markdown {
        let same = "--html and --markdown name the same file: one would follow the other in it";
        return Err(Failure::Error(same.to_owned()));
    }
    let mut written = false;
    for (file, form) in forms {
        if let Some(file) = file {
            write(file, analysis, form)?;
            written = true;
        }
    }
    if written {
        return Ok(());
    }
    output(|out| report::whole(out, analysis))
}

/// Writes the analysis to a file in dive's format; `-` is standard output.
pub(super) fn as_dive(image: &str, file: &str, settings: &OpenSettings) -> Outcome {
    examine_with_rows(image, settings, Want::Tree, |loaded| {
        let measure = Measure::of(loaded.tables()).map_err(Failure::Error)?;
        loaded.subject(|subject| {
            write_to(file, |out| report::dive(out, subject, loaded.tables(), &measure))
        })
    })
}

fn write(file: &str, analysis: &Analysis<'_>, form: &Form) -> Outcome {
    write_to(file, |out| form(out, analysis))
}

/// Writes to a file; `-` is standard output.
fn write_to(file: &str, form: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Outcome {
    if file == "-" {
        return output(form);
    }
    let path = Path::new(file);
    let written = || -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        form(&mut out)?;
        out.flush()
    };
    written().map_err(|error| Failure::Error(format!("{file}: {error}")))
}
