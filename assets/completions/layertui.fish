# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_layertui_global_optspecs
    string join \n platform= no-cache pull= tls-verify= no-mouse theme= print-config check-config h/help V/version
end

function __fish_layertui_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_layertui_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_layertui_using_subcommand
    set -l cmd (__fish_layertui_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c layertui -n "__fish_layertui_needs_command" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_needs_command" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_needs_command" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_needs_command" -l theme -d 'Colours: dark, light, high-contrast or mono. Default: dark; mono under NO_COLOR or TERM=dumb' -r
complete -c layertui -n "__fish_layertui_needs_command" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_needs_command" -l no-mouse -d 'Leave the mouse to the terminal'
complete -c layertui -n "__fish_layertui_needs_command" -l print-config -d 'Print a config file that says what holds without one: keys by action, theme, glyphs, mouse, columns'
complete -c layertui -n "__fish_layertui_needs_command" -l check-config -d 'Say what is wrong with $XDG_CONFIG_HOME/layertui/config.toml (or ~/.config); exit 1 where anything is'
complete -c layertui -n "__fish_layertui_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_needs_command" -s V -l version -d 'Print version'
complete -c layertui -n "__fish_layertui_needs_command" -a "demo" -d 'Explore the built-in example image'
complete -c layertui -n "__fish_layertui_needs_command" -a "layers" -d 'The layer stack: sizes, commands, what each layer changed'
complete -c layertui -n "__fish_layertui_needs_command" -a "ls" -d 'The merged tree at a layer'
complete -c layertui -n "__fish_layertui_needs_command" -a "diff" -d 'What a layer, or a range of layers, changed'
complete -c layertui -n "__fish_layertui_needs_command" -a "history" -d 'Every event of a path, oldest first'
complete -c layertui -n "__fish_layertui_needs_command" -a "find" -d 'Paths in any layer, also removed and shadowed ones'
complete -c layertui -n "__fish_layertui_needs_command" -a "waste" -d 'Wasted bytes by path and by layer, and what gets them back'
complete -c layertui -n "__fish_layertui_needs_command" -a "findings" -d 'What to mend: secrets, caches, leftovers, waste, rights; with the instruction that caused it'
complete -c layertui -n "__fish_layertui_needs_command" -a "ci" -d 'Rules that the image has to keep: exit 0 kept, 1 broken, 2 not to be judged'
complete -c layertui -n "__fish_layertui_needs_command" -a "cache" -d 'What is kept of layers that were read before'
complete -c layertui -n "__fish_layertui_needs_command" -a "cat" -d 'The bytes of a file, as a layer sees it'
complete -c layertui -n "__fish_layertui_needs_command" -a "compare" -d 'What differs between two images: files, packages, settings, layers'
complete -c layertui -n "__fish_layertui_needs_command" -a "extract" -d 'A file or a subtree, as a layer sees it, onto the disk or as a tar stream'
complete -c layertui -n "__fish_layertui_needs_command" -a "report" -d 'The whole analysis: JSON, a page, or Markdown'
complete -c layertui -n "__fish_layertui_needs_command" -a "verify" -d 'Recompute every digest and diff ID'
complete -c layertui -n "__fish_layertui_needs_command" -a "build" -d 'Build with docker, podman or buildah, then open the result'
complete -c layertui -n "__fish_layertui_needs_command" -a "images" -d 'The images that local stores and engines hold'
complete -c layertui -n "__fish_layertui_needs_command" -a "completions" -d 'A completion script for a shell'
complete -c layertui -n "__fish_layertui_needs_command" -a "man" -d 'A manual page: of layertui, or of one of its commands'
complete -c layertui -n "__fish_layertui_needs_command" -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c layertui -n "__fish_layertui_using_subcommand demo" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand demo" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand demo" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand demo" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand layers" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand layers" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand layers" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand layers" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand layers" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand layers" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand ls" -l layer -d 'The layer on top: a number from 0, a negative number from the top, or a digest prefix' -r
complete -c layertui -n "__fish_layertui_using_subcommand ls" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand ls" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand ls" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand ls" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand ls" -s r -l recursive -d 'Everything below, too'
complete -c layertui -n "__fish_layertui_using_subcommand ls" -s l -l long -d 'Mode, owner, size, time and owner layer'
complete -c layertui -n "__fish_layertui_using_subcommand ls" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l layer -d 'The layer (default: the last): a number from 0, a negative number from the top, or a digest prefix' -r
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l from -d 'The first layer of a range (default: 0 if --to is given)' -r
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l to -d 'The last layer of a range (default: the last if --from is given)' -r
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand history" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand history" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand history" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand history" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand history" -l glob -d 'PATH is a shell pattern (over the whole path if it has a \'/\', else over the name)'
complete -c layertui -n "__fish_layertui_using_subcommand history" -l regex -d 'PATH is a regular expression over whole paths'
complete -c layertui -n "__fish_layertui_using_subcommand history" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand find" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand find" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand find" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand find" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand find" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand find" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand waste" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand waste" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand waste" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand waste" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand waste" -l all -d 'Every path, not only the largest (JSON always has all)'
complete -c layertui -n "__fish_layertui_using_subcommand waste" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand waste" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l config -d 'The rules file, of which base, excludes and findings count (default: .layertui.yaml of this directory)' -r -F
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l fail-on -d 'Exit 1 if there is a finding of this severity or above' -r -f -a "low\t'Worth a look, or more'
medium\t'Costs size or safety, or more'
high\t'Somebody can take what is not theirs'"
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l ignore -d 'Accept a finding: ID, ID:GLOB for some of its paths, ID:NAME for a variable or label. May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l exclude -d 'Say nothing about these paths. May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l base -d 'The image this one is built on, or the digest of its last layer (default: what annotations, history and local images tell)' -r
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand findings" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l config -d 'The rules file (default: .layertui.yaml, else .dive-ci, of this directory)' -r -F
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l format -d 'How to write the verdicts' -r -f -a "text\t'For people'
json\t'One object'
junit\t'Test report in JUnit\'s XML'
github\t'Annotations of GitHub\'s workflows'
sarif\t'SARIF 2.1.0'
markdown\t'A table for a pull request'"
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l lowest-efficiency -d 'Visible bytes / stored bytes at the least: a ratio from 0 to 1, or disabled' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l highest-wasted-bytes -d 'Wasted bytes at the most (20MB), or disabled' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l highest-user-wasted-percent -d 'Wasted part of the layers above the base at the most: a ratio from 0 to 1, or disabled' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l max-layers -d 'Layers at the most' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l max-size -d 'Bytes that all layers store at the most (500MB), or disabled' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l block -d 'Paths that no layer may have, deleted ones included. May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l deny-waste -d 'Paths of which nothing may be wasted. May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l no-setuid-except -d 'The only setuid and setgid programs there may be. May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l fail-on -d 'Findings that break: those of this severity or above' -r -f -a "low\t'Worth a look, or more'
medium\t'Costs size or safety, or more'
high\t'Somebody can take what is not theirs'"
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l ignore -d 'Accept a finding: ID, ID:GLOB for some of its paths, ID:NAME for a variable or label. May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l exclude -d 'Paths that no rule looks at. May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l base -d 'The image this one is built on, or the digest of its last layer' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l json -d 'JSON instead of text: as --format json'
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand ci" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -f -a "info" -d 'Where it is and how much it holds (the default)'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -f -a "clear" -d 'Remove all of it'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -f -a "prune" -d 'Remove what is damaged, left behind or over the limit'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from info" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from info" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from info" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from info" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from info" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from info" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from clear" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from clear" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from clear" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from clear" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from clear" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from prune" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from prune" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from prune" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from prune" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from prune" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "info" -d 'Where it is and how much it holds (the default)'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "clear" -d 'Remove all of it'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "prune" -d 'Remove what is damaged, left behind or over the limit'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c layertui -n "__fish_layertui_using_subcommand cat" -l layer -d 'The layer whose view counts (default: the last): a number from 0, a negative number from the top, or a digest prefix' -r
complete -c layertui -n "__fish_layertui_using_subcommand cat" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand cat" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand cat" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand cat" -l force -d 'Write to a terminal even what has control characters in it, which the terminal obeys'
complete -c layertui -n "__fish_layertui_using_subcommand cat" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand cat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand compare" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand compare" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand compare" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand compare" -l json -d 'JSON instead of text: one object a line, the verdict last'
complete -c layertui -n "__fish_layertui_using_subcommand compare" -l semantic -d 'Times and order do not count, nor how the files are spread over layers'
complete -c layertui -n "__fish_layertui_using_subcommand compare" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand compare" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand extract" -l layer -d 'The layer whose view counts (default: the last): a number from 0, a negative number from the top, or a digest prefix' -r
complete -c layertui -n "__fish_layertui_using_subcommand extract" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand extract" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand extract" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand extract" -l force -d 'Replace files that are there already, and put into directories that are not empty'
complete -c layertui -n "__fish_layertui_using_subcommand extract" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand extract" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand report" -l html -d 'Write one page that needs nothing else to be read (- is standard output)' -r
complete -c layertui -n "__fish_layertui_using_subcommand report" -l markdown -d 'Write a few tables of Markdown (- is standard output)' -r
complete -c layertui -n "__fish_layertui_using_subcommand report" -l config -d 'The rules file, of which base, excludes and ignored findings count (default: .layertui.yaml of this directory)' -r -F
complete -c layertui -n "__fish_layertui_using_subcommand report" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand report" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand report" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand report" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand verify" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand verify" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand verify" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand verify" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand verify" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand build" -l engine -d 'The engine (default: the first of docker, podman and buildah that is installed)' -r
complete -c layertui -n "__fish_layertui_using_subcommand build" -l ci -d 'Judge the result by the rules of this directory instead of opening it, as ci does: exit 0 kept, 1 broken, 2 not to be judged' -r -f -a "text\t'For people'
json\t'One object'
junit\t'Test report in JUnit\'s XML'
github\t'Annotations of GitHub\'s workflows'
sarif\t'SARIF 2.1.0'
markdown\t'A table for a pull request'"
complete -c layertui -n "__fish_layertui_using_subcommand build" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand build" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand build" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand build" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand build" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand images" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand images" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand images" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand images" -l containers -d 'Containers as well, each with its own writable layer on top'
complete -c layertui -n "__fish_layertui_using_subcommand images" -l json -d 'JSON instead of text: one object a line'
complete -c layertui -n "__fish_layertui_using_subcommand images" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand images" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand completions" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand completions" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand completions" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand completions" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand man" -l platform -d 'Of a multi-platform image, take this platform: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand man" -l pull -d 'Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default: never; the explorer asks' -r -f -a "never\t'Never'
missing\t'Where no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand man" -l tls-verify -d 'false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine itself, true elsewhere' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand man" -l no-cache -d 'Read every layer anew, and keep nothing of it'
complete -c layertui -n "__fish_layertui_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "demo" -d 'Explore the built-in example image'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "layers" -d 'The layer stack: sizes, commands, what each layer changed'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "ls" -d 'The merged tree at a layer'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "diff" -d 'What a layer, or a range of layers, changed'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "history" -d 'Every event of a path, oldest first'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "find" -d 'Paths in any layer, also removed and shadowed ones'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "waste" -d 'Wasted bytes by path and by layer, and what gets them back'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "findings" -d 'What to mend: secrets, caches, leftovers, waste, rights; with the instruction that caused it'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "ci" -d 'Rules that the image has to keep: exit 0 kept, 1 broken, 2 not to be judged'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "cache" -d 'What is kept of layers that were read before'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "cat" -d 'The bytes of a file, as a layer sees it'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "compare" -d 'What differs between two images: files, packages, settings, layers'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "extract" -d 'A file or a subtree, as a layer sees it, onto the disk or as a tar stream'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "report" -d 'The whole analysis: JSON, a page, or Markdown'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "verify" -d 'Recompute every digest and diff ID'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "build" -d 'Build with docker, podman or buildah, then open the result'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "images" -d 'The images that local stores and engines hold'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "completions" -d 'A completion script for a shell'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "man" -d 'A manual page: of layertui, or of one of its commands'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find waste findings ci cache cat compare extract report verify build images completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c layertui -n "__fish_layertui_using_subcommand help; and __fish_seen_subcommand_from cache" -f -a "info" -d 'Where it is and how much it holds (the default)'
complete -c layertui -n "__fish_layertui_using_subcommand help; and __fish_seen_subcommand_from cache" -f -a "clear" -d 'Remove all of it'
complete -c layertui -n "__fish_layertui_using_subcommand help; and __fish_seen_subcommand_from cache" -f -a "prune" -d 'Remove what is damaged, left behind or over the limit'
