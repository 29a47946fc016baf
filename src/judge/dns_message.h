// A question that the application asks a name server, as a value: read strictly from its bytes, and
// written anew, so that what leaves the host is nodeward's own message and carries nothing but a
// name that the policy has seen. Pure. Called by the threads that answer notifications; the bytes
// are hostile.
//
// Format: RFC 1035, 4.1; OPT: RFC 6891, 6.1; host names: RFC 1123, 2.1, and '_' as SRV uses it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace nodeward {

// No honest question is longer: 12 of header, 259 of question, and an OPT padded to 512 (RFC 8467).
inline constexpr std::size_t kMaxDnsQuery = 512;

struct DnsQuestion {
  std::uint16_t id = 0;
  bool recursion_desired = false;
  bool authentic_data = false;
  bool checking_disabled = false;
  bool edns = false;       // the query had an OPT record
  bool dnssec_ok = false;  // its DO bit
  std::uint16_t type = 0;  // of the list in dns_message.cc; the class is always IN
  std::string name;        // lower case, without trailing dot; 1 to 253 characters
  bool operator==(const DnsQuestion&) const = default;
};

// One whole datagram. An Error says in words what no resolver library sends; it holds no byte of
// the application's.
Result<DnsQuestion> ParseQuery(std::span<const std::uint8_t> datagram);

// The same question as a new datagram: lower case, no EDNS option, one fixed UDP size. glibc and
// c-ares take the answer: both compare names without regard to case, and a cookie that is not
// returned means a server without cookies.
std::vector<std::uint8_t> Rewrite(const DnsQuestion& question);

// Over TCP two bytes of length stand before each message (RFC 1035, 4.2.2).
std::vector<std::uint8_t> FrameForTcp(std::span<const std::uint8_t> message);  // at most 65,535
// The first message in what has arrived, which ends at its data() + size(); nothing when more must
// arrive first. An error when it announces more than a query may have.
Result<std::optional<std::span<const std::uint8_t>>> FirstTcpQuery(
    std::span<const std::uint8_t> arrived);

}  // namespace nodeward
