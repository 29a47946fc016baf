// socket(2), performed by the supervisor where it could not fetch a socket later.
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <netinet/in.h>

#include <cerrno>

#include "measures/seccomp_arguments.h"
#include "supervise/socket_performer.h"

namespace nodeward {
namespace {

// The filter's own rules for the kinds of sockets, asked again for what it passed on.
bool IsAllowedKind(std::string_view call, const std::uint64_t* arguments) {
  for (const ArgumentRule& rule : ArgumentRules(false)) {
    if (rule.call != call) continue;
    bool holds = true;
    for (const ArgumentCondition& condition : rule.conditions) {
      holds = holds && (arguments[condition.index] & condition.mask) == condition.value;
    }
    if (holds) return true;
  }
  return false;
}

std::string Kind(const std::uint64_t* arguments) {
  return "family " + std::to_string(arguments[0]) + ", type " +
         std::to_string(arguments[1] & 0xff) + ", protocol " + std::to_string(arguments[2]);
}

}  // namespace

Ruling SocketJudge::Performer::MakeSocket(const Notified& notified) {
  const auto* arguments = reinterpret_cast<const std::uint64_t*>(notified.call.args);
  if (!IsAllowedKind("socket", arguments)) {
    return Refuse("NW201", EPERM, "to make a socket (" + Kind(arguments) + ")", Kind(arguments),
                  Verdict{false, "", "no profile line allows this kind of socket", ""});
  }
  UniqueFd made(socket(static_cast<int>(arguments[0]),
                       static_cast<int>(arguments[1]) | SOCK_CLOEXEC,
                       static_cast<int>(arguments[2])));
  if (!made.valid()) return Ruling::Error(errno);
  const bool closes = (arguments[1] & SOCK_CLOEXEC) != 0;
  const int number = notified.install(made.get(), closes);
  if (number < 0) return Ruling::Error(-number);
  source_->Keep(std::move(made));
  return Ruling::Value(number);
}

}  // namespace nodeward
