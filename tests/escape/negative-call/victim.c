// A call whose number is negative.
#define _GNU_SOURCE
#include "../attack.h"

static long try_negative(void) { return syscall(-1); }

static const struct act acts[] = {
    ACT(negative),
    {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
