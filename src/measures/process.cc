// session and descriptors: what the application shares with the process that started nodeward.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "measures/always.h"
#include "measures/child_applies.h"
#include "measures/delivery.h"
#include "measures/rows.h"

namespace nodeward {
namespace {

// Standard input is the controlling terminal, and nodeward's group has it.
bool OwnsTerminal() { return isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) == getpgrp(); }

Explanation ExplainSession(const Profile&, const HostReport& host) {
  Explanation explanation;
  explanation.what = OwnsTerminal() ? "own process group in the terminal's foreground"
                                    : "own session, without a terminal";
  explanation.lines.push_back(
      host.legacy_tiocsti
          ? "TIOCSTI and TIOCLINUX are refused by the filter: no keys into the terminal"
          : "TIOCSTI is off in this kernel, and refused by the filter as TIOCLINUX is");
  return explanation;
}

Result<void> PrepareSession(const Profile&, const HostReport&, LaunchPlan& plan) {
  plan.terminal = OwnsTerminal();
  return {};
}

Result<void> VerifySession(const LaunchPlan& plan, const Observed& observed) {
  if (observed.group != observed.pid) return Fail("it shares a process group");
  if (!plan.terminal && observed.session != observed.pid) return Fail("it shares a session");
  return {};
}

std::vector<Text> Named(const Profile& profile) {
  return profile.process.descriptors.value_or(std::vector<Text>{});
}

Explanation ExplainDescriptors(const Profile& profile, const HostReport&) {
  std::vector<std::string> numbers = {"0", "1", "2"};
  for (const Text& named : Named(profile)) numbers.push_back(named.value);
  return {"only the descriptors " + JoinWords(numbers) + " reach it",
          {"close_range(2), close-on-exec"}};
}

// Inherited, and nothing that leads out of what the application may see. nodeward's own descriptors
// are all close-on-exec; one that survived into nodeward is not.
Result<void> CheckDescriptor(int fd, const Where& where) {
  const int flags = fcntl(fd, F_GETFD);
  const std::string name = "the descriptor " + std::to_string(fd);
  if (flags < 0 || (flags & FD_CLOEXEC) != 0) {
    return Fail(name + " was not open when nodeward was started", where.Text(),
                "open it in what starts nodeward: nodeward run … " + std::to_string(fd) + "<file");
  }
  struct stat facts {};
  if (fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode)) {
    return Fail(name + " is a folder: it would lead anywhere below it", where.Text());
  }
  return {};
}

Result<void> CheckSocket(int fd) {
  struct stat facts {};
  if (fstat(fd, &facts) == 0 && S_ISSOCK(facts.st_mode)) return {};
  return Fail("LISTEN_FDS names the descriptor " + std::to_string(fd) + ", which is no socket");
}

Result<void> PrepareDescriptors(const Profile& profile, const HostReport&, LaunchPlan& plan) {
  plan.kept_fds.clear();
  for (const Text& named : Named(profile)) {
    const auto fd = static_cast<int>(std::strtol(named.value.c_str(), nullptr, 10));
    if (auto checked = CheckDescriptor(fd, named.where); !checked) return checked;
    plan.kept_fds.push_back(fd);
  }
  for (int fd = 3; fd < 3 + plan.service.sockets; ++fd) {  // sd_listen_fds(3)
    if (auto checked = CheckSocket(fd); !checked) return checked;
    plan.kept_fds.push_back(fd);
  }
  std::sort(plan.kept_fds.begin(), plan.kept_fds.end());
  plan.kept_fds.erase(std::unique(plan.kept_fds.begin(), plan.kept_fds.end()), plan.kept_fds.end());
  if (plan.kept_fds.size() > kMaxKeptFds) {
    const auto named = Named(profile);
    return Fail("more than " + std::to_string(kMaxKeptFds) + " descriptors",
                named.empty() ? "LISTEN_FDS" : named.front().where.Text());
  }
  return {};
}

Result<void> VerifyDescriptors(const LaunchPlan& plan, const Observed& observed) {
  for (const ObservedFd& fd : observed.fds) {
    const bool named = std::binary_search(plan.kept_fds.begin(), plan.kept_fds.end(), fd.fd) ||
                       std::ranges::any_of(plan.memory_files,
                                           [&](const PlannedMemoryFile& file) {
                                             return fd.target == MemoryFileTarget(file.name);
                                           }) ||
                       (plan.updates >= 0 && fd.target == plan.updates_target);
    if (fd.fd > 2 && !fd.close_on_exec && !named) {
      return Fail("the descriptor " + std::to_string(fd.fd) + " (" + fd.target +
                  ") would reach it");
    }
  }
  return {};
}

}  // namespace

const Measure kSessionMeasure = {
    .name = "session",
    .section = "",
    .wanted = Always,
    .support = AlwaysFull,
    .explain = ExplainSession,
    .prepare = PrepareSession,
    .establish = nullptr,
    .apply = ApplySession,
    .verify = VerifySession,
};

const Measure kDescriptorsMeasure = {
    .name = "descriptors",
    .section = "",
    .wanted = Always,
    .support = AlwaysFull,
    .explain = ExplainDescriptors,
    .prepare = PrepareDescriptors,
    .establish = nullptr,
    .apply = ApplyDescriptors,
    .verify = VerifyDescriptors,
};

}  // namespace nodeward
