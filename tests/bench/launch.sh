#!/usr/bin/env bash
# What starting a program costs, by launcher: one hyperfine run, side by side, around /bin/true and
# around `node -e 0`. NODEWARD names another binary than the release build's.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
nodeward=${NODEWARD:-$here/../../build/release/nodeward}
[[ -x $nodeward ]] || { echo "bench: no $nodeward; first: ./dev build" >&2; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd / # a folder that every user may enter

setpriv_flags="--reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all"
bwrap_flags="--ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --unshare-all --new-session --die-with-parent --uid 65534 --gid 65534 --cap-drop ALL"
firejail_flags="--quiet --noprofile --caps.drop=all --nonewprivs --seccomp"

# name | how it is called | what it does for that
launchers=(
  "bare||nothing: execve"
  "tini|tini -s --|reaps and forwards signals; confines nothing"
  "dumb-init|dumb-init|reaps and forwards signals; confines nothing"
  "gosu|gosu nobody|changes the user, and is gone; confines nothing else"
  "setpriv|setpriv $setpriv_flags|user, groups, capabilities, no_new_privs, and is gone"
  "bubblewrap|bwrap $bwrap_flags|every namespace, a mount tree of its own, capabilities; no system call filter, limits or events"
  "firejail|firejail $firejail_flags|PID and mount namespaces, capabilities, a system call deny-list; stays root, no events"
  "nodeward|$nodeward run --|the default profile: user, capabilities, files, programs, network, system call allow-list with events, limits, descriptors, environment; supervises"
)

# Measures every launcher around a command; hyperfine's own table goes to $1.
measure() {
  local csv=$1 runs=$2 entry name call arguments=()
  shift 2
  for entry in "${launchers[@]}"; do
    IFS='|' read -r name call _ <<<"$entry"
    arguments+=(-n "$name" "$call $*")
  done
  # The same environment for all: nodeward passes on little, and Node.js reads some of it at its start.
  env -i PATH="$PATH" LANG=C.UTF-8 hyperfine -N --style basic --warmup 5 --runs "$runs" --export-csv "$csv" "${arguments[@]}" \
    2>"$scratch/hyperfine.err" >"$scratch/hyperfine.out" || {
    cat "$scratch/hyperfine.err" >&2
    exit 1
  }
}

# The median of a launcher in milliseconds. hyperfine: name,mean,stddev,median,…
median() { awk -F, -v name="$2" '$1 == name { printf "%.2f", $4 * 1000 }' "$1"; }

ratio() { awk -v a="$(median "$1" "$2")" -v b="$(median "$1" "$3")" 'BEGIN { printf "%.2f", a / b }'; }

report() {
  local entry name does csv=$scratch/true.csv node=$scratch/node.csv
  printf 'title\tLaunch: median milliseconds of a whole process\n'
  printf 'columns\tlauncher\t/bin/true\tnode -e 0\twhat it does\n'
  for entry in "${launchers[@]}"; do
    IFS='|' read -r name _ does <<<"$entry"
    printf 'row\t%s\t%s\t%s\t%s\n' "$name" "$(median "$csv" "$name")" "$(median "$node" "$name")" "$does"
  done
  printf "aim\tnodeward's time over bubblewrap's, /bin/true\t%s\t<=\t0.6\n" "$(ratio "$csv" nodeward bubblewrap)"
  printf "aim\tnodeward's time over tini's, /bin/true\t%s\t<=\t1.5\n" "$(ratio "$csv" nodeward tini)"
}

measure "$scratch/true.csv" 200 /bin/true
measure "$scratch/node.csv" 30 node -e 0
report | node "$here/report.js" launch
