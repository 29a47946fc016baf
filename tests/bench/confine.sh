#!/usr/bin/env bash
# What judging connections costs, what it leaves of a server with a database, and which calls of a
# serving process are judged at all. All lanes side by side in each round. What a launch costs with
# all of this on is launch.sh's.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
nodeward=$(realpath "${NODEWARD:-$here/../../build/release/nodeward}")
[[ -x $nodeward ]] || { echo "bench: no $nodeward; first: ./dev build" >&2; exit 1; }
[[ $EUID -eq 0 ]] || { echo "bench: only root has both ways to judge a connection" >&2; exit 1; }
rounds=${ROUNDS:-5} connects=${CONNECTS:-5000} requests=${REQUESTS:-3000} seconds=${SECONDS_EACH:-5}
scratch=$(mktemp -d)
started=()
trap 'for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done; wait; rm -rf "$scratch"' EXIT

chmod 755 "$scratch"
gcc -O2 -Wall -Wextra -Werror -o "$scratch/connects" "$here/connects.c"
install -m 644 "$here"/{http_server,http_client,database_server}.js "$scratch"
modules=$here/../../examples/express-api/node_modules
mkdir "$scratch/node_modules"
cp -r "$modules"/{pg,pg-*,pgpass,postgres-*,split2,xtend} "$scratch/node_modules"
cd "$scratch"
node=$(command -v node)

# A stock container's capabilities: without CAP_SYS_PTRACE nodeward cannot fetch the application's
# sockets, and makes them itself.
docker=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap
container=(setpriv --bounding-set "$docker" --inh-caps -all)
bubblewrap=(bwrap --ro-bind / / --dev /dev --proc /proc --unshare-all --share-net --new-session
  --die-with-parent --uid 65534 --gid 65534 --cap-drop ALL)
firejail=(firejail --quiet --noprofile --caps.drop=all --nonewprivs --seccomp)
lanes=(bare fetched made bubblewrap firejail)

# Prints the words that start a command in a lane, one a line.
words_of() {
  case $1 in
    bare) printf '%s\n' env ;;
    fetched) printf '%s\n' "$nodeward" run -- ;;
    made) printf '%s\n' "${container[@]}" "$nodeward" run -- ;;
    bubblewrap) printf '%s\n' "${bubblewrap[@]}" ;;
    firejail) printf '%s\n' "${firejail[@]}" ;;
  esac
}

run_in() {
  local words
  mapfile -t words < <(words_of "$1")
  shift
  "${words[@]}" "$@" 2>err || { cat err >&2; exit 1; }
}

# Starts a command that says a line when it is ready; sets `line` and `pid`.
start() {
  local ready
  rm -f ready
  mkfifo ready
  "$@" <>ready >ready 2>err &
  pid=$!
  started+=("$pid")
  exec {ready}<>ready
  read -r -t 60 -u "$ready" line || { cat err >&2; exit 1; }
  exec {ready}>&-
}

# Ends what was started with a signal.
finish() {
  local kept=() one
  kill "-${2:-TERM}" "$1"
  wait "$1" || true # ended by the signal
  for one in "${started[@]}"; do [[ $one == "$1" ]] || kept+=("$one"); done
  started=("${kept[@]}")
}

# ---- connections: microseconds of socket() and connect(), requests a second without keep-alive

measure_connections() {
  local round lane
  start ./connects listen
  local listener=$pid port=$line
  PORT=0 start "$node" http_server.js
  local server=$pid http=$line
  for ((round = 1; round <= rounds; round++)); do
    for lane in "${lanes[@]}"; do
      run_in "$lane" "$scratch/connects" connect "$port" "$connects" |
        awk '{ printf "%.1f\n", $1 / 1000 }' >>"$lane.connect"
      run_in "$lane" "$node" "$scratch/http_client.js" "$http" "$requests" 32 >>"$lane.http"
    done
    echo "round $round: $(tail -qn 1 "${lanes[@]/%/.connect}" | xargs) µs, $(tail -qn 1 "${lanes[@]/%/.http}" | xargs) requests/s" >&2
  done
  finish "$listener"
  finish "$server"
}

# ---- a server with database connections

# Starts PostgreSQL, and exports what says where it is.
start_database() {
  start "$node" "$here/database.js"
  database=$pid
  local variable
  for variable in $line; do export "${variable?}"; done
}


environment='environment.pass=["PATH", "PORT", "DB_*"]'

# wrk against a port; prints requests a second.
load() {
  wrk -t 1 -c 32 -d "$2s" "http://127.0.0.1:$1/" >wrk.out
  if grep -E 'Non-2xx|Socket errors' wrk.out >&2; then exit 1; fi
  awk '/^Requests\/sec:/ { print $2 }' wrk.out
}

measure_database() {
  local round lane
  for ((round = 1; round <= rounds; round++)); do
    for lane in bare fetched; do
      local launcher=(env)
      [[ $lane == bare ]] || launcher=("$nodeward" run --set "$environment" --)
      PORT=0 start "${launcher[@]}" "$node" database_server.js
      load "$line" 1 >/dev/null # warm
      load "$line" "$seconds" >>"$lane.database"
      finish "$pid"
    done
    echo "round $round: $(tail -qn 1 bare.database fetched.database | xargs) requests/s with a database" >&2
  done
}

# ---- what is notified under load

# Prints NAME COUNT of the calls that a supervisor was asked about, from strace's lines.
asked() { sed -n 's/.*SECCOMP_IOCTL_NOTIF_RECV.*nr=__NR_\([a-z0-9_]*\).*/\1/p' "$1" | sort | uniq -c | awk '{ print $2, $1 }'; }

# Attaches strace with its words, and returns when it is attached; sets `tracer`.
trace() {
  local says
  rm -f says
  mkfifo says
  strace -f "$@" 2>says &
  tracer=$!
  started+=("$tracer")
  exec {says}<says
  read -r -t 30 -u "$says" _
  cat <&"$says" >/dev/null &
  exec {says}<&-
}

# The server above under load: what it calls, by strace -c on it, and which of these are notified, by
# strace on its supervisor. Tracing costs speed, not calls.
trace_load() {
  PORT=0 start "$nodeward" run --set "$environment" -- "$node" database_server.js
  local supervisor=$pid port=$line application of_supervisor
  application=$(awk '{ print $1 }' "/proc/$(awk '{ print $1 }' "/proc/$supervisor/task/$supervisor/children")/task/"*/children)
  load "$port" 1 >/dev/null
  trace -e trace=ioctl -o asked.txt -p "$supervisor"
  of_supervisor=$tracer
  trace -c -o calls.txt -p "$application"
  load "$port" "$seconds" >/dev/null
  served=$(awk '/requests in/ { print $1 }' wrk.out)
  finish "$tracer" INT
  finish "$of_supervisor" INT
  finish "$supervisor"
  asked asked.txt >notified.txt
}

# ---- the tables

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
row() {
  local lane cells=$1
  for lane in "${lanes[@]}"; do
    if [[ -f $lane.$2 ]]; then cells+="\t$(median "$lane.$2")"; else cells+="\t"; fi
  done
  printf 'row\t%b\n' "$cells"
}
over() { awk -v a="$(median "$1")" -v b="$(median "$2")" 'BEGIN { printf "%.3f", a / b }'; }
added() { awk -v a="$(median "$1")" -v b="$(median "$2")" 'BEGIN { printf "%.1f", a - b }'; }

report_confine() {
  printf 'title\tConfined: connections, and a server with a database (medians of %s rounds)\n' "$rounds"
  printf 'columns\tmeasured\tbare\tnodeward, pidfd_getfd\tnodeward, sockets of its own\tbubblewrap\tfirejail\n'
  row 'socket() and connect() over loopback, µs' connect
  row 'http client without keep-alive, 32 at a time, requests a second' http
  row "http server that asks PostgreSQL over 8 kept connections (wrk, 32 connections, $seconds s), requests a second" database
  printf 'row\tjudges where a connection goes\tno\tyes\tyes\tno\tno\n'
  printf 'aim\tadded to socket() and connect() by pidfd_getfd, µs\t%s\t<=\t30\n' "$(added fetched.connect bare.connect)"
  printf 'aim\tadded to socket() and connect() by sockets of its own, µs\t%s\t<=\t55\n' "$(added made.connect bare.connect)"
  printf 'aim\tclient without keep-alive over bare, pidfd_getfd\t%s\t>=\t0.88\n' "$(over fetched.http bare.http)"
  printf 'aim\tclient without keep-alive over bare, sockets of its own\t%s\t>=\t0.8\n' "$(over made.http bare.http)"
  printf 'aim\tserver with a database over bare\t%s\t>=\t0.99\n' "$(over fetched.database bare.database)"
  printf 'note\t"Sockets of its own": with the capabilities of a stock container, where nodeward may not fetch those of the application.\n'
}

# strace -c: % time, seconds, usecs/call, calls, [errors,] syscall.
report_hot_path() {
  printf 'title\tThe hot path: system calls of the server with a database, and which of them the supervisor is asked about\n'
  printf 'columns\tcall\tmade\tnotified\n'
  awk 'FILENAME == "notified.txt" { notified[$1] = $2; next }
       $4 ~ /^[0-9]+$/ && $NF != "total" { printf "row\t%s\t%d\t%d\n", $NF, $4, notified[$NF] }' notified.txt calls.txt |
    sort -t $'\t' -k 3 -n -r
  printf 'aim\tnotified while %s requests were served\t%d\t=\t0\n' "$served" "$(awk '{ sum += $2 } END { print sum + 0 }' notified.txt)"
}

"${container[@]}" grep -q 'CapBnd:.*a80425fb$' /proc/self/status
measure_connections
start_database
measure_database
trace_load
finish "$database"
report_confine | node "$here/report.js" confine
report_hot_path | node "$here/report.js" hot_path
