#include "judge/dns_stub.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace nodeward {
namespace {

constexpr int kAcceptMs = 1000;
constexpr timeval kIdle{10, 0};     // an application that asks nothing more
constexpr timeval kServer{5, 0};    // resolv.conf(5): as long as a resolver waits by itself
constexpr int kMostStrangers = 64;  // connections that others made to the port meanwhile

void SetPatience(int fd, const timeval& patience) {
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
}

bool SendAll(int fd, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

bool ReceiveAll(int fd, std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = recv(fd, bytes.data(), bytes.size(), 0);
    if (got <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

UniqueFd ConnectTo(const CopiedAddress& server) {
  UniqueFd fd(socket(server.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return fd;
  SetPatience(fd.get(), kServer);
  if (connect(fd.get(), server.get(), server.size) != 0) fd.reset();
  return fd;
}

// Both ends see the bytes of one message, with its length before it.
bool PassAnswer(int server, int application) {
  std::array<std::uint8_t, 2> length{};
  if (!ReceiveAll(server, length)) return false;
  std::vector<std::uint8_t> message(static_cast<std::size_t>(length[0] << 8 | length[1]));
  return ReceiveAll(server, message) && SendAll(application, FrameForTcp(message));
}

}  // namespace

UniqueFd ListenForOne() {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in any = {};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound =
      fd.valid() && bind(fd.get(), reinterpret_cast<const sockaddr*>(&any), sizeof(any)) == 0;
  if (!bound || listen(fd.get(), kMostStrangers) != 0) fd.reset();
  return fd;
}

UniqueFd AcceptFrom(int listener, const Endpoint& peer) {
  pollfd ready{listener, POLLIN, 0};
  for (int tries = 0; tries < kMostStrangers && poll(&ready, 1, kAcceptMs) == 1; ++tries) {
    CopiedAddress from;
    from.size = sizeof(from.storage);
    UniqueFd fd(
        accept4(listener, reinterpret_cast<sockaddr*>(&from.storage), &from.size, SOCK_CLOEXEC));
    if (fd.valid() && EndpointOf(from.storage, from.size) == peer) return fd;
  }
  return {};
}

void ServeQuestions(int application, const CopiedAddress& server,
                    const std::function<bool(const Result<DnsQuestion>&)>& allows) {
  SetPatience(application, kIdle);
  UniqueFd upstream;
  std::vector<std::uint8_t> arrived;
  for (;;) {
    const auto query = FirstTcpQuery(arrived);
    if (!query) {  // longer than any question
      allows(Fail(query.error()));
      return;
    }
    if (!*query) {
      std::array<std::uint8_t, kMaxDnsQuery> part{};
      const ssize_t got = recv(application, part.data(), part.size(), 0);
      if (got <= 0) return;
      arrived.insert(arrived.end(), part.begin(), part.begin() + got);
      continue;
    }
    const auto question = ParseQuery(**query);
    const auto end = (*query)->data() + (*query)->size() - arrived.data();
    arrived.erase(arrived.begin(), arrived.begin() + end);
    if (!allows(question) || !question) return;
    if (!upstream.valid()) upstream = ConnectTo(server);
    if (!upstream.valid() || !SendAll(upstream.get(), FrameForTcp(Rewrite(*question))) ||
        !PassAnswer(upstream.get(), application)) {
      return;
    }
  }
}

}  // namespace nodeward
