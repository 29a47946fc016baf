#!/usr/bin/env bash
# Names the Debian packages that a static build holds code of: those of the headers that its objects were compiled
# from, and of the archives that it was linked with. Not a list that somebody keeps: what the build itself recorded.
#
#   packaging/linked.sh build/release
set -euo pipefail
cd "$1"

# A library below /usr/lib may belong to a package that still calls the place /lib.
owner() {
  dpkg-query -S "$1" 2>/dev/null || dpkg-query -S "${1#/usr}"
}

{
  # Ninja's log of what each object of src/ includes; tests and their libraries are not in the binary.
  ninja -t deps | awk '/^[^ ]/ { ours = /^src\// } ours && $1 ~ /^\/usr\// { print $1 }' |
    xargs realpath | sort -u | xargs dpkg-query -S
  {
    ninja -t commands nodeward | tail -n 1 | grep -oE '/usr/[^ ]+\.a\b'
    for archive in libstdc++.a libgcc.a libgcc_eh.a libm.a libc.a; do
      g++ -print-file-name="$archive"
    done
  } | xargs realpath | sort -u | while read -r archive; do owner "$archive"; done
} | sed -E 's/(:[a-z0-9]+)?: .*//' | sort -u
