#!/bin/bash
# Runs a shell script as root in a virtual machine: Debian 12 with systemd, cgroup v2, and one of Debian's kernels.
#
#     tests/vm/run.sh [-k SUITE] [-a WORDS] [-r] COMMAND-FILE [FILE | NAME=FILE]…
#
# SUITE: bullseye (Linux 5.10), bookworm (6.1, the default), bookworm-backports (6.12) or sid. WORDS are added to the
# kernel's command line. -r: the script may reboot the machine, once, and is run again then; the disk is as it left it.
# COMMAND-FILE and the FILEs, folders too, lie in /test there (under their base names, or as NAME),
# which is also the working directory. The script's output comes to stdout and its exit code is this script's; 125 when the
# machine did not get that far. image.sh makes the image, once; a run leaves no trace in it.
#
# Needs qemu-system-x86. Emulated (tcg): KVM is seldom there, and where it is nested it may abort.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
limit=${NODEWARD_VM_SECONDS:-600}
suite=bookworm
words=
reboots=

fail() {
  echo "vm: $*" >&2
  exit 125
}

# The files for the guest, as a tar on a disk (whole blocks of 1 MiB).
make_payload() {
  local payload=$1 command=$2 staging=$work/staging file name
  shift 2
  mkdir "$staging"
  cp "$command" "$staging/command" || fail "cannot copy $command"
  for file in "$@"; do
    name=$(basename "$file")
    [[ $file != *=* ]] || name=${file%%=*}
    mkdir -p "$(dirname "$staging/$name")"
    cp -RL "${file#*=}" "$staging/$name" || fail "cannot copy $file"
  done
  tar -cf "$payload" --record-size=1M --owner=root --group=root -C "$staging" .
  rm -rf "$staging"
}

while getopts k:a:r option; do
  case $option in
    k) suite=$OPTARG ;;
    a) words=$OPTARG ;;
    r) reboots=yes ;;
    *) fail "usage: tests/vm/run.sh [-k SUITE] [-a WORDS] [-r] COMMAND-FILE [FILE | NAME=FILE]…" ;;
  esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || fail "usage: tests/vm/run.sh [-k SUITE] [-a WORDS] [-r] COMMAND-FILE [FILE | NAME=FILE]…"
command -v qemu-system-x86_64 > /dev/null ||
  fail "qemu-system-x86_64 is missing: apt-get install qemu-system-x86"
image=$("$here/image.sh")
kernel=$image/kernels/$suite
[ -d "$kernel" ] || fail "no kernel of $suite; there are $(ls "$image/kernels" | tr '\n' ' ')"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
make_payload "$work/payload" "$@"
disk=$image/disk
keep=(-snapshot)
if [ -n "$reboots" ]; then
  disk=$work/disk keep=()
  cp --sparse=always "$image/disk" "$disk"
fi

# A reboot ends the emulator: what is started again is a machine that was switched off, which resets for certain.
# loglevel: what the kernel tells on the console would stand in the middle of the script's output.
boot() {
  timeout "$limit" qemu-system-x86_64 -accel tcg,thread=multi -cpu max,la57=off,cx16=off -smp 2 -m 2048 -nodefaults \
    -no-reboot -display none -serial stdio "${keep[@]}" \
    -kernel "$kernel/vmlinuz" -initrd "$kernel/initrd" \
    -append "console=ttyS0 root=/dev/vda rw quiet loglevel=1 systemd.show_status=no panic=-1 $words" \
    -drive "file=$disk,format=raw,if=virtio,cache=unsafe" \
    -drive "file=$work/payload,format=raw,if=virtio,readonly=on" < /dev/null >> "$work/console" 2>&1 ||
    echo "vm: the machine did not end by itself within $limit s" >&2
}
boot
if [ -z "$reboots" ] && grep -q 'Kernel panic' "$work/console"; then
  # Seen once, with the newest kernel, and not again in a dozen runs: not what a test does to it, since that is done
  # every time. A panic that comes twice is a failure.
  echo "vm: the emulated kernel panicked, and is booted once more; its last words:" >&2
  tail -n 120 "$work/console" >&2
  : > "$work/console"
  boot
fi
[ -z "$reboots" ] || grep -q '^vm-exit ' "$work/console" || boot

tr -d '\r' < "$work/console" > "$work/text"
sed -n '/^vm-begin$/,/^vm-exit /p' "$work/text" | sed '/^vm-begin$/d;/^vm-exit /d'
code=$(sed -n 's/^vm-exit \([0-9]*\)$/\1/p' "$work/text" | tail -n 1)
[ -n "$code" ] || { tail -n 120 "$work/text" >&2; fail "no exit code came over the console"; }
exit "$code"
