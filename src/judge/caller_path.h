// The file that a waiting call is about, as the kernel would find it from where the caller stands.
// For telling, and for refusing early; the kernel looks again by itself, and Landlock decides.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "judge/ruling.h"

namespace nodeward {

struct CallerPath {
  std::string real;     // without links; for a file that is to be made: its folder's, with its name
  bool exists = false;  // false: only the folder does
};

// A path in the caller's memory, as the kernel takes it: at most PATH_MAX bytes with its NUL. 0,
// EFAULT or ENAMETOOLONG.
int ReadCallerPath(CallerMemory& memory, std::uint64_t address, std::string& path);

// Where the object behind a descriptor lies now; nothing for one that lies in no folder.
std::optional<std::string> RealPathOf(int fd);

// Opens `path` as the caller would, with O_PATH and `flags`; -1 with errno. `base` counts for a
// relative one.
int OpenAsCaller(const Notified& notified, int base, const std::string& path, int flags);

// `folder`: a descriptor of the caller's, or AT_FDCWD. Empty where the path cannot be read, does
// not lead anywhere, or the call no longer waits.
std::optional<CallerPath> FindCallerPath(const Notified& notified, int folder,
                                         std::uint64_t address, bool follow);

}  // namespace nodeward
