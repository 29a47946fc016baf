// What the attackers of names share: questions, written by hand, and what the name server of the
// test (name_server.js) says of them.
#pragma once

#include "peers.h"

#define SERVER "127.0.0.1"

// Writes a question for the address of `name`; answers its size.
static inline size_t ask(char* out, const char* name) {
  static const char head[12] = {0x12, 0x34, 1, 0, 0, 1};
  memcpy(out, head, 12);
  size_t at = 12;
  while (*name != '\0') {
    const size_t label = strcspn(name, ".");
    out[at++] = (char)label;
    memcpy(out + at, name, label);
    at += label;
    name += label + (name[label] == '.');
  }
  memcpy(out + at, "\0\0\1\0\1", 5);
  return at + 5;
}

// The size of the question that the server answers on `fd`, or -1: ETIME when nothing comes.
static inline long answered(int fd) {
  unsigned char text[600];
  struct pollfd ready = {.fd = fd, .events = POLLIN};
  if (poll(&ready, 1, 500) != 1) return errno = ETIME, -1;
  const long size = recv(fd, text, sizeof(text), 0);
  if (size < 0) return -1;
  if (size < 28 || text[7] == 0) return errno = ENODATA, -1;
  uint32_t time_to_live;
  memcpy(&time_to_live, text + size - 10, 4);
  return (long)ntohl(time_to_live);
}
