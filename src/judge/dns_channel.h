// DnsChannel: questions to the host's name servers and its hosts file, through c-ares, without
// waiting. Owned and used by the resolver's thread alone. c-ares lives in dns_channel.cc.
#pragma once

#include <poll.h>

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "judge/name_table.h"
#include "judge/resolve_schedule.h"

namespace nodeward {

struct DnsChannelOptions {
  std::string servers;  // for tests: "127.0.0.1:5353"; empty: those of resolv_conf
  std::string resolv_conf = "/etc/resolv.conf";
  std::chrono::milliseconds timeout{2000};  // of the first try with each server; doubles
  int tries = 2;                            // with each server
};

// How a question ended.
struct ResolveEnding {
  ResolveQuestion question;
  std::vector<ResolvedAddress> addresses;
  std::string why;  // in words; empty: it was answered
};

class DnsChannel {
 public:
  explicit DnsChannel(DnsChannelOptions options);
  // Forgets what is being asked.
  ~DnsChannel();
  DnsChannel(const DnsChannel&) = delete;
  DnsChannel& operator=(const DnsChannel&) = delete;

  // Asks for IPv4 and IPv6 addresses. The end comes with TakeEnded; it may be there at once.
  void Ask(ResolveQuestion question);
  std::vector<ResolveEnding> TakeEnded();

  // What to wait for with poll(2), and how long at most.
  void AppendTo(std::vector<pollfd>& polled) const;
  std::optional<std::chrono::milliseconds> Timeout() const;
  // `polled` as AppendTo filled it, after poll(2); also when nothing came.
  void Process(std::span<const pollfd> polled);

 private:
  class Ares;
  std::unique_ptr<Ares> ares_;
};

}  // namespace nodeward
