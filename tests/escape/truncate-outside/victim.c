// Files that no rule names are cut short by truncate(2), through a link, and by opening.
#define _GNU_SOURCE
#include "../attack.h"

static long try_truncate(void) { return truncate(in(outside, "target"), 0); }
static long try_extend(void) { return truncate(in(outside, "target"), 4096); }
static long try_linked(void) {
  if (symlink(in(outside, "target"), in(inside, "link")) != 0) return -1;
  return truncate(in(inside, "link"), 0);
}
static long try_open(void) { return closed(open(in(outside, "target"), O_WRONLY | O_TRUNC)); }
static long try_read_only(void) { return closed(open(in(outside, "target"), O_TRUNC)); }
static long try_through_proc(void) {
  char path[64];
  const int fd = open(in(outside, "target"), O_PATH);
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  const long status = fd < 0 ? -1 : truncate(path, 0);
  if (fd >= 0) close(fd);
  return status;
}

static const struct act acts[] = {
    ACT(truncate),  ACT(extend),       ACT(linked),  ACT(open),
    ACT(read_only), ACT(through_proc), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
