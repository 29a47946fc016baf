// What the attackers of the network share: peers on the loopback, in the attacker itself. One may
// be reached (127.0.0.1), one may not (127.0.0.2); an attempt counts by what arrives, not by what a
// call answers.
#pragma once

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../victims/attempt.h"

#define ALLOWED "127.0.0.1"
#define FORBIDDEN "127.0.0.2"

// Any address of either family, with its size.
struct at {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un un;
    struct sockaddr_storage room;
  };
  socklen_t size;
};

static inline struct at at4(const char* address, int port) {
  struct at at = {.size = sizeof(at.v4)};
  at.v4.sin_family = AF_INET;
  at.v4.sin_port = htons((uint16_t)port);
  inet_pton(AF_INET, address, &at.v4.sin_addr);
  return at;
}
static inline struct at at6(const char* address, int port) {
  struct at at = {.size = sizeof(at.v6)};
  at.v6.sin6_family = AF_INET6;
  at.v6.sin6_port = htons((uint16_t)port);
  inet_pton(AF_INET6, address, &at.v6.sin6_addr);
  return at;
}
static inline struct at at_path(const char* path) {
  struct at at = {.size = sizeof(at.un)};
  at.un.sun_family = AF_UNIX;
  snprintf(at.un.sun_path, sizeof(at.un.sun_path), "%s", path);
  return at;
}

static inline int port_of(int fd) {
  struct at at = {.size = sizeof(at.room)};
  if (getsockname(fd, &at.any, &at.size) != 0) return -1;
  return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}

static inline int give_up(const char* what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(3);
}

// A socket that listens, or takes datagrams, where `at` says. Never blocks.
static inline int serve(struct at at, int type) {
  const int fd = socket(at.any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) give_up("a peer's socket");
  if (bind(fd, &at.any, at.size) != 0) give_up("a peer's bind");
  if (type == SOCK_STREAM && listen(fd, 64) != 0) give_up("a peer's listen");
  return fd;
}

// A port at which both addresses have a peer: the kernel chooses it for one, the other follows.
struct peers {
  int allowed, forbidden, port;
};
static inline struct peers two_peers(int type) {
  for (int tries = 0; tries < 50; ++tries) {
    struct peers peers = {.allowed = serve(at4(ALLOWED, 0), type)};
    peers.port = port_of(peers.allowed);
    const struct at at = at4(FORBIDDEN, peers.port);
    peers.forbidden = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(peers.forbidden, &at.any, at.size) == 0 &&
        (type != SOCK_STREAM || listen(peers.forbidden, 64) == 0)) {
      return peers;
    }
    close(peers.allowed);
    close(peers.forbidden);
  }
  give_up("two peers");
  return (struct peers){0};
}

// Whether something came to a peer: 1, or 0 after a moment. Takes all of it.
static inline int came(int peer, int type) {
  struct pollfd ready = {.fd = peer, .events = POLLIN};
  int found = 0;
  while (poll(&ready, 1, found ? 0 : 100) == 1) {
    char byte[64];
    const int got = type == SOCK_STREAM ? accept4(peer, NULL, NULL, SOCK_CLOEXEC) : -1;
    if (got >= 0) close(got);
    if (type != SOCK_STREAM) {
      if (recv(peer, byte, sizeof(byte), MSG_DONTWAIT) < 0) break;
    } else if (got < 0) {
      break;
    }
    found = 1;
  }
  return found;
}

// What an act answers: it succeeded when the peer was reached, whatever the call said.
static inline long reached(int peer, int type, long status) {
  const int error = status < 0 ? errno : ENOMSG;
  if (came(peer, type)) return 0;
  errno = error;
  return -1;
}

static inline long connect_to(int fd, struct at at) { return connect(fd, &at.any, at.size); }
static inline long send_to(int fd, struct at at) {
  return sendto(fd, "data", 4, MSG_NOSIGNAL, &at.any, at.size);
}
static inline long message_to(int fd, struct at* at, int flags) {
  struct iovec part = {"data", 4};
  struct msghdr message = {.msg_name = at != NULL ? &at->any : NULL,
                           .msg_namelen = at != NULL ? at->size : 0,
                           .msg_iov = &part,
                           .msg_iovlen = 1};
  return sendmsg(fd, &message, flags | MSG_NOSIGNAL);
}
static inline long closed_after(int fd, long status) {
  const int error = errno;
  close(fd);
  errno = error;
  return status;
}
