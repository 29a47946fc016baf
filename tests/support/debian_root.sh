#!/usr/bin/env bash
# A root of this Debian release with its own Node.js and npm: packages are fetched by apt and unpacked, none of their
# scripts run, and the machine's own dpkg learns nothing of it.
#
#   debian_root.sh FOLDER     FOLDER/root is the result; it is made once for each set of versions
set -euo pipefail
folder=$1
packages=(nodejs npm dash coreutils)
mkdir -p "$folder/debs/partial"
: >"$folder/status"
apt=(apt-get -q -o Dir::State::status="$folder/status" -o Dir::Cache::archives="$folder/debs"
  -o APT::Install-Recommends=false -o APT::Sandbox::User=root -o Dpkg::Use-Pty=0)

wanted=$("${apt[@]}" install --print-uris -y "${packages[@]}" | sed -n "s/^'[^']*' \([^ ]*\) .*/\1/p")
# What was fetched before is not printed again; where a version is new, the old ones go.
if [[ -n $wanted || ! -e $folder/root/.complete ]]; then
  [[ -z $wanted ]] || rm -f "$folder"/debs/*.deb
  "${apt[@]}" install --download-only -y "${packages[@]}" >"$folder/apt.log"
  rm -rf "$folder/root"
  mkdir -p "$folder/root"/{usr/bin,usr/sbin,usr/lib,usr/lib64,etc,proc,dev,tmp,root}
  for link in bin sbin lib lib64; do ln -s "usr/$link" "$folder/root/$link"; done
  chmod 1777 "$folder/root/tmp"
  for deb in "$folder"/debs/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" |
      tar -x -C "$folder/root" --keep-directory-symlink --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*'
  done
  ln -sf dash "$folder/root/usr/bin/sh"
  touch "$folder/root/.complete"
fi
