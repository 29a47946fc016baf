// NameTable: which names an address has at this moment, by the answers that nodeward's own resolver
// got. The resolver's thread puts answers in; the threads that answer notifications ask, through
// KnownNames. Thread-safe, bounded, and without descriptors or threads of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policy/address.h"
#include "policy/network_policy.h"

namespace nodeward {

// One address of an answer.
struct ResolvedAddress {
  IpAddress address;
  std::chrono::seconds ttl{0};  // as the server said; clamped by whoever uses it
};

class NameTable : public KnownNames {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::size_t kMaxNames = 4096;
  static constexpr std::size_t kMaxAddressesOfName = 4096;
  static constexpr std::size_t kMaxAddresses = 20000;
  static constexpr std::chrono::seconds kMinTtl{5};
  static constexpr std::chrono::seconds kMaxTtl{24 * 60 * 60};
  // An address is good for so long after its TTL: balanced names answer with a few of many
  // addresses each time, and clients keep what they got longer than they should.
  static constexpr std::chrono::seconds kGrace{10 * 60};

  explicit NameTable(std::function<Clock::time_point()> now = Clock::now);

  // An answer for `name` (lower case, without trailing dot). Adds to what earlier answers said. The
  // name that was asked counts, never the ones of a CNAME chain. Beyond the bounds the addresses
  // that end first and the names that were answered least recently go.
  void Put(std::string_view name, const std::vector<ResolvedAddress>& answer);

  std::vector<std::string> NamesOf(const IpAddress& address) const override;
  // Whether any address of it is still good.
  bool Has(std::string_view name) const;

 private:
  struct Entry {
    std::map<IpAddress, Clock::time_point> ends;  // TTL and grace
    std::list<std::string>::iterator place;       // in order_
  };

  Entry& Touch(std::string_view name);
  void Forget(const std::string& name, const IpAddress& address);
  void Shrink(const std::string& name, Entry& entry);
  void DropOldest();

  std::function<Clock::time_point()> now_;
  mutable std::mutex mutex_;  // the members below
  std::map<std::string, Entry, std::less<>> names_;
  std::list<std::string> order_;  // the least recently answered first
  std::map<IpAddress, std::set<std::string>> by_address_;
  std::size_t addresses_ = 0;  // of all names together
};

}  // namespace nodeward
