#!/usr/bin/env bash
# Prints NOTICE: the copyright files of the packages that a static build holds code of.
#
#   packaging/notice.sh build/release
set -euo pipefail
"$(dirname "$(realpath "${BASH_SOURCE[0]}")")/linked.sh" "$1" | while read -r package root; do
  printf '==== %s\n\n' "$package"
  cat "${root%/}/usr/share/doc/$package/copyright"
  echo
done
