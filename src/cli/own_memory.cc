#include "cli/own_memory.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>

namespace nodeward {

void HideOwnMemory() {
  prctl(PR_SET_DUMPABLE, 0);
  // core(5): 0 would not stop a handler that core_pattern pipes to. The hard limit is the
  // profile's.
  rlimit core{};
  getrlimit(RLIMIT_CORE, &core);
  core.rlim_cur = std::min<rlim_t>(core.rlim_max, 1);
  setrlimit(RLIMIT_CORE, &core);
}

}  // namespace nodeward
