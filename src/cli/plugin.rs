//! Docker's protocol for plug-ins of its client (docker/cli, `cli-plugins/metadata`): a program that is installed as
//! `docker-layertui` in `~/.docker/cli-plugins` is the command `docker layertui`.
//!
//! The client asks with `docker-layertui docker-cli-plugin-metadata` for a JSON document, and runs the command as
//! `docker-layertui [OPTIONS OF DOCKER] layertui ARGUMENTS`.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use serde::Serialize;

use crate::cli::output::output;
use crate::report::json_line;

/// The name of the program as a plug-in, and of the command.
const PLUGIN: &str = "docker-layertui";
const COMMAND: &str = "layertui";

/// What the process was called for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// To run, with these arguments; the first is the program.
    Run(Vec<OsString>),
    /// To describe itself as a plug-in.
    Describe,
    /// With an option of `docker` before the command, which has no meaning here.
    Unsupported(OsString),
}

/// Recognises a call by Docker's client by the name of the program.
pub(super) fn recognise(mut arguments: Vec<OsString>) -> Call {
    let program = arguments.first().map(Path::new).and_then(Path::file_stem);
    if program != Some(OsStr::new(PLUGIN)) {
        return Call::Run(arguments);
    }
    match arguments.get(1) {
        Some(word) if word == "docker-cli-plugin-metadata" => Call::Describe,
        Some(word) if word == COMMAND => {
            arguments.remove(1);
            Call::Run(arguments)
        }
        Some(option) if arguments[2..].iter().any(|word| word == COMMAND) => {
            Call::Unsupported(option.clone())
        }
        _ => Call::Run(arguments),
    }
}

/// Prints the description that Docker's client reads.
pub(super) fn describe() -> crate::cli::failure::Outcome {
    output(|out| json_line(out, &METADATA))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    schema_version: &'static str,
    vendor: &'static str,
    version: &'static str,
    short_description: &'static str,
}

const METADATA: Metadata = Metadata {
    schema_version: "0.1.0",
    vendor: "layertui",
    version: env!("CARGO_PKG_VERSION"),
    short_description: "Explore the layers of an image",
};

#[cfg(test)]
mod tests {
    use super::*;

    fn call(words: &str) -> Call {
        recognise(words.split(' ').map(Into::into).collect())
    }

    fn run(words: &str) -> Call {
        Call::Run(words.split(' ').map(Into::into).collect())
    }

    #[test]
    fn docker_calls_it_by_another_name() {
        let plugin = "/root/.docker/cli-plugins/docker-layertui";
        assert_eq!(call(&format!("{plugin} docker-cli-plugin-metadata")), Call::Describe);
        assert_eq!(call(&format!("{plugin} layertui ls x")), run(&format!("{plugin} ls x")));
        assert_eq!(call(&format!("{plugin}.exe layertui")), run(&format!("{plugin}.exe")));
        let far = call(&format!("{plugin} --context lab layertui ls x"));
        assert_eq!(far, Call::Unsupported("--context".into()));
        // By hand, and an image of that name.
        assert_eq!(call(&format!("{plugin} ls x")), run(&format!("{plugin} ls x")));
        assert_eq!(call("layertui layertui"), run("layertui layertui"));
        let metadata = "layertui docker-cli-plugin-metadata";
        assert_eq!(call(metadata), run(metadata));
    }
}
