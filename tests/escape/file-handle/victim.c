// A file is opened by a handle, past every name and every rule on names.
#define _GNU_SOURCE
#include "../attack.h"

static struct {
  struct file_handle handle;
  unsigned char bytes[128];
} held;
static int mount_id;
static long try_name(void) {
  held.handle.handle_bytes = sizeof(held.bytes);
  return name_to_handle_at(AT_FDCWD, in(outside, "target"), &held.handle, &mount_id, 0);
}
static long try_open(void) {
  const int mount = open(inside, O_RDONLY | O_DIRECTORY);
  if (mount < 0) return -1;
  const long got = open_by_handle_at(mount, &held.handle, O_RDWR);
  close(mount);
  return closed(got);
}

static const struct act acts[] = {
    ACT(name),
    ACT(open),
    {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
