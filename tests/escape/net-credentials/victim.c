// Whom a server on a UNIX socket takes the sender for: what the supervisor sends for the
// application must not carry the supervisor's ids.
#include "../peers.h"

static long sent_as(int type, int how) {
  int pair[2];
  if (socketpair(AF_UNIX, type, 0, pair) != 0) return -1;
  const int on = 1;
  setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
  struct iovec part = {"data", 4};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  char forged[CMSG_SPACE(sizeof(struct ucred))] = {0};
  if (how == 1) {
    message.msg_control = forged;
    message.msg_controllen = sizeof(forged);
    struct cmsghdr* entry = CMSG_FIRSTHDR(&message);
    entry->cmsg_level = SOL_SOCKET;
    entry->cmsg_type = SCM_CREDENTIALS;
    entry->cmsg_len = CMSG_LEN(sizeof(struct ucred));
    const struct ucred other = {.pid = getpid(), .uid = 54321, .gid = 54321};
    memcpy(CMSG_DATA(entry), &other, sizeof(other));
  }
  if (sendmsg(pair[0], &message, 0) < 0) return -1;
  char room[256];
  struct msghdr got = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
  char taken[8];
  part.iov_base = taken;
  if (recvmsg(pair[1], &got, MSG_DONTWAIT) < 0) return -1;
  struct ucred sender = {.uid = 77777};
  for (struct cmsghdr* entry = CMSG_FIRSTHDR(&got); entry; entry = CMSG_NXTHDR(&got, entry)) {
    if (entry->cmsg_type == SCM_CREDENTIALS) memcpy(&sender, CMSG_DATA(entry), sizeof(sender));
  }
  close(pair[0]);
  close(pair[1]);
  if (sender.uid == getuid() && sender.gid == getgid()) return errno = EPERM, -1;
  return 0;
}

static long try_stream(void) { return sent_as(SOCK_STREAM, 0); }
static long try_dgram(void) { return sent_as(SOCK_DGRAM, 0); }
static long try_seqpacket(void) { return sent_as(SOCK_SEQPACKET, 0); }
static long try_forged(void) { return sent_as(SOCK_DGRAM, 1); }
#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {
    ACT(stream), ACT(dgram), ACT(seqpacket), ACT(forged), {NULL, NULL}};
int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return try_all(acts, argv + 1);
}
