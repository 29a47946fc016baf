#!/bin/bash
# Prints the folder of the virtual machine's image, and makes it first where it is missing:
#
#     disk              Debian 12's root file system (ext4) with the modules of every kernel
#     kernels/SUITE     vmlinuz, initrd and the version (a line) of the kernel that the suite has
#
# Made once for a machine and a recipe (this file): about three minutes, root, and Debian's archive. It lies in
# ${XDG_CACHE_HOME:-~/.cache}/nodeward/vm (NODEWARD_VM_CACHE instead). It is made in a folder of its own and then
# renamed, so that an interrupted or changed recipe is never taken for an image.
set -euo pipefail

cache=${NODEWARD_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nodeward/vm}
# Where this machine has its own packages from.
archive=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Codename: bookworm' 'Component: main' | awk 'NR == 1')
keys=/usr/share/keyrings/debian-archive-keyring.gpg
# The ladder: Linux 5.10, 6.1, 6.12, and the newest.
suites=(bullseye bookworm bookworm-backports sid)
packages=(
  systemd systemd-sysv dbus kmod busybox-static nodejs age iproute2 procps
  libpam-systemd dbus-user-session                     # systemctl --user
  apparmor                                             # as every Debian has it; started by who needs it
  podman crun conmon uidmap slirp4netns fuse-overlayfs catatonit netavark
)

fail() {
  echo "vm: $*" >&2
  exit 125
}

# What init starts: unpacks the second disk, runs the script, and tells its exit code on the console.
guest_files() {
  local root=$1 unit
  mkdir -p "$root/test" "$root/etc/systemd/system/multi-user.target.wants"
  cat > "$root/etc/systemd/system/guest.service" <<'UNIT'
[Unit]
Description=What the host asked for
After=basic.target dbus.service systemd-logind.service
[Service]
Type=oneshot
TimeoutStartSec=infinity
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
tar -xf /dev/vdb -C /test && { echo "vm-begin"; bash /test/command < /dev/null; code=$?; }
echo "vm-exit $code"
sync
systemctl poweroff --force --force
GUEST
  ln -sf ../guest.service "$root/etc/systemd/system/multi-user.target.wants/guest.service"
  for unit in getty@.service serial-getty@.service apt-daily.timer apt-daily-upgrade.timer \
    dpkg-db-backup.timer e2scrub_all.timer fstrim.timer podman-auto-update.timer apparmor.service; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  echo guest > "$root/etc/hostname"
  echo '127.0.0.1 localhost guest' > "$root/etc/hosts"
  echo '/dev/vda / ext4 rw 0 1' > "$root/etc/fstab"
}

# Debian's kernel of a suite, unpacked into $2. The apt configuration is this folder's own.
fetch_kernel() {
  local suite=$1 into=$2 apt names options
  apt=$into.apt
  mkdir -p "$apt"/{etc/preferences.d,state/lists/partial,cache/archives/partial,debs} "$into"
  echo "deb [signed-by=$keys] $archive $suite main" > "$apt/etc/sources.list"
  options=(-q -o "Dir::Etc=$apt/etc" -o "Dir::State=$apt/state" -o "Dir::Cache=$apt/cache" -o Dir::State::status=/dev/null
    -o Acquire::Languages=none -o APT::Sandbox::User=root -o APT::Architecture=amd64 -o APT::Architectures=amd64)
  apt-get "${options[@]}" update >&2 || fail "apt-get update of $suite failed"
  names=$(apt-cache "${options[@]}" depends --recurse --important linux-image-cloud-amd64 |
    grep -E '^linux-(image|base|binary|modules)-[0-9].*-cloud-amd64$' | sort -u)
  [ -n "$names" ] || fail "$suite has no linux-image-cloud-amd64"
  # shellcheck disable=SC2086
  (cd "$apt/debs" && apt-get "${options[@]}" download $names >&2) || fail "cannot download the kernel of $suite"
  for names in "$apt"/debs/*.deb; do dpkg-deb -x "$names" "$into"; done
}

# The kernel unpacked in $2 becomes $4/vmlinuz, its modules the root's ($3), and $4/initrd mounts that root.
install_kernel() {
  local suite=$1 from=$2 root=$3 to=$4 version module number=10
  mkdir -p "$to/early/"{bin,dev,proc,modules,root}
  # Newer packages have /usr/lib/modules, and the kernel in there.
  module=$(find "$from" -type d -path '*lib/modules/*' -name '[0-9]*' -prune)
  version=${module##*/}
  [ -d "$module/kernel" ] || fail "the kernel of $suite has no modules"
  cp -r "$module" "$root/usr/lib/modules/"
  find "$from" -name 'vmlinuz*' -exec cp {} "$to/vmlinuz" \;
  [ -s "$to/vmlinuz" ] || fail "the kernel of $suite has no vmlinuz"
  rm -f "$root/usr/lib/modules/$version/vmlinuz"
  echo "$version" > "$to/version"
  chroot "$root" depmod "$version"
  for module in virtio_pci virtio_blk ext4; do
    chroot "$root" modprobe --set-version "$version" --show-depends "$module"
  done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' > "$to/early/order"
  while read -r module; do
    case $module in
      *.xz) xz -dc "$root$module" ;;
      *) cat "$root$module" ;;
    esac > "$to/early/modules/$number"
    number=$((number + 1))
  done < "$to/early/order"
  cp "$root/bin/busybox" "$to/early/bin/busybox"
  cat > "$to/early/init" <<'INIT'
#!/bin/busybox sh
busybox mount -t devtmpfs dev /dev
for module in /modules/*; do busybox insmod "$module"; done
until busybox test -b /dev/vda; do busybox usleep 20000; done
busybox mount -t ext4 /dev/vda /root
busybox mount --move /dev /root/dev
exec busybox switch_root /root /lib/systemd/systemd
INIT
  chmod 755 "$to/early/init"
  (cd "$to/early" && find . | "$root/bin/busybox" cpio -o -H newc 2> /dev/null | gzip -1) > "$to/initrd"
  rm -rf "$to/early"
}

make_image() {
  local image=$1 suite
  [ -n "$archive" ] || fail "apt has no archive of bookworm here: see /etc/apt/sources.list"
  [ "$(id -u)" -eq 0 ] || fail "making the image wants root"
  for suite in mmdebstrap mkfs.ext4; do
    PATH=$PATH:/usr/sbin:/sbin command -v "$suite" > /dev/null ||
      fail "$suite is missing: apt-get install mmdebstrap e2fsprogs"
  done
  rm -rf "$cache"/building.*  # of a maker that was killed: the lock is held here
  build=$(mktemp -d "$cache/building.XXXXXX")
  trap 'rm -rf "$build"' EXIT
  echo "vm: making the image, once" >&2
  # As a tar first: the root file system has no mounts of the build left in it.
  (
    IFS=,
    mmdebstrap --quiet --variant=minbase --include="${packages[*]}" bookworm "$build/root.tar" "$archive" >&2
  ) || fail "mmdebstrap failed"
  mkdir -p "$build/root" "$build/kernels"
  tar -xf "$build/root.tar" -C "$build/root" --exclude='./dev/*'
  guest_files "$build/root"
  mkdir -p "$build/root/usr/lib/modules"
  for suite in "${suites[@]}"; do
    fetch_kernel "$suite" "$build/$suite"
    install_kernel "$suite" "$build/$suite" "$build/root" "$build/kernels/$suite"
    rm -rf "${build:?}/$suite" "$build/$suite.apt"
  done
  mkfs.ext4 -q -d "$build/root" "$build/disk" 4G
  rm -rf "$build/root" "$build/root.tar"
  sync -f "$build"
  mv "$build" "$image"
  trap - EXIT
}

recipe=$(sha256sum "${BASH_SOURCE[0]}" | cut -c1-12)
image=$cache/$recipe
mkdir -p "$cache"
# One maker at a time; who waited finds the image.
exec 9> "$cache/lock"
flock 9
[ -d "$image" ] || make_image "$image" >&2
echo "$image"
