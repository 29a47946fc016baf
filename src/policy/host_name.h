// Host names, in rules and in questions to name servers: one parser for both, so that no two
// readers see different names in one text. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace nodeward {

// `text` in lower case and without one trailing dot: labels of letters, digits, '-' and '_', 1 to
// 63 long, 253 in all. Punycode passes as what it is. An error where the text is anything else, or
// could be read as an IPv4 address ("127.1", "0x7f.1", "2130706433"): inet_aton(3) takes those.
Result<std::string> ParseHostName(std::string_view text);

// A name in a rule.
struct HostPattern {
  std::string name;       // as ParseHostName gives it, without the "*."
  bool wildcard = false;  // "*.example.com": names with one or more labels before it, never itself
  // `host` as ParseHostName gives it.
  bool Matches(std::string_view host) const;
};

// "api.example.com" or "*.example.com". What a wildcard stands before has two labels at least, or
// is a name of private networks: "*.internal".
Result<HostPattern> ParseHostPattern(std::string_view text);

// Whether `host` ends in ".DOMAIN": labels compared, not letters.
bool IsBelow(std::string_view host, std::string_view domain);

// A name that the public tree does not hold: one label, or below local, internal, lan, home.arpa,
// localhost, test, svc (RFC 6761, RFC 8375, ICANN's internal, Kubernetes' svc.cluster.local).
bool IsPrivateName(std::string_view host);

}  // namespace nodeward
