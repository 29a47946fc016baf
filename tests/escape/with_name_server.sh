#!/bin/sh
# with_name_server.sh COMMAND…: in a network and a mount namespace of its own, where 127.0.0.1:53 is
# name_server.js and /etc/resolv.conf says so. Run by `unshare --net --mount`; with --container before COMMAND
# in a container, whose network and resolv.conf are its own already.
set -e
here=$(dirname "$0")
folder=$(mktemp -d /tmp/nodeward-names-XXXXXX)
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >"$folder/resolv.conf"
if [ "$1" = --container ]; then
  shift
  cat "$folder/resolv.conf" >/etc/resolv.conf
else
  ip link set lo up
  mount --bind "$folder/resolv.conf" /etc/resolv.conf
fi
mkfifo "$folder/ready"
node "$here/name_server.js" >"$folder/ready" &
server=$!
read -r _ <"$folder/ready"
rm -r "$folder"
status=0
"$@" || status=$?
kill "$server"
wait "$server" || true
exit "$status"
