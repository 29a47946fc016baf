// Device nodes are made and opened: memory, the kernel log, disks.
#define _GNU_SOURCE
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "../attack.h"

static long try_make_memory(void) {
  return mknod(in(inside, "mem"), S_IFCHR | 0666, makedev(1, 1));
}
static long try_make_disk(void) {
  return mknodat(AT_FDCWD, in(inside, "disk"), S_IFBLK | 0666, makedev(254, 0));
}
static long try_make_null(void) {
  return mknod(in(outside, "null"), S_IFCHR | 0666, makedev(1, 3));
}
static long try_log(void) { return closed(open("/dev/kmsg", O_RDONLY | O_NONBLOCK)); }
static long try_write_log(void) { return closed(open("/dev/kmsg", O_WRONLY)); }
static long try_ptmx(void) { return closed(open("/dev/ptmx", O_RDWR | O_NOCTTY)); }
static long try_fuse(void) { return closed(open("/dev/net/tun", O_RDWR)); }

static const struct act acts[] = {
    ACT(make_memory), ACT(make_disk), ACT(make_null), ACT(log),
    ACT(write_log),   ACT(ptmx),      ACT(fuse),      {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
