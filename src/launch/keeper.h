// The keeper: a process between supervisor and application. One thread, undumpable, subreaper, in a
// process group of its own, no listener; it forks the application on request, relays every wait
// status, reaps orphans, and kills the whole tree when the supervisor's end of the socket closes,
// however the supervisor ended. Forked first, before any thread and any secret.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "launch/arena.h"
#include "launch/child_program.h"

namespace nodeward {

enum class KeeperRequestKind : std::uint32_t {
  kLaunch,       // clone a child that runs the arena's program; carries its LaunchDescriptors
  kRelease,      // open the gate: the child may execute
  kSignal,       // `signal` to the main process
  kSignalGroup,  // `signal` to its process group (what a terminal does)
  kKillTree,     // SIGKILL to every descendant; answers kTreeGone
};

// What a child gets by descriptor, each -1 where there is none.
struct LaunchDescriptors {
  int ruleset = -1;  // the Landlock ruleset that it enters
  int updates = -1;  // its end of the pipe for new secrets
};

inline constexpr std::size_t kMaxCarried = 2;

struct KeeperRequest {
  KeeperRequestKind kind;
  int signal;
  bool ruleset;  // kLaunch: which descriptors come with it, in this order
  bool updates;
  char cgroup_kill[1024];  // kLaunch: path of cgroup.kill, or empty; kept for kKillTree
};

// The supervisor's handle.
class Keeper {
 public:
  // Forks. Call while single-threaded. The arena must outlive the keeper. `leavings`: paths that
  // the keeper removes when it ends, however the supervisor ended. `withheld`: descriptors that the
  // keeper closes: of a pipe whose reader is gone the application must see it.
  static Result<Keeper> Start(Arena& arena, const std::vector<std::string>& leavings = {},
                              const std::vector<int>& withheld = {});

  pid_t pid() const { return pid_; }
  int fd() const { return control_.get(); }  // readable when a report waits; EOF: it died
  int child_control() const { return child_control_; }  // the number that children report to

  // False when the keeper is gone.
  bool Send(KeeperRequestKind kind, int signal = 0);
  // kLaunch. Owns none of the descriptors.
  bool Launch(const std::string& cgroup_kill, const LaunchDescriptors& descriptors);
  // One report, and the descriptor it carries; nullopt when none waits (or the keeper is gone).
  std::optional<std::pair<ControlReport, UniqueFd>> Receive();
  // Whether the keeper has closed its end: it died.
  bool Gone() const;
  // Waits for a report at most `timeout_ms`.
  std::optional<std::pair<ControlReport, UniqueFd>> Await(int timeout_ms);
  // Closes the socket: the keeper kills the tree and exits; waits for it.
  void Finish();

 private:
  bool Send(const KeeperRequest& request, const std::vector<int>& fds);
  Keeper(pid_t pid, UniqueFd control, int child_control)
      : pid_(pid), control_(std::move(control)), child_control_(child_control) {}
  pid_t pid_ = 0;
  UniqueFd control_;
  int child_control_ = -1;
};

}  // namespace nodeward
