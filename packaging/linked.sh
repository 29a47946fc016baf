#!/usr/bin/env bash
# Names the Debian packages that a static build holds code of: those of the headers that its objects were compiled
# from, and of the archives that it was linked with. Not a list that somebody keeps: what the build itself recorded.
#
#   packaging/linked.sh build/release
#
# A line for each: its name, and the folder below which dpkg knows it and its copyright file lies: /, or the sysroot of a
# cross build.
set -euo pipefail
shopt -s inherit_errexit
cd "$1"
compiler=$(sed -n 's/^set(CMAKE_CXX_COMPILER "\(.*\)")$/\1/p' CMakeFiles/*/CMakeCXXCompiler.cmake)
sysroot=$(sed -n 's/^NODEWARD_SYSROOT:[A-Z]*=//p' CMakeCache.txt)

# Of a list of files those of the machine, and those of the sysroot as they are called there.
of_machine() { awk '$1 ~ /^\/usr\//'; }
of_sysroot() { [[ -z $sysroot ]] || awk -v root="$sysroot" 'index($1, root "/") == 1 { print substr($1, length(root) + 1) }'; }
ask() { dpkg-query --root="$1" -S "${@:2}" | sed -E "s|(:[a-z0-9]+)?: .*| $1|"; }

# Ninja's log of what each object of src/ includes; tests and their libraries are not in the binary.
headers=$(ninja -t deps | awk '/^[^ ]/ { ours = /^src\// } ours && $1 ~ /^\// { print $1 }' | xargs realpath | sort -u)
archives=$({
  ninja -t commands nodeward | tail -n 1 | grep -oE '/[^ ]+\.a\b'
  for archive in libstdc++.a libgcc.a libgcc_eh.a libm.a libc.a; do
    "$compiler" ${sysroot:+"-B$sysroot/usr/lib/$("$compiler" -dumpmachine)/"} -print-file-name="$archive"
  done
} | xargs realpath | sort -u)
{
  mapfile -t files < <(of_machine <<<"$headers")
  ask / "${files[@]}"
  # A library below /usr/lib may belong to a package that still calls the place /lib.
  of_machine <<<"$archives" | while read -r file; do ask / "$file" 2>/dev/null || ask / "${file#/usr}"; done
  mapfile -t files < <(printf '%s\n' "$headers" "$archives" | of_sysroot)
  [[ ${#files[@]} -eq 0 ]] || ask "$sysroot" "${files[@]}"
} | sort -u
