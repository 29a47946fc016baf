// bubblewrap CVE-2017-5226, CVE-2019-10063, CVE-2023-28100: keys are pushed into the terminal, with
// every bit above the request.
#define _GNU_SOURCE
#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <termios.h>
#include "../attack.h"

#ifndef TIOCLINUX
#define TIOCLINUX 0x541C
#endif

// How many of the 32 variants with one more bit, and of all bits, the kernel or the filter let
// through.
static long variants(unsigned long request, const void* argument) {
  int passed = 0;
  for (int bit = 31; bit < 64; ++bit) {
    const unsigned long more = bit == 31 ? ~0UL << 32 : 1UL << bit;
    if (syscall(SYS_ioctl, 0, request | more, argument) == 0) ++passed;
  }
  return passed > 0 ? 0 : -1;
}
static long try_plain(void) { return syscall(SYS_ioctl, 0, TIOCSTI, "\n"); }
static long try_wide(void) { return variants(TIOCSTI, "\n"); }
static long try_by_name(void) {
  const int fd = open("/dev/tty", O_RDWR);
  if (fd < 0) return -1;
  const long status = ioctl(fd, TIOCSTI, "\n");
  close(fd);
  return status;
}
static long try_selection(void) {
  char paste = 3;
  const long status = variants(TIOCLINUX, &paste);
  return status < 0 && errno == ENOTTY ? 0 : status;  // a terminal that is no console
}
static long try_arrived(void) {
  struct pollfd terminal = {0, POLLIN, 0};
  char keys[64];  // an end of input is readable too, and is no key
  if (poll(&terminal, 1, 200) > 0 && read(0, keys, sizeof(keys)) > 0) return 0;
  errno = EAGAIN;
  return -1;
}

static const struct act acts[] = {
    ACT(plain), ACT(wide), ACT(by_name), ACT(selection), ACT(arrived), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
