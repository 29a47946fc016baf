#!/bin/sh
# Compiles the native half of the malicious package. No headers of Node and no node-gyp: the few
# Node-API declarations that it needs are in the source, and their ABI is stable.
set -eu
cd "$(dirname "$0")/packages/left-padder"
if [ -n "$(find build/syscall.node -newer syscall.c 2>/dev/null)" ]; then
  exit 0
fi
mkdir -p build
# A name of its own first, so that two builds at once never load half a file.
"${CC:-cc}" -std=gnu11 -O2 -Wall -Wextra -Werror -shared -fPIC syscall.c -o "build/syscall.$$"
mv "build/syscall.$$" build/syscall.node
