// The object that a waiting call is about (a file, a folder, a link, a pipe …), found as the kernel
// would find it from where the caller stands, and held: what is judged is what is acted on,
// wherever its path leads by then. To be used in a thread that stands as the application
// (RunStanding), so that what the application may not search, is not found.
#pragma once

#include <string>

#include "base/unique_fd.h"
#include "judge/ruling.h"

namespace nodeward {

struct CallerObject {
  int error = 0;  // the kernel's own; then there is nothing else
  UniqueFd fd;    // O_PATH
};

// `folder`: a descriptor of the caller's, or AT_FDCWD; it counts for a relative path. ENOENT for an
// empty path.
CallerObject FindByPath(const Notified& notified, int folder, const std::string& path, bool follow);

// What stands behind a descriptor of the caller's. EBADF for one that was opened with O_PATH,
// unless `bare` ones do; AT_FDCWD is the working directory then.
CallerObject FindByDescriptor(const Notified& notified, int fd, bool bare);

// Where it lies, for a judgement by rules; a deleted file where it lay. Empty for what lies in no
// folder: pipes, sockets, memory.
std::string PlaceOf(int object);

// A path that leads to the object itself, a link too. Follow it.
std::string LinkTo(int object);

}  // namespace nodeward
