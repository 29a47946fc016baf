// Resolver: nodeward's own look-ups, so that a rule on a host name is judged by addresses that the
// application had no hand in. Made by the supervisor's first thread; one thread of its own asks,
// and sleeps while nothing is due.
//
// The thread is made by Start. It blocks all signals. It reads, late and again: /etc/resolv.conf
// (at the start, and when stat(2) shows another file there: a folder's rule, not the file's),
// /etc/hosts (for each watched name), /dev/urandom (with each reading of resolv.conf). It sends to
// the name servers of resolv.conf, port 53, UDP and TCP.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "judge/dns_channel.h"
#include "judge/name_table.h"
#include "judge/resolve_schedule.h"

namespace nodeward {

struct ResolverOptions {
  DnsChannelOptions channel;
  // Watched names are asked again after their TTL, but not sooner than this.
  std::chrono::milliseconds least_refresh{NameTable::kMinTtl};
  // After an answer without TTL: of the hosts file, or of a server that wants to be asked each
  // time. What it said holds for the grace anyway.
  std::chrono::milliseconds without_ttl{std::chrono::minutes(1)};
  ResolveSchedule::Pauses pauses;
};

class Resolver {
 public:
  using Clock = NameTable::Clock;
  // Called in the resolver's thread, which holds no lock: a watched name does not resolve, so that
  // connects to it are refused until it does; or it resolves again.
  using Tell = std::function<void(const ResolveChange&)>;

  // `table` outlives it.
  Resolver(NameTable& table, Tell tell, ResolverOptions options = {});
  // Ends within milliseconds, whatever name servers do. Nobody may wait any more.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Watches `names` (lower case, without trailing dot) and returns at once. The thread begins here,
  // also when there are none, so that its number is known before a filter names the supervisor's
  // threads; without a call there is none.
  void Start(const std::vector<std::string>& names);

  // The application asks a name server for a listed name. One question more in any case: what it
  // asks over the wire has no search domains. False when too many wait, or before Start.
  bool Ask(std::string_view name);
  // An address was not known: asks the watched names again, at most once a second each. Whether
  // waiting can change anything.
  bool AskAgain();

  // Waits until the questions that are pending now have ended. False at the deadline.
  bool Wait(Clock::time_point deadline);
  // The same for one name.
  bool WaitFor(std::string_view name, Clock::time_point deadline);

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace nodeward
