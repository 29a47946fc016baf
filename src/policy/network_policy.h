// NetworkPolicy: what [network] allows, as one value that everybody asks: the supervisor before it
// performs a call, `explain`, and `why`. Pure. Nothing here asks the kernel or a name server.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "policy/address.h"
#include "policy/network_rules.h"
#include "profile/profile.h"

namespace nodeward {

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
  // Absent lists are the defaults: connect to @loopback and @private; listen on $PORT, or 1024 to
  // 65535 where that is no port. Empty ones allow nothing.
  // `port`: the value of $PORT that the application will see, or empty. Errors name the line.
  static Result<NetworkPolicy> Compile(const NetworkSection& section, std::string_view port);

  // Metadata, link-local, multicast and broadcast addresses want an address rule of their own; a
  // wide network is none (WidestListing in address_class.h). A rule on a public name counts for
  // public addresses only: what else such a name answers with, an address or class rule must allow,
  // at that port (rebinding). A rule on a name of private networks counts for private and loopback
  // addresses, too.
  // 0.0.0.0 and :: are judged as the loopback address: perform the call with ConnectedTo(address).
  Verdict Connect(const Endpoint& to, Transport transport, const KnownNames& names) const;
  // Port 0 lets the kernel choose; what it chose is judged by Listen.
  Verdict Bind(const Endpoint& at, Transport transport) const;
  Verdict Listen(const Endpoint& at) const;
  // A path as the kernel resolved it, or an abstract name with its NUL written as '@'.
  Verdict ConnectUnix(std::string_view path) const;
  Verdict BindUnix(std::string_view path) const;
  // A question to a name server: whether the name may be told to it. `search`: the domains that the
  // host's resolver appends. Allowed: any name with dns = "open" or a rule on @public; listed
  // names; names of private networks (IsPrivateName, or below a search domain of two labels or
  // more); reverse lookups of addresses that a rule lists. Such a name carries data as well, but no
  // further than the servers of the private network and of the root: nobody outside answers for it.
  Verdict Ask(std::string_view name, const std::vector<std::string>& search) const;

  // nodeward's own socket for the application: reached whatever the rules say.
  void AllowOwnSocket(std::string path) { own_socket_ = std::move(path); }

  // Whether any rule is a name, exact or not: somebody must resolve then.
  bool ListsNames() const;
  // The exact names among the rules: resolved when the application starts.
  std::vector<std::string> Names() const;
  // Whether `name` is listed, exactly or by "*.example.com": its answers are worth keeping.
  bool Lists(std::string_view name) const;
  bool dns_open() const;
  // One line for each rule, for `explain`.
  std::vector<std::string> Lines() const;

 private:
  Verdict RefuseConnect(const Endpoint& to, Transport transport,
                        const std::vector<std::string>& names) const;
  std::string WhyNot(const Endpoint& to, Transport transport,
                     const std::vector<std::string>& names) const;
  Verdict RefuseBind(const Endpoint& at, Transport transport) const;
  Verdict Allowed(const std::string& written, bool by_default) const;
  const ConnectRule* PublicRule() const;
  bool AsksBack(std::string_view name) const;
  std::string ConnectLine(std::string_view added) const;
  std::string ListenLine(std::string_view added) const;

  std::vector<ConnectRule> connect_;
  std::vector<ListenRule> listen_;
  std::string own_socket_;
  bool default_connect_ = false;
  bool default_listen_ = false;
  bool dns_open_ = false;
};

}  // namespace nodeward
