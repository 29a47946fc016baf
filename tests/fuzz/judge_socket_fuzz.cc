// Arguments of socket calls in memory that holds any bytes: what is copied is bounded, and the
// entries of its ancillary data are the ones that the kernel would see.
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "fuzz/fuzzed_memory.h"
#include "judge/control_entries.h"
#include "judge/socket_call.h"
#include "policy/address.h"

namespace {

using nodeward::CopiedAddress;
using nodeward::CopiedMessage;

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckAddress(const CopiedAddress& address) {
  Require(address.size <= sizeof(sockaddr_storage));
  const auto endpoint = nodeward::EndpointOf(address.storage, address.size);
  if (!endpoint) return;
  Require(address.family() == AF_INET || address.family() == AF_INET6);
  Require(nodeward::ParseIp(nodeward::ToText(endpoint->address)) == endpoint->address);
}

void CheckControl(std::vector<char> control) {
  std::vector<std::size_t> ours;
  const bool whole =
      nodeward::ForEachControl(control, [&](const cmsghdr& entry, char* data, std::size_t size) {
        const auto at = static_cast<std::size_t>(data - control.data());
        Require(at + size <= control.size() && entry.cmsg_len == CMSG_LEN(size));
        ours.push_back(at);
        return true;
      });
  msghdr header{};
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  std::vector<std::size_t> theirs;
  bool sound = true;
  for (cmsghdr* entry = CMSG_FIRSTHDR(&header); entry != nullptr;
       entry = CMSG_NXTHDR(&header, entry)) {
    const auto at = static_cast<std::size_t>(reinterpret_cast<char*>(entry) - control.data());
    sound = entry->cmsg_len >= sizeof(cmsghdr) && entry->cmsg_len <= control.size() - at;
    if (!sound) break;
    theirs.push_back(at + CMSG_LEN(0));
  }
  Require(ours == theirs && whole == sound);
}

void CheckMessage(nodeward::FuzzedMemory& memory, std::uint64_t address) {
  memory.total = 0;
  const auto copied = nodeward::CopyMessage(memory, address);
  // The header, an array of parts, what they hold, a name and ancillary data: each once.
  Require(memory.total <= 56 + nodeward::kMostParts * 16 + nodeward::kMostPayload +
                              sizeof(sockaddr_storage) + nodeward::kMostControl);
  const CopiedMessage& message = copied.value;
  Require(message.payload.size() <= nodeward::kMostPayload);
  Require(message.control.size() <= nodeward::kMostControl);
  Require(copied.error == 0 || copied.error == EFAULT || copied.error == EINVAL ||
          copied.error == EMSGSIZE || copied.error == ENOBUFS);
  CheckAddress(message.name);
  if (copied.error == 0) CheckControl(message.control);
}

}  // namespace

// Eight bytes of a length, and then the memory, which begins with the header of a message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::uint64_t length = 0;
  if (size < sizeof(length)) return 0;
  std::memcpy(&length, data, sizeof(length));
  nodeward::FuzzedMemory memory(data + sizeof(length), size - sizeof(length));
  constexpr std::uint64_t kStart = 65536;
  CheckMessage(memory, kStart);
  const auto address = nodeward::CopyAddress(memory, kStart, length);
  Require(address.error == 0 || address.error == EFAULT || address.error == EINVAL);
  CheckAddress(address.value);
  const auto bytes = nodeward::CopyBytes(memory, kStart, length);
  Require(bytes.value.size() <= nodeward::kMostPayload);
  CheckControl({reinterpret_cast<const char*>(data), reinterpret_cast<const char*>(data) + size});
  return 0;
}
