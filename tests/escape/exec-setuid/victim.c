// A set-uid program is executed: it must not start, and would give nothing.
#define _GNU_SOURCE
#include "../attack.h"

static char* const none[] = {NULL};

static char* const version[] = {"su", "--version", NULL};
static long su(void) { return execve("/usr/bin/su", version, none); }
static long try_su(void) { return apart(su); }

static const struct act acts[] = {
    ACT(su),
    {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
