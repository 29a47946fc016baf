// A hard link or a rename brings a file that no rule names beneath a rule that lets it be written.
#define _GNU_SOURCE
#include "../attack.h"

static long try_link(void) { return link(in(outside, "target"), in(inside, "link")); }
static long try_linkat(void) {
  char path[64];
  const int fd = open(in(outside, "target"), O_PATH);
  if (fd < 0) return -1;
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  const long status = linkat(AT_FDCWD, path, AT_FDCWD, in(inside, "linkat"), AT_SYMLINK_FOLLOW);
  close(fd);
  return status;
}
static long try_link_out(void) {
  closed(open(in(inside, "made"), O_CREAT | O_WRONLY, 0600));
  return link(in(inside, "made"), in(outside, "planted"));
}
static long try_exchange(void) {
  closed(open(in(inside, "other"), O_CREAT | O_WRONLY, 0600));
  return renameat2(AT_FDCWD, in(inside, "other"), AT_FDCWD, in(outside, "target"), RENAME_EXCHANGE);
}
static long try_rename_out(void) {
  closed(open(in(inside, "third"), O_CREAT | O_WRONLY, 0600));
  return rename(in(inside, "third"), in(outside, "renamed"));
}
static long try_replace(void) {
  closed(open(in(inside, "fourth"), O_CREAT | O_WRONLY, 0600));
  return rename(in(inside, "fourth"), in(outside, "target"));
}
static long try_rename_in(void) { return rename(in(outside, "target"), in(inside, "taken")); }
static long try_rename_folder(void) { return rename(inside, in(outside, "moved")); }

static const struct act acts[] = {
    ACT(link),    ACT(linkat),    ACT(link_out),      ACT(exchange), ACT(rename_out),
    ACT(replace), ACT(rename_in), ACT(rename_folder), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
