#include "supervise/stdio.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace nodeward {
namespace {

bool EventsToStderr(const Profile& profile) {
  if (!profile.events.to) return true;
  return std::any_of(profile.events.to->begin(), profile.events.to->end(),
                     [](const Text& sink) { return sink.value == "stderr"; });
}

// Two descriptors of one pipe, file or socket: `2>&1`, or one log for both.
bool SameFile(int first, int second) {
  struct stat a {};
  struct stat b {};
  return fstat(first, &a) == 0 && fstat(second, &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

bool IsWritable(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

}  // namespace

Result<StdioPlan> PlanStdio(const Profile& profile) {
  StdioPlan plan;
  if (!EventsToStderr(profile) || isatty(STDERR_FILENO) == 1) return plan;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return Fail("cannot make a pipe for the application's output: " + DescribeErrno(errno));
  }
  plan.relay.emplace_back(ends[0]);
  plan.child_stderr.reset(ends[1]);
  if (SameFile(STDIN_FILENO, STDERR_FILENO) && IsWritable(STDIN_FILENO)) {
    plan.child_stdin.reset(open("/dev/null", O_RDONLY | O_CLOEXEC));
  }
  if (SameFile(STDOUT_FILENO, STDERR_FILENO)) {
    plan.child_stdout.reset(fcntl(ends[1], F_DUPFD_CLOEXEC, 3));
  }
  return plan;
}

}  // namespace nodeward
