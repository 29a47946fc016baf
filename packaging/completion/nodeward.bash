# Completion of nodeward(1) for bash: works with and without the bash-completion package.

# The index of the first word of the application's command, or nothing while there is none.
_nodeward_command_at() {
  local at
  for ((at = 2; at < COMP_CWORD; at++)); do
    case ${COMP_WORDS[at]} in
      --) echo $((at + 1)) && return ;;
      -p | --profile | --set) ((at++)) ;;
      =) ((at++)) ;; # bash splits KEY=VALUE at the sign
      -*) ;;
      *) echo "$at" && return ;;
    esac
  done
}

_nodeward_options() {
  case $1 in
    run) echo "--profile -p --set --help --" ;;
    explain) echo "--profile -p --set --json --help --" ;;
    why) echo "--profile -p --set --json --help" ;;
    status) echo "--json --healthy --help" ;;
    vault) echo "--file -f --identity -i --profile -p --help" ;;
    check) echo "--json --help" ;;
    doctor) echo "--json --secrets --profile --help" ;;
    *) echo "--help" ;;
  esac
}

_nodeward() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local command=${COMP_WORDS[1]} begins
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    mapfile -t COMPREPLY < <(compgen -W "run explain check doctor why status vault profiles --help --version" -- "$current")
    return
  fi
  if [[ $command == run || $command == explain ]]; then
    begins=$(_nodeward_command_at)
    if [[ -n $begins ]]; then
      if declare -F _command_offset >/dev/null; then
        _command_offset "$begins"
      elif [[ $COMP_CWORD -eq $begins ]]; then
        mapfile -t COMPREPLY < <(compgen -c -- "$current" | sort -u)
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      fi
      return
    fi
  fi
  case "$command $previous" in
    *" -p" | *" --profile") mapfile -t COMPREPLY < <(compgen -W default -- "$current"; compgen -f -- "$current") ;;
    *" --set") ;;
    "why open" | "why exec") mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    "vault vault") mapfile -t COMPREPLY < <(compgen -W "keygen create set unset get list edit rekey import export diff verify exec --help" -- "$current") ;;
    "vault "*) mapfile -t COMPREPLY < <(compgen -W "$(_nodeward_options vault)" -- "$current"; compgen -f -- "$current") ;;
    "profiles profiles") mapfile -t COMPREPLY < <(compgen -W "show --help" -- "$current") ;;
    "profiles show") mapfile -t COMPREPLY < <(compgen -W default -- "$current") ;;
    *)
      mapfile -t COMPREPLY < <(compgen -W "$(_nodeward_options "$command")" -- "$current")
      case $current-$command in
        -*) ;;
        *-why) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "syscall open exec connect listen resolve" -- "$current") ;;
        *-check) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current") ;;
        *-run | *-explain) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -c -- "$current" | sort -u) ;;
      esac
      ;;
  esac
}

complete -o filenames -F _nodeward nodeward
