#!/usr/bin/env bash
# Requests a second of a plain http server, bare and under nodeward, alternating, five rounds.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
nodeward=${NODEWARD:-$here/../../build/release/nodeward}
[[ -x $nodeward ]] || { echo "bench: no $nodeward; first: ./dev build" >&2; exit 1; }
rounds=${ROUNDS:-5} seconds=${SECONDS_EACH:-5}
scratch=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; rm -rf "$scratch"' EXIT

# The application's user must be able to read what it runs, wherever this checkout lies.
chmod 755 "$scratch"
install -m 644 "$here/http_server.js" "$scratch/server.js"
cd "$scratch"

free_port() {
  node -e 's = require("net").createServer().listen(0, "127.0.0.1", () => {
    console.log(s.address().port); s.close(); })'
}

# Starts a server through the given launcher, measures it, ends it; prints requests a second.
measure() {
  local port ready
  rm -f ready
  mkfifo ready
  PORT=$(free_port) "$@" "$(command -v node)" server.js <>ready >ready 2>server.err &
  server=$!
  exec {ready}<>ready
  read -r -t 30 -u "$ready" port || { cat server.err >&2; exit 1; }
  wrk -t 1 -c 32 -d "${seconds}s" "http://127.0.0.1:$port/" >wrk.out
  kill -TERM "$server"
  wait "$server" || true # ended by the signal
  server=
  exec {ready}>&-
  if grep -E 'Non-2xx|Socket errors' wrk.out >&2; then exit 1; fi
  awk '/^Requests\/sec:/ { print $2 }' wrk.out
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

report() {
  printf 'title\tThroughput: requests a second of a plain http server (wrk, 32 connections, %s s)\n' "$seconds"
  printf 'columns\tround\tbare node\tunder nodeward\n'
  paste bare wrapped | awk '{ printf "row\t%d\t%s\t%s\n", NR, $1, $2 }'
  printf 'row\tmedian\t%s\t%s\n' "$(median bare)" "$(median wrapped)"
  printf "aim\tmedian under nodeward over bare\t%s\t>=\t0.99\n" \
    "$(awk -v a="$(median wrapped)" -v b="$(median bare)" 'BEGIN { printf "%.3f", a / b }')"
}

for ((round = 1; round <= rounds; round++)); do
  measure env >>bare
  measure "$nodeward" run -- >>wrapped
  echo "round $round: $(tail -n 1 bare) bare, $(tail -n 1 wrapped) under nodeward" >&2
done
report | node "$here/report.js" throughput
