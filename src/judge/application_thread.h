// Runs work in a thread that stands where the application stands: its effective ids (never its real
// one, so that it cannot signal the thread), groups, working directory, umask and Landlock domain.
// What the kernel decides by these, it decides as for the application.
#pragma once

#include <cstdint>
#include <functional>

#include "measures/launch_plan.h"

namespace nodeward {

struct Stance {
  const PlannedIdentity* identity = nullptr;
  bool same_user = false;
  int root = -1;                   // root folder; -1: the supervisor's
  int folder = -1;                 // working directory; -1: the supervisor's
  int ruleset = -1;                // Landlock's; -1: none
  mode_t umask = 0077;             // taken on with a root folder or a working directory only
  std::uint64_t capabilities = 0;  // those that the application keeps: no other one is effective
};

// The host does not let a thread have a root folder, working directory and umask of its own.
constexpr int kNoPlace = -1;

// Makes the calling thread stand so, for the rest of its life: 0, kNoPlace, or an errno.
int StandAs(const Stance& standing);
// In a thread of its own. 0; kNoPlace, EAGAIN where no thread is to be had, EACCES for all else
// that could not be taken on: then the work was not run, and the errno is the caller's answer.
// Blocks until it ended, and nothing can interrupt that: for work that cannot block.
int RunStanding(const Stance& standing, const std::function<void()>& work);

}  // namespace nodeward
