#!/bin/bash
# Runs a shell script as root in a virtual machine of arm64: Debian 12's kernel and its Node.js, without systemd.
#
#     tests/arm64/machine.sh PACKAGES COMMAND-FILE [FILE | NAME=FILE]…
#
# PACKAGES is a folder that cmake/arm64_packages.sh made of the packages below. COMMAND-FILE and the FILEs, folders too, lie
# in /test there (under their base names, or as NAME), which is also the working directory. The script's output comes to
# stdout and its exit code is this script's; 125 when the machine did not get that far.
#
# A run leaves no trace: its disk is made for it. Emulated.
set -euo pipefail

limit=${NODEWARD_VM_SECONDS:-600}

fail() {
  echo "arm64: $*" >&2
  exit 125
}

[ $# -ge 2 ] || fail "usage: tests/arm64/machine.sh PACKAGES COMMAND-FILE [FILE | NAME=FILE]…"
packages=$1 command=$2
shift 2
command -v qemu-system-aarch64 > /dev/null || fail "qemu-system-aarch64 is missing: apt-get install qemu-system-arm"
kernel=$(ls "$packages"/boot/vmlinuz-*) || fail "no kernel in $packages"
version=${kernel##*/vmlinuz-}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The root file system, with the merged /usr of Debian, and init: a script.
root=$work/root
mkdir -p "$root"/{proc,sys,dev,run,root,test,etc} "$root"/usr/{bin,lib,share} "$root/var"
mkdir -m 1777 "$root/tmp" "$root/var/tmp"
ln -s usr/bin usr/lib "$root"
cp -a "$packages"/bin/* "$root/usr/bin"
cp -a "$packages"/lib/*-linux-* "$root/usr/lib"
cp -a "$packages"/usr/bin "$packages"/usr/lib "$root/usr"
cp -a "$packages/usr/share/nodejs" "$root/usr/share"
echo 'root:x:0:0:root:/root:/bin/sh' > "$root/etc/passwd"
echo 'root:x:0:' > "$root/etc/group"
echo '127.0.0.1 localhost guest' > "$root/etc/hosts"
cat > "$root/init" <<'INIT'
#!/bin/busybox sh
export PATH=/usr/bin:/bin HOME=/root
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=755 tmpfs /run
ln -s /proc/self/fd /dev/fd
ifconfig lo 127.0.0.1
hostname guest
stty -opost
cd /test
echo vm-begin
/bin/dash /test/command < /dev/null
echo "vm-exit $?"
sync
poweroff -f
INIT
chmod 755 "$root/init"
cp "$command" "$root/test/command" || fail "cannot copy $command"
for file in "$@"; do
  name=$(basename "$file")
  [[ $file != *=* ]] || name=${file%%=*}
  mkdir -p "$(dirname "$root/test/$name")"
  cp -RL "${file#*=}" "$root/test/$name" || fail "cannot copy $file"
done
PATH=$PATH:/usr/sbin mkfs.ext4 -q -d "$root" "$work/disk" 1G > "$work/mkfs" 2>&1 || fail "$(cat "$work/mkfs")"

# What mounts it: the modules of this kernel for its disk, in their order.
early=$work/early
mkdir -p "$early"/{bin,dev,proc,modules,root}
cp "$packages/bin/busybox" "$early/bin"
depmod -b "$packages" "$version"
number=10
for module in virtio_mmio virtio_blk ext4; do
  modprobe -d "$packages" --set-version "$version" --show-depends "$module"
done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' > "$work/order"
while read -r module; do
  cp "$module" "$early/modules/$number"
  number=$((number + 1))
done < "$work/order"
cat > "$early/init" <<'INIT'
#!/bin/busybox sh
busybox mount -t devtmpfs dev /dev
for module in /modules/*; do busybox insmod "$module"; done
until busybox test -b /dev/vda; do busybox usleep 20000; done
busybox mount -t ext4 /dev/vda /root
busybox mount --move /dev /root/dev
exec busybox switch_root /root /init
INIT
chmod 755 "$early/init"
(cd "$early" && find . | busybox cpio -o -H newc 2> /dev/null) > "$work/initrd"

# pauth-impdef: the architecture's own algorithm costs an emulator more than all else. loglevel: what the kernel tells on
# the console would stand in the middle of the script's output.
timeout "$limit" qemu-system-aarch64 -M virt -accel tcg,thread=multi -cpu max,pauth-impdef=on -smp 2 -m 2048 -nodefaults \
  -no-reboot -display none -serial stdio -kernel "$kernel" -initrd "$work/initrd" \
  -append "console=ttyAMA0 quiet loglevel=1 panic=-1" \
  -drive "file=$work/disk,format=raw,if=none,id=disk,cache=unsafe" -device virtio-blk-device,drive=disk \
  < /dev/null > "$work/console" 2>&1 ||
  echo "arm64: the machine did not end by itself within $limit s" >&2

tr -d '\r' < "$work/console" > "$work/text"
sed -n '/^vm-begin$/,/^vm-exit /p' "$work/text" | sed '/^vm-begin$/d;/^vm-exit /d'
code=$(sed -n 's/^vm-exit \([0-9]*\)$/\1/p' "$work/text" | tail -n 1)
[ -n "$code" ] || { tail -n 40 "$work/text" >&2; fail "no exit code came over the console"; }
exit "$code"
