#!/bin/bash
# Runs a shell script as root in a virtual machine with Debian's own kernel, systemd and cgroup v2:
#
#     tests/vm/run.sh COMMAND-FILE [FILE…]
#
# COMMAND-FILE and the FILEs lie in /test there (FILEs under their base names), which is also the
# working directory. The script's output comes to stdout and its exit code is this script's; 125 when the machine did not
# get that far. The image is made once (two minutes) and kept in .deps/vm; a run leaves no trace in it.
#
# Needs mmdebstrap, qemu-system-x86, e2fsprogs, and root to make the image. Emulated (tcg): KVM is seldom
# there, and where it is nested it may abort.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${NODEWARD_VM_CACHE:-$here/../../.deps/vm}
limit=${NODEWARD_VM_SECONDS:-600}
packages=systemd,systemd-sysv,dbus,linux-image-cloud-amd64,initramfs-tools,nodejs

fail() {
  echo "vm: $*" >&2
  exit 125
}

# What init starts: unpacks the second disk, runs the script, and tells its exit code on the console.
guest_files() {
  local root=$1
  mkdir -p "$root/test" "$root/etc/systemd/system/multi-user.target.wants"
  cat > "$root/etc/systemd/system/guest.service" <<'UNIT'
[Unit]
Description=What the host asked for
After=basic.target dbus.service
[Service]
Type=oneshot
WorkingDirectory=/test
ExecStart=/bin/bash /usr/local/sbin/guest
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
[Install]
WantedBy=multi-user.target
UNIT
  cat > "$root/usr/local/sbin/guest" <<'GUEST'
#!/bin/bash
stty -F /dev/ttyS0 -opost
code=125
tar -xf /dev/vdb -C /test && { echo "vm-begin"; bash /test/command; code=$?; }
echo "vm-exit $code"
sync
systemctl poweroff --force --force
GUEST
  ln -sf ../guest.service "$root/etc/systemd/system/multi-user.target.wants/guest.service"
  for unit in getty@.service serial-getty@.service apt-daily.timer apt-daily-upgrade.timer \
    dpkg-db-backup.timer e2scrub_all.timer fstrim.timer; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  echo guest > "$root/etc/hostname"
  echo '/dev/vda / ext4 rw 0 1' > "$root/etc/fstab"
}

# Builds into a folder of its own and moves it into place whole: an interrupted build leaves no image.
make_image() {
  local image=$1 build
  [ "$(id -u)" -eq 0 ] || fail "making the image wants root"
  for tool in mmdebstrap mkfs.ext4; do
    command -v "$tool" > /dev/null || fail "$tool is missing: apt-get install mmdebstrap e2fsprogs"
  done
  mkdir -p "$cache"
  build=$(mktemp -d "$cache/building.XXXXXX")
  trap 'rm -rf "$build"' EXIT
  echo "vm: making the image, once" >&2
  # As a tar first: the root file system has no mounts of the build left in it.
  mmdebstrap --quiet --variant=minbase --include="$packages" bookworm "$build/root.tar" >&2 ||
    fail "mmdebstrap failed"
  mkdir "$build/root"
  tar -xf "$build/root.tar" -C "$build/root" --exclude='./dev/*'
  guest_files "$build/root"
  cp "$build"/root/boot/vmlinuz-* "$build/vmlinuz"
  cp "$build"/root/boot/initrd.img-* "$build/initrd"
  mkfs.ext4 -q -d "$build/root" "$build/disk" 2G
  rm -rf "$build/root" "$build/root.tar"
  rm -rf "$image"
  mv "$build" "$image"
  trap - EXIT
}

# The files for the guest, as a tar on a disk (whole blocks of 1 MiB).
make_payload() {
  local payload=$1 command=$2 staging file
  shift 2
  staging=$work/staging
  mkdir "$staging"
  cp "$command" "$staging/command" || fail "cannot copy $command"
  for file in "$@"; do cp -L "$file" "$staging/" || fail "cannot copy $file"; done
  tar -cf "$payload" --record-size=1M -C "$staging" .
}

[ $# -ge 1 ] || fail "usage: tests/vm/run.sh COMMAND-FILE [FILE…]"
command -v qemu-system-x86_64 > /dev/null ||
  fail "qemu-system-x86_64 is missing: apt-get install qemu-system-x86"
recipe=$( (declare -f guest_files; echo "$packages") | sha256sum | cut -c1-12)
image=$cache/$recipe
[ -e "$image/disk" ] || make_image "$image"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
make_payload "$work/payload" "$@"
timeout "$limit" qemu-system-x86_64 -accel tcg -cpu max -smp 2 -m 2048 -nodefaults \
  -no-reboot -display none -serial stdio -snapshot \
  -kernel "$image/vmlinuz" -initrd "$image/initrd" \
  -append "console=ttyS0 root=/dev/vda rw quiet systemd.show_status=no panic=-1" \
  -drive "file=$image/disk,format=raw,if=virtio" \
  -drive "file=$work/payload,format=raw,if=virtio,readonly=on" < /dev/null > "$work/console" 2>&1 ||
  { tail -n 40 "$work/console" >&2; fail "the machine did not end by itself within $limit s"; }

tr -d '\r' < "$work/console" > "$work/text"
sed -n '/^vm-begin$/,/^vm-exit /p' "$work/text" | sed '1d;$d'
code=$(sed -n 's/^vm-exit \([0-9]*\)$/\1/p' "$work/text" | tail -n 1)
[ -n "$code" ] || { tail -n 40 "$work/text" >&2; fail "no exit code came over the console"; }
exit "$code"
