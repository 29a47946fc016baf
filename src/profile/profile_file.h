// Reads one profile from disk, with the distrust that a root process owes a file. Called by
// load.cc.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"

namespace nodeward {

struct ProfileFile {
  std::string text;
  dev_t device = 0;  // with inode: which file it is, whatever its name
  ino_t inode = 0;
};

// At most 1 MiB of a regular file; never blocks on a FIFO. With `privileged` (an effective uid of
// 0) a file that others may change is refused with the chmod that helps: writable by everyone, by a
// group other than 0, or in a folder that everyone may write and that is not sticky.
Result<ProfileFile> ReadProfileFile(const std::string& path, bool privileged);

}  // namespace nodeward
