#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "kernel/sys.h"
#include "launch/child_program.h"
#include "measures/child_applies.h"

namespace nodeward {
namespace {

using kernel::Call;

// A directory entry of getdents64(2).
struct Entry {
  std::uint64_t inode;
  std::int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[1];
};

int NumberOf(const char* name) noexcept {
  int number = 0;
  for (; *name != '\0'; ++name) {
    if (*name < '0' || *name > '9') return -1;  // "." and ".."
    number = number * 10 + (*name - '0');
  }
  return number;
}

int MarkCloexec(int fd, bool on) noexcept {
  return static_cast<int>(-Call(SYS_fcntl, fd, F_SETFD, on ? FD_CLOEXEC : 0));
}

// Kernels before 5.11 have no CLOSE_RANGE_CLOEXEC: walk the open ones.
int MarkAllByWalking() noexcept {
  const int folder = kernel::Open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return -folder;
  alignas(Entry) char buffer[4096];
  for (;;) {
    const long size = Call(SYS_getdents64, folder, reinterpret_cast<long>(buffer), sizeof(buffer));
    if (size < 0) return static_cast<int>(-size);
    if (size == 0) break;
    for (long at = 0; at < size;) {
      const Entry* entry = reinterpret_cast<const Entry*>(buffer + at);
      const int fd = NumberOf(entry->name);
      if (fd > 2) {
        if (const int error = MarkCloexec(fd, true)) return error;
      }
      at += entry->length;
    }
  }
  return -kernel::Close(folder);
}

int OwnSession() noexcept {
  const long session = Call(SYS_setsid);
  return session < 0 ? static_cast<int>(-session) : 0;
}

// The foreground only while nodeward's group has it: a restart in the background must not take the
// terminal from whoever works there. The keeper has looked: in a PID namespace of its own the child
// cannot tell one group outside from another.
int TakeTerminal(const ChildSession& session) noexcept {
  if (const long status = Call(SYS_setpgid, 0, 0)) return static_cast<int>(-status);
  if (!session.take) return 0;
  int group = static_cast<int>(Call(SYS_getpid));
  return static_cast<int>(
      -Call(SYS_ioctl, session.terminal_fd, TIOCSPGRP, reinterpret_cast<long>(&group)));
}

// Ignored signals survive execve(2), and so does the mask: an application that inherits either
// behaves otherwise than bare.
void DefaultSignals() noexcept {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < 65; ++signal) sigaction(signal, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace

int ApplySession(const ChildProgram& program) noexcept {
  // The keeper blocks every signal, so that SIGTTOU does not stop the change of the foreground
  // group.
  const int error = program.session.terminal ? TakeTerminal(program.session) : OwnSession();
  if (error != 0) return error;
  DefaultSignals();
  return 0;
}

int ApplyLimits(const ChildProgram& program) noexcept {
  for (std::uint32_t i = 0; i < program.limit_count; ++i) {
    const ChildLimit& limit = program.limits[i];
    if (const int status = kernel::SetLimit(limit.resource, limit.soft, limit.hard)) return -status;
  }
  return 0;
}

int ApplyDescriptors(const ChildProgram& program) noexcept {
  if (kernel::CloseRange(3, ~0u, kernel::kCloseRangeCloexec) != 0) {
    if (const int error = MarkAllByWalking()) return error;
  }
  for (std::uint32_t i = 0; i < program.kept_fd_count; ++i) {
    if (const int error = MarkCloexec(program.kept_fds[i], false)) return error;
  }
  return 0;
}

}  // namespace nodeward
