// Arguments of a system call in words, for questions: from what a person writes to registers, and
// the arguments that the filter lets pass. Pure. Called by cli/why.
#pragma once

#include <linux/seccomp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nodeward {

// The register for argument `index` (0 to 5): a number ("-1", "0x11", "0644"), or names as the
// manual writes them ("SOCK_STREAM|SOCK_CLOEXEC"). `call` holds the arguments before it, on which
// some names depend. Text for what lies in memory is an address: no filter sees what it points to.
std::optional<std::uint64_t> ParseArgument(const seccomp_data& call, int index,
                                           std::string_view text);

// Names that ParseArgument takes there, for a hint; empty where only numbers are known.
std::vector<std::string_view> ArgumentNames(const seccomp_data& call, int index);

// Each shape of `call` that passes once it is allowed by name: "socket(AF_UNIX, SOCK_STREAM)".
// Empty where the arguments do not matter.
std::vector<std::string> PassingArguments(int call, bool children);

// The number of a call by any name that nodeward knows, or -1.
int CallNumber(std::string_view name);

}  // namespace nodeward
