// delivery: which way the vault's secrets reach the application. `env`: as variables. `memory`: in
// a sealed file in memory that nodeward's own module (src/preload) reads into process.env, so that
// neither /proc/PID/environ nor a child ever holds them. `file`: a sealed file in memory each,
// under the path that NAME_FILE names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "measures/launch_plan.h"
#include "profile/profile.h"

namespace nodeward {

// The variable that names the descriptor of the records, for the preloaded module.
inline constexpr std::string_view kSecretsFd = "NODEWARD_SECRETS_FD";

// The variable that names the scripts of [secrets] inherit, with colons between them.
inline constexpr std::string_view kSecretsInherit = "NODEWARD_SECRETS_INHERIT";

// The variable that names the descriptor on which new ones come, in frames.
inline constexpr std::string_view kSecretsUpdates = "NODEWARD_UPDATES_FD";

// Whether nodeward's own module has to be loaded for it.
bool DeliversInMemory(const Profile& profile);

// Whether the vault is watched while the application runs, and what happens then.
bool Watches(const Profile& profile);
OnChange OnChangeOf(const Profile& profile);
// Whether new values go into the running process.
bool UpdatesInMemory(const Profile& profile);

// What /proc/PID/fd/N of such a file leads to, by its name.
std::string MemoryFileTarget(const std::string& name);

// The variables that the secrets of `plan` become, and plan.memory_files. Error: more secrets than
// there may be files.
Result<std::vector<PlannedVariable>> DeliverSecrets(const Profile& profile, LaunchPlan& plan);

}  // namespace nodeward
