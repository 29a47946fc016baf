// One launch, from a plan to a process that has executed the application: packs the arena, asks the
// keeper, takes the listener, verifies from /proc what is in force, and only then opens the gate.
// Runs in the supervisor's main thread and blocks it for the few milliseconds that it takes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "host/observed.h"
#include "launch/arena.h"
#include "launch/keeper.h"
#include "plan/plan.h"

namespace nodeward {

struct Launched {
  pid_t pid = 0;
  Observed observed;  // what was in force right before execve
};

// Who answers the system calls of the application.
class Attendant {
 public:
  virtual ~Attendant() = default;
  // The seccomp listener, as soon as it is there.
  virtual void Take(UniqueFd listener) = 0;
  // Everything is verified; the next execve of `pid` is the launch's own, and waits for an answer.
  // `ruleset`: the Landlock ruleset that it has entered; invalid when there is none.
  virtual void BeforeRelease(pid_t pid, UniqueFd ruleset) = 0;
};

// Errors carry the exit code: 126 and 127 when execve failed, else 125. After one, nothing of the
// application is left.
Result<Launched> Launch(const Plan& plan, Keeper& keeper, Arena& arena, Attendant& attendant);

// Runs `work` while the calling thread's file system ids are the given ones, so that /proc of a
// process of that user opens without CAP_SYS_PTRACE; nobody may signal or look at a thread for its
// file system ids. The process stays undumpable.
void RunAs(uid_t uid, gid_t gid, const std::function<void()>& work);

// The calling thread alone takes these file system ids, and the process stays undumpable:
// setfsuid(2) resets that flag to fs.suid_dumpable.
void TakeFileSystemIds(uid_t uid, gid_t gid);

}  // namespace nodeward
