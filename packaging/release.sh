#!/usr/bin/env bash
# Makes what a release consists of, from build/release as it is: a tarball, the Debian package, the npm packages, the
# bill of materials, and the sums of all of them.
#
#   packaging/release.sh FOLDER [BUILD]
#
# The same commit gives the same bytes, in whatever folder, by whomever, whenever: times are the commit's
# (SOURCE_DATE_EPOCH), orders and owners are fixed, and the compiler is told no path.
set -euo pipefail
root=$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")
into=$(mkdir -p "${1:?usage: packaging/release.sh FOLDER [BUILD]}" && realpath "$1")
build=$(realpath "${2:-$root/build/release}")
export LC_ALL=C TZ=UTC
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}
umask 022

version=$("$build/nodeward" --version | cut -d' ' -f2)
name=nodeward-$version-linux-$(uname -m)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

cmake --install "$build" --prefix "$stage/$name" >/dev/null
cp "$root"/{LICENSE,README.md,SECURITY.md,CHANGELOG.md} "$stage/$name/"
"$root/packaging/notice.sh" "$build" >"$stage/$name/NOTICE"
chmod -R u=rwX,go=rX "$stage/$name"
tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" |
  gzip -9n >"$into/$name.tar.gz"

cpack --config "$build/CPackConfig.cmake" -B "$stage/deb" >"$stage/cpack.log" || {
  cat "$stage/cpack.log" >&2
  exit 1
}
cp "$stage"/deb/*.deb "$into/"
"$root/packaging/npm/pack.js" "$into" "$build/nodeward"
"$root/packaging/sbom.js" "$build" >"$into/nodeward-$version.spdx.json"
(cd "$into" && sha256sum -- *.tar.gz *.deb *.tgz *.spdx.json >SHA256SUMS)
cat "$into/SHA256SUMS"
