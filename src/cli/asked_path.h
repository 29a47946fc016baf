// The path of a question, as the kernel would resolve it for the application; and whether the modes
// on the way let its user through. Asks the file system, changes nothing.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"
#include "measures/launch_plan.h"

namespace nodeward {

struct AskedPath {
  std::string real;  // without links, "." and ".."; what would be made, where nothing is there
  bool exists = false;
  bool placed = false;  // its folder exists
  bool folder = false;
  bool linked = false;  // a link was followed
};

// `path` counts from `workdir` when it is relative. A file that does not exist: its nearest folder,
// and the rest. Errors: a loop of links, a path that is too long, or one that nodeward may not
// follow.
Result<AskedPath> ResolveAsked(const std::string& path, const std::string& workdir);

// Bits as in a mode.
inline constexpr mode_t kMayRead = 4;
inline constexpr mode_t kMayWrite = 2;
inline constexpr mode_t kMayExecute = 1;

// What refuses `wanted` to `who` by owner and mode alone: "/root belongs to root, mode 0700".
// Empty where nothing does. To make a file, its folder must be writable. Access control lists are
// not looked at, and `who` has no capability.
std::string RefusedByMode(const AskedPath& path, mode_t wanted, const PlannedIdentity& who);

}  // namespace nodeward
