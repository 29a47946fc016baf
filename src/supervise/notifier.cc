#include "supervise/notifier.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unordered_map>
#include <vector>

#include "events/codes.h"
#include "kernel/sys.h"
#include "launch/launch.h"
#include "supervise/caller_memory.h"
#include "supervise/decode.h"

namespace nodeward {
namespace {

// Ends a blocked RECV with EINTR. Real-time, so that no application signal is mistaken for it.
int InterruptSignal() { return SIGRTMAX; }

void InstallInterrupt() {
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  sigaction(InterruptSignal(), &action, nullptr);
}

void AllowInterrupt() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, InterruptSignal());
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

struct Caller {
  pid_t process = 0;
  std::string command;
};

// "Name:" and "Tgid:" of /proc/TID/status.
Caller ReadCaller(pid_t tid) {
  Caller caller{tid, "?"};
  char path[40];
  std::snprintf(path, sizeof(path), "/proc/%d/status", tid);
  const UniqueFd file(kernel::Open(path, O_RDONLY | O_CLOEXEC));
  char text[512];
  const ssize_t size = file.valid() ? kernel::Read(file.get(), text, sizeof(text) - 1) : -1;
  if (size <= 0) return caller;
  text[size] = '\0';
  if (const char* name = std::strstr(text, "Name:\t")) {
    name += 6;
    caller.command.assign(name, std::strcspn(name, "\n"));
  }
  if (const char* tgid = std::strstr(text, "\nTgid:\t")) {
    caller.process = static_cast<pid_t>(std::strtol(tgid + 7, nullptr, 10));
  }
  return caller;
}

// Events of a second that fold with nothing before them.
constexpr int kNewKeysPerSecond = 64;

// What the caller gets. libuv turns EACCES of a fork into an ordinary `error` event of the child
// process; on EPERM it aborts.
int AnswerFor(int call) {
  switch (call) {
    case SYS_clone:
#ifdef SYS_fork
    case SYS_fork:
    case SYS_vfork:
#endif
      return EACCES;
    default:
      return EPERM;
  }
}

}  // namespace

// Lives in the notify thread.
class Notifier::Answerer {
 public:
  Answerer(Notifier& owner, int listener) : owner_(owner), listener_(listener) {
    seccomp_notif_sizes sizes = {};
    kernel::Call(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, reinterpret_cast<long>(&sizes));
    request_.resize(std::max<std::size_t>(sizes.seccomp_notif, sizeof(seccomp_notif)));
    answer_.resize(std::max<std::size_t>(sizes.seccomp_notif_resp, sizeof(seccomp_notif_resp)));
    // One core for caller and answerer: 5 µs instead of 50 a round trip. Older kernels refuse it.
    ioctl(listener_, kernel::kNotifSetFlags, kernel::kNotifSyncWakeUp);
  }

  void Run() {
    while (!owner_.stop_) {
      std::memset(request_.data(), 0, request_.size());
      if (ioctl(listener_, SECCOMP_IOCTL_NOTIF_RECV, request_.data()) != 0) {
        if (errno == EINTR) continue;
        // The caller died while it waited, or nobody uses the filter any more.
        if (errno == ENOENT && !Abandoned()) continue;
        return;
      }
      Answer(*reinterpret_cast<const seccomp_notif*>(request_.data()));
    }
  }

 private:
  // POLLHUP: the last process under the filter has gone.
  bool Abandoned() const {
    pollfd listener{listener_, 0, 0};
    return poll(&listener, 1, 0) == 1 && (listener.revents & POLLHUP) != 0;
  }

  const Caller& CallerOf(pid_t tid) {
    const auto now = std::chrono::steady_clock::now();
    if (now - callers_since_ > std::chrono::seconds(1)) {  // names change, numbers are used again
      callers_.clear();
      callers_since_ = now;
      last_tid_ = 0;
    }
    if (tid != last_tid_) {
      const auto [place, added] = callers_.try_emplace(tid);
      if (added) place->second = ReadCaller(tid);
      last_tid_ = tid;
      last_caller_ = &place->second;
    }
    return *last_caller_;
  }

  void Answer(const seccomp_notif& call) {
    const Caller& caller = CallerOf(static_cast<pid_t>(call.pid));
    if (NeedsMemory(call.data.nr) || !SameAsLast(call)) {
      ProcMemory memory(static_cast<pid_t>(call.pid), [&] {
        return ioctl(listener_, SECCOMP_IOCTL_NOTIF_ID_VALID, &call.id) == 0;
      });
      last_decoded_ = DecodeCall(call.data, memory);
      last_call_ = call;
    }
    if (owner_.options_.kill && !owner_.options_.permissive) Kill(call);
    Send(call);
    Record(call, caller);
  }

  // Not by the number remembered above, which may be another's within a second: by a descriptor
  // that was opened while the caller still waited.
  void Kill(const seccomp_notif& call) {
    const pid_t process = ReadCaller(static_cast<pid_t>(call.pid)).process;
    const UniqueFd held(static_cast<int>(kernel::Call(SYS_pidfd_open, process, 0)));
    if (!held.valid() || ioctl(listener_, SECCOMP_IOCTL_NOTIF_ID_VALID, &call.id) != 0) return;
    kernel::Call(SYS_pidfd_send_signal, held.get(), SIGKILL, 0, 0);
  }

  // A loop over one call without pointers is decoded once.
  bool SameAsLast(const seccomp_notif& call) const {
    return call.pid == last_call_.pid &&
           std::memcmp(&call.data, &last_call_.data, sizeof(call.data)) == 0;
  }

  void Send(const seccomp_notif& call) {
    std::memset(answer_.data(), 0, answer_.size());
    auto& answer = *reinterpret_cast<seccomp_notif_resp*>(answer_.data());
    answer.id = call.id;
    if (owner_.options_.permissive) {
      answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    } else {
      answer.error = -AnswerFor(call.data.nr);
    }
    ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, answer_.data());
  }

  void Record(const seccomp_notif& call, const Caller& caller) {
    const auto now = std::chrono::steady_clock::now();
    if (now - budget_since_ > std::chrono::seconds(1)) {
      budget_since_ = now;
      budget_ = kNewKeysPerSecond;
    }
    FoldKey key{call.data.nr, AnswerFor(call.data.nr), caller.command, last_decoded_.target};
    // Whoever makes up ever new names is told apart by the call alone.
    if (budget_ == 0) key.command = key.target = {};
    const bool first = owner_.folder_.Add(key, [&] { return Describe(call, caller); });
    if (first) {
      if (budget_ > 0) --budget_;
      owner_.bus_.Emit(Describe(call, caller));
    } else if (!owner_.told_pending_.exchange(true)) {
      owner_.pending_();
    }
  }

  Event Describe(const seccomp_notif& call, const Caller& caller) const {
    const NotifierOptions& options = owner_.options_;
    std::string text = last_decoded_.name + "(";
    for (std::size_t i = 0; i < last_decoded_.args.size(); ++i) {
      text += (i == 0 ? "" : ", ") + last_decoded_.args[i];
    }
    Event event{EventType::kViolation, Severity::kWarn, {}, {}};
    const char* action = options.permissive ? "permitted" : options.kill ? "killed" : "denied";
    const std::string error = strerrorname_np(AnswerFor(call.data.nr));
    event.message =
        caller.command + " (" + std::to_string(caller.process) + ") tried " + text + "): ";
    event.message += options.permissive ? "let through" : options.kill ? "process killed" : error;
    event.With("kind", std::string("syscall")).With("action", std::string(action));
    event.With("syscall", last_decoded_.name).With("args", last_decoded_.args);
    if (!options.permissive) event.With("errno", error);
    event.With("count", std::uint64_t{1});
    event.With("code", std::string(options.permissive ? codes::kCallPermitted
                                   : options.kill     ? codes::kCallKilled
                                                      : codes::kCallDenied));
    event.With("process.pid", std::int64_t{caller.process});
    event.With("process.tid", std::int64_t{static_cast<pid_t>(call.pid)});
    event.With("process.command", caller.command);
    event.With("hint", AllowHint(call.data, options.allowed));
    return event;
  }

  Notifier& owner_;
  int listener_;
  std::vector<char> request_;
  std::vector<char> answer_;
  std::unordered_map<pid_t, Caller> callers_;
  std::chrono::steady_clock::time_point callers_since_{};
  std::chrono::steady_clock::time_point budget_since_{};
  int budget_ = 0;
  pid_t last_tid_ = 0;
  const Caller* last_caller_ = nullptr;
  seccomp_notif last_call_ = {};
  DecodedCall last_decoded_;
};

Notifier::Notifier(NotifyThread& thread, EventBus& bus, Folder& folder,
                   std::function<void()> pending, NotifierOptions options)
    : thread_(thread),
      bus_(bus),
      folder_(folder),
      pending_(std::move(pending)),
      options_(std::move(options)) {
  InstallInterrupt();
}

Notifier::~Notifier() { Stop(); }

void Notifier::Serve(UniqueFd listener) {
  Stop();
  stop_ = false;
  listener_ = std::move(listener);
  thread_.Run([this] {
    AllowInterrupt();
    TakeFileSystemIds(options_.uid, options_.gid);
    Answerer(*this, listener_.get()).Run();
    listener_.reset();
  });
}

void Notifier::Stop() {
  stop_ = true;
  thread_.Interrupt(InterruptSignal());
}

}  // namespace nodeward
