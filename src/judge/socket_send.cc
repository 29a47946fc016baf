// sendto(2), sendmsg(2) and sendmmsg(2), performed by the supervisor.
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "events/codes.h"
#include "judge/control_entries.h"
#include "judge/dns_message.h"
#include "judge/socket_performer.h"

namespace nodeward {
namespace {

constexpr std::uint16_t kDomainPort = 53;
// What may be asked for beside the data: source address, type of service, hop limit, segmentation.
// IP options, which can route a packet elsewhere, are not among them.
bool IsHarmless(const cmsghdr& entry) {
  if (entry.cmsg_level == IPPROTO_IP) {
    return entry.cmsg_type == IP_PKTINFO || entry.cmsg_type == IP_TOS || entry.cmsg_type == IP_TTL;
  }
  if (entry.cmsg_level == IPPROTO_IPV6) {
    return entry.cmsg_type == IPV6_PKTINFO || entry.cmsg_type == IPV6_TCLASS ||
           entry.cmsg_type == IPV6_HOPLIMIT;
  }
  return entry.cmsg_level == SOL_UDP && entry.cmsg_type == UDP_SEGMENT;
}

msghdr Header(const CopiedMessage& message, iovec& part, const CopiedAddress* name) {
  msghdr header = {};
  // sendmsg(2) takes pointers to what it only reads.
  part = {const_cast<char*>(message.payload.data()), message.payload.size()};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (name != nullptr) {
    header.msg_name = const_cast<sockaddr_storage*>(&name->storage);
    header.msg_namelen = name->size;
  }
  if (!message.control.empty()) {
    header.msg_control = const_cast<char*>(message.control.data());
    header.msg_controllen = message.control.size();
  }
  return header;
}

// Never waits: the notify thread has others to answer.
int FlagsFor(int flags) { return (flags & ~MSG_FASTOPEN) | MSG_NOSIGNAL | MSG_DONTWAIT; }

// Whoever takes the ids of the sender sees the thread's effective ones, which are the
// application's; without this it would be the real ones (unix(7)).
void PrependSender(std::vector<char>& control) {
  std::vector<char> entry(CMSG_SPACE(sizeof(ucred)));
  cmsghdr header = {};
  header.cmsg_level = SOL_SOCKET;
  header.cmsg_type = SCM_CREDENTIALS;
  header.cmsg_len = CMSG_LEN(sizeof(ucred));
  const ucred sender = {getpid(), geteuid(), getegid()};
  std::memcpy(entry.data(), &header, sizeof(header));
  std::memcpy(entry.data() + CMSG_LEN(0), &sender, sizeof(sender));
  control.insert(control.begin(), entry.begin(), entry.end());
}

Ruling SendCopy(int fd, const CopiedMessage& message, const CopiedAddress* name, int flags) {
  iovec part;
  const msghdr header = Header(message, part, name);
  const ssize_t sent = sendmsg(fd, &header, flags);
  return sent >= 0 ? Ruling::Value(sent) : Ruling::Error(errno);
}

}  // namespace

Ruling SocketJudge::Performer::SendTo(const Notified& notified) {
  const auto& arguments = notified.call.args;
  Held held;
  if (arguments[4] == 0) {
    // To the peer that was judged at connect. Only a question has no peer.
    if (auto ended = Hold(notified, arguments[0], held)) return Ruling::Continue();
    const Endpoint* server = questions_.Find(held.facts.inode);
    if (server == nullptr) return Ruling::Continue();
  } else if (auto ended = Hold(notified, arguments[0], held)) {
    return *ended;
  }
  CopiedMessage message;
  auto payload = CopyBytes(notified.memory, arguments[1], arguments[2]);
  if (payload.error != 0) return Ruling::Error(payload.error);
  message.payload = std::move(payload.value);
  message.whole = message.payload.size() == arguments[2];
  if (arguments[4] != 0) {
    auto name = CopyAddress(notified.memory, arguments[4], arguments[5]);
    if (name.error != 0) return Ruling::Error(name.error);
    message.name = name.value;
    message.addressed = message.name.size > 0;
  }
  return Send(notified, held, message, static_cast<int>(arguments[3]));
}

Ruling SocketJudge::Performer::SendMessage(const Notified& notified) {
  Held held;
  if (auto ended = Hold(notified, notified.call.args[0], held)) {
    return ended->error == EACCES ? Unfetched(EACCES) : *ended;
  }
  auto message = CopyMessage(notified.memory, notified.call.args[1]);
  if (message.error != 0) return Ruling::Error(message.error);
  return Send(notified, held, message.value, static_cast<int>(notified.call.args[2]));
}

// What goes between processes, where sockets cannot be fetched: a message with a socket in it, or
// one on a socket that came so.
Ruling SocketJudge::Performer::Unfetched(int error) const {
  if (options_.makes && options_.handles) return Ruling::Continue();
  if (!options_.makes) return Ruling::Error(error);
  return Refuse(codes::kSendRefused, error, "to pass a socket between processes", "a socket",
                Verdict{false, "", "sockets cannot be fetched here (no CAP_SYS_PTRACE)",
                        "[network] handles = true"});
}

Ruling SocketJudge::Performer::SendMany(const Notified& notified) {
  constexpr std::size_t kEntry = 64;  // struct mmsghdr: a msghdr, and the length sent
  constexpr std::size_t kLength = 56;
  Held held;
  if (auto ended = Hold(notified, notified.call.args[0], held)) return *ended;
  const auto count = std::min<std::uint64_t>(notified.call.args[2] & 0xffffffff, kMostMessages);
  // How many were sent is told at the end: none of them can be left for later.
  const int flags = static_cast<int>(notified.call.args[3]) | MSG_DONTWAIT;
  std::int64_t sent = 0;
  Ruling last = Ruling::Value(0);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t place = notified.call.args[1] + i * kEntry;
    auto message = CopyMessage(notified.memory, place);
    last = message.error != 0 ? Ruling::Error(message.error)
                              : Send(notified, held, message.value, flags);
    if (last.answer != Ruling::Answer::kValue) break;
    const auto length = static_cast<std::uint32_t>(last.value);
    if (!notified.memory.Write(place + kLength, &length, sizeof(length))) {
      last = Ruling::Error(EFAULT);
      break;
    }
    ++sent;
  }
  if (sent == 0) return last;
  Ruling ruling = Ruling::Value(sent);
  ruling.refusal = std::move(last.refusal);
  return ruling;
}

// One performance of a send, for now or for later.
struct SocketJudge::Performer::Sending {
  SharedFd fd;
  CopiedMessage message;
  std::optional<CopiedAddress> name;
  std::vector<SharedFd> handles;  // in the message
  UniqueFd way;                   // that `name` leads through
  bool as_application = false;    // by its ids
};

// At once; or, where the socket is one that waits and has no room, in a thread that may.
Ruling SocketJudge::Performer::Perform(const Notified& notified, const Held& held, Sending sending,
                                       int flags) {
  const auto send = [](Sending& what, int how) {
    if (what.as_application) PrependSender(what.message.control);
    return SendCopy(what.fd.get(), what.message, what.name ? &*what.name : nullptr, how);
  };
  sending.fd = held.fd;
  const auto shared = std::make_shared<Sending>(std::move(sending));
  const std::vector<char> control = shared->message.control;
  Ruling ruling = Ruling::Error(EACCES);
  if (!shared->as_application) {
    ruling = send(*shared, FlagsFor(flags));
  } else if (const int failed =
                 RunStanding(Ids(), [&] { ruling = send(*shared, FlagsFor(flags)); })) {
    return Ruling::Error(failed);
  }
  const bool full = ruling.answer == Ruling::Answer::kError && ruling.error == EAGAIN;
  if (!full || !held.blocking || (flags & MSG_DONTWAIT) != 0) return ruling;
  shared->message.control = control;
  auto answer = notified.later();
  const bool taken = workers_.Run(
      [ids = Ids(), shared, answer, send, how = FlagsFor(flags) & ~MSG_DONTWAIT] {
        if (shared->as_application && StandAs(ids) != 0) return answer(Ruling::Error(EACCES));
        answer(send(*shared, how));
      },
      notified.wanted);
  return taken ? Ruling::Later() : ruling;
}

Ruling SocketJudge::Performer::Send(const Notified& notified, const Held& held,
                                    const CopiedMessage& message, int flags) {
  // The pages would be the supervisor's, and sent as they are when there is room for them.
  if ((flags & MSG_ZEROCOPY) != 0) return Ruling::Error(ENOBUFS);
  if (held.facts.type != SOCK_STREAM && !message.whole) return Ruling::Error(EMSGSIZE);
  switch (held.facts.domain) {
    case AF_INET:
    case AF_INET6:
      if (const Endpoint* server = questions_.Find(held.facts.inode);
          server != nullptr && !message.addressed) {
        return SendQuestion(held, *server, message, flags);
      }
      return SendIp(notified, held, message, flags);
    case AF_UNIX:
      return SendUnix(notified, held, message, flags);
    case AF_NETLINK:
      return SendNetlink(held, message, flags);
    default:
      return Ruling::Error(EACCES);
  }
}

Ruling SocketJudge::Performer::SendIp(const Notified& notified, const Held& held,
                                      const CopiedMessage& message, int flags) {
  std::vector<char> control = message.control;
  const bool harmless = ForEachControl(
      control, [](const cmsghdr& entry, char*, std::size_t) { return IsHarmless(entry); });
  if (!harmless) return Ruling::Error(EINVAL);
  Sending sending;
  sending.message = message;
  if (!message.addressed) return Perform(notified, held, std::move(sending), flags);
  if (held.facts.type == SOCK_STREAM) return Ruling::Error(EISCONN);
  // AF_UNSPEC would be taken for AF_INET by udp(7).
  const auto to = EndpointOf(message.name.storage, message.name.size);
  if (!to) return Ruling::Error(EAFNOSUPPORT);
  const bool question = to->port == kDomainPort && !options_.policy.dns_open();
  if (question && IsServer(*to)) return SendQuestion(held, *to, message, flags);
  const Verdict verdict = options_.policy.Connect(*to, Transport::kUdp, names_);
  if (!verdict.allowed) {
    return Refuse(codes::kSendRefused, EACCES, "to send to " + ToText(*to) + " (UDP)", ToText(*to),
                  verdict);
  }
  if (question) return SendQuestion(held, *to, message, flags);
  // 0.0.0.0 is the sender's own address to the kernel, whichever that is: it was judged as the
  // loopback address, and goes there.
  const IpAddress peer = ConnectedTo(to->address);
  sending.name =
      peer == to->address ? message.name : AddressFor({peer, to->port}, held.facts.domain);
  return Perform(notified, held, std::move(sending), flags);
}

// Names carry data out as well as any packet: only one that is listed goes, in nodeward's own
// words.
Ruling SocketJudge::Performer::SendQuestion(const Held& held, const Endpoint& server,
                                            const CopiedMessage& message, int flags) {
  const std::span<const std::uint8_t> datagram(
      reinterpret_cast<const std::uint8_t*>(message.payload.data()), message.payload.size());
  const auto question = ParseQuery(datagram);
  const Verdict verdict = JudgeQuestion(question);
  if (!verdict.allowed) return RefuseQuestion(question, verdict);
  const std::vector<std::uint8_t> own = Rewrite(*question);
  CopiedMessage clean;
  clean.payload.assign(own.begin(), own.end());
  const CopiedAddress name = AddressFor(server, held.facts.domain);
  // Nothing is to be added to it before it goes.
  const Ruling sent = SendCopy(held.fd.get(), clean, &name, FlagsFor(flags) & ~MSG_MORE);
  if (sent.answer != Ruling::Answer::kValue) return sent;
  return Ruling::Value(static_cast<std::int64_t>(message.payload.size()));
}

Ruling SocketJudge::Performer::SendNetlink(const Held& held, const CopiedMessage& message,
                                           int flags) {
  // rtnetlink(7): of each four kinds of a message the third asks, the others change.
  nlmsghdr header{};
  if (message.payload.size() < sizeof(header)) return Ruling::Error(EINVAL);
  std::memcpy(&header, message.payload.data(), sizeof(header));
  const bool single = NLMSG_ALIGN(header.nlmsg_len) >= message.payload.size();
  if (!single || header.nlmsg_type < 16 || header.nlmsg_type % 4 != 2) return Ruling::Error(EPERM);
  if (!message.control.empty()) return Ruling::Error(EPERM);
  CopiedAddress kernel;
  kernel.size = sizeof(sockaddr_nl);
  kernel.storage.ss_family = AF_NETLINK;
  return SendCopy(held.fd.get(), message, &kernel, FlagsFor(flags));
}

int SocketJudge::Performer::TakeHandles(const Notified& notified, std::vector<char>& control,
                                        std::vector<SharedFd>& handles) {
  int error = 0;
  const bool whole =
      ForEachControl(control, [&](const cmsghdr& entry, char* data, std::size_t size) {
        if (entry.cmsg_level != SOL_SOCKET || entry.cmsg_type != SCM_RIGHTS) {
          error = EPERM;  // credentials would be the supervisor's
          return false;
        }
        for (std::size_t i = 0; i + sizeof(int) <= size && handles.size() < kMostHandles;
             i += sizeof(int)) {
          int number = -1;
          std::memcpy(&number, data + i, sizeof(number));
          Fetched fetched = source_->Fetch(notified, number);
          if (fetched.error != 0) {
            error = fetched.error == EBADF ? EBADF : EPERM;
            return false;
          }
          number = fetched.fd.get();
          std::memcpy(data + i, &number, sizeof(number));
          handles.push_back(std::move(fetched.fd));
        }
        return handles.size() < kMostHandles;
      });
  return error != 0 || whole ? error : EINVAL;
}

Ruling SocketJudge::Performer::SendUnix(const Notified& notified, const Held& held,
                                        const CopiedMessage& message, int flags) {
  Sending sending;
  sending.message = message;
  sending.as_application = true;
  if (const int error = TakeHandles(notified, sending.message.control, sending.handles)) {
    return error == EPERM ? Unfetched(error) : Ruling::Error(error);
  }
  if (message.addressed) {
    if (held.facts.type == SOCK_STREAM) return Ruling::Error(EISCONN);
    if (message.name.family() != AF_UNIX) return Ruling::Error(EINVAL);
    FoundSocket found = FindUnixSocket(notified, message.name);
    if (found.error != 0) return Ruling::Error(found.error);
    const Verdict verdict = options_.policy.ConnectUnix(found.real);
    if (!verdict.allowed) {
      return Refuse(codes::kUnixRefused, EACCES, "to send to the UNIX socket " + found.real,
                    found.real, verdict);
    }
    sending.name = AddressOf(found, message.name);
    sending.way = std::move(found.fd);
  }
  return Perform(notified, held, std::move(sending), flags);
}

}  // namespace nodeward
