# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_layertui_global_optspecs
    string join \n platform= no-cache pull= tls-verify= no-mouse theme= print-config check-config ci j/json= source= i/ignore-errors ci-config= lowestEfficiency= highestWastedBytes= highestUserWastedPercent= h/help V/version
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

complete -c layertui -n "__fish_layertui_needs_command" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_needs_command" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_needs_command" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_needs_command" -l theme -d 'Colours: dark, light, high-contrast or mono. Default: dark or light, by the terminal\'s background; mono under NO_COLOR or TERM=dumb' -r
complete -c layertui -n "__fish_layertui_needs_command" -s j -l json -d 'Write the analysis to a file in dive\'s format (- is standard output)' -r
complete -c layertui -n "__fish_layertui_needs_command" -l source -d 'Where the image is' -r -f -a "docker\t'As docker-daemon:REF'
podman\t'As podman:REF'
docker-archive\t'As docker-archive:FILE'"
complete -c layertui -n "__fish_layertui_needs_command" -l ci-config -d 'dive\'s rules file' -r -F
complete -c layertui -n "__fish_layertui_needs_command" -l lowestEfficiency -d 'Minimum efficiency by dive\'s measure' -r
complete -c layertui -n "__fish_layertui_needs_command" -l highestWastedBytes -d 'Maximum of wasted bytes by dive\'s measure' -r
complete -c layertui -n "__fish_layertui_needs_command" -l highestUserWastedPercent -d 'Maximum of wasted bytes / bytes above layer 0 by dive\'s measure' -r
complete -c layertui -n "__fish_layertui_needs_command" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_needs_command" -l no-mouse -d 'Do not capture the mouse'
complete -c layertui -n "__fish_layertui_needs_command" -l print-config -d 'Print a config file with the defaults: keys by action, theme, glyphs, mouse, columns'
complete -c layertui -n "__fish_layertui_needs_command" -l check-config -d 'Check $XDG_CONFIG_HOME/layertui/config.toml (or ~/.config) for errors; exit 1 if there are any'
complete -c layertui -n "__fish_layertui_needs_command" -l ci -d 'Check against rules, as ci does; also where the environment has CI=true'
complete -c layertui -n "__fish_layertui_needs_command" -s i -l ignore-errors -d 'Go on after errors, which layertui always does'
complete -c layertui -n "__fish_layertui_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_needs_command" -s V -l version -d 'Print version'
complete -c layertui -n "__fish_layertui_needs_command" -a "demo" -d 'Explore the built-in example image'
complete -c layertui -n "__fish_layertui_needs_command" -a "layers" -d 'The layer stack: sizes, commands, what each layer changed'
complete -c layertui -n "__fish_layertui_needs_command" -a "ls" -d 'The merged tree at a layer'
complete -c layertui -n "__fish_layertui_needs_command" -a "diff" -d 'What a layer, or a range of layers, changed'
complete -c layertui -n "__fish_layertui_needs_command" -a "history" -d 'Every event of a path, oldest first'
complete -c layertui -n "__fish_layertui_needs_command" -a "find" -d 'Find paths in any layer, including deleted and shadowed ones'
complete -c layertui -n "__fish_layertui_needs_command" -a "grep" -d 'Lines that match a regular expression, in the files of any layer, deleted and overwritten ones too'
complete -c layertui -n "__fish_layertui_needs_command" -a "waste" -d 'Wasted bytes by path and by layer, and how to avoid them'
complete -c layertui -n "__fish_layertui_needs_command" -a "findings" -d 'Problems to fix: secrets, caches, leftovers, waste, permissions; each with the instruction that caused it'
complete -c layertui -n "__fish_layertui_needs_command" -a "packages" -d 'Distribution packages by layer: dpkg, apk, rpm'
complete -c layertui -n "__fish_layertui_needs_command" -a "ci" -d 'Check the image against rules (exit 0 pass, 1 fail, 2 could not be evaluated)'
complete -c layertui -n "__fish_layertui_needs_command" -a "cache" -d 'The cache of layers: where it is, its size, removing it'
complete -c layertui -n "__fish_layertui_needs_command" -a "cat" -d 'The bytes of a file, as of a layer'
complete -c layertui -n "__fish_layertui_needs_command" -a "compare" -d 'What differs between two images: files, packages, settings, layers'
complete -c layertui -n "__fish_layertui_needs_command" -a "extract" -d 'Extract a file or a subtree, as of a layer, to the disk or as a tar stream'
complete -c layertui -n "__fish_layertui_needs_command" -a "report" -d 'The whole analysis as JSON, an HTML page, or Markdown'
complete -c layertui -n "__fish_layertui_needs_command" -a "verify" -d 'Recompute every digest and diff ID'
complete -c layertui -n "__fish_layertui_needs_command" -a "build" -d 'Build with docker, podman or buildah, then open the result'
complete -c layertui -n "__fish_layertui_needs_command" -a "images" -d 'The images that local stores and engines hold'
complete -c layertui -n "__fish_layertui_needs_command" -a "completions" -d 'A completion script for a shell'
complete -c layertui -n "__fish_layertui_needs_command" -a "man" -d 'A manual page: of layertui, or of one of its commands'
complete -c layertui -n "__fish_layertui_needs_command" -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c layertui -n "__fish_layertui_using_subcommand demo" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand demo" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand demo" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand demo" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand layers" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand layers" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand layers" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand layers" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand layers" -l dockerfile -d 'Print the history as a Dockerfile instead, with values of secrets hidden. No layer is read'
complete -c layertui -n "__fish_layertui_using_subcommand layers" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand layers" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand ls" -l layer -d 'The layer on top: a number from 0, a negative number from the top, or a digest prefix' -r
complete -c layertui -n "__fish_layertui_using_subcommand ls" -l depth -d 'List this many levels below PATH; 0 with --du is PATH alone' -r
complete -c layertui -n "__fish_layertui_using_subcommand ls" -l sort -d 'The order of the lines' -r -f -a "name\t'By the bytes of the path'
size\t'Largest first; a directory by the bytes below it'
layer\t'Topmost layer first'"
complete -c layertui -n "__fish_layertui_using_subcommand ls" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand ls" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand ls" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand ls" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand ls" -s r -l recursive -d 'List subdirectories recursively'
complete -c layertui -n "__fish_layertui_using_subcommand ls" -s l -l long -d 'Show mode, owner, size, time and the layer that wrote the entry'
complete -c layertui -n "__fish_layertui_using_subcommand ls" -l du -l total -d 'Show sizes, those of directories as du --apparent-size adds them up: the bytes of the files below, one with several names once, whatever --depth lists; directories and symbolic links add nothing. The last line is PATH itself'
complete -c layertui -n "__fish_layertui_using_subcommand ls" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l layer -d 'The layer (default: the last): a number from 0, a negative number from the top, or a digest prefix' -r
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l from -d 'The first layer of a range (default: 0 if --to is given)' -r
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l to -d 'The last layer of a range (default: the last if --from is given)' -r
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand diff" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand history" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand history" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand history" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand history" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand history" -l glob -d 'PATH is a shell pattern (over the whole path if it has a \'/\', else over the name)'
complete -c layertui -n "__fish_layertui_using_subcommand history" -l regex -d 'PATH is a regular expression over whole paths'
complete -c layertui -n "__fish_layertui_using_subcommand history" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand find" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand find" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand find" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand find" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand find" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand find" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand grep" -l layer -d 'Only files that this layer stores: a number from 0, a negative number from the top, or a digest prefix' -r
complete -c layertui -n "__fish_layertui_using_subcommand grep" -l from -d 'The first layer of a range (default: 0 if --to is given)' -r
complete -c layertui -n "__fish_layertui_using_subcommand grep" -l to -d 'The last layer of a range (default: the last if --from is given)' -r
complete -c layertui -n "__fish_layertui_using_subcommand grep" -s A -l after-context -d 'Print so many lines after a match' -r
complete -c layertui -n "__fish_layertui_using_subcommand grep" -s B -l before-context -d 'Print so many lines before a match' -r
complete -c layertui -n "__fish_layertui_using_subcommand grep" -s C -l context -d 'Print so many lines before and after a match' -r
complete -c layertui -n "__fish_layertui_using_subcommand grep" -s g -l glob -d 'Only files whose path (with a \'/\' in GLOB), or name, matches; with ! before it, only others. May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand grep" -l max-size -d 'Skip larger files: 500k, 10MB, 1GiB' -r
complete -c layertui -n "__fish_layertui_using_subcommand grep" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand grep" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand grep" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand grep" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand grep" -l visible -d 'Only files of the merged tree (at --layer N if it is given), not removed and overwritten ones'
complete -c layertui -n "__fish_layertui_using_subcommand grep" -s i -l ignore-case -d 'Upper and lower case match each other'
complete -c layertui -n "__fish_layertui_using_subcommand grep" -s F -l fixed-strings -d 'PATTERN is a text, not a regular expression'
complete -c layertui -n "__fish_layertui_using_subcommand grep" -s w -l word-regexp -d 'Match whole words only'
complete -c layertui -n "__fish_layertui_using_subcommand grep" -s a -l text -d 'Search binary files as text'
complete -c layertui -n "__fish_layertui_using_subcommand grep" -s l -l files-with-matches -d 'Print the files that match, not their lines'
complete -c layertui -n "__fish_layertui_using_subcommand grep" -s c -l count -d 'Print the number of matching lines of each file'
complete -c layertui -n "__fish_layertui_using_subcommand grep" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand grep" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand waste" -l base -d 'The image this one is built on, or the digest of its last layer: nothing is planned for its layers (default: recognised from annotations, history and local images)' -r
complete -c layertui -n "__fish_layertui_using_subcommand waste" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand waste" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand waste" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand waste" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand waste" -l all -d 'Every path, not only the largest (JSON always has all)'
complete -c layertui -n "__fish_layertui_using_subcommand waste" -l plan -d 'The changes to the build that give bytes back, each with its bytes, and the size of the image then'
complete -c layertui -n "__fish_layertui_using_subcommand waste" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand waste" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l config -d 'The rules file; base, excludes and findings are read from it (default: .layertui.yaml in this directory)' -r -F
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l fail-on -d 'Exit 1 if there is a finding of this severity or above' -r -f -a "low\t'Informational, or more severe'
medium\t'Costs size or security, or more severe'
high\t'Exposes a secret, or lets an attacker gain access'"
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l ignore -d 'Accept a finding: ID, ID:GLOB for some of its paths, ID:NAME for a variable or label. May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l exclude -d 'Ignore these paths. May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l base -d 'The image this one is built on, or the digest of its last layer (default: recognised from annotations, history and local images)' -r
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l above-base -d 'Only what the layers above the base have and cause counts'
complete -c layertui -n "__fish_layertui_using_subcommand findings" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand findings" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand packages" -l layer -d 'The layer on top (default: the last): a number from 0, a negative number from the top, or a digest prefix' -r
complete -c layertui -n "__fish_layertui_using_subcommand packages" -l format -d 'A bill of materials in this format instead of text' -r -f -a "cyclonedx\t'CycloneDX 1.6, JSON'
spdx\t'SPDX 2.3, JSON'"
complete -c layertui -n "__fish_layertui_using_subcommand packages" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand packages" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand packages" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand packages" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand packages" -l history -d 'What each layer installed, upgraded and removed, instead of what is installed at the end'
complete -c layertui -n "__fish_layertui_using_subcommand packages" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand packages" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l config -d 'The rules file (default: .layertui.yaml, else .dive-ci, in this directory)' -r -F
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l format -d 'The output format' -r -f -a "text\t'Plain text'
json\t'One JSON object'
junit\t'JUnit XML test report'
github\t'GitHub workflow annotations'
sarif\t'SARIF 2.1.0'
markdown\t'A table for a pull request'"
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l lowest-efficiency -d 'Minimum of visible bytes / stored bytes: a ratio from 0 to 1, a percentage (95%), or disabled' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l highest-wasted-bytes -d 'Maximum of wasted bytes (20MB), or disabled' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l highest-user-wasted-percent -d 'Maximum wasted share of the bytes that the layers above the base store: a ratio from 0 to 1, a percentage (5%), or disabled' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l ci-config -d 'dive\'s rules file' -r -F
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l lowestEfficiency -d 'Minimum efficiency by dive\'s measure' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l highestWastedBytes -d 'Maximum of wasted bytes by dive\'s measure' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l highestUserWastedPercent -d 'Maximum of wasted bytes / bytes above layer 0 by dive\'s measure' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l max-layers -d 'Maximum number of layers' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l max-size -d 'Maximum of bytes stored in all layers (500MB), or disabled' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l block -d 'Paths that must not be in any layer, including deleted ones. May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l deny-waste -d 'Paths that must not waste any bytes. May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l no-setuid-except -d 'Setuid and setgid programs that are allowed; all others fail. May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l fail-on -d 'Fail on findings of this severity or above' -r -f -a "low\t'Informational, or more severe'
medium\t'Costs size or security, or more severe'
high\t'Exposes a secret, or lets an attacker gain access'"
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l ignore -d 'Accept a finding: ID, ID:GLOB for some of its paths, ID:NAME for a variable or label. May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l exclude -d 'Paths that all rules ignore. May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l base -d 'The image this one is built on, or the digest of its last layer' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l dockerfile -d 'The Dockerfile that built the image: SARIF names its lines' -r -F
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l json -d 'JSON instead of text: as --format json'
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l above-base -d 'Only what the layers above the base have and cause counts'
complete -c layertui -n "__fish_layertui_using_subcommand ci" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand ci" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -f -a "info" -d 'Print its directory and size (the default)'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -f -a "clear" -d 'Remove all of it'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -f -a "prune" -d 'Remove damaged and unfinished files, and what exceeds the limit'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and not __fish_seen_subcommand_from info clear prune help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from info" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from info" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from info" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from info" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from info" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from info" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from clear" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from clear" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from clear" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from clear" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from clear" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from prune" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from prune" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from prune" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from prune" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from prune" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "info" -d 'Print its directory and size (the default)'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "clear" -d 'Remove all of it'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "prune" -d 'Remove damaged and unfinished files, and what exceeds the limit'
complete -c layertui -n "__fish_layertui_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c layertui -n "__fish_layertui_using_subcommand cat" -l layer -d 'The layer whose merged tree is used (default: the last): a number from 0, a negative number from the top, or a digest prefix' -r
complete -c layertui -n "__fish_layertui_using_subcommand cat" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand cat" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand cat" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand cat" -l force -d 'Write to a terminal even if the file contains control characters, which the terminal would interpret'
complete -c layertui -n "__fish_layertui_using_subcommand cat" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand cat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand compare" -l exclude -d 'Do not compare these paths (default: excludes of the rules file). May be repeated' -r
complete -c layertui -n "__fish_layertui_using_subcommand compare" -l config -d 'The rules file; excludes are read from it (default: .layertui.yaml in this directory)' -r -F
complete -c layertui -n "__fish_layertui_using_subcommand compare" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand compare" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand compare" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand compare" -l json -d 'JSON instead of text: one object a line, the verdict last'
complete -c layertui -n "__fish_layertui_using_subcommand compare" -l semantic -d 'Ignore times, order, how files are divided among layers, and the contents of files that every build rewrites, which are listed'
complete -c layertui -n "__fish_layertui_using_subcommand compare" -l layers -d 'Say of each layer why its digest is another, down to the entry: the same tar under another compression, the same contents with other times, owners or order, changed files. Layers are paired by diff ID, then by instruction and position'
complete -c layertui -n "__fish_layertui_using_subcommand compare" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand compare" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand extract" -l layer -d 'The layer whose merged tree is used (default: the last): a number from 0, a negative number from the top, or a digest prefix' -r
complete -c layertui -n "__fish_layertui_using_subcommand extract" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand extract" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand extract" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand extract" -l force -d 'Replace existing files, and write into directories that are not empty'
complete -c layertui -n "__fish_layertui_using_subcommand extract" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand extract" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand report" -l format -d 'The output format' -r -f -a "json\t'The whole analysis as one JSON object'
dive\t'The JSON of dive: numbers by dive\'s measure, and every file of every layer'"
complete -c layertui -n "__fish_layertui_using_subcommand report" -l html -d 'Write a self-contained HTML page (- is standard output)' -r
complete -c layertui -n "__fish_layertui_using_subcommand report" -l markdown -d 'Write Markdown tables (- is standard output)' -r
complete -c layertui -n "__fish_layertui_using_subcommand report" -l config -d 'The rules file; base, excludes and ignored findings are read from it (default: .layertui.yaml in this directory)' -r -F
complete -c layertui -n "__fish_layertui_using_subcommand report" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand report" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand report" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand report" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand verify" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand verify" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand verify" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand verify" -l json -d 'JSON instead of text'
complete -c layertui -n "__fish_layertui_using_subcommand verify" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand build" -l engine -d 'The engine (default: the first of docker, podman and buildah that is installed)' -r
complete -c layertui -n "__fish_layertui_using_subcommand build" -l ci -d 'Check the result against the rules of this directory, as ci does, instead of opening it (exit 0 pass, 1 fail, 2 could not be evaluated). Also where the environment has CI=true' -r -f -a "text\t'Plain text'
json\t'One JSON object'
junit\t'JUnit XML test report'
github\t'GitHub workflow annotations'
sarif\t'SARIF 2.1.0'
markdown\t'A table for a pull request'"
complete -c layertui -n "__fish_layertui_using_subcommand build" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand build" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand build" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand build" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand build" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand images" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand images" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand images" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand images" -l containers -d 'List containers as well, each with its writable layer on top'
complete -c layertui -n "__fish_layertui_using_subcommand images" -l json -d 'JSON instead of text: one object a line'
complete -c layertui -n "__fish_layertui_using_subcommand images" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand images" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand completions" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand completions" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand completions" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand completions" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand man" -l platform -d 'The platform to show of a multi-platform image: OS/ARCH[/VARIANT]' -r
complete -c layertui -n "__fish_layertui_using_subcommand man" -l pull -d 'When to look up a bare NAME in a registry. Default: never; the explorer asks first' -r -f -a "never\t'Never'
missing\t'If no local store has it'
always\t'Always'"
complete -c layertui -n "__fish_layertui_using_subcommand man" -l tls-verify -d 'Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for others' -r -f -a "true\t''
false\t''"
complete -c layertui -n "__fish_layertui_using_subcommand man" -l no-cache -d 'Read every layer again, and do not write to the cache'
complete -c layertui -n "__fish_layertui_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "demo" -d 'Explore the built-in example image'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "layers" -d 'The layer stack: sizes, commands, what each layer changed'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "ls" -d 'The merged tree at a layer'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "diff" -d 'What a layer, or a range of layers, changed'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "history" -d 'Every event of a path, oldest first'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "find" -d 'Find paths in any layer, including deleted and shadowed ones'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "grep" -d 'Lines that match a regular expression, in the files of any layer, deleted and overwritten ones too'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "waste" -d 'Wasted bytes by path and by layer, and how to avoid them'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "findings" -d 'Problems to fix: secrets, caches, leftovers, waste, permissions; each with the instruction that caused it'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "packages" -d 'Distribution packages by layer: dpkg, apk, rpm'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "ci" -d 'Check the image against rules (exit 0 pass, 1 fail, 2 could not be evaluated)'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "cache" -d 'The cache of layers: where it is, its size, removing it'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "cat" -d 'The bytes of a file, as of a layer'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "compare" -d 'What differs between two images: files, packages, settings, layers'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "extract" -d 'Extract a file or a subtree, as of a layer, to the disk or as a tar stream'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "report" -d 'The whole analysis as JSON, an HTML page, or Markdown'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "verify" -d 'Recompute every digest and diff ID'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "build" -d 'Build with docker, podman or buildah, then open the result'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "images" -d 'The images that local stores and engines hold'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "completions" -d 'A completion script for a shell'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "man" -d 'A manual page: of layertui, or of one of its commands'
complete -c layertui -n "__fish_layertui_using_subcommand help; and not __fish_seen_subcommand_from demo layers ls diff history find grep waste findings packages ci cache cat compare extract report verify build images completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c layertui -n "__fish_layertui_using_subcommand help; and __fish_seen_subcommand_from cache" -f -a "info" -d 'Print its directory and size (the default)'
complete -c layertui -n "__fish_layertui_using_subcommand help; and __fish_seen_subcommand_from cache" -f -a "clear" -d 'Remove all of it'
complete -c layertui -n "__fish_layertui_using_subcommand help; and __fish_seen_subcommand_from cache" -f -a "prune" -d 'Remove damaged and unfinished files, and what exceeds the limit'
