// Names that only look listed: below a listed one, before it, with its letters in a label of their
// own.
#define _GNU_SOURCE
#include "../names.h"

static long named(const char* name) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const struct at to = at4(SERVER, 53);
  char text[512];
  const size_t size = ask(text, name);
  if (sendto(fd, text, size, 0, &to.any, to.size) < 0) return closed_after(fd, -1);
  return closed_after(fd, answered(fd));
}
static long try_below(void) { return named("secret.db.example.com"); }
static long try_before(void) { return named("evildb.example.com"); }
static long try_after(void) { return named("db.example.com.evil.example"); }
static long try_parent(void) { return named("example.com"); }
static long try_long_label(void) {
  return named("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.db.example.com");
}
static long try_text(void) { return named("txt.db-example.com"); }
static long try_reverse(void) { return named("3.2.1.93.in-addr.arpa"); }
// A label that holds a dot, and one that holds a NUL: one name to a suffix check, another to a
// server.
static long raw(const char* name, size_t length) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const struct at to = at4(SERVER, 53);
  char text[512];
  ask(text, "");
  memcpy(text + 12, name, length);
  memcpy(text + 12 + length, "\0\0\1\0\1", 5);
  if (sendto(fd, text, 17 + length, 0, &to.any, to.size) < 0) return closed_after(fd, -1);
  return closed_after(fd, answered(fd));
}
static long try_dot(void) { return raw("\16db.example.com", 15); }
static long try_nul(void) { return raw("\7evil\0db\7example\3com", 20); }
static long try_high(void) { return raw("\5\xffsecr\7example\3com", 18); }

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(below),      ACT(before), ACT(after),   ACT(parent),
                                  ACT(long_label), ACT(text),   ACT(reverse), ACT(dot),
                                  ACT(nul),        ACT(high),   {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return try_all(acts, argv + 1);
}
