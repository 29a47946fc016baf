// Observed: what is truly in force on one process, read from /proc by the supervisor before the
// application starts. Plain data; each measure's verify() judges it, and the `start` event tells
// it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace nodeward {

struct ObservedFd {
  int fd = 0;
  bool close_on_exec = false;
  std::string target;  // "socket:[1234]", a path
};

// A line of /proc/PID/mountinfo.
struct ObservedMount {
  std::string place;
  std::string root;  // what of the file system is mounted there: "/" is all of it
  std::string type;
  bool read_only = false;
  bool no_suid = false;
  bool no_dev = false;
  bool no_exec = false;
};

struct Observed {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t session = 0;
  pid_t group = 0;
  std::vector<uid_t> uids;  // real, effective, saved, file system
  std::vector<gid_t> gids;
  std::vector<gid_t> groups;
  unsigned umask = 0;
  std::uint64_t cap_inheritable = 0;
  std::uint64_t cap_permitted = 0;
  std::uint64_t cap_effective = 0;
  std::uint64_t cap_bounding = 0;
  std::uint64_t cap_ambient = 0;
  bool no_new_privs = false;
  int seccomp_mode = 0;
  int seccomp_filters = -1;  // -1: this kernel does not tell (before 5.9)
  int threads = 0;
  std::string workdir;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> limits;  // "Max open files"
  std::vector<ObservedFd> fds;
  std::map<std::string, std::string> cgroups;  // controller ("" on v2) -> path
  std::vector<std::string> namespaces;  // "pid", "mnt" …: those that the observer is not in
  std::vector<ObservedMount> mounts;    // in the order of mounting; empty unless "mnt" is own
  // From the child itself, taken before its filter: /proc does not show these.
  int securebits = 0;
  int parent_death_signal = 0;
  int root_error = 0;  // of opening "/"
};

// Reads /proc/PID. The caller's fsuid must be the process's own where CAP_SYS_PTRACE is absent.
Result<Observed> Observe(pid_t pid);

// What /proc/PID/task/TID/status says of each thread; `pid` is the thread's number. The first is
// the main thread; threads that end meanwhile are left out.
Result<std::vector<Observed>> ObserveThreads(pid_t pid);

}  // namespace nodeward
