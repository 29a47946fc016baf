#include "supervise/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

namespace nodeward {
namespace {

int OpenSignals() {
  sigset_t all;
  sigfillset(&all);
  return signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
}

}  // namespace

void BlockSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  // Where a parent left SIGCHLD ignored, the kernel would reap, and no wait would ever tell
  // (waitpid(2)).
  signal(SIGCHLD, SIG_DFL);
}

SignalSource::SignalSource(boost::asio::io_context& context, std::function<void(int)> take)
    : descriptor_(context, OpenSignals()), take_(std::move(take)) {
  Wait();
}

void SignalSource::Wait() {
  const auto read_on = boost::asio::posix::stream_descriptor::wait_read;
  descriptor_.async_wait(read_on, [this](boost::system::error_code error) {
    if (error) return;
    signalfd_siginfo info = {};
    while (read(descriptor_.native_handle(), &info, sizeof(info)) == sizeof(info)) {
      take_(static_cast<int>(info.ssi_signo));
    }
    Wait();
  });
}

bool IsForApplication(int signal) {
  switch (signal) {
    case SIGPIPE:
    case SIGURG:
    case SIGTTIN:
    case SIGTTOU:
    case SIGXCPU:
    case SIGXFSZ:
      return false;
    default:
      return signal != SIGRTMAX;
  }
}

void ReapOthers(pid_t keeper) {
  siginfo_t info = {};
  while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
    if (info.si_pid == keeper) return;
    waitpid(info.si_pid, nullptr, WNOHANG);
    info.si_pid = 0;
  }
}

}  // namespace nodeward
