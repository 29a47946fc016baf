// socket(2), performed by the supervisor where it could not fetch a socket later.
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>

#include "judge/socket_performer.h"
#include "measures/seccomp_arguments.h"

namespace nodeward {
namespace {

bool Holds(const ArgumentRule& rule, const std::uint64_t* arguments) {
  return std::ranges::all_of(rule.conditions, [&](const ArgumentCondition& condition) {
    return (arguments[condition.index] & condition.mask) == condition.value;
  });
}

std::string Kind(const std::uint64_t* arguments) {
  return "family " + std::to_string(arguments[0]) + ", type " +
         std::to_string(arguments[1] & 0xff) + ", protocol " + std::to_string(arguments[2]);
}

}  // namespace

std::vector<ArgumentRule> KindsOfSockets() {
  std::vector<ArgumentRule> kinds = ArgumentRules(false);
  std::erase_if(kinds, [](const ArgumentRule& rule) { return rule.call != "socket"; });
  return kinds;
}

Ruling SocketJudge::Performer::MakeSocket(const Notified& notified) {
  const auto* arguments = reinterpret_cast<const std::uint64_t*>(notified.call.args);
  const auto holds = [&](const ArgumentRule& rule) { return Holds(rule, arguments); };
  if (std::ranges::none_of(kinds_, holds)) {
    return Refuse("NW201", EPERM, "to make a socket (" + Kind(arguments) + ")", Kind(arguments),
                  Verdict{false, "", "no profile line allows this kind of socket", ""});
  }
  const int domain = static_cast<int>(arguments[0]);
  const int type = static_cast<int>(arguments[1]);
  UniqueFd made(socket(domain, type | SOCK_CLOEXEC, static_cast<int>(arguments[2])));
  if (!made.valid()) return Ruling::Error(errno);
  const bool closes = (arguments[1] & SOCK_CLOEXEC) != 0;
  const int error = notified.answer_with(made.get(), closes);
  if (error != 0) return Ruling::Error(error);
  const SocketFacts facts{InodeOf(made.get()), domain, type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)};
  source_->Keep(std::move(made), facts);  // before the next call is looked at
  return Ruling::Answered();
}

}  // namespace nodeward
