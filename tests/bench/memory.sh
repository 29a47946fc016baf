#!/usr/bin/env bash
# What a launcher costs while its application idles: memory (PSS) and wake-ups of its own processes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
nodeward=${NODEWARD:-$here/../../build/release/nodeward}
[[ -x $nodeward ]] || { echo "bench: no $nodeward; first: ./dev build" >&2; exit 1; }
window=${WINDOW:-5}
scratch=$(mktemp -d)
started=
trap '[[ -z $started ]] || kill "$started" 2>/dev/null; rm -rf "$scratch"' EXIT
cd /

idle='require("http").createServer().listen(0, "127.0.0.1", () => console.log(process.pid))'

# The processes between the one started here and the application: parents of $1 up to $2.
launchers_of() {
  local pid=$1
  while [[ $pid -ne $2 ]]; do
    pid=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status")
    [[ $pid -gt 1 ]] || { echo "bench: the application is no descendant of $2" >&2; return 1; }
    echo "$pid"
  done
}

pss() { for pid in "$@"; do awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup"; done; }
total() { awk '{ sum += $1 } END { print sum + 0 }'; }

# Voluntary context switches of all threads: each is one wake-up.
wakeups() {
  local pid
  for pid in "$@"; do
    awk '/^voluntary_ctxt_switches:/ { print $2 }' "/proc/$pid"/task/*/status
  done | total
}

rows=()
measure() {
  local name=$1 application pids before
  shift
  rm -f "$scratch/ready"
  mkfifo "$scratch/ready"
  "$@" "$(command -v node)" -e "$idle" <>"$scratch/ready" >"$scratch/ready" 2>"$scratch/err" &
  started=$!
  exec {ready}<>"$scratch/ready"
  read -r -t 30 -u "$ready" application || { cat "$scratch/err" >&2; exit 1; }
  mapfile -t pids < <(launchers_of "$application" "$started")
  [[ ${#pids[@]} -gt 0 ]] || { echo "bench: $name left no process to measure" >&2; exit 1; }
  sleep 3 # what a start leaves to do is over; from here on, rest is measured
  before=$(wakeups "${pids[@]}")
  sleep "$window"
  woken=$(($(wakeups "${pids[@]}") - before))
  resident=$(pss "${pids[@]}" | total)
  rows+=("row\t$name\t${#pids[@]}\t$resident\t$woken")
  kill -TERM "$started"
  wait "$started" || true # ended by the signal
  started=
  exec {ready}>&-
}

measure tini tini -s --
measure dumb-init dumb-init
measure nodeward "$nodeward" run --
{
  printf 'title\tAt rest: the launcher beside an idle application\n'
  printf 'columns\tlauncher\tprocesses\tPSS kB\twake-ups in %s s\n' "$window"
  printf '%b\n' "${rows[@]}"
  printf "aim\tnodeward: PSS of supervisor and keeper, kB\t%s\t<=\t3072\n" "$resident"
  printf "aim\tnodeward: wake-ups in %s s\t%s\t<=\t0\n" "$window" "$woken"
} | node "$here/report.js" memory
