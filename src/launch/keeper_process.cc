#include "launch/keeper_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/unique_fd.h"
#include "kernel/sys.h"
#include "launch/child.h"
#include "launch/keeper.h"
#include "launch/kill_children.h"
#include "launch/starter_child.h"

namespace nodeward {
namespace {

class KeeperProcess {
 public:
  KeeperProcess(int control, ChildProgram& program, const std::vector<std::string>& leavings)
      : control_(control), program_(program), leavings_(leavings) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    signals_.reset(signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
    // SIGKILL for nodeward's group (timeout -s KILL) then leaves somebody to end the tree.
    setpgid(0, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NAME, "nodeward-keeper");
  }

  [[noreturn]] void Run() {
    bool open = signals_.valid();
    while (open) {
      pollfd waits[] = {{control_, POLLIN, 0}, {signals_.get(), POLLIN, 0}, {gate_.get(), 0, 0}};
      if (poll(waits, 3, more_ ? 0 : -1) < 0 && errno != EINTR) break;
      if (waits[2].revents != 0) GateClosed();
      if (waits[1].revents != 0 || more_) Reap();
      if (ended_) EndTree();
      if (waits[0].revents != 0) open = Serve();
    }
    KillTree();
    for (const std::string& path : leavings_) unlink(path.c_str());
    _exit(0);
  }

 private:
  void Tell(ReportKind kind, pid_t pid = 0, int code = 0, int status = 0, int error = 0) {
    ControlReport report = {};
    report.kind = kind;
    report.pid = pid;
    report.code = code;
    report.status = status;
    report.error = error;
    report.stage = ChildStage::kStdio;
    send(control_, &report, sizeof(report), MSG_NOSIGNAL);
  }

  // False when the supervisor is gone.
  bool Serve() {
    KeeperRequest request = {};
    UniqueFd carried[kMaxCarried];
    const ssize_t size = Receive(request, carried);
    if (size < 0 && errno == EINTR) return true;
    if (size != sizeof(request)) return false;
    switch (request.kind) {
      case KeeperRequestKind::kLaunch:
        std::memcpy(cgroup_kill_, request.cgroup_kill, sizeof(cgroup_kill_));
        program_.landlock.ruleset = request.ruleset ? carried[0].get() : -1;
        program_.updates = request.updates ? carried[request.ruleset ? 1 : 0].get() : -1;
        Launch();
        break;
      case KeeperRequestKind::kRelease: {
        const char released = 1;
        if (gate_.valid()) kernel::Write(gate_.get(), &released, 1);
        break;
      }
      // The main process is not reaped behind the supervisor's back while main_ names it, so
      // neither number can belong to somebody else.
      case KeeperRequestKind::kSignal:
        if (main_ > 0) kill(main_, request.signal);
        break;
      case KeeperRequestKind::kSignalGroup:
        if (main_ > 0 && kill(-main_, request.signal) != 0) kill(main_, request.signal);
        break;
      case KeeperRequestKind::kKillTree:
        EndTree();
        break;
    }
    return true;
  }

  // One request, and the descriptors that came with it.
  ssize_t Receive(KeeperRequest& request, UniqueFd (&carried)[kMaxCarried]) {
    iovec part{&request, sizeof(request)};
    alignas(cmsghdr) char space[CMSG_SPACE(kMaxCarried * sizeof(int))] = {};
    msghdr header = {};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = space;
    header.msg_controllen = sizeof(space);
    const ssize_t size = recvmsg(control_, &header, MSG_CMSG_CLOEXEC);
    const cmsghdr* entry = size >= 0 ? CMSG_FIRSTHDR(&header) : nullptr;
    if (entry == nullptr || entry->cmsg_type != SCM_RIGHTS) return size;
    const std::size_t count = (entry->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count && i < kMaxCarried; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(entry) + i * sizeof(int), sizeof(number));
      carried[i].reset(number);
    }
    return size;
  }

  void Launch() {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
      return Tell(ReportKind::kFailed, 0, 0, 0, errno);
    }
    gate_.reset(pair[0]);
    UniqueFd childs_end(pair[1]);
    program_.gate = pair[1];
    ChildSession& session = program_.session;
    session.take = session.terminal && tcgetpgrp(session.terminal_fd) == session.group;
    const pid_t pid = program_.namespaces.pid ? StartInside() : StartHere();
    if (pid < 0) return Tell(ReportKind::kFailed, 0, 0, 0, -pid);
    main_ = pid;
    Tell(ReportKind::kLaunched, pid);
  }

  pid_t StartHere() {
    const pid_t pid = kernel::Clone(SIGCHLD);
    if (pid == 0) RunChild(program_);
    return pid;
  }

  // In a PID namespace of its own. The answer comes at once, or the pipe closes.
  pid_t StartInside() {
    int pair[2];
    if (pipe2(pair, O_CLOEXEC) != 0) return -errno;
    const UniqueFd from(pair[0]);
    UniqueFd to(pair[1]);
    const pid_t starter = kernel::Clone(SIGCHLD);
    if (starter == 0) RunStarter(program_, gate_.get(), to.get());
    if (starter < 0) return starter;
    to.reset();
    StarterAnswer answer = {};
    const bool told = kernel::Read(from.get(), &answer, sizeof(answer)) == sizeof(answer);
    return told ? answer.application : -ECHILD;
  }

  void GateClosed() {
    gate_.reset();
    Tell(ReportKind::kExecuted, main_);
  }

  // A bounded number: processes that fork and end as fast as they are reaped must not keep the
  // supervisor waiting.
  void Reap() {
    signalfd_siginfo drained;
    while (read(signals_.get(), &drained, sizeof(drained)) > 0) {
    }
    int left = 64;
    do {
      more_ = ReapOne(WNOHANG);
    } while (more_ && --left > 0);
  }

  // True when a status was taken; false when none waits or no child is left.
  bool ReapOne(int flags) {
    siginfo_t info = {};
    if (waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WCONTINUED | flags) != 0) return false;
    if (info.si_pid == 0) return false;
    if (info.si_pid == main_) TellMain(info);
    return true;
  }

  void TellMain(const siginfo_t& info) {
    switch (info.si_code) {
      case CLD_STOPPED:
        return Tell(ReportKind::kStopped, main_, info.si_code, info.si_status);
      case CLD_CONTINUED:
        return Tell(ReportKind::kContinued, main_, info.si_code, info.si_status);
      case CLD_TRAPPED:
        return;
      default:
        break;
    }
    const pid_t pid = main_;
    main_ = 0;
    ended_ = true;
    if (gate_.valid()) GateClosed();
    Tell(ReportKind::kExited, pid, info.si_code, info.si_status);
  }

  // What the application leaves behind goes with it, without being asked for.
  void EndTree() {
    KillTree();
    ended_ = false;
    Tell(ReportKind::kTreeGone);
  }

  void KillTree() {
    if (cgroup_kill_[0] != '\0') {
      const UniqueFd file(kernel::Open(cgroup_kill_, O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
      if (file.valid()) kernel::Write(file.get(), "1", 1);
    }
    do {
      KillEachChild(0);
    } while (ReapOne(0));
  }

  int control_;
  ChildProgram& program_;
  const std::vector<std::string>& leavings_;
  UniqueFd signals_;
  UniqueFd gate_;
  pid_t main_ = 0;
  bool more_ = false;   // Reap stopped before the last
  bool ended_ = false;  // the main process, and its tree not yet
  char cgroup_kill_[sizeof(KeeperRequest::cgroup_kill)] = {};
};

}  // namespace

void RunKeeper(int control, ChildProgram& program, const std::vector<std::string>& leavings) {
  KeeperProcess(control, program, leavings).Run();
}

}  // namespace nodeward
