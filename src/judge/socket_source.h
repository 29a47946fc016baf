// Where the supervisor gets its own descriptor of an application's socket from, so that a decided
// call is performed on that very socket, whatever the application's table of descriptors says by
// then. Notify thread only.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/shared_fd.h"
#include "judge/ruling.h"

namespace nodeward {

// What stays the same as long as a socket lives.
struct SocketFacts {
  std::uint64_t inode = 0;  // 0: no socket
  int domain = 0;
  int type = 0;
};
SocketFacts FactsOf(int fd);
std::uint64_t InodeOf(int fd);  // of a socket, else 0

struct Fetched {
  int error = 0;  // EBADF, or EACCES for a socket that cannot be had
  SharedFd fd = {};
  std::optional<SocketFacts> facts = {};  // where they are known already
};

class SocketSource {
 public:
  virtual ~SocketSource() = default;
  // The caller's descriptor `fd`; any kind of file.
  virtual Fetched Fetch(const Notified& notified, int fd) = 0;
  // A socket was made for the application: `kept` is the supervisor's own descriptor of it.
  virtual void Keep(UniqueFd kept, const SocketFacts& facts) = 0;
  // No later call on it will be asked about.
  virtual void Drop(std::uint64_t inode) = 0;
  // Lets go of what the application no longer holds: a port that it closed is free then.
  virtual void Sweep() = 0;
};

// pidfd_getfd(2), Linux 5.6: wants the right to trace the caller.
std::unique_ptr<SocketSource> FetchingSource();
// Sockets that the supervisor made itself at socket(2), found again by their inode. What the
// application no longer holds is let go when there are many, and before a bind.
// `processes`: every process of the application. `inherited`: nodeward's own descriptors that the
// application inherits, too: the sockets among them are had as long as this lives, at each restart.
std::unique_ptr<SocketSource> KeepingSource(std::function<std::vector<pid_t>()> processes,
                                            const std::vector<int>& inherited = {});

}  // namespace nodeward
