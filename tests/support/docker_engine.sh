#!/bin/sh
# docker_engine.sh FOLDER: a Docker engine with its socket and all its files in FOLDER, until standard input
# ends; then nothing of it is left, FOLDER included. Its processes and mounts are in namespaces of their own, so
# that they end with it, whatever became of the containers. Its group in the cgroup hierarchies has FOLDER's name.
set -eu
folder=$1
group=$(basename "$folder")
PATH=$PATH:/usr/sbin:/sbin
mkdir "$folder/files"
printf '{"deprecated-key-path": "%s"}\n' "$folder/key.json" >"$folder/daemon.json"

# Its files are in memory: no image is to outlive it, and none has to reach a disk. What it writes to /run and /opt,
# for others to find it, nobody is to find.
setpriv --pdeathsig KILL unshare --mount --pid --fork --mount-proc --kill-child sh -euc '
  mount -t tmpfs tmpfs "$0/files"
  mount -t tmpfs tmpfs /run
  ! [ -d /opt ] || mount -t tmpfs tmpfs /opt
  exec docker-init -- "$@"' "$folder" \
  dockerd --config-file "$folder/daemon.json" --iptables=false --ip-forward=false --bridge=none \
  --data-root "$folder/files/data" --exec-root "$folder/files/exec" --pidfile "$folder/pid" -H "unix://$folder/socket" \
  --cgroup-parent "/$group" 2>&1 </dev/null &
engine=$!

cat >/dev/null
pkill -KILL -P "$engine" || true # its first process; the kernel ends the others before unshare returns
wait "$engine" || true
find /sys/fs/cgroup -depth -type d -path "/sys/fs/cgroup/*/$group*" -exec rmdir {} +
rm -rf "$folder"
