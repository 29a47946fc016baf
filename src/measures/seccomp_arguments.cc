#include "measures/seccomp_arguments.h"

#include <asm/termbits.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <array>

namespace nodeward {
namespace {

constexpr std::uint64_t kInt = 0xffffffff;
constexpr unsigned long kFionread =
    0x541b;  // asm-generic/ioctls.h; sys/ioctl.h and termbits.h clash
constexpr unsigned long kFionbio = 0x5421;
constexpr unsigned long kFionclex = 0x5450;
constexpr unsigned long kFioclex = 0x5451;
constexpr unsigned long kTcgets = 0x5401;
constexpr unsigned long kTcsets = 0x5402;
constexpr unsigned long kTcsetsw = 0x5403;
constexpr unsigned long kTcsetsf = 0x5404;
constexpr unsigned long kTiocgpgrp = 0x540f;
constexpr unsigned long kTiocoutq = 0x5411;
constexpr unsigned long kTiocgwinsz = 0x5413;
constexpr unsigned long kTiocgptn = 0x80045430;  // libuv asks it of each terminal: master or slave?
constexpr int kSetVma = 0x53564d41;              // PR_SET_VMA: malloc and V8 name their mappings

// Flags beside a socket's type; everything else of the argument must be the type itself.
constexpr std::uint64_t kTypeMask =
    kInt & ~static_cast<std::uint64_t>(SOCK_NONBLOCK | SOCK_CLOEXEC);

// clone(2): threads and plain children. No namespace (CLONE_NEW*), no CLONE_PARENT (it would take
// the keeper's place as the parent), no CLONE_PTRACE or CLONE_UNTRACED.
constexpr std::uint64_t kCloneFlags = CSIGNAL | CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
                                      CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
                                      CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID |
                                      CLONE_CHILD_SETTID | CLONE_VFORK | CLONE_DETACHED;

// F_SETOWN, F_SETOWN_EX and F_SETSIG are left out: with O_ASYNC they end a supervisor of the same
// user.
constexpr std::array kFcntlCommands = {
    F_DUPFD,         F_GETFD,      F_SETFD,      F_GETFL,     F_GETLK,
    F_SETLK,         F_SETLKW,     F_OFD_GETLK,  F_OFD_SETLK, F_OFD_SETLKW,
    F_DUPFD_CLOEXEC, F_SETPIPE_SZ, F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS,
};

// TIOCSTI and TIOCLINUX push keys into the terminal; FIOASYNC, FIOSETOWN and SIOCSPGRP aim signals.
constexpr std::array<unsigned long, 20> kIoctlRequests = {
    kTcgets,     kTcsets,      kTcsetsw,     kTcsetsf,    kTiocgpgrp,    kTiocoutq,   kTiocgwinsz,
    kTiocgptn,   kFionread,    kFionbio,     kFionclex,   kFioclex,      FICLONE,     FICLONERANGE,
    SIOCGIFNAME, SIOCGIFINDEX, SIOCGIFFLAGS, SIOCGIFADDR, SIOCGIFHWADDR, SIOCGIFCONF,
};

// PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_PDEATHSIG, PR_SET_PTRACER and the rest are refused.
constexpr std::array kPrctlOptions = {
    PR_SET_NAME,         PR_GET_NAME,         kSetVma,           PR_GET_DUMPABLE,
    PR_GET_PDEATHSIG,    PR_GET_SECCOMP,      PR_GET_SECUREBITS, PR_CAPBSET_READ,
    PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS, PR_GET_TIMERSLACK, PR_SET_TIMERSLACK,
    PR_SET_THP_DISABLE,  PR_GET_THP_DISABLE,
};

std::vector<ArgumentRule> SocketRules() {
  std::vector<ArgumentRule> rules;
  for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}) {
    const auto value = static_cast<std::uint64_t>(type);
    rules.push_back({"socket", {{0, kInt, AF_UNIX}, {1, kTypeMask, value}}});
    rules.push_back({"socketpair", {{0, kInt, AF_UNIX}, {1, kTypeMask, value}}});
  }
  for (const int type : {SOCK_RAW, SOCK_DGRAM}) {  // what getifaddrs(3) and res_init open
    const auto value = static_cast<std::uint64_t>(type);
    rules.push_back(
        {"socket", {{0, kInt, AF_NETLINK}, {1, kTypeMask, value}, {2, kInt, NETLINK_ROUTE}}});
  }
  const auto inet = [&](int family, int type, int protocol) {
    rules.push_back({"socket",
                     {{0, kInt, static_cast<std::uint64_t>(family)},
                      {1, kTypeMask, static_cast<std::uint64_t>(type)},
                      {2, kInt, static_cast<std::uint64_t>(protocol)}}});
  };
  for (const int family : {AF_INET, AF_INET6}) {
    for (const int protocol : {0, int{IPPROTO_TCP}}) inet(family, SOCK_STREAM, protocol);
    for (const int protocol : {0, int{IPPROTO_UDP}}) inet(family, SOCK_DGRAM, protocol);
  }
  return rules;
}

// IP_OPTIONS, IPV6_RTHDR and their like are left out: they route a packet past the address that was
// judged. So are multicast's source filters and what wants a capability anyway.
constexpr std::array kIpOptions = {
    IP_TOS,
    IP_TTL,
    IP_PKTINFO,
    IP_RECVERR,
    IP_MTU_DISCOVER,
    IP_MULTICAST_IF,
    IP_MULTICAST_TTL,
    IP_MULTICAST_LOOP,
    IP_ADD_MEMBERSHIP,
    IP_RECVTOS,
    IP_DROP_MEMBERSHIP,
    IP_BIND_ADDRESS_NO_PORT,
    IP_RECVTTL,
    IP_FREEBIND,
    IP_ADD_SOURCE_MEMBERSHIP,
    IP_DROP_SOURCE_MEMBERSHIP,
    IP_MULTICAST_ALL,
};
constexpr std::array kIpv6Options = {
    IPV6_V6ONLY,
    IPV6_UNICAST_HOPS,
    IPV6_MULTICAST_IF,
    IPV6_MULTICAST_HOPS,
    IPV6_RECVERR,
    IPV6_MULTICAST_LOOP,
    IPV6_ADD_MEMBERSHIP,
    IPV6_DROP_MEMBERSHIP,
    IPV6_MTU_DISCOVER,
    IPV6_RECVPKTINFO,
    IPV6_TCLASS,
    IPV6_RECVTCLASS,
    IPV6_RECVHOPLIMIT,
    IPV6_DONTFRAG,
    IPV6_ADDR_PREFERENCES,
    MCAST_JOIN_SOURCE_GROUP,
    MCAST_LEAVE_SOURCE_GROUP,
};

// UDP_CORK is left out: what is written on a socket that holds a question back would be added to
// it.
constexpr std::array kUdpOptions = {UDP_SEGMENT, UDP_GRO};

void AppendSocketOptions(std::vector<ArgumentRule>& rules) {
  for (const int level : {SOL_SOCKET, int{IPPROTO_TCP}}) {
    rules.push_back({"setsockopt", {{1, kInt, static_cast<std::uint64_t>(level)}}});
  }
  const auto option = [&](int level, int name) {
    rules.push_back({"setsockopt",
                     {{1, kInt, static_cast<std::uint64_t>(level)},
                      {2, kInt, static_cast<std::uint64_t>(name)}}});
  };
  for (const int name : kIpOptions) option(IPPROTO_IP, name);
  for (const int name : kIpv6Options) option(IPPROTO_IPV6, name);
  for (const int name : kUdpOptions) option(IPPROTO_UDP, name);
  option(SOL_NETLINK, NETLINK_EXT_ACK);
}

template <class List>
void Append(std::vector<ArgumentRule>& rules, std::string_view call, unsigned index,
            const List& values) {
  for (const auto value : values) {
    rules.push_back({call, {{index, kInt, static_cast<std::uint64_t>(value)}}});
  }
}

}  // namespace

std::vector<ArgumentRule> ArgumentRules(bool children) {
  std::vector<ArgumentRule> rules = SocketRules();
  const std::uint64_t thread = children ? 0 : CLONE_THREAD;
  rules.push_back({"clone", {{0, (kInt & ~kCloneFlags) | thread, thread}}});
  rules.push_back({"prlimit64", {{0, kInt, 0}}});  // a pid would be somebody else's limits
  rules.push_back({"fcntl", {{1, kInt, F_SETFL}, {2, O_ASYNC, 0}}});
  // os.setPriority() and pthread_setaffinity_np() on the caller itself.
  for (const std::string_view call :
       {"sched_setaffinity", "sched_setparam", "sched_setscheduler", "sched_setattr"}) {
    rules.push_back({call, {{0, kInt, 0}}});
  }
  rules.push_back({"setpriority", {{0, kInt, 0 /* PRIO_PROCESS */}, {1, kInt, 0}}});
  rules.push_back({"ioprio_set", {{0, kInt, 1 /* IOPRIO_WHO_PROCESS */}, {1, kInt, 0}}});
  Append(rules, "fcntl", 1, kFcntlCommands);
  Append(rules, "ioctl", 1, kIoctlRequests);
  Append(rules, "prctl", 0, kPrctlOptions);
  AppendSocketOptions(rules);
  return rules;
}

}  // namespace nodeward
