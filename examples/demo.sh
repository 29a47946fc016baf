#!/usr/bin/env bash
# Shows nodeward at work: an API with its secrets from a vault, answering real requests; then what a
# malicious package gets, bare and under nodeward. Called by ./dev demo, which builds first.
#
# NODEWARD names another binary than build/release/nodeward. To be run as root.
set -euo pipefail

examples=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$examples")
nodeward=${NODEWARD:-$root/build/release/nodeward}

die() {
  echo "demo: $*" >&2
  exit 1
}

[ -x "$nodeward" ] || die "$nodeward is missing: ./dev build"
[ "$(id -u)" = 0 ] || die "to be run as root: shown is how nodeward gives root up"
[ -d "$examples/express-api/node_modules" ] || die "npm packages are missing: ./dev setup"

work=$(mktemp -d)
# Profile and vault: beneath nothing that the application may read or write.
settings=$(mktemp -d /run/nodeward-demo.XXXXXX)
chmod 755 "$settings"
supervisor=
cleanup() {
  # Only what was started here, and by its number.
  if [ -n "$supervisor" ] && kill -0 "$supervisor" 2>/dev/null; then
    kill -TERM "$supervisor" 2>/dev/null || true
    wait "$supervisor" 2>/dev/null || true
  fi
  rm -rf "$work" "$settings"
}
trap cleanup EXIT

free_port() {
  node -e 'const s = require("net").createServer();
           s.listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); });'
}

say() {
  echo
  echo "== $*"
}

# The command as a reader of this repository would type it.
shown=$(realpath --relative-to="$examples/express-api" "$nodeward")

say "what nodeward would do on this host"
cd "$examples/express-api"
cp nodeward.toml "$settings/"
chmod 644 "$settings/nodeward.toml"
./make-vault.sh "$settings"
echo "\$ cd examples/express-api"
echo "\$ $shown explain -p $settings/nodeward.toml -- node server.js"
"$nodeward" explain -p "$settings/nodeward.toml" -- node server.js

say "an API, its secrets from an age vault"
port=$(free_port)
echo "\$ PORT=$port $shown run -p $settings/nodeward.toml -- node server.js"
PORT=$port "$nodeward" run -p "$settings/nodeward.toml" -- node server.js \
  >"$work/stdout" 2>"$work/stderr" </dev/null &
supervisor=$!
cd "$root"

if ! node "$examples/demo-requests.js" "http://127.0.0.1:$port" "$supervisor"; then
  cat "$work/stderr" "$work/stdout" >&2
  die "the API did not answer as it must"
fi

say "SIGTERM, and what nodeward told meanwhile"
kill -TERM "$supervisor"
code=0
wait "$supervisor" || code=$?
supervisor=
node "$examples/demo-events.js" <"$work/stderr"
echo "exit code $code"
if [ "$code" != 0 ]; then
  cat "$work/stderr" "$work/stdout" >&2
  die "an API that was asked to stop ends with 0"
fi

say "a malicious npm package: each attempt made twice"
NODEWARD=$nodeward node "$examples/hostile-dependency/run.js"

say "one of these events, whole"
"$nodeward" run -- node -e "require('child_process').spawnSync('id')" 2>&1 >/dev/null </dev/null |
  node "$examples/demo-events.js" violation
