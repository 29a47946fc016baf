// The tree of files is changed under the rules: mounts, roots, detached trees.
#define _GNU_SOURCE
#include <linux/mount.h>
#include <sys/mount.h>
#include "../attack.h"

static long try_mount(void) { return mount("tmpfs", inside, "tmpfs", 0, NULL); }
static long try_bind(void) { return mount(outside, inside, NULL, MS_BIND, NULL); }
static long try_remount(void) { return mount(NULL, inside, NULL, MS_REMOUNT | MS_BIND, NULL); }
static long try_setattr(void) {
  struct mount_attr attr = {.attr_set = MOUNT_ATTR_NODEV};
  return syscall(SYS_mount_setattr, AT_FDCWD, inside, 0, &attr, sizeof(attr));
}
static long try_umount(void) { return umount2(inside, MNT_DETACH); }
static long try_fsopen(void) { return closed(syscall(SYS_fsopen, "tmpfs", 0)); }
static long try_open_tree(void) {
  return closed(syscall(SYS_open_tree, AT_FDCWD, outside, OPEN_TREE_CLONE));
}
static long try_move_mount(void) {
  const int tree = (int)syscall(SYS_open_tree, AT_FDCWD, outside, OPEN_TREE_CLONE);
  return syscall(SYS_move_mount, tree, "", AT_FDCWD, inside, MOVE_MOUNT_F_EMPTY_PATH);
}
static long become_root_folder(void) { return chroot(outside); }
static long try_chroot(void) { return apart(become_root_folder); }
static long pivot(void) {
  if (mount(inside, inside, NULL, MS_BIND, NULL) != 0) return -1;
  return syscall(SYS_pivot_root, inside, inside);
}
static long try_pivot_root(void) { return apart(pivot); }

static const struct act acts[] = {
    ACT(mount),     ACT(bind),       ACT(remount), ACT(setattr),    ACT(umount),  ACT(fsopen),
    ACT(open_tree), ACT(move_mount), ACT(chroot),  ACT(pivot_root), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
