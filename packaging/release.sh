#!/usr/bin/env bash
# Makes what a release consists of, from builds as they are (build/release): for each a tarball, the Debian package, its
# npm package and the bill of materials; the npm package that chooses among them; and the sums of all.
#
#   packaging/release.sh FOLDER [BUILD…]
#
# The same commit gives the same bytes, in whatever folder, by whomever, whenever: times are the commit's
# (SOURCE_DATE_EPOCH), orders and owners are fixed, and the compiler is told no path.
set -euo pipefail
root=$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")
into=$(mkdir -p "${1:?usage: packaging/release.sh FOLDER [BUILD…]}" && realpath "$1")
shift
[[ $# -gt 0 ]] || set -- "$root/build/release"
mapfile -t builds < <(realpath "$@")
export LC_ALL=C TZ=UTC
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}
umask 022

version=$(sed -n 's/^project(nodeward VERSION \([^ ]*\).*/\1/p' "$root/CMakeLists.txt")
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# What there is for each processor, of the build $1.
pack_build() {
  local build=$1 name
  name=nodeward-$version-linux-$(sed -n 's/^set(CMAKE_SYSTEM_PROCESSOR "\(.*\)")$/\1/p' "$build"/CMakeFiles/*/CMakeSystem.cmake)
  cmake --install "$build" --prefix "$stage/$name" >/dev/null
  cp "$root"/{LICENSE,README.md,SECURITY.md,CHANGELOG.md} "$stage/$name/"
  "$root/packaging/notice.sh" "$build" >"$stage/$name/NOTICE"
  chmod -R u=rwX,go=rX "$stage/$name"
  tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" |
    gzip -9n >"$into/$name.tar.gz"
  "$root/packaging/sbom.js" "$build" >"$into/$name.spdx.json"

  cpack --config "$build/CPackConfig.cmake" -B "$stage/deb" >"$stage/cpack.log" || {
    cat "$stage/cpack.log" >&2
    exit 1
  }
  cp "$stage"/deb/*.deb "$into/"
}

for build in "${builds[@]}"; do pack_build "$build"; done
"$root/packaging/npm/pack.js" "$into" "${builds[@]/%//nodeward}"
(cd "$into" && sha256sum -- *.tar.gz *.deb *.tgz *.spdx.json >SHA256SUMS)
cat "$into/SHA256SUMS"
