// A set-uid root program that the profile lets run gives nothing.
#define _GNU_SOURCE
#include "../attack.h"

static long run(void) {
  char* const words[] = {"setuid", NULL};
  return execve(in(inside, "setuid"), words, words + 1);
}
static long try_root(void) { return apart(run); }

static const struct act acts[] = {ACT(root), {NULL, NULL}};

// The copy that is owned by root tells whether it became root.
int main(int argc, char** argv) {
  if (argc < 2) return geteuid() == 0 ? 0 : EPERM;
  return attack(argc, argv, acts);
}
