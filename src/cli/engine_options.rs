//! The arguments of one build: options that the engine takes before its command, found among those of `layertui build`, and
//! where they put the image. Pure.
//!
//! docker refuses them after `build`, podman some of them (podman(1), docker(1), buildah(1), "OPTIONS").

use std::borrow::Cow;
use std::path::Path;

use crate::cli::option_words::{options, stands_before, takes_value};

/// The arguments of one build.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Engine {
    /// What stands before `build`, as it was given.
    pub(super) before: Vec<String>,
    /// What stands behind it.
    pub(super) behind: Vec<String>,
    /// The options of both with their values; `true` for one without.
    options: Vec<(String, String)>,
}

impl Engine {
    /// Tells the own options of the engine, a program or the path of one, from those of its `build`.
    pub(super) fn of(engine: &str, arguments: &[String]) -> Self {
        let program = program(engine);
        let mut engine = Self::default();
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let found = options(word);
            if word == "--" || found.is_empty() {
                engine.behind.push(word.clone());
            }
            if word == "--" {
                break;
            }
            for option in found {
                let is_own = stands_before(&program, &option.name);
                let side = if is_own { &mut engine.before } else { &mut engine.behind };
                side.push(option.text);
                let value = match option.value {
                    Some(value) => value.to_owned(),
                    None if takes_value(&option.name) => {
                        let value = words.next().cloned();
                        side.extend(value.clone());
                        value.unwrap_or_default()
                    }
                    None => "true".to_owned(),
                };
                engine.options.push((option.name, value));
            }
        }
        engine.behind.extend(words.cloned());
        engine
    }

    /// The value of an option; of several the last counts, as for the engines.
    pub(super) fn value(&self, option: &str) -> Option<&str> {
        let found = self.options.iter().rev().find(|(name, _)| name == option);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty() && *value != "false")
    }

    /// Whether one image is built for each of several platforms.
    pub(super) fn is_for_platforms(&self) -> bool {
        let platforms = self.options.iter().filter(|(name, _)| name == "--platform");
        let platforms: usize = platforms.map(|(_, value)| value.split(',').count()).sum();
        platforms > 1 || self.value("--all-platforms").is_some()
    }

    /// The transport and place where the image is: the store or the service that the options name; `None` without any.
    pub(super) fn place(&self) -> Option<String> {
        let is_given = |options: &[&str]| options.iter().any(|option| self.value(option).is_some());
        if is_given(&["--url", "--connection", "--remote", "-r"]) {
            return Some("podman:".to_owned());
        }
        if is_given(&["--host", "-H", "--context"]) {
            return Some("docker-daemon:".to_owned());
        }
        let root = self.value("--imagestore").or_else(|| self.value("--root"))?;
        // containers/storage takes one for the other (types/options.go).
        let driver =
            self.value("--storage-driver").map(|it| if it == "overlay2" { "overlay" } else { it });
        let at = if driver.is_some() || root.contains('@') { "@" } else { "" };
        let (open, close) = if root.contains(']') { ("[[", "]]") } else { ("[", "]") };
        Some(format!("containers-storage:{open}{}{at}{root}{close}", driver.unwrap_or_default()))
    }

    /// The environment variables with the same meaning, which the service is asked with; an empty one is unset.
    pub(super) fn variables(&self) -> Vec<(&'static str, String)> {
        let mut variables = Vec::new();
        let named = [
            ("--url", "CONTAINER_HOST"),
            ("--connection", "CONTAINER_CONNECTION"),
            ("--identity", "CONTAINER_SSHKEY"),
            ("--config", "DOCKER_CONFIG"),
            ("--context", "DOCKER_CONTEXT"),
            ("--host", "DOCKER_HOST"),
            ("-H", "DOCKER_HOST"),
            ("--tls", "DOCKER_TLS"),
            ("--tlsverify", "DOCKER_TLS_VERIFY"),
        ];
        // An option comes before the variable of another one. The context `default` is the host of the variable.
        if self.value("--connection").is_some() {
            variables.push(("CONTAINER_HOST", String::new()));
        }
        if self.value("--context").is_some_and(|context| context != "default") {
            variables.push(("DOCKER_HOST", String::new()));
        }
        variables.extend(
            named
                .into_iter()
                .filter_map(|(option, variable)| Some((variable, self.value(option)?.to_owned()))),
        );
        variables
    }
}

/// The name of an engine's program, of which the path may be given.
pub(super) fn program(engine: &str) -> Cow<'_, str> {
    Path::new(engine).file_name().unwrap_or_default().to_string_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(arguments: &str) -> Engine {
        with("docker", arguments)
    }

    fn with(engine: &str, arguments: &str) -> Engine {
        let words: Vec<_> = arguments.split_whitespace().map(str::to_owned).collect();
        Engine::of(engine, &words)
    }

    #[test]
    fn options_of_the_engine_stand_before_its_command() {
        for (given, before, behind) in [
            ("--root /r -t x .", "--root /r", "-t x ."),
            ("-t x --storage-driver=vfs --root=/r .", "--storage-driver=vfs --root=/r", "-t x ."),
            ("-H tcp://h --tlsverify .", "-H tcp://h --tlsverify", "."),
            ("-Htcp://h -c 2 .", "-Htcp://h", "-c 2 ."),
            ("-D -l debug . --debug --log-level=info", "-D -l debug --debug --log-level=info", "."),
            ("-qDl debug -qDt x .", "-D -l debug -D", "-q -q -t x ."),
            ("--pull --add-host a:b -- --root", "", "--pull --add-host a:b -- --root"),
            ("--root", "--root", ""),
            ("-", "", "-"),
            ("", "", ""),
        ] {
            let engine = engine(given);
            assert_eq!(
                (engine.before.join(" "), engine.behind.join(" ")),
                (before.into(), behind.into())
            );
        }
    }

    #[test]
    fn the_value_of_an_option_is_no_option() {
        for (given, before, behind) in [
            ("--build-arg --root .", "", "--build-arg --root ."),
            ("-t --root . --root /r", "--root /r", "-t --root ."),
            ("-qt --root --root /r .", "--root /r", "-q -t --root ."),
            ("-t=x --root /r .", "--root /r", "-t=x ."),
            ("--build-arg=a --root /r .", "--root /r", "--build-arg=a ."),
            ("--root --tag .", "--root --tag", "."),
            ("--no-cache --root /r .", "--root /r", "--no-cache ."),
            ("--pull --root /r .", "--root /r", "--pull ."),
            ("--build-arg -- --root /r .", "--root /r", "--build-arg -- ."),
            ("--not-known-yet --root /r .", "--root /r", "--not-known-yet ."),
            ("--tag", "", "--tag"),
        ] {
            let engine = engine(given);
            assert_eq!(
                (engine.before.join(" "), engine.behind.join(" ")),
                (before.into(), behind.into())
            );
        }
    }

    #[test]
    fn an_option_may_be_another_to_another_engine() {
        for (program, given, before) in [
            ("docker", "-D .", "-D"),
            ("/usr/bin/docker", "-D .", "-D"),
            ("podman", "-D .", ""),
            ("buildah", "-D .", ""),
            ("/docker/bin/buildah", "-D .", ""),
            ("podman", "--runtime crun .", "--runtime crun"),
            ("podman-remote", "--runtime crun .", "--runtime crun"),
            ("buildah", "--runtime crun .", ""),
        ] {
            assert_eq!(with(program, given).before.join(" "), before, "{program} {given}");
        }
    }

    #[test]
    fn platforms_are_counted() {
        for (given, expected) in [
            (".", false),
            ("--platform linux/arm64 .", false),
            ("--platform linux/arm64,linux/amd64 .", true),
            ("--platform=linux/arm64 --platform linux/amd64 .", true),
            ("--build-arg --platform=a,b .", false),
            ("--all-platforms .", true),
            ("--all-platforms=false .", false),
            ("-- --all-platforms", false),
        ] {
            assert_eq!(engine(given).is_for_platforms(), expected, "{given}");
        }
    }

    #[test]
    fn the_image_is_where_the_options_put_it() {
        for (given, place) in [
            ("-t x .", ""),
            ("--storage-driver vfs .", ""),
            ("--root /r .", "containers-storage:[/r]"),
            ("--root /r --storage-driver overlay2 .", "containers-storage:[overlay@/r]"),
            ("--root /r --root=/s --imagestore /i .", "containers-storage:[/i]"),
            ("--root /r --root=/s .", "containers-storage:[/s]"),
            ("--root /r@[s]/x .", "containers-storage:[[@/r@[s]/x]]"),
            ("--url unix:///s .", "podman:"),
            ("--remote .", "podman:"),
            ("-r .", "podman:"),
            ("--remote=false .", ""),
            ("--host unix:///s .", "docker-daemon:"),
            ("--context lab .", "docker-daemon:"),
            ("--config /c .", ""),
        ] {
            assert_eq!(engine(given).place().unwrap_or_default(), place, "{given}");
        }
    }

    #[test]
    fn an_option_comes_before_the_variables() {
        let variables = |given: &str| {
            let all = engine(given).variables();
            all.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(variables("--root /r -t x ."), "");
        assert_eq!(variables("-H a -H b --tls"), "DOCKER_HOST=b DOCKER_TLS=true");
        assert_eq!(
            variables("--config /c --context lab"),
            "DOCKER_HOST= DOCKER_CONFIG=/c DOCKER_CONTEXT=lab"
        );
        assert_eq!(variables("--context default"), "DOCKER_CONTEXT=default");
        assert_eq!(variables("--connection c"), "CONTAINER_HOST= CONTAINER_CONNECTION=c");
    }
}
