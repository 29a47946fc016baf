// NetworkPolicy: what [network] allows, as one value that everybody asks: the supervisor before it
// performs a call, `explain`, and `why`. Pure. Nothing here asks the kernel or a name server.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/address.h"
#include "profile/profile.h"

namespace nodeward {

enum class Transport { kTcp, kUdp };

// Who an address is at this moment, by the answers that nodeward's own resolver got.
class KnownNames {
 public:
  virtual ~KnownNames() = default;
  // Names whose answers (TTL and grace) hold this address; lower case, without trailing dot.
  virtual std::vector<std::string> NamesOf(const IpAddress& address) const = 0;
};

struct Verdict {
  bool allowed = false;
  std::string rule;  // allowed: the rule as written, or "default"; refused: empty
  std::string why;   // refused: in words, "metadata services are never reached unless listed"
  std::string hint;  // refused: the whole line that would allow it, or empty where none can
};

class NetworkPolicy {
 public:
  // `port`: the value of $PORT that the application will see, or empty. Errors name the line.
  static Result<NetworkPolicy> Compile(const NetworkSection& section, std::string_view port);

  Verdict Connect(const Endpoint& to, Transport transport, const KnownNames& names) const;
  // Port 0 lets the kernel choose; what it chose is judged by Listen.
  Verdict Bind(const Endpoint& at, Transport transport) const;
  Verdict Listen(const Endpoint& at) const;
  // A path as the kernel resolved it, or an abstract name with its NUL written as '@'.
  Verdict ConnectUnix(std::string_view path) const;
  Verdict BindUnix(std::string_view path) const;
  // A question to a name server: whether the name may be told to it. The name as text, lower case,
  // without trailing dot. `search`: the domains that the host's resolver appends.
  Verdict Ask(std::string_view name, const std::vector<std::string>& search) const;

  // The exact names among the rules: resolved when the application starts.
  std::vector<std::string> Names() const;
  // Whether `name` is listed, exactly or by "*.example.com": its answers are worth keeping.
  bool Lists(std::string_view name) const;
  bool dns_open() const;
  // One line for each rule, for `explain`.
  std::vector<std::string> Lines() const;
};

}  // namespace nodeward
