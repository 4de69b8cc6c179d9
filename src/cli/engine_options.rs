//! Options of docker, podman and buildah that stand before their command, found among the arguments of `layertui build`, and
//! where they put the image. Pure.
//!
//! docker refuses them after `build`, podman some of them (podman(1), docker(1), buildah(1), "OPTIONS").

/// Those that take a value. No engine has one of them as an option of `build` with another meaning: podman's and docker's `-c` is
/// left out for that.
const WITH_VALUE: [&str; 18] = [
    "--root",
    "--runroot",
    "--imagestore",
    "--storage-driver",
    "--storage-opt",
    "--tmpdir",
    "--cgroup-manager",
    "--log-level",
    "--url",
    "--connection",
    "--identity",
    "--config",
    "--context",
    "--host",
    "-H",
    "--tlscacert",
    "--tlscert",
    "--tlskey",
];

const ALONE: [&str; 3] = ["--remote", "--tls", "--tlsverify"];

/// The arguments of one build.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Engine {
    /// What stands before `build`, as it was given.
    pub(super) before: Vec<String>,
    /// What stands behind it.
    pub(super) behind: Vec<String>,
    /// The options of `before` with their values.
    options: Vec<(&'static str, String)>,
}

impl Engine {
    /// Tells the engine's own options from those of its `build`.
    pub(super) fn of(arguments: &[String]) -> Self {
        let mut engine = Self::default();
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            if word == "--" {
                engine.behind.push(word.clone());
                break;
            }
            let Some((option, value)) = known(word) else {
                engine.behind.push(word.clone());
                continue;
            };
            engine.before.push(word.clone());
            let value = match value {
                Some(value) => value.to_owned(),
                None if ALONE.contains(&option) => "true".to_owned(),
                None => words
                    .next()
                    .cloned()
                    .inspect(|word| engine.before.push(word.clone()))
                    .unwrap_or_default(),
            };
            engine.options.push((option, value));
        }
        engine.behind.extend(words.cloned());
        engine
    }

    /// The value of an option; of several the last counts, as for the engines.
    fn value(&self, option: &str) -> Option<&str> {
        let found = self.options.iter().rev().find(|(name, _)| *name == option);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty() && *value != "false")
    }

    /// The reference of the built image, by its ID: in the store or the service that the options name, else where it is found.
    pub(super) fn reference(&self, id: &str) -> String {
        let remote = ["--url", "--connection", "--remote"];
        if remote.iter().any(|option| self.value(option).is_some()) {
            return format!("podman:{id}");
        }
        if ["--host", "-H", "--context"].iter().any(|option| self.value(option).is_some()) {
            return format!("docker-daemon:{id}");
        }
        let Some(root) = self.value("--imagestore").or_else(|| self.value("--root")) else {
            return id.to_owned();
        };
        // containers/storage takes one for the other (types/options.go).
        let driver =
            self.value("--storage-driver").map(|it| if it == "overlay2" { "overlay" } else { it });
        let at = if driver.is_some() || root.contains('@') { "@" } else { "" };
        let (open, close) = if root.contains(']') { ("[[", "]]") } else { ("[", "]") };
        format!("containers-storage:{open}{}{at}{root}{close}{id}", driver.unwrap_or_default())
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

/// The option that a word is, and the value after its `=`, or behind the letter of a short one.
fn known(word: &str) -> Option<(&'static str, Option<&str>)> {
    let (name, value) =
        word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
    let mut all = WITH_VALUE.into_iter().chain(ALONE);
    all.find(|option| *option == name).map(|option| (option, value)).or_else(|| {
        let host = word.strip_prefix("-H").filter(|host| !host.is_empty())?;
        Some(("-H", Some(host)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(arguments: &str) -> Engine {
        Engine::of(&arguments.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn options_of_the_engine_stand_before_its_command() {
        for (given, before, behind) in [
            ("--root /r -t x .", "--root /r", "-t x ."),
            ("-t x --storage-driver=vfs --root=/r .", "--storage-driver=vfs --root=/r", "-t x ."),
            ("-H tcp://h --tlsverify .", "-H tcp://h --tlsverify", "."),
            ("-Htcp://h -c 2 .", "-Htcp://h", "-c 2 ."),
            ("--pull --add-host a:b -- --root", "", "--pull --add-host a:b -- --root"),
            ("--root", "--root", ""),
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
    fn the_image_is_where_the_options_put_it() {
        for (given, reference) in [
            ("-t x .", "ID"),
            ("--storage-driver vfs .", "ID"),
            ("--root /r .", "containers-storage:[/r]ID"),
            ("--root /r --storage-driver overlay2 .", "containers-storage:[overlay@/r]ID"),
            ("--root /r --root=/s --imagestore /i .", "containers-storage:[/i]ID"),
            ("--root /r --root=/s .", "containers-storage:[/s]ID"),
            ("--root /r@[s]/x .", "containers-storage:[[@/r@[s]/x]]ID"),
            ("--url unix:///s .", "podman:ID"),
            ("--remote .", "podman:ID"),
            ("--remote=false .", "ID"),
            ("--host unix:///s .", "docker-daemon:ID"),
            ("--context lab .", "docker-daemon:ID"),
            ("--config /c .", "ID"),
        ] {
            assert_eq!(engine(given).reference("ID"), reference, "{given}");
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
