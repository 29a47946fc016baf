// firejail CVE-2016-10122: entries without =, doubled names, an empty name, values of 100 kB,
// 60,000 entries.
#define _GNU_SOURCE
#include "../attack.h"

extern char** environ;

static long count(const char* start) {
  long found = 0;
  for (char** entry = environ; *entry != NULL; ++entry)
    found += strncmp(*entry, start, strlen(start)) == 0;
  return found;
}
static long found(int it_is) {
  errno = ENOENT;
  return it_is ? 0 : -1;
}
static long try_loose(void) {
  int loose = 0;
  for (char** entry = environ; *entry != NULL; ++entry) loose |= strchr(*entry, '=') == NULL;
  return found(loose);
}
static long try_doubled(void) { return found(count("NODE_ENV=") > 1); }
static long try_nameless(void) { return found(count("=") > 0); }
static long try_many(void) { return found(count("MANY_") > 0); }
static long try_large(void) { return found(count("LARGE=") > 0); }
static long try_loader(void) {
  return found(count("LD_") + count("NODE_OPTIONS") + count("BASH_ENV") > 0);
}

static const struct act acts[] = {ACT(loose), ACT(doubled), ACT(nameless), ACT(many),
                                  ACT(large), ACT(loader),  {NULL, NULL}};

// environment-odd launch COMMAND…: becomes the command with such an environment.
static int launch(char** command) {
  enum { kMany = 60000 };
  static char large[100000], names[kMany][16];
  static char* odd[kMany + 16] = {"loose",
                                  "PATH=/usr/bin:/bin",
                                  "NODE_ENV=a",
                                  "NODE_ENV=b",
                                  "=nameless",
                                  "",
                                  large,
                                  "LD_LIBRARY_PATH=/tmp",
                                  "NODE_OPTIONS=--require=/tmp/x.js",
                                  "BASH_ENV=/tmp/x"};
  snprintf(large, sizeof(large), "LARGE=%099990d", 0);
  for (int i = 0; i < kMany; ++i) {
    snprintf(names[i], sizeof(names[i]), "MANY_%d=x", i);
    odd[10 + i] = names[i];
  }
  execve(command[0], command, odd);
  return 3;
}

int main(int argc, char** argv) {
  if (argc > 2 && strcmp(argv[1], "launch") == 0) return launch(argv + 2);
  return attack(argc, argv, acts);
}
