#!/usr/bin/env bash
# Unpacks Debian's packages for arm64 into FOLDER, and leaves the machine alone: no foreign architecture is added to its
# dpkg, and nothing is installed.
#
#   cmake/arm64_packages.sh FOLDER PACKAGE…
#
# The archives are those of the machine's apt, so that security updates come along. FOLDER has a database of dpkg's
# own for the packages of libraries (-dev): packaging/linked.sh asks there which package a file is of. It is made
# once, and anew when this file or the list changes; remove it to have newer packages. Of a name for the newest kernel
# (linux-image-cloud-arm64) the kernel itself is taken. Needs root, as dpkg does.
set -euo pipefail
folder=${1:?usage: cmake/arm64_packages.sh FOLDER PACKAGE…}
shift
recipe=$(cat "${BASH_SOURCE[0]}" && printf '%s\n' "$@")

[[ -e $folder/recipe && $recipe == "$(<"$folder/recipe")" ]] && exit 0
mkdir -p "$(dirname "$folder")"
making=$(realpath "$(mktemp -d "$folder.XXXXXX")")
trap 'rm -rf "$making"' EXIT
mkdir -p "$making"/apt/{state/lists/partial,cache/archives/partial} "$making"/debs "$making"/var/lib/dpkg/{info,updates}
touch "$making/var/lib/dpkg/status"

apt_options=(-q -o "Dir::State=$making/apt/state" -o "Dir::Cache=$making/apt/cache" -o Dir::State::status=/dev/null
  -o Acquire::Languages=none -o APT::Sandbox::User=root -o APT::Architecture=arm64 -o APT::Architectures=arm64)
apt-get "${apt_options[@]}" update
for package in "$@"; do
  if [[ $package == linux-image-* ]]; then
    package=$(apt-cache "${apt_options[@]}" depends --important "$package" | sed -n 's/^ *Depends: //p')
  fi
  (cd "$making/debs" && apt-get "${apt_options[@]}" download "$package")
done

# Of what is linked, whose each file is (dpkg configures nothing here, and these packages have no scripts); of all else the
# files. Of the C library the headers stay away: the compiler has its own of the same version, and must find them in
# its own order.
unpack() {
  dpkg --root="$making" --force-architecture --unpack --no-triggers "$@"
}
for package in "$making"/debs/*.deb; do
  case $package in
    */libc6-dev_*) unpack --path-exclude='/usr/include/*' "$package" ;;
    *-dev_*) unpack "$package" ;;
    *) dpkg-deb -x "$package" "$making" ;;
  esac
done

rm -rf "$making"/apt "$making"/debs
printf '%s\n' "$recipe" >"$making/recipe"
chmod 755 "$making"
rm -rf "$folder"
mv "$making" "$folder"
trap - EXIT
