// From a profile's name or path to one merged, validated Profile. Called by cli/ once at the start,
// in the parent. Reads files and nothing else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "base/result.h"
#include "profile/profile.h"

namespace nodeward {

struct LoadOptions {
  // A path (has a '/' or ends in ".toml"), or a built-in's name, or else a file of that name.
  std::string profile = "default";
  std::vector<std::string> overrides;  // "--set" arguments, KEY=VALUE, applied last in order
};

// The merged profile, or every error found in any of its files and overrides, in order.
tl::expected<Profile, Errors> LoadProfile(const LoadOptions& options);

struct BuiltinProfile {
  std::string_view name;  // "default"
  std::string_view text;  // TOML, as in profiles/
};

// All built-in profiles, sorted by name; embedded from profiles/*.toml at build time.
const std::vector<BuiltinProfile>& BuiltinProfiles();

}  // namespace nodeward
