//! The options of docker, podman and buildah before and behind `build`, and which words of a command line are options. Pure.
//!
//! All three read their words by the rules of pflag: `--name VALUE`, `--name=VALUE`, `-nVALUE`, `-n=VALUE`, and `-ab` for `-a -b`
//! (github.com/spf13/pflag, "Command line flag syntax"). An option that is in no list here counts as one of `build` without a
//! value. Sources: docker(1), podman(1), buildah(1), their `build`, and that of buildx.

/// Options before the command that take a value. Left out are those that `build` has under the same name (`-c`,
/// `--hooks-dir`, `--runtime-flag`, `--ssh`, `--userns-uid-map`, `--userns-gid-map`): every engine takes them behind it.
const BEFORE_WITH_VALUE: &str = "--cdi-spec-dir --cgroup-manager --config --conmon --connection --context --cpu-profile \
    --default-mounts-file --events-backend --host -H --identity --imagestore --log-level -l --max-workers --memory-profile \
    --module --namespace --network-cmd-path --network-config-dir --out --pull-option --registries-conf --registries-conf-dir \
    --root --runroot --runtime --short-name-alias-conf --storage-driver --storage-opt --tls-ca --tls-cert --tls-key \
    --tlscacert --tlscert --tlskey --tmpdir --url --volumepath";

/// Options before the command without a value.
const BEFORE_ALONE: &str =
    "--debug -D --noout --remote -r --syslog --tls --tlsverify --trace --transient-store";

/// Options that only this engine takes before its command; to others they are options of `build`, or none.
const OF_ONE: [(&str, &str); 2] = [("-D", "docker"), ("--runtime", "podman")];

/// Options of `build` that take a value.
const BUILD_WITH_VALUE: &str = "--add-host --allow --annotation --arch --attest --authfile --blob-cache --build-arg \
    --build-arg-file --build-context --builder --cache-from --cache-to --cache-ttl --call --cap-add --cap-drop --cert-dir \
    --cgroup-parent --cgroupns --cni-config-dir --cni-plugin-path --cpp-flag --cpu-period --cpu-quota --cpu-shares -c \
    --cpuset-cpus --cpuset-mems --creds --cw --decryption-key --device --dns --dns-option --dns-search --env --file -f \
    --format --from --group-add --hooks-dir --ignorefile --iidfile --ipc --isolation --jobs --label --layer-label --logfile \
    --manifest --memory -m --memory-swap --metadata-file --network --no-cache-filter --os --os-feature --os-version \
    --output -o --pid --platform --policy --progress --provenance --retry --retry-delay --runtime --runtime-flag \
    --rusage-logfile --sbom --sbom-image-output --sbom-image-purl-output --sbom-merge-strategy --sbom-output \
    --sbom-purl-output --sbom-scanner-command --sbom-scanner-image --secret --security-opt --shm-size --sign-by \
    --signature-policy --source-date-epoch --ssh --tag -t --target --timestamp --ulimit --unsetannotation --unsetenv \
    --unsetlabel --userns --userns-gid-map --userns-gid-map-group --userns-uid-map --userns-uid-map-user --uts --variant \
    --volume -v";

/// An option in a word.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found<'w> {
    /// Its name with the dashes.
    pub(super) name: String,
    /// The value in the same word.
    pub(super) value: Option<&'w str>,
    /// The option with that value as a word of its own.
    pub(super) text: String,
}

/// The options in a word, several where letters stand together. None in one that is an argument.
pub(super) fn options(word: &str) -> Vec<Found<'_>> {
    if word.starts_with("--") {
        let (name, value) =
            word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        return vec![Found { name: name.to_owned(), value, text: word.to_owned() }];
    }
    let mut letters = word.strip_prefix('-').unwrap_or_default();
    let mut found = Vec::new();
    while let Some(letter) = letters.chars().next() {
        let rest = &letters[letter.len_utf8()..];
        let name = format!("-{letter}");
        let attached = || Some(rest).filter(|rest| !rest.is_empty() && takes_value(&name));
        let value = rest.strip_prefix('=').or_else(attached);
        let text = if value.is_some() { format!("-{letters}") } else { name.clone() };
        letters = if value.is_some() { "" } else { rest };
        found.push(Found { name, value, text });
    }
    found
}

/// Whether the program takes an option before its command only.
pub(super) fn stands_before(program: &str, option: &str) -> bool {
    let other = |(name, engine): &(&str, &str)| *name == option && !program.contains(engine);
    let is_known = has(BEFORE_WITH_VALUE, option) || has(BEFORE_ALONE, option);
    is_known && !OF_ONE.iter().any(other)
}

/// Whether an option takes the next word as its value, where none is in its own.
pub(super) fn takes_value(option: &str) -> bool {
    has(BEFORE_WITH_VALUE, option) || has(BUILD_WITH_VALUE, option)
}

fn has(list: &str, option: &str) -> bool {
    list.split(' ').any(|name| name == option)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_stand_together_are_options_of_their_own() {
        for (word, expected) in [
            ("--tag", "--tag"),
            ("--tag=a=b", "--tag=a=b [a=b]"),
            ("--tag=", "--tag= []"),
            ("-t", "-t"),
            ("-tname", "-tname [name]"),
            ("-t=name", "-t=name [name]"),
            ("-qDtname", "-q|-D|-tname [name]"),
            ("-qt", "-q|-t"),
            ("-D=false", "-D=false [false]"),
            ("-é", "-é"),
            ("-", ""),
            ("", ""),
            (".", ""),
            ("a=b", ""),
        ] {
            let shown = |found: &Found<'_>| {
                let value = found.value.map(|value| format!(" [{value}]")).unwrap_or_default();
                assert!(found.text.starts_with(&found.name));
                found.text.clone() + &value
            };
            let found: Vec<String> = options(word).iter().map(shown).collect();
            assert_eq!(found.join("|"), expected, "{word}");
        }
    }
}
