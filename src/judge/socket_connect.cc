// connect(2), performed by the supervisor.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstring>
#include <utility>

#include "events/codes.h"
#include "judge/caller_path.h"
#include "judge/socket_performer.h"

namespace nodeward {
namespace {

constexpr int kPatienceForNamesMs = 2000;
constexpr std::uint16_t kDomainPort = 53;
// libc asks it for every name; where it does not run, libc goes on by itself.
constexpr std::string_view kNameCache = "/run/nscd/socket";

Transport TransportOf(const Held& held) {
  return held.facts.type == SOCK_STREAM ? Transport::kTcp : Transport::kUdp;
}

std::string WordFor(const Held& held) {
  return held.facts.type == SOCK_STREAM ? " (TCP)" : " (UDP)";
}

// An abstract name: everything after the first byte, NULs and all.
std::string AbstractName(const CopiedAddress& address) {
  const auto& un = reinterpret_cast<const sockaddr_un&>(address.storage);
  std::string name = "@";
  for (std::size_t i = 1; i + offsetof(sockaddr_un, sun_path) < address.size; ++i) {
    const char byte = un.sun_path[i];
    if (byte == '\0') {
      name += "\\0";
    } else {
      name += byte;
    }
  }
  return name;
}

}  // namespace

FoundSocket FindUnixSocket(const Notified& notified, const CopiedAddress& address) {
  FoundSocket found;
  const auto& un = reinterpret_cast<const sockaddr_un&>(address.storage);
  constexpr std::size_t kStart = offsetof(sockaddr_un, sun_path);
  if (address.size <= kStart || address.size > sizeof(sockaddr_un)) {
    found.error = EINVAL;
    return found;
  }
  if (un.sun_path[0] == '\0') {
    found.real = AbstractName(address);
    return found;
  }
  const std::string path(un.sun_path, strnlen(un.sun_path, address.size - kStart));
  UniqueFd base;
  if (!path.starts_with('/')) {
    const std::string folder = "/proc/" + std::to_string(notified.tid) + "/cwd";
    base.reset(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!base.valid() || !notified.valid()) {
      found.error = EACCES;
      return found;
    }
  }
  found.fd.reset(OpenAsCaller(notified, base.get(), path, 0));
  if (!found.fd.valid()) {
    found.error = errno;
    return found;
  }
  std::array<char, PATH_MAX + 1> real{};
  const std::string link = "/proc/self/fd/" + std::to_string(found.fd.get());
  const ssize_t size = readlink(link.c_str(), real.data(), real.size() - 1);
  found.error = size > 0 ? 0 : EACCES;
  found.real.assign(real.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return found;
}

CopiedAddress AddressOf(const FoundSocket& found, const CopiedAddress& written) {
  if (!found.fd.valid()) return written;
  CopiedAddress address;
  auto& un = reinterpret_cast<sockaddr_un&>(address.storage);
  un.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(found.fd.get());
  std::memcpy(un.sun_path, path.c_str(), path.size() + 1);
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

Ruling SocketJudge::Performer::Connect(const Notified& notified) {
  Held held;
  if (auto ended = Hold(notified, notified.call.args[0], held)) return *ended;
  const auto copied = CopyAddress(notified.memory, notified.call.args[1], notified.call.args[2]);
  if (copied.error != 0) return Ruling::Error(copied.error);
  const CopiedAddress& address = copied.value;
  switch (held.facts.domain) {
    case AF_INET:
    case AF_INET6:
      return ConnectIp(notified, std::move(held), address);
    case AF_UNIX:
      if (address.family() != AF_UNIX) return Finish(held, address);  // AF_UNSPEC, or the error
      return ConnectUnix(notified, std::move(held), address);
    case AF_NETLINK: {
      // Towards the kernel alone, and to no group: what getifaddrs(3) needs.
      const auto& peer = reinterpret_cast<const sockaddr_nl&>(address.storage);
      if (address.size >= sizeof(peer) && (peer.nl_pid != 0 || peer.nl_groups != 0)) {
        return Ruling::Error(EPERM);
      }
      return Finish(held, address);
    }
    default:
      return Ruling::Error(EACCES);
  }
}

bool SocketJudge::Performer::IsServer(const Endpoint& to) const {
  return std::ranges::count(options_.servers, ToText(to.address)) > 0;
}

Ruling SocketJudge::Performer::ConnectIp(const Notified& notified, Held held,
                                         CopiedAddress address) {
  if (address.family() == AF_UNSPEC) {  // dissolves an association
    questions_.Erase(held.facts.inode);
    return Finish(held, address);
  }
  const auto to = EndpointOf(address.storage, address.size);
  if (!to) return Ruling::Error(address.size < sizeof(sockaddr_in) ? EINVAL : EAFNOSUPPORT);
  // 0.0.0.0 means this machine: it is judged as, and becomes, the loopback address.
  if (ConnectedTo(to->address) != to->address) {
    address = AddressFor({ConnectedTo(to->address), to->port}, held.facts.domain);
  }
  const bool question = to->port == kDomainPort && !options_.policy.dns_open();
  if (question && IsServer(*to)) return ConnectServer(notified, std::move(held), *to);
  const Verdict verdict = options_.policy.Connect(*to, TransportOf(held), names_);
  if (verdict.allowed) {
    if (question) return ConnectServer(notified, std::move(held), *to);
    if (held.blocking && held.facts.type == SOCK_STREAM) {
      return ConnectLater(notified, std::move(held), address);
    }
    return Finish(held, address);
  }
  // getaddrinfo(3) connects datagram sockets to see which way would be taken, and sends nothing.
  if (to->port == 0 && held.facts.type == SOCK_DGRAM) return Ruling::Error(EACCES);
  // No name holds the address yet: a fresh answer may. A name server is not waited for: what is
  // sent to one has to be looked at, and that is arranged here alone.
  if (names_.Refresh() && !question) return AskAndConnect(notified, std::move(held), address);
  return Refuse(codes::kConnectRefused, EACCES, "to connect to " + ToText(*to) + WordFor(held),
                ToText(*to), verdict);
}

Ruling SocketJudge::Performer::Finish(const Held& held, const CopiedAddress& address) {
  questions_.Erase(held.facts.inode);
  if (connect(held.fd.get(), address.get(), address.size) == 0) {
    if (held.facts.type == SOCK_STREAM) source_->Drop(held.facts.inode);
    return Ruling::Value(0);
  }
  if (errno == EINPROGRESS && held.facts.type == SOCK_STREAM) {
    source_->Drop(held.facts.inode);
    return Ruling::Error(EINPROGRESS);
  }
  return Ruling::Error(errno);
}

Ruling SocketJudge::Performer::ConnectLater(const Notified& notified, Held held,
                                            const CopiedAddress& address) {
  auto answer = notified.later();
  source_->Drop(held.facts.inode);
  questions_.Erase(held.facts.inode);
  const auto shared = std::make_shared<Held>(std::move(held));
  const bool taken = workers_.Run(
      [shared, address, answer] {
        const bool done = connect(shared->fd.get(), address.get(), address.size) == 0;
        answer(done ? Ruling::Value(0) : Ruling::Error(errno));
      },
      notified.wanted);
  return taken ? Ruling::Later() : Ruling::Error(EAGAIN);
}

Ruling SocketJudge::Performer::AskAndConnect(const Notified& notified, Held held,
                                             const CopiedAddress& address) {
  auto answer = notified.later();
  const auto shared = std::make_shared<Held>(std::move(held));
  const bool taken = workers_.Run(
      [this, shared, address, answer] {
        names_.Settle(kPatienceForNamesMs);
        const auto to = EndpointOf(address.storage, address.size);
        const Verdict verdict = options_.policy.Connect(*to, TransportOf(*shared), names_);
        if (!verdict.allowed) {
          return answer(Refuse(codes::kConnectRefused, EACCES,
                               "to connect to " + ToText(*to) + WordFor(*shared), ToText(*to),
                               verdict));
        }
        const bool done = connect(shared->fd.get(), address.get(), address.size) == 0;
        answer(done ? Ruling::Value(0) : Ruling::Error(errno));
      },
      notified.wanted);
  return taken ? Ruling::Later() : Ruling::Error(EAGAIN);
}

Ruling SocketJudge::Performer::ConnectUnix(const Notified& notified, Held held,
                                           const CopiedAddress& address) {
  FoundSocket found = FindUnixSocket(notified, address);
  if (found.error != 0) return Ruling::Error(found.error);
  const Verdict verdict = options_.policy.ConnectUnix(found.real);
  if (!verdict.allowed) {
    if (found.real == kNameCache) return Ruling::Error(ENOENT);
    return Refuse(codes::kUnixRefused, EACCES, "to connect to the UNIX socket " + found.real,
                  found.real, verdict);
  }
  // Waits where the server's queue is full: not in the notify thread, whatever the flags say now.
  auto answer = notified.later();
  // A copy that stayed open would keep the peer from seeing the end.
  if (held.facts.type != SOCK_DGRAM) source_->Drop(held.facts.inode);
  const CopiedAddress target = AddressOf(found, address);
  const auto way = std::make_shared<UniqueFd>(std::move(found.fd));  // `target` leads through it
  const auto shared = std::make_shared<Held>(std::move(held));
  const bool taken = workers_.Run(
      [ids = Ids(), way, shared, target, answer] {
        if (StandAs(ids) != 0) return answer(Ruling::Error(EACCES));
        const bool done = connect(shared->fd.get(), target.get(), target.size) == 0;
        answer(done ? Ruling::Value(0) : Ruling::Error(errno));
      },
      notified.wanted);
  return taken ? Ruling::Later() : Ruling::Error(EAGAIN);
}

}  // namespace nodeward
