#include "supervise/stdio.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "plan/masking.h"

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

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) >= 0; }

// The read end; `write` becomes the application's.
Result<UniqueFd> MakePipe(UniqueFd& write) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return Fail("cannot make a pipe for the application's output: " + DescribeErrno(errno));
  }
  write.reset(ends[1]);
  return UniqueFd(ends[0]);
}

struct Stream {
  const char* name;
  int fd;
};
constexpr Stream kStreams[] = {{"stdout", STDOUT_FILENO}, {"stderr", STDERR_FILENO}};

}  // namespace

Result<StdioPlan> PlanStdio(const Profile& profile) {
  StdioPlan plan;
  const bool masks = WantsMask(profile);
  for (const auto& [name, fd] : kStreams) {
    if (!masks || !IsOpen(fd)) continue;
    (isatty(fd) == 1 ? plan.terminals : plan.masked).emplace_back(name);
  }
  const auto masked = [&](std::string_view name) {
    return std::find(plan.masked.begin(), plan.masked.end(), name) != plan.masked.end();
  };
  const bool events = EventsToStderr(profile) && isatty(STDERR_FILENO) != 1;
  const bool together = SameFile(STDOUT_FILENO, STDERR_FILENO);
  if (events || masked("stderr")) {
    auto read = MakePipe(plan.child_stderr);
    if (!read) return Fail(read.error());
    plan.relay.push_back(std::move(*read));
    // One pipe for both keeps the order of what they print.
    if (together) plan.child_stdout.reset(fcntl(plan.child_stderr.get(), F_DUPFD_CLOEXEC, 3));
  }
  if (events && SameFile(STDIN_FILENO, STDERR_FILENO) && IsWritable(STDIN_FILENO)) {
    plan.child_stdin.reset(open("/dev/null", O_RDONLY | O_CLOEXEC));
  }
  if (masked("stdout") && !plan.child_stdout.valid()) {
    auto read = MakePipe(plan.child_stdout);
    if (!read) return Fail(read.error());
    plan.relay_stdout = std::move(*read);
  }
  return plan;
}

}  // namespace nodeward
