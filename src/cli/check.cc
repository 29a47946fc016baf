#include "cli/check.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/launch_inputs.h"
#include "measures/capabilities.h"
#include "measures/seccomp_filter.h"
#include "profile/load.h"

namespace nodeward {
namespace {

using Json = nlohmann::ordered_json;

// Independent of the host: a profile may be checked where it will not run.
Errors CheckProfile(const std::string& name) {
  const auto profile = LoadProfile({name, {}});
  if (!profile) return profile.error();
  Errors errors;
  if (auto policy = ResolvePolicy(*profile); !policy) errors.push_back(policy.error());
  if (auto keep = KeepMask(*profile); !keep) errors.push_back(keep.error());
  return errors;
}

Json ToJson(const std::string& name, const Errors& errors) {
  Json json = {{"profile", EscapeForTerminal(name)}, {"valid", errors.empty()}};
  json["errors"] = Json::array();
  for (const Error& error : errors) {
    json["errors"].push_back({{"what", EscapeForTerminal(error.what)},
                              {"where", EscapeForTerminal(error.where)},
                              {"hint", EscapeForTerminal(error.hint)}});
  }
  return json;
}

}  // namespace

int CheckCommand(const std::vector<std::string>& profiles, bool json) {
  Json all = Json::array();
  bool good = true;
  for (const std::string& name : profiles) {
    const Errors errors = CheckProfile(name);
    good = good && errors.empty();
    if (json) {
      all.push_back(ToJson(name, errors));
    } else if (errors.empty()) {
      std::printf("%s: valid\n", EscapeForTerminal(name).c_str());
    } else {
      PrintErrors(errors);
    }
  }
  if (json) std::printf("%s\n", all.dump(2).c_str());
  return good ? 0 : kExitRefused;
}

}  // namespace nodeward
