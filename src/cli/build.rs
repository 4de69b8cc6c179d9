//! `layertui build`: builds with an engine, then opens or checks the result.

use std::env::consts::EXE_SUFFIX;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::{fs, io};

use crate::cli::args::{Args, Build};
use crate::cli::engine_options::{Engine, program};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::notice;
use crate::cli::{ci, explore, layers};
use crate::load::settings::OpenSettings;
use crate::report::CiFormat;

/// Engines in order of preference.
const ENGINES: [&str; 3] = ["docker", "podman", "buildah"];

pub(super) fn run(args: &Args, command: &Build, settings: &OpenSettings) -> Outcome {
    let engine = match &command.engine {
        Some(engine) => engine.clone(),
        None => installed()?.to_owned(),
    };
    let place = tempfile::tempdir().map_err(|error| {
        Failure::Error(format!("a temporary directory for the image's ID: {error}"))
    })?;
    let given = Engine::of(&engine, &command.arguments);
    let list = list(&engine, &given)?;
    let asked = given.value("--iidfile").map(PathBuf::from);
    let id_file = asked.clone().unwrap_or_else(|| place.path().join("id"));
    let mut build = Command::new(&engine);
    build.args(&given.before).arg("build");
    if asked.is_none() && list.is_none() {
        build.arg("--iidfile").arg(&id_file);
    }
    // Standard output is reserved for the report, so the engine's output goes to standard error.
    build.args(&given.behind).stdout(io::stderr());
    let status = build.status().map_err(|error| {
        Failure::Error(format!("{engine} cannot be run: {error}; --engine names another one"))
    })?;
    if !status.success() {
        return Err(ended(&engine, status));
    }
    let image = match list {
        Some(list) => list,
        None => given.place().unwrap_or_default() + &built(&engine, &id_file)?,
    };
    notice(&format!("built {image}"));
    let mut settings = settings.clone();
    settings.options.variables = given.variables();
    let settings = &settings;
    if let Some(format) = command.judges() {
        return ci::by_file(&image, format, settings);
    }
    if !io::stdout().is_terminal() {
        return layers::print(&image, settings);
    }
    explore::image(args, settings, &image)
}

impl Build {
    /// The format of the verdict, where the result is judged and not opened: asked for, or in a pipeline, as dive does.
    pub(super) fn judges(&self) -> Option<CiFormat> {
        self.ci.map(Into::into).or_else(|| ci::in_pipeline().then_some(CiFormat::Text))
    }
}

/// The first engine in `PATH`.
fn installed() -> Result<&'static str, Failure> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_here = |engine: &&&str| {
        let program = format!("{engine}{EXE_SUFFIX}");
        std::env::split_paths(&path).any(|dir| dir.join(&program).is_file())
    };
    ENGINES.iter().find(is_here).copied().ok_or_else(|| {
        Failure::Error(format!("none of {} is installed to build with", ENGINES.join(", ")))
    })
}

/// The reference of the manifest list that the engine puts the images of several platforms into, where it writes no ID of it:
/// buildah refuses `--iidfile` then, podman writes the list's ID.
///
/// # Errors
/// Without a list: podman writes the ID of any one of the images, and a verdict on one would pass for all.
fn list(engine: &str, given: &Engine) -> Result<Option<String>, Failure> {
    let program = program(engine);
    let is_buildah = program.contains("buildah");
    if !given.is_for_platforms() || !is_buildah && !program.contains("podman") {
        return Ok(None);
    }
    let Some(name) = given.value("--manifest") else {
        return Err(Failure::Error(format!(
            "{engine} builds an image for each platform and nothing tells which one to open: with --manifest NAME it \
             puts them into one list, from which layertui's own --platform chooses (layertui --platform OS/ARCH build …)"
        )));
    };
    let place = given.place().unwrap_or_else(|| "containers-storage:".to_owned());
    Ok(is_buildah.then(|| place + name))
}

/// The ID that the engine wrote.
fn built(engine: &str, id_file: &Path) -> Result<String, Failure> {
    let id = fs::read_to_string(id_file).map_err(|error| {
        Failure::Error(format!(
            "{engine} built an image but did not write its ID (--iidfile): {error}"
        ))
    })?;
    let id = id.trim();
    let id = id.strip_prefix("sha256:").unwrap_or(id);
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Failure::Error(format!(
            "{engine} built an image but wrote no valid ID (--iidfile): '{id}'"
        )));
    }
    Ok(id.to_owned())
}

/// The engine has printed the error.
fn ended(engine: &str, status: ExitStatus) -> Failure {
    notice(&format!("{engine} build: {status}"));
    Failure::ExitCode(2)
}
