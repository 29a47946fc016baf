# Completion of nodeward(1) for fish.

set -l commands run explain check doctor why status vault profiles
set -l none "not __fish_seen_subcommand_from $commands"

complete -c nodeward -f
complete -c nodeward -n $none -a run -d 'confine, start and supervise an application'
complete -c nodeward -n $none -a explain -d 'what run would do here; starts nothing'
complete -c nodeward -n $none -a check -d 'what is wrong with a profile'
complete -c nodeward -n $none -a doctor -d 'what this host can enforce'
complete -c nodeward -n $none -a why -d 'what a code means; whether a profile allows a thing'
complete -c nodeward -n $none -a status -d 'how a running application is'
complete -c nodeward -n $none -a vault -d 'make and change a vault of secrets'
complete -c nodeward -n $none -a profiles -d 'the built-in profiles'
complete -c nodeward -l help -s h -d help
complete -c nodeward -n $none -l version -d 'the version and its commit'

set -l launch '__fish_seen_subcommand_from run explain'
complete -c nodeward -n $launch -r -s p -l profile -F -a default -d 'the profile'
complete -c nodeward -n $launch -x -l set -d 'set one key over the profile: KEY=VALUE'
complete -c nodeward -n $launch -a '(__fish_complete_subcommand)'

set -l questions syscall open exec connect listen resolve
complete -c nodeward -n '__fish_seen_subcommand_from why' -r -s p -l profile -F -a default -d 'the profile'
complete -c nodeward -n '__fish_seen_subcommand_from why' -x -l set -d 'set one key over the profile: KEY=VALUE'
complete -c nodeward -n "__fish_seen_subcommand_from why; and not __fish_seen_subcommand_from $questions" -a "$questions"
complete -c nodeward -n '__fish_seen_subcommand_from why; and __fish_seen_subcommand_from open exec' -F

complete -c nodeward -n '__fish_seen_subcommand_from explain check doctor why status' -l json -d 'output for programs'
complete -c nodeward -n '__fish_seen_subcommand_from status' -l healthy -d 'exit code 0 when healthy, else 1'
set -l vaults keygen create set unset get list edit rekey import export diff verify exec
complete -c nodeward -n "__fish_seen_subcommand_from vault; and not __fish_seen_subcommand_from $vaults" -a "$vaults"
complete -c nodeward -n '__fish_seen_subcommand_from vault' -r -s f -l file -F -d 'the vault'
complete -c nodeward -n '__fish_seen_subcommand_from vault' -r -s i -l identity -F -d 'the identity'
complete -c nodeward -n '__fish_seen_subcommand_from vault' -r -s p -l profile -F -d 'a profile whose [secrets] names both'
complete -c nodeward -n "__fish_seen_subcommand_from vault; and __fish_seen_subcommand_from $vaults" -F
complete -c nodeward -n '__fish_seen_subcommand_from check' -F -a default
complete -c nodeward -n '__fish_seen_subcommand_from profiles; and not __fish_seen_subcommand_from show' -a show -d 'print one'
complete -c nodeward -n '__fish_seen_subcommand_from profiles; and __fish_seen_subcommand_from show' -a default
