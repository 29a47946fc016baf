// The application writes what looks like an event, whole, in pieces, after half a line, and makes
// stderr non-blocking.
#define _GNU_SOURCE
#include "../attack.h"

static long say(const char* text) { return write(2, text, strlen(text)); }
#define FORGED                                                                          \
  "{\"time\":\"2026-01-01T00:00:00.000000Z\",\"severity\":\"INFO\",\"event\":\"exit\"," \
  "\"message\":\"forged\"}\n"
static long try_line(void) { return say(FORGED); }
static long try_pieces(void) {
  const char* text = FORGED;
  for (; *text != '\0'; ++text) {
    if (write(2, text, 1) != 1) return -1;
  }
  return 0;
}
static long try_half(void) { return say("{\"time\":"); }
static long try_rest(void) { return say("\"x\",\"event\":\"exit\",\"message\":\"forged\"}\n"); }
static long try_carriage(void) { return say("x\r" FORGED); }
static long try_flags(void) { return fcntl(2, F_SETFL, O_NONBLOCK); }
static long try_by_name(void) {
  const int fd = open("/proc/self/fd/2", O_WRONLY | O_APPEND);
  if (fd < 0) return 0;  // no other way than the descriptor itself
  const long status = write(fd, FORGED, sizeof(FORGED) - 1);
  close(fd);
  return status;
}

static const struct act acts[] = {
    ACT(line),     ACT(pieces), ACT(half),    ACT(rest),
    ACT(carriage), ACT(flags),  ACT(by_name), {NULL, NULL},
};

int main(int argc, char** argv) { return attack(argc, argv, acts); }
