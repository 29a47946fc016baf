// Names itself and paths with every byte that could hurt a log's reader, and makes a refused call
// with each path. Prints how many paths there were.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

static const char* const paths[] = {
    "/tmp/new\nline",
    "/tmp/{\"time\":\"x\",\"event\":\"exit\"}",
    "\n{\"time\":\"2026-01-01T00:00:00Z\",\"severity\":\"INFO\",\"event\":\"exit\",\"seq\":1}\n",
    "/tmp/\033[31mred\033]0;title\007",
    "/tmp/carriage\rreturn\b\b\b",
    "/tmp/invalid\xff\xfe\x80utf8",
    "/tmp/overlong\xc0\xaf\xed\xa0\x80surrogate",
    "/tmp/quote\"back\\slash'",
    "/tmp/c1\xc2\x9b"
    "31m",
    "/tmp/bidi\xe2\x80\xae"
    "drow",
    "/tmp/separator\xe2\x80\xa8line",
    "/tmp/del\x7f",
};

static const char* const names[] = {"a\nb\"}{",         "\033[2J", "\xff\xfe\"\\",
                                    "\r\t\x01\x1f\x7f", " ",       ") R 1 ("};

int main(void) {
  int calls = 0;
  for (unsigned name = 0; name < sizeof(names) / sizeof(names[0]); ++name) {
    prctl(PR_SET_NAME, names[name], 0, 0, 0);
    for (unsigned path = 0; path < sizeof(paths) / sizeof(paths[0]); ++path) {
      calls += chroot(paths[path]) == -1;
    }
  }
  printf("%d\n", calls);
  return 0;
}
