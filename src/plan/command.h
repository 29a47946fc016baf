// From the command as typed to the file that is executed. Reads the file system, starts nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace nodeward {

// The absolute path of `name`: itself when it has a slash (relative to `workdir`, or the current
// folder), else the first executable of that name along `path_variable`. Exit code 127 when there
// is none, 126 for a folder or a file without an executable bit.
Result<std::string> ResolveCommand(const std::string& name, std::string_view path_variable,
                                   const std::string& workdir);

// Whether `path` is the interpreter itself, by the name of the file that it leads to.
bool IsNode(const std::string& path);

// Words for the operator when the command is a shell or a package manager's script runner, which
// stand between nodeward's signals and node; empty otherwise.
std::string WarnAboutCommand(const std::vector<std::string>& command);

inline constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

}  // namespace nodeward
