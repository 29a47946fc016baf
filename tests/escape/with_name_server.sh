#!/bin/sh
# with_name_server.sh COMMAND…: in a network and a mount namespace of its own, where 127.0.0.1:53 is
# name_server.js and /etc/resolv.conf says so. Run by `unshare --net --mount`.
set -e
here=$(dirname "$0")
ip link set lo up
folder=$(mktemp -d /tmp/nodeward-names-XXXXXX)
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >"$folder/resolv.conf"
mount --bind "$folder/resolv.conf" /etc/resolv.conf
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
