#!/usr/bin/env bash
# How fast secrets are masked, beside programs that look for the same values as they are, and cat, which looks for none.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
src=$here/../../src
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# As the release is built, but for the rest of nodeward.
g++ -std=c++20 -O2 -DNDEBUG -I "$src" "$here/mask.cc" "$src"/mask/*.cc "$src"/base/{secret_buffer,text,result}.cc \
  -lsodium -o "$scratch/mask"
"$scratch/mask" "$scratch" >"$scratch/figures"
figure() { awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$scratch/figures"; }

# One line of sed for each secret of one line.
tr '\0' '\n' <"$scratch/secrets.bin" | sed -e '50,$d' -e 's/[][\\.*^$/&]/\\&/g' -e 's/.*/s\/&\/[masked]\/g/' >"$scratch/script"

# GB of "$1" for each second of processor time of the rest, the best of three.
rate() {
  local text=$scratch/$1.txt TIMEFORMAT='%U %S' pass
  shift
  for pass in 1 2 3; do
    { time "$@" <"$text" >/dev/null; } 2>&1
  done | awk -v size="$(stat -c %s "$text")" '
    { used = $1 + $2; if (NR == 1 || used < best) best = used }
    END { printf "%.2f\n", size / (best > 0.001 ? best : 0.001) / 1e9 }'
}
row() {
  local name=$1
  shift
  printf 'row\t%s\t%s\t%s\t%s\n' "$name" "$(rate log "$@")" "$(rate secrets "$@")" "$(rate prefixes "$@")"
}

worst=$(printf '%s\n' "$(figure log)" "$(figure secrets)" "$(figure prefixes)" | sort -g | head -1)
{
  printf 'title\tMasking 50 secrets, GB for each second of one processor\n'
  printf 'columns\tprogram\ta log\t1 %% of it secrets\tnear-prefixes\n'
  printf 'row\tnodeward, %s needles\t%s\t%s\t%s\n' "$(figure needles)" "$(figure log)" "$(figure secrets)" "$(figure prefixes)"
  row 'sed, 49 values as they are' sed -f "$scratch/script"
  row 'replaceAll in Node.js, as they are' node "$here/naive_replacer.js" "$scratch/secrets.bin"
  row cat cat
  printf 'aim\tthe worst of nodeward, GB/s\t%s\t>=\t1\n' "$worst"
  printf 'note\tThe needles are made in %s ms, at each start with a vault.\n' "$(figure learn_ms)"
} | LC_ALL=C node "$here/report.js" secrets
