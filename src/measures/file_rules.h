// What [filesystem] means on this machine: the entries of the profile, "@node" and "@app" as rules
// over real paths. Looks at files, changes nothing. Called in the parent before each launch, and by
// `explain` and `why`.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "host/report.h"
#include "measures/launch_plan.h"
#include "policy/file_policy.h"
#include "profile/profile.h"

namespace nodeward {

struct FileRules {
  FilePolicy policy;
  std::vector<std::string> warnings;
};

// `plan`: identity and the command's path are resolved already. An entry that does not exist is an
// error unless it is optional; so is a link that the application's user could have planted.
Result<FileRules> ResolveFileRules(const Profile& profile, const HostReport& host,
                                   const LaunchPlan& plan);

// The rule that lets the application load nodeward's own module.
FileRule PreloadRule(const std::string& path);

// Whether the profile lets the application start another program: anything beside "@node" in exec.
bool AllowsExecution(const Profile& profile);

}  // namespace nodeward
