#include "judge/names.h"

#include <chrono>
#include <fstream>
#include <sstream>
#include <utility>

namespace nodeward {

Names::Names(Resolver::Tell tell) : resolver_(table_, std::move(tell)) {}

std::vector<std::string> Names::NamesOf(const IpAddress& address) const {
  return table_.NamesOf(address);
}

bool Names::Refresh() { return resolver_.AskAgain(); }

void Names::Settle(int milliseconds) {
  resolver_.Wait(Resolver::Clock::now() + std::chrono::milliseconds(milliseconds));
}

void Names::Ask(const std::string& name) { resolver_.Ask(name); }

NameServers ReadNameServers(const std::string& path) {
  NameServers found;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    std::string value;
    words >> key;
    if (key == "nameserver" && words >> value) {
      if (const auto address = ParseIp(value.substr(0, value.find('%')))) {
        found.addresses.push_back(ToText(*address));
      }
    } else if (key == "search" || key == "domain") {
      found.search.clear();
      while (words >> value) found.search.push_back(value);
    }
  }
  // resolv.conf(5): without a server, the one on this machine.
  if (found.addresses.empty()) found.addresses = {"127.0.0.1", "::1"};
  return found;
}

}  // namespace nodeward
