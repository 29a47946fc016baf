#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "kernel/sys.h"
#include "launch/child_program.h"
#include "measures/child_applies.h"

namespace nodeward {
namespace {

using kernel::Call;

// Sends one descriptor over the control socket. Runs in the messenger, which has no filter: once
// the application's own sendmsg is answered by the supervisor, it could not hand over the very
// descriptor that the supervisor needs to answer.
int SendDescriptor(int control, int fd) noexcept {
  ControlReport message = {};
  message.kind = ReportKind::kListener;
  iovec part{&message, sizeof(message)};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
  msghdr header = {};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = space;
  header.msg_controllen = sizeof(space);
  cmsghdr* entry = CMSG_FIRSTHDR(&header);
  entry->cmsg_level = SOL_SOCKET;
  entry->cmsg_type = SCM_RIGHTS;
  entry->cmsg_len = CMSG_LEN(sizeof(int));
  *reinterpret_cast<int*>(CMSG_DATA(entry)) = fd;
  return static_cast<int>(
      Call(SYS_sendmsg, control, reinterpret_cast<long>(&header), MSG_NOSIGNAL));
}

[[noreturn]] void Messenger(int pipe, int control) noexcept {
  int listener = -1;
  const bool told = kernel::Read(pipe, &listener, sizeof(listener)) == sizeof(listener);
  const bool sent = told && listener >= 0 && SendDescriptor(control, listener) >= 0;
  kernel::Exit(sent ? 0 : 1);
}

// From here on the supervisor may look at /proc/PID with the application's ids, and so may any
// other process of that user. Nothing is given away that the application will not have in a moment;
// but not before the messenger is a process of its own, which has no filter.
int Install(const ChildProgram& program, const sock_fprog& code) noexcept {
  kernel::Prctl(PR_SET_DUMPABLE, 1);
  return kernel::InstallFilter(program.filter.flags, &code);
}

int InstallWithListener(const ChildProgram& program, const sock_fprog& code) noexcept {
  int pipe[2];
  if (const long status = Call(SYS_pipe2, reinterpret_cast<long>(pipe), O_CLOEXEC)) {
    return static_cast<int>(-status);
  }
  // Shares the descriptor table, so that the listener's number means the same there; a child of the
  // keeper, so that the application finds no child of its own to reap.
  const pid_t messenger = kernel::Clone(CLONE_FILES | CLONE_PARENT | SIGCHLD);
  if (messenger < 0) return -messenger;
  if (messenger == 0) Messenger(pipe[0], program.control);
  const int listener = Install(program, code);
  if (kernel::Write(pipe[1], &listener, sizeof(listener)) != sizeof(listener)) return EPIPE;
  return listener < 0 ? -listener : 0;
}

}  // namespace

int ApplySeccomp(const ChildProgram& program) noexcept {
  sock_fprog code = {};
  code.len = program.filter.length;
  code.filter = const_cast<sock_filter*>(program.filter.code);  // the ABI's struct is not const
  if ((program.filter.flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0) {
    return InstallWithListener(program, code);
  }
  return -Install(program, code);
}

}  // namespace nodeward
