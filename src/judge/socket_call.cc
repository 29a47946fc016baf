#include "judge/socket_call.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace nodeward {
namespace {

// The kernel's struct user_msghdr and iovec on a 64-bit machine.
struct UserMessage {
  std::uint64_t name;
  std::int32_t name_size;
  std::uint32_t padding;
  std::uint64_t parts;
  std::uint64_t part_count;
  std::uint64_t control;
  std::uint64_t control_size;
  std::uint32_t flags;
  std::uint32_t padding_after;
};
struct UserPart {
  std::uint64_t base;
  std::uint64_t size;
};
static_assert(sizeof(UserMessage) == 56 && sizeof(UserPart) == 16);

bool ReadWhole(CallerMemory& memory, std::uint64_t address, void* buffer, std::size_t size) {
  return size == 0 || memory.Read(address, buffer, size) == size;
}

int CopyParts(CallerMemory& memory, const UserMessage& message, CopiedMessage& copy) {
  if (message.part_count > kMostParts) return EMSGSIZE;
  std::vector<UserPart> parts(message.part_count);
  if (!ReadWhole(memory, message.parts, parts.data(), parts.size() * sizeof(UserPart))) {
    return EFAULT;
  }
  for (const UserPart& part : parts) {
    const std::size_t held = copy.payload.size();
    const std::size_t take = std::min<std::uint64_t>(part.size, kMostPayload - held);
    copy.payload.resize(held + take);
    if (!ReadWhole(memory, part.base, copy.payload.data() + held, take)) return EFAULT;
    if (take < part.size) copy.whole = false;
  }
  return 0;
}

}  // namespace

CopiedAddress AddressFor(const Endpoint& endpoint, int domain) {
  CopiedAddress address;
  const auto& bytes = endpoint.address.bytes;
  if (domain == AF_INET) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, bytes.data(), sizeof(v4.sin_addr));
    address.size = sizeof(v4);
    return address;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(endpoint.port);
  address.size = sizeof(v6);
  if (endpoint.address.v6) {
    std::memcpy(&v6.sin6_addr, bytes.data(), sizeof(v6.sin6_addr));
  } else {  // ::ffff:a.b.c.d
    v6.sin6_addr.s6_addr[10] = v6.sin6_addr.s6_addr[11] = 0xff;
    std::memcpy(v6.sin6_addr.s6_addr + 12, bytes.data(), sizeof(in_addr));
  }
  return address;
}

Copied<CopiedAddress> CopyAddress(CallerMemory& memory, std::uint64_t address, std::uint64_t size) {
  Copied<CopiedAddress> copied;
  const auto length = static_cast<std::int32_t>(size);  // an int to the kernel
  if (length < 0 || static_cast<std::size_t>(length) > sizeof(sockaddr_storage)) {
    copied.error = EINVAL;
    return copied;
  }
  copied.value.size = static_cast<socklen_t>(length);
  if (!ReadWhole(memory, address, &copied.value.storage, copied.value.size)) copied.error = EFAULT;
  return copied;
}

Copied<std::vector<char>> CopyBytes(CallerMemory& memory, std::uint64_t address,
                                    std::uint64_t size) {
  Copied<std::vector<char>> copied;
  copied.value.resize(std::min<std::uint64_t>(size, kMostPayload));
  if (!ReadWhole(memory, address, copied.value.data(), copied.value.size())) copied.error = EFAULT;
  return copied;
}

Copied<CopiedMessage> CopyMessage(CallerMemory& memory, std::uint64_t address) {
  Copied<CopiedMessage> copied;
  UserMessage message{};
  if (!ReadWhole(memory, address, &message, sizeof(message))) {
    copied.error = EFAULT;
    return copied;
  }
  if (message.name != 0 && message.name_size != 0) {
    // sendmsg(2) cuts a longer address instead of refusing it.
    const auto longest = static_cast<std::int32_t>(sizeof(sockaddr_storage));
    const std::int32_t size = std::min(message.name_size, longest);
    auto name = CopyAddress(memory, message.name, static_cast<std::uint32_t>(size));
    copied.error = name.error;
    copied.value.name = name.value;
    copied.value.addressed = true;
  }
  if (copied.error == 0) copied.error = CopyParts(memory, message, copied.value);
  if (copied.error != 0 || message.control == 0 || message.control_size == 0) return copied;
  if (message.control_size > kMostControl) {
    copied.error = ENOBUFS;
    return copied;
  }
  copied.value.control.resize(message.control_size);
  if (!ReadWhole(memory, message.control, copied.value.control.data(), message.control_size)) {
    copied.error = EFAULT;
  }
  return copied;
}

}  // namespace nodeward
