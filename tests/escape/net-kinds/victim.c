// Sockets of kinds that no rule on addresses could judge: other families and protocols. What the
// kernel does not have cannot be opened bare, either.
#define _GNU_SOURCE
#include "../peers.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
static long kind(int family, int type, int protocol) {
  const int fd = socket(family, type, protocol);
  return fd < 0 ? fd : close(fd);
}
static long try_mptcp(void) { return kind(AF_INET, SOCK_STREAM, IPPROTO_MPTCP); }
static long try_mptcp6(void) { return kind(AF_INET6, SOCK_STREAM, IPPROTO_MPTCP); }
static long try_sctp(void) { return kind(AF_INET, SOCK_STREAM, IPPROTO_SCTP); }
static long try_sctp_seqpacket(void) { return kind(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP); }
static long try_dccp(void) { return kind(AF_INET, SOCK_DCCP, IPPROTO_DCCP); }
static long try_udplite(void) { return kind(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE); }
static long try_raw(void) { return kind(AF_INET, SOCK_RAW, IPPROTO_UDP); }
static long try_raw6(void) { return kind(AF_INET6, SOCK_RAW, IPPROTO_UDP); }
static long try_icmp(void) { return kind(AF_INET, SOCK_DGRAM, IPPROTO_ICMP); }
static long try_packet(void) { return kind(AF_PACKET, SOCK_RAW, 0); }
static long try_vsock(void) { return kind(AF_VSOCK, SOCK_STREAM, 0); }
static long try_alg(void) { return kind(AF_ALG, SOCK_SEQPACKET, 0); }
static long try_bluetooth(void) { return kind(AF_BLUETOOTH, SOCK_RAW, 1); }
static long try_can(void) { return kind(AF_CAN, SOCK_RAW, 1); }
static long try_tipc(void) { return kind(AF_TIPC, SOCK_DGRAM, 0); }
static long try_xdp(void) { return kind(44, SOCK_RAW, 0); }
static long try_smc(void) { return kind(43, SOCK_STREAM, 0); }
// The type's high bits: an int to the kernel, 64 bits to a filter that is not careful.
static long try_high_bits(void) {
  const int fd = (int)syscall(SYS_socket, 0x100000000L | AF_INET, SOCK_RAW, IPPROTO_UDP);
  return fd < 0 ? fd : close(fd);
}

#define ACT(name) \
  { #name, try_##name }
static const struct act acts[] = {ACT(mptcp),     ACT(mptcp6),    ACT(sctp),   ACT(sctp_seqpacket),
                                  ACT(dccp),      ACT(udplite),   ACT(raw),    ACT(raw6),
                                  ACT(icmp),      ACT(packet),    ACT(vsock),  ACT(alg),
                                  ACT(bluetooth), ACT(can),       ACT(tipc),   ACT(xdp),
                                  ACT(smc),       ACT(high_bits), {NULL, NULL}};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return try_all(acts, argv + 1);
}
