// session and descriptors: what the application shares with the process that started nodeward.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "measures/child_applies.h"
#include "measures/rows.h"

namespace nodeward {
namespace {

bool Always(const Profile&) { return true; }
Support AlwaysFull(const Profile&, const HostReport&) { return Full{}; }

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

Explanation ExplainDescriptors(const Profile&, const HostReport&) {
  return {"only the descriptors 0, 1 and 2 reach it", {"close_range(2), close-on-exec"}};
}

Result<void> PrepareDescriptors(const Profile&, const HostReport&, LaunchPlan& plan) {
  std::sort(plan.kept_fds.begin(), plan.kept_fds.end());
  return {};
}

Result<void> VerifyDescriptors(const LaunchPlan& plan, const Observed& observed) {
  for (const ObservedFd& fd : observed.fds) {
    const bool named = std::binary_search(plan.kept_fds.begin(), plan.kept_fds.end(), fd.fd);
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
