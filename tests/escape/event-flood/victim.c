// Events are made without end, to fill the channel and to hide one among them.
#define _GNU_SOURCE
#include "../attack.h"

// Each with a name of its own, so that nothing folds by itself.
static long try_flood(void) {
  char name[32];
  int refused = 0;
  for (int i = 0; i < 30000; ++i) {
    snprintf(name, sizeof(name), "n%d", i);
    if (closed(open(in(outside, name), O_CREAT | O_WRONLY, 0600)) < 0) ++refused;
  }
  return refused == 30000 ? -1 : 0;
}

static const struct act acts[] = {
    ACT(flood),
    {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
