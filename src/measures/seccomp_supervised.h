// Supervised calls: allowed by the profile, but decided by the supervisor one by one, since what
// they are about lies in memory (a path, an address) or is known to it alone (a process). Pure
// data.
#pragma once

#include <string_view>
#include <vector>

#include "measures/seccomp_arguments.h"

namespace nodeward {

// Which parts of the profile want to be asked.
struct Supervision {
  bool execution = false;  // execve
  bool writes = false;     // opens that write, create or cut
  bool reads = false;      // every other open, too
  bool metadata = false;   // modes, owners and times of files
  bool watches = false;    // inotify_add_watch
  bool instances = false;  // inotify_init: where an instance cannot be fetched later
  bool mappings = false;   // files that are mapped as code
  bool signals = false;    // kill towards anything but the caller's own group
  bool network = false;    // connect, bind, listen, and what is sent to an address
  bool questions = false;  // send without an address as well: a name server's question
  bool sockets = false;    // socket: where a socket cannot be fetched later
};

struct SupervisedCall {
  std::string_view call;
  std::vector<ArgumentRule> passes;  // shapes that pass unseen; none: every call is asked about
};

std::vector<SupervisedCall> SupervisedCalls(const Supervision& supervision);

}  // namespace nodeward
