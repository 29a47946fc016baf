#include "judge/exec_judge.h"

#include <fcntl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <utility>

#include "decode/profile_line.h"
#include "events/codes.h"
#include "judge/caller_path.h"

namespace nodeward {

std::vector<int> ExecJudge::Calls() const { return {SYS_execve, SYS_execveat}; }

Ruling ExecJudge::Rule(const Notified& notified) {
  if (launched_ != 0 && notified.tid == launched_ && notified.call.nr == SYS_execve) {
    launched_ = 0;
    return Ruling::Continue();
  }
  // A descriptor instead of a path: programs that no folder holds (memfd_create) start like that.
  if (notified.call.nr == SYS_execveat) {
    return Refuse(notified, "a program by its descriptor", "execveat is never allowed");
  }
  const auto path = FindCallerPath(notified, AT_FDCWD, notified.call.args[0], true);
  const bool found = path && path->exists;
  if (!options_.children) {
    return Refuse(notified, found ? path->real : "another program",
                  "the application starts no other program");
  }
  if (!found || options_.files.Find(FileAccess::kExec, path->real) != nullptr) {
    return Ruling::Continue();  // Landlock looks again, at what is there then
  }
  return Refuse(notified, path->real, "no rule allows to execute it");
}

Ruling ExecJudge::Refuse(const Notified&, const std::string& path, std::string why) const {
  Ruling ruling = options_.permissive ? Ruling::Continue() : Ruling::Error(EACCES);
  Refusal refusal;
  refusal.kind = "exec";
  refusal.code = codes::kExecRefused;
  refusal.deed = "to execute " + path;
  refusal.target = path;
  refusal.why = std::move(why);
  if (path.starts_with('/')) {
    const bool again = options_.files.Find(FileAccess::kExec, path) != nullptr;
    refusal.hint = LineWith("filesystem", "exec", options_.written, again ? "@node-child" : path);
  }
  refusal.permitted = options_.permissive;
  ruling.refusal = std::move(refusal);
  return ruling;
}

}  // namespace nodeward
