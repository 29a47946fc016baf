#include "cli/profiles.h"

#include <cstdio>

#include "base/text.h"
#include "cli/launch_inputs.h"
#include "profile/load.h"

namespace nodeward {

int ProfilesCommand(const std::string& shown) {
  std::vector<std::string> names;
  for (const BuiltinProfile& profile : BuiltinProfiles()) {
    names.emplace_back(profile.name);
    if (shown.empty()) std::printf("%s\n", names.back().c_str());
    if (shown == profile.name) {
      std::fwrite(profile.text.data(), 1, profile.text.size(), stdout);
      return 0;
    }
  }
  if (shown.empty()) return 0;
  return PrintErrors(
      {{"there is no built-in profile \"" + shown + "\"", {}, "one of: " + JoinWords(names)}});
}

}  // namespace nodeward
