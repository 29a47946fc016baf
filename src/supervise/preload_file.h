// nodeward's own module, where node can load it: a file in the runtime folder, which the
// application may read and nobody but nodeward writes.
#pragma once

#include <string>

#include "base/result.h"
#include "plan/plan.h"
#include "supervise/runtime_folder.h"

namespace nodeward {

// Writes NAME.cjs, 0444, in place of one that an earlier supervisor of that name left: its path.
// `name` is that of a status socket that is bound, so nobody else's.
Result<std::string> WritePreload(const RuntimeFolder& folder, const std::string& name);

// Has the plan's command load the module at `path` before anything of the application's, and lets
// the application read it.
void LoadPreload(Plan& plan, const std::string& path);

}  // namespace nodeward
