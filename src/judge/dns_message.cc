#include "judge/dns_message.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace nodeward {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint16_t kClassIn = 1;
constexpr std::uint16_t kTypeOpt = 41;
constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxName = 253;  // as text; 255 on the wire

// The header's second word (RFC 1035, 4.1.1; RFC 2535, 6.1). All others are zero in a query.
constexpr std::uint16_t kRecursionDesired = 0x0100;
constexpr std::uint16_t kAuthenticData = 0x0020;
constexpr std::uint16_t kCheckingDisabled = 0x0010;

constexpr std::uint16_t kDnssecOk = 0x8000;  // in the OPT record's TTL (RFC 3225)
constexpr std::uint16_t kCookie = 10;        // RFC 7873
constexpr std::uint16_t kClientSubnet = 8;   // RFC 7871
constexpr std::uint16_t kPadding = 12;       // RFC 7830
constexpr std::size_t kMaxCookie = 40;

// What fits one frame everywhere, so that no fragment can be forged.
constexpr std::uint16_t kUdpSize = 1232;

// What node:dns and its users ask for. A transfer of a zone, updates and keys are no look-ups.
constexpr std::array<std::uint16_t, 15> kTypes = {
    1,    // A
    2,    // NS
    5,    // CNAME
    6,    // SOA
    12,   // PTR
    15,   // MX
    16,   // TXT
    28,   // AAAA
    33,   // SRV
    35,   // NAPTR
    52,   // TLSA
    64,   // SVCB
    65,   // HTTPS
    255,  // ANY
    257,  // CAA
};

// Reads forwards only; past the end it answers nothing and stays there.
class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  std::optional<std::uint8_t> Byte() {
    const auto taken = Take(1);
    if (!taken) return std::nullopt;
    return (*taken)[0];
  }
  std::optional<std::uint16_t> Word() {
    const auto taken = Take(2);
    if (!taken) return std::nullopt;
    return static_cast<std::uint16_t>((*taken)[0] << 8 | (*taken)[1]);
  }
  std::optional<Bytes> Take(std::size_t size) {
    if (size > rest_.size()) return std::nullopt;
    const Bytes taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  bool empty() const { return rest_.empty(); }

 private:
  Bytes rest_;
};

tl::unexpected<Error> Short() { return Fail("a DNS query that ends too early"); }

// A host name's character in lower case, or 0.
char HostCharacter(std::uint8_t byte) {
  if (byte >= 'A' && byte <= 'Z') return static_cast<char>(byte - 'A' + 'a');
  const bool plain =
      (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
  return plain ? static_cast<char>(byte) : '\0';
}

Result<std::string> ReadName(Reader& reader) {
  std::string name;
  for (;;) {
    const auto length = reader.Byte();
    if (!length) return Short();
    if (*length == 0) break;
    if (*length > kMaxLabel) return Fail("a DNS query with a compressed or an unknown label");
    const auto label = reader.Take(*length);
    if (!label) return Short();
    if (!name.empty()) name += '.';
    for (const std::uint8_t byte : *label) {
      const char character = HostCharacter(byte);
      if (character == '\0') return Fail("a DNS query for a name that is no host name");
      name += character;
    }
    if (name.size() > kMaxName) return Fail("a DNS query for a name of more than 253 characters");
  }
  if (name.empty()) return Fail("a DNS query for the root");
  return name;
}

Result<void> ReadFlags(std::uint16_t flags, DnsQuestion& question) {
  constexpr std::uint16_t kKnown = kRecursionDesired | kAuthenticData | kCheckingDisabled;
  if ((flags & ~kKnown) != 0) {
    return Fail("a DNS message that is no standard query (direction, opcode, flags)");
  }
  question.recursion_desired = (flags & kRecursionDesired) != 0;
  question.authentic_data = (flags & kAuthenticData) != 0;
  question.checking_disabled = (flags & kCheckingDisabled) != 0;
  return {};
}

// Nothing of them is sent on: what a library sends is let through, so that it works, and what only
// a way out would use is refused, so that it is seen.
Result<void> CheckOptions(Bytes data) {
  Reader reader(data);
  while (!reader.empty()) {
    const auto code = reader.Word();
    const auto size = reader.Word();
    if (!code || !size) return Short();
    const auto value = reader.Take(*size);
    if (!value) return Short();
    if (*code == kCookie && value->size() <= kMaxCookie) continue;
    if (*code == kPadding && std::ranges::all_of(*value, [](auto byte) { return byte == 0; })) {
      continue;
    }
    if (*code == kClientSubnet) return Fail("a DNS query with a client subnet");
    return Fail("a DNS query with an EDNS option that carries data");
  }
  return {};
}

Result<void> ReadOpt(Reader& reader, DnsQuestion& question) {
  const auto owner = reader.Byte();
  const auto type = reader.Word();
  const auto udp_size = reader.Word();
  const auto code_and_version = reader.Word();
  const auto flags = reader.Word();
  const auto size = reader.Word();
  if (!owner || !type || !udp_size || !code_and_version || !flags || !size) return Short();
  if (*owner != 0 || *type != kTypeOpt) return Fail("a DNS query with a record of its own");
  if (*code_and_version != 0 || (*flags & ~kDnssecOk) != 0) {
    return Fail("a DNS query with an unknown version of EDNS");
  }
  const auto data = reader.Take(*size);
  if (!data) return Short();
  question.edns = true;
  question.dnssec_ok = (*flags & kDnssecOk) != 0;
  return CheckOptions(*data);
}

struct Counts {
  std::uint16_t questions, answers, authorities, additional;
};

Result<Counts> ReadHeader(Reader& reader, DnsQuestion& question) {
  const auto id = reader.Word();
  const auto flags = reader.Word();
  const auto questions = reader.Word();
  const auto answers = reader.Word();
  const auto authorities = reader.Word();
  const auto additional = reader.Word();
  if (!id || !flags || !questions || !answers || !authorities || !additional) return Short();
  question.id = *id;
  if (const auto read = ReadFlags(*flags, question); !read) return Fail(read.error());
  return Counts{*questions, *answers, *authorities, *additional};
}

void AppendWord(std::vector<std::uint8_t>& out, std::uint16_t word) {
  out.push_back(static_cast<std::uint8_t>(word >> 8));
  out.push_back(static_cast<std::uint8_t>(word & 0xff));
}

void AppendName(std::vector<std::uint8_t>& out, std::string_view name) {
  for (;;) {
    const std::size_t dot = std::min(name.find('.'), name.size());
    out.push_back(static_cast<std::uint8_t>(dot));
    out.insert(out.end(), name.begin(), name.begin() + static_cast<std::ptrdiff_t>(dot));
    if (dot == name.size()) break;
    name.remove_prefix(dot + 1);
  }
  out.push_back(0);
}

}  // namespace

Result<DnsQuestion> ParseQuery(Bytes datagram) {
  if (datagram.size() > kMaxDnsQuery) return Fail("a DNS query of more than 512 bytes");
  Reader reader(datagram);
  DnsQuestion question;
  const auto counts = ReadHeader(reader, question);
  if (!counts) return Fail(counts.error());
  if (counts->questions != 1) return Fail("a DNS query without exactly one question");
  if (counts->answers != 0 || counts->authorities != 0 || counts->additional > 1) {
    return Fail("a DNS query with records of its own");
  }
  auto name = ReadName(reader);
  if (!name) return Fail(name.error());
  question.name = std::move(*name);
  const auto type = reader.Word();
  const auto in_class = reader.Word();
  if (!type || !in_class) return Short();
  if (*in_class != kClassIn) return Fail("a DNS query of another class than IN");
  if (std::ranges::find(kTypes, *type) == kTypes.end()) {
    return Fail("a DNS query for a type of record that is no look-up");
  }
  question.type = *type;
  if (counts->additional == 1) {
    if (const auto read = ReadOpt(reader, question); !read) return Fail(read.error());
  }
  if (!reader.empty()) return Fail("a DNS query with bytes after its end");
  return question;
}

std::vector<std::uint8_t> Rewrite(const DnsQuestion& question) {
  std::vector<std::uint8_t> out;
  out.reserve(question.name.size() + 32);
  AppendWord(out, question.id);
  AppendWord(out, static_cast<std::uint16_t>((question.recursion_desired ? kRecursionDesired : 0) |
                                             (question.authentic_data ? kAuthenticData : 0) |
                                             (question.checking_disabled ? kCheckingDisabled : 0)));
  for (const int count : {1, 0, 0, question.edns ? 1 : 0}) {
    AppendWord(out, static_cast<std::uint16_t>(count));
  }
  AppendName(out, question.name);
  AppendWord(out, question.type);
  AppendWord(out, kClassIn);
  if (question.edns) {
    out.push_back(0);  // the root owns it
    AppendWord(out, kTypeOpt);
    AppendWord(out, kUdpSize);
    AppendWord(out, 0);
    AppendWord(out, question.dnssec_ok ? kDnssecOk : 0);
    AppendWord(out, 0);  // no option
  }
  return out;
}

std::vector<std::uint8_t> FrameForTcp(Bytes message) {
  std::vector<std::uint8_t> out;
  out.reserve(message.size() + 2);
  AppendWord(out, static_cast<std::uint16_t>(message.size()));
  out.insert(out.end(), message.begin(), message.end());
  return out;
}

Result<std::optional<Bytes>> FirstTcpQuery(Bytes arrived) {
  Reader reader(arrived);
  const auto size = reader.Word();
  if (!size) return std::nullopt;
  if (*size > kMaxDnsQuery) return Fail("a DNS query of more than 512 bytes");
  return reader.Take(*size);
}

}  // namespace nodeward
