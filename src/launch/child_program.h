// ChildProgram: all that the application's process needs between clone and execve, as plain data.
// The supervisor writes it into memory that it shares with the keeper (launch/arena.h); every
// pointer points into that memory, which the keeper and its children see at the same address.
// Includes kernel/ alone. The child reads it and allocates nothing.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernel/namespaces.h"
#include "kernel/sys.h"

namespace nodeward {

inline constexpr std::size_t kMaxSteps = 16;
inline constexpr std::size_t kMaxGroups = 64;
inline constexpr std::size_t kMaxLimits = 16;
inline constexpr std::size_t kMaxCgroups = 8;
inline constexpr std::size_t kMaxKeptFds = 16;
inline constexpr std::size_t kMaxWritable = 64;
inline constexpr std::size_t kMaxPrivateFolders = 4;
inline constexpr std::size_t kMaxMountRules = 64;
inline constexpr std::size_t kMaxOwnPids = 2;
inline constexpr std::size_t kMaxMemoryFiles = 128;
inline constexpr std::size_t kNumberRoom = 12;  // a number's digits, and its NUL

// The decimal digits of `number` (not negative) and a NUL, at most kNumberRoom bytes.
inline void WriteNumber(int number, char* to) noexcept {
  char digits[kNumberRoom] = {};
  std::uint32_t count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
  } while ((number /= 10) > 0);
  while (count > 0) *to++ = digits[--count];
  *to = '\0';
}

struct ChildProgram;

// One measure's part in the child: 0, or a positive errno.
using ApplyFunction = int (*)(const ChildProgram&) noexcept;

struct ChildStep {
  ApplyFunction apply;
  std::uint32_t measure;  // index into the registry, for the report of a failure
};

struct ChildIdentity {
  bool change;  // false: already unprivileged; ids stay as they are
  uid_t uid;
  gid_t gid;
  bool set_groups;  // false where the host refuses setgroups and the groups are harmless already
  std::uint32_t group_count;
  gid_t groups[kMaxGroups];
  mode_t umask;
  const char* workdir;  // null: stays
};

struct ChildCapabilities {
  bool lock_securebits;         // false without CAP_SETPCAP
  std::uint64_t keep;           // mask: permitted, effective, inheritable and ambient afterwards
  std::uint64_t drop_bounding;  // mask of what leaves the bounding set; 0 without CAP_SETPCAP
};

struct ChildLimit {
  int resource;
  std::uint64_t soft;
  std::uint64_t hard;
};

struct ChildSession {
  bool terminal;    // true: own process group, made the terminal's foreground; false: own session
  int terminal_fd;  // the controlling terminal's descriptor, when `terminal`
  pid_t group;      // nodeward's: the foreground is taken from it, and from nobody else
  bool take;        // the keeper says so: nodeward's group is the foreground right now
};

struct ChildFilter {
  const sock_filter* code;
  std::uint16_t length;
  unsigned flags;  // SECCOMP_FILTER_FLAG_*; NEW_LISTENER where the supervisor answers
};

// A rule of the Landlock ruleset on something that the own mounts have replaced: the parent could
// not open it.
struct ChildMountRule {
  const char* path;
  std::uint64_t rights;
};

// Counts only where CLONE_NEWNS is entered.
struct ChildMounts {
  bool own_proc;  // /proc shows the own PID namespace
  bool own_tree;  // read-only, covered and private, as below
  std::uint32_t writable_count;
  const char* writable[kMaxWritable];  // real paths that stay as writable as they are
  std::uint32_t private_count;
  const char* private_folders[kMaxPrivateFolders];  // an empty one of the application's own each
  std::uint32_t rule_count;
  ChildMountRule rules[kMaxMountRules];
};

struct ChildNamespaces {
  std::uint32_t measure;  // index into the registry, for what fails before the steps
  bool user;              // entered before the steps, as `pid` is
  bool pid;
  unsigned enter;  // CLONE_NEW*: what the step enters
  kernel::OwnIds ids;
  ChildMounts mounts;
};

struct ChildLandlock {
  int ruleset;     // the keeper writes its number here; -1: none
  unsigned flags;  // of landlock_restrict_self(2)
};

// What the application finds as a sealed file in memory (memfd_create(2)), whose descriptor it
// inherits. The child makes it: the contents pass through nothing but the arena.
struct ChildMemoryFile {
  const char* name;  // as /proc/PID/fd shows it
  const char* contents;
  std::size_t size;
  char* number;  // within envp: where the child writes the descriptor's number
};

struct ChildProgram {
  std::uint32_t step_count;
  ChildStep steps[kMaxSteps];  // in the order of application

  pid_t keeper;  // the parent that must still be there
  int control;   // socket to the supervisor: reports, and the listener
  int gate;      // socket to the keeper: one byte releases, closing tells of execve

  ChildSession session;
  ChildNamespaces namespaces;
  std::uint32_t cgroup_count;
  const char* cgroup_procs[kMaxCgroups];  // absolute paths of cgroup.procs files to join
  std::uint32_t limit_count;
  ChildLimit limits[kMaxLimits];
  ChildCapabilities capabilities;
  ChildIdentity identity;
  std::uint32_t kept_fd_count;
  int kept_fds[kMaxKeptFds];  // sorted; besides 0, 1 and 2
  int null_stdin;             // descriptor of /dev/null that becomes 0, or -1
  int relay_stdout;           // descriptor that becomes 1, or -1
  int relay_stderr;           // descriptor that becomes 2, or -1
  ChildLandlock landlock;
  ChildFilter filter;
  bool filtered;  // the last step installs it

  void* shared;             // the memory that all of this lies in, and its size: the child gives it
  std::size_t shared_size;  // back before anybody else may look at it
  std::size_t shared_used;

  const char* path;  // absolute path of the command
  char* const* argv;
  char* const* envp;
  std::uint32_t own_pid_count;
  char* own_pids[kMaxOwnPids];  // within envp: where the child writes its own number
  std::uint32_t memory_file_count;
  ChildMemoryFile memory_files[kMaxMemoryFiles];
  int updates;           // the keeper writes its number here: the pipe for new secrets; -1: none
  char* updates_number;  // within envp, where it is passed on; or null
};
static_assert(std::is_standard_layout_v<ChildProgram>);
static_assert(std::is_trivially_copyable_v<ChildProgram>);

// What the child says of itself right before the filter: things that /proc does not show.
struct ChildAttestation {
  int securebits;
  int parent_death_signal;
  int root_error;  // errno of opening "/" for listing: EACCES under a ruleset that does not allow
                   // it
};

// Where a launch can fail.
enum class ChildStage : std::uint32_t { kStdio, kMeasure, kGate, kExec };

enum class ReportKind : std::uint32_t {
  // From the child, or its messenger.
  kReady,     // everything is applied; waits for the gate
  kFailed,    // will not execute: stage, measure, error
  kListener,  // carries the seccomp listener
  // From the keeper.
  kLaunched,  // pid
  kExecuted,  // the gate closed: execve succeeded, or the child died (an kExited follows)
  kExited,    // the main process: code (CLD_*) and status, as in siginfo_t
  kStopped,
  kContinued,
  kTreeGone,  // every descendant has been killed and reaped: after kExited, and when asked to
};

// One datagram to the supervisor over ChildProgram::control.
struct ControlReport {
  ReportKind kind;
  ChildStage stage;           // kFailed
  std::uint32_t measure;      // kFailed at kMeasure: index into the registry
  int error;                  // kFailed: positive errno
  pid_t pid;                  // keeper's reports
  int code;                   // kExited, kStopped: CLD_*
  int status;                 // exit code or signal
  ChildAttestation attested;  // kReady
};
static_assert(std::is_trivially_copyable_v<ControlReport>);

}  // namespace nodeward
