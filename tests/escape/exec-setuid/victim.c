// A set-uid program is executed: it must not start, and would give nothing.
#define _GNU_SOURCE
#include <spawn.h>
#include <stdint.h>
#include <sys/prctl.h>
#include "../attack.h"

static char* const words[] = {"sh", "-c", "exit 0", NULL};
static char* const none[] = {NULL};

static long su(void) { return execve("/usr/bin/su", words, none) == 0 ? 0 : -1; }
static long try_su(void) {
  const long status = apart(su);
  return status < 0 && errno != EACCES && errno != EPERM ? 0 : status;  // it ran and complained
}

static const struct act acts[] = {
    ACT(su),
    {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
