// sandbox-runtime CVE-2025-66479: lists that are empty mean nothing, not everything.
#define _GNU_SOURCE
#include "../attack.h"

static long try_read(void) { return closed(open(in(outside, "target"), O_RDONLY)); }
static long try_passwd(void) { return closed(open("/etc/passwd", O_RDONLY)); }
static long try_list(void) { return closed(open("/", O_RDONLY | O_DIRECTORY)); }
static long try_write(void) { return closed(open(in(inside, "x"), O_CREAT | O_WRONLY, 0600)); }
static long execute(void) {
  char* const words[] = {"true", NULL};
  return execve("/usr/bin/true", words, words + 1);
}
static long try_execute(void) { return apart(execute); }

static const struct act acts[] = {
    ACT(read), ACT(passwd), ACT(list), ACT(write), ACT(execute), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
