// environment: nothing but what the profile passes and sets, and the vault's secrets.
#pragma once

#include <string>
#include <string_view>

namespace nodeward {

// Names that make the interpreter, the loader or a library run or trust something else (node.md):
// inherited only when a profile names them outright, and never from a vault.
bool IsDangerousVariable(std::string_view name);

// "OTEL_*" matches names that begin so; a pattern without a star is a name.
bool MatchesPass(std::string_view pattern, std::string_view name);

}  // namespace nodeward
