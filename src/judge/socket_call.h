// The arguments of a socket call as the supervisor's own copy: read once from the caller's memory,
// bounded, and used for both the decision and the performance. Everything here is hostile input.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decode/decode.h"
#include "policy/address.h"

namespace nodeward {

// At most what one datagram can hold; of a stream a part, as the kernel itself may take.
inline constexpr std::size_t kMostPayload = 65536;
inline constexpr std::size_t kMostParts = 1024;    // UIO_MAXIOV
inline constexpr std::size_t kMostControl = 1024;  // bytes
inline constexpr std::size_t kMostHandles = 64;    // descriptors in one message
inline constexpr unsigned kMostMessages = 64;      // of sendmmsg in one go

// Copies fail with a positive errno.
template <class T>
struct Copied {
  int error = 0;
  T value{};
};

struct CopiedAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sa_family_t family() const { return size >= sizeof(sa_family_t) ? storage.ss_family : 0; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};
// The kernel's form of an endpoint, for a socket of this family: EndpointOf() the other way.
CopiedAddress AddressFor(const Endpoint& endpoint, int domain);
Copied<CopiedAddress> CopyAddress(CallerMemory& memory, std::uint64_t address, std::uint64_t size);

Copied<std::vector<char>> CopyBytes(CallerMemory& memory, std::uint64_t address,
                                    std::uint64_t size);

struct CopiedMessage {
  bool addressed = false;  // msg_name is there
  CopiedAddress name;
  std::vector<char> payload;
  bool whole = true;  // false: the payload is a part of what was asked for
  std::vector<char> control;
};
// The msghdr at `address`. EFAULT, EMSGSIZE, EINVAL as sendmsg(2) gives them.
Copied<CopiedMessage> CopyMessage(CallerMemory& memory, std::uint64_t address);

}  // namespace nodeward
