// Where the supervisor gets its own descriptor of an application's inotify instance from, so that a
// watch that was judged is added to that very instance. Notify thread only.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <vector>

#include "judge/socket_source.h"

namespace nodeward {

class InotifySource {
 public:
  virtual ~InotifySource() = default;
  // The caller's descriptor `fd`. EBADF, EACCES, or EINVAL for one that is no inotify instance.
  virtual Fetched Fetch(const Notified& notified, int fd) = 0;
  // A new instance for the application, of which the source keeps a copy. To be called in a thread
  // that stands as the application: instances are counted by user.
  virtual Fetched Make(int flags) = 0;
};

// pidfd_getfd(2), Linux 5.6: wants the right to trace the caller.
std::unique_ptr<InotifySource> FetchingInotifySource();
// Instances that the supervisor made itself at inotify_init1(2). All of them have one inode; so
// each carries a mark, a watch on an object that nobody else can name, by which /proc/TID/fdinfo
// tells which one a descriptor means. What the application no longer holds is let go when there are
// many. `processes`: every process of the application.
std::unique_ptr<InotifySource> KeepingInotifySource(std::function<std::vector<pid_t>()> processes);

}  // namespace nodeward
