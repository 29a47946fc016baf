// The names of the network's rules while an application runs: the table of their addresses, and the
// resolver that fills it.
#pragma once

#include <string>
#include <vector>

#include "judge/name_table.h"
#include "judge/resolver.h"
#include "judge/socket_judge.h"

namespace nodeward {

class Names : public NameSource {
 public:
  explicit Names(Resolver::Tell tell);

  void Start(const std::vector<std::string>& names) { resolver_.Start(names); }

  std::vector<std::string> NamesOf(const IpAddress& address) const override;
  bool Refresh() override;
  void Settle(int milliseconds) override;
  void Ask(const std::string& name) override;

 private:
  NameTable table_;
  Resolver resolver_;
};

// What resolv.conf(5) says: the servers as addresses without ports, and the domains that libc adds.
struct NameServers {
  std::vector<std::string> addresses;
  std::vector<std::string> search;
};
NameServers ReadNameServers(const std::string& path = "/etc/resolv.conf");

}  // namespace nodeward
