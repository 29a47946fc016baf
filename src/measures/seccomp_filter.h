// From a profile's system calls to BPF. Pure: libseccomp gives the numbers of names, and the code
// is tested by an evaluator, without installing it.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "measures/launch_plan.h"
#include "measures/seccomp_supervised.h"
#include "profile/profile.h"

namespace nodeward {

// What answers a call that is neither allowed nor a known probe.
enum class DefaultAnswer {
  kNotify,  // the supervisor: it refuses, and tells
  kErrno,   // EPERM in the kernel; nobody sees it
  kKill,    // the process ends
  kLog,     // allowed, and logged by the kernel where audit is on
};

struct FilterPolicy {
  std::vector<std::string> allow;   // calls by name, sorted; deny is taken off already
  std::vector<std::string> probes;  // answered ENOSYS
  Protected guarded;                // never signalled by kill and tgkill
  DefaultAnswer answer = DefaultAnswer::kNotify;
  Supervision supervision;  // with kNotify alone: nobody else could decide
};

// The calls of [syscalls] allow and deny with groups resolved: deny wins, launch calls stay.
// Errors: a call that no architecture has, an unknown group, a denied launch call.
Result<FilterPolicy> ResolvePolicy(const Profile& profile);

struct CompiledFilter {
  std::vector<sock_filter> code;
  std::vector<int> supervised;  // numbers of the calls that the supervisor decides
  int last_call = 0;            // highest number of the table; later ones are answered ENOSYS
};
Result<CompiledFilter> CompileFilter(const FilterPolicy& policy);

// The number of a call on this machine, or -1.
int SyscallNumber(const std::string& name);

}  // namespace nodeward
