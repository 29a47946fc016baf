// Pushes keys into its terminal, as another program's input: prints how each way ended and, last,
// what could then be read.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TIOCSTI 0x5412UL
#define TIOCLINUX 0x541CUL

static void report(const char* name, long status) {
  printf("%s %s\n", name, status >= 0 ? "ok" : strerrorname_np(errno));
}

// The kernel takes the request as an int; a filter that compares 64 bits would let the others
// through.
static long push(unsigned long request) {
  const char* keys = "id\n";
  for (const char* key = keys; *key != '\0'; ++key) {
    if (syscall(SYS_ioctl, 0UL, request, key) != 0) return -1;
  }
  return 0;
}

int main(void) {
  report("plain", push(TIOCSTI));
  report("bit32", push(TIOCSTI | 1UL << 32));
  report("bit63", push(TIOCSTI | 1UL << 63));
  char paste = 3;  // TIOCL_PASTESEL
  report("linux", syscall(SYS_ioctl, 0UL, TIOCLINUX, &paste));
  // Keys pass the terminal's line discipline first: what arrives within half a second has arrived.
  struct pollfd terminal = {0, POLLIN, 0};
  char text[64] = "";
  // An end of input may come first: whoever made the terminal has closed its own.
  long size = 0;
  for (int i = 0; i < 8 && size == 0 && poll(&terminal, 1, 500) > 0; ++i) {
    size = read(0, text, sizeof(text) - 1);
  }
  printf("arrived %ld\n", size < 0 ? 0 : size);
  return 0;
}
