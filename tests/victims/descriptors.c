// Prints the descriptors below 4096 that are open, and what a folder among them would give away.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>

int main(void) {
  char text[8192];
  int length = 0;
  for (int fd = 0; fd < 4096 && length < 8000; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) length += sprintf(text + length, "%d ", fd);
  }
  // stdout may be closed on purpose: then stderr tells.
  fprintf(fcntl(1, F_GETFD) >= 0 ? stdout : stderr, "descriptors %s\n", text);
  return 0;
}
