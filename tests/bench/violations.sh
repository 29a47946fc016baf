#!/usr/bin/env bash
# Refused calls in a tight loop: how many a second nodeward answers, and whether its events count
# exactly as many as the application made.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
nodeward=${NODEWARD:-$here/../../build/release/nodeward}
[[ -x $nodeward ]] || { echo "bench: no $nodeward; first: ./dev build" >&2; exit 1; }
calls=${CALLS:-1000000}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
gcc -O2 -Wall -Werror -o "$scratch/refused_loop" "$here/refused_loop.c"
cd "$scratch"

# Sums "count" over the violation events of one call; also tells how many lines that took.
counted() {
  node -e '
    const [file, call] = process.argv.slice(1);
    let sum = 0, lines = 0;
    for (const line of require("fs").readFileSync(file, "utf8").split("\n")) {
      let event; try { event = JSON.parse(line); } catch { continue; }
      if (event.event !== "violation" || event.syscall !== call) continue;
      sum += event.count; lines += 1;
    }
    console.log(sum, lines);' "$1" "$2"
}

rows=() aims=()
measure() {
  local kind=$1 call=$2 what=$3 refused took sum lines rate
  ./refused_loop "$kind" 1000 >bare
  read -r refused _ <bare
  [[ $refused -eq 0 ]] || { echo "bench: bare, $call is refused already: nothing to measure" >&2; exit 1; }
  "$nodeward" run -- ./refused_loop "$kind" "$calls" >out 2>events || { cat events >&2; exit 1; }
  read -r refused took <out
  [[ $refused -eq $calls ]] || { echo "bench: $refused of $calls calls were refused" >&2; exit 1; }
  read -r sum lines < <(counted events "$call")
  rate=$(awk -v n="$calls" -v t="$took" 'BEGIN { printf "%.0f", n * 1e9 / t }')
  rows+=("row\t$what\t$calls\t$refused\t$sum\t$lines\t$rate")
  aims+=("aim\tcounted in events, $call\t$sum\t=\t$calls")
  [[ $kind == paths ]] || aims+=("aim\tanswered a second, $call\t$rate\t>=\t150000")
}

measure plain swapoff "swapoff(NULL)"
measure paths mount "mount(path, path, ext4): arguments read from memory"
{
  printf 'title\tViolations: one refused call in a tight loop\n'
  printf 'columns\tcall\tmade\trefused\tcounted in events\tevent lines\ta second\n'
  printf '%b\n' "${rows[@]}" "${aims[@]}"
} | node "$here/report.js" violations
