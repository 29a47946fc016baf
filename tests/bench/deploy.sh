#!/usr/bin/env bash
# From starting a container to its first answered request, by entry point: one Docker engine of our own, the same
# image, taken in turns. NODEWARD names another binary than the release build's.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export NODEWARD=${NODEWARD:-$here/../../build/release/nodeward}
[[ -x $NODEWARD ]] || { echo "bench: no $NODEWARD; first: ./dev build" >&2; exit 1; }
[[ $EUID -eq 0 ]] || { echo "bench: only root starts a Docker engine" >&2; exit 1; }
node "$here/deploy.js" >"$here/../../build/deploy.lines"
node "$here/report.js" deploy <"$here/../../build/deploy.lines"
