#include "supervise/notifier.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <unordered_map>
#include <vector>

#include "decode/decode.h"
#include "judge/answer.h"
#include "judge/caller.h"
#include "judge/caller_memory.h"
#include "kernel/sys.h"
#include "launch/launch.h"

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

bool StillWaits(int listener, std::uint64_t id) {
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}
}  // namespace

// Lives in the notify thread.
class Notifier::Answerer {
 public:
  Answerer(Notifier& owner, int listener) : owner_(owner), listener_(listener) {
    seccomp_notif_sizes sizes = {};
    kernel::Call(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, reinterpret_cast<long>(&sizes));
    request_.resize(std::max<std::size_t>(sizes.seccomp_notif, sizeof(seccomp_notif)));
    answer_size_ = std::max<std::size_t>(sizes.seccomp_notif_resp, sizeof(seccomp_notif_resp));
    for (Judge* judge : owner.judges_) {
      for (const int call : judge->Calls()) {
        const auto& asked = owner.options_.supervised;
        if (std::ranges::count(asked, call) > 0) judges_[call] = judge;
      }
    }
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
      const auto& call = *reinterpret_cast<const seccomp_notif*>(request_.data());
      try {
        Answer(call);
      } catch (const std::exception&) {  // no memory, no thread: this call fails, and no other
        Send(call.id, Ruling::Error(EAGAIN));
      }
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
      ForgetCallers();
      callers_since_ = now;
    }
    if (tid != last_tid_) {
      const auto [place, added] = callers_.try_emplace(tid);
      if (added) place->second = ReadCaller(tid);
      last_tid_ = tid;
      last_caller_ = &place->second;
    }
    return *last_caller_;
  }

  void ForgetCallers() {
    callers_.clear();
    last_tid_ = 0;
    last_memory_ = {};
  }

  void Answer(const seccomp_notif& call) {
    const Caller& caller = CallerOf(static_cast<pid_t>(call.pid));
    const auto valid = [&] {
      return ioctl(listener_, SECCOMP_IOCTL_NOTIF_ID_VALID, &call.id) == 0;
    };
    ProcMemory memory(static_cast<pid_t>(call.pid), valid, owner_.options_.traces, &last_memory_);
    if (Judge* judge = JudgeOf(call.data.nr); judge != nullptr) {
      const Notified notified{
          .id = call.id,
          .tid = static_cast<pid_t>(call.pid),
          .call = call.data,
          .caller = caller,
          .memory = memory,
          .own_root = owner_.options_.own_root,
          .valid = valid,
          .later = [&] { return Later(call, caller, memory); },
          .answer_with = [&](int fd, bool closes) { return AnswerWith(call.id, fd, closes); },
          .wanted = [listener = listener_, id = call.id] { return StillWaits(listener, id); }};
      Carry(call, caller, judge->Rule(notified), memory);
      if (call.data.nr == SYS_execve) ForgetCallers();  // a program has a name of its own
      return;
    }
    if (NeedsMemory(call.data.nr) || !SameAsLast(call)) {
      last_decoded_ = DecodeCall(call.data, memory);
      last_call_ = call;
    }
    const int error = AnswerFor(call.data.nr);
    if (owner_.options_.kill && !owner_.options_.permissive) Kill(call);
    Send(call.id, owner_.options_.permissive ? Ruling::Continue() : Ruling::Error(error));
    owner_.violations_.Record(
        {static_cast<pid_t>(call.pid), caller, call.data, last_decoded_, error});
  }

  void Carry(const seccomp_notif& call, const Caller& caller, const Ruling& ruling,
             CallerMemory& memory) {
    DecodedCall decoded;
    if (ruling.refusal) decoded = DecodeCall(call.data, memory);  // while the caller waits
    Send(call.id, ruling);
    if (!ruling.refusal) return;
    owner_.violations_.Record(
        {static_cast<pid_t>(call.pid), caller, call.data, decoded, ruling.error}, *ruling.refusal);
  }

  std::function<void(Ruling)> Later(const seccomp_notif& call, const Caller& caller,
                                    CallerMemory& memory) {
    return [this, call, caller, decoded = DecodeCall(call.data, memory)](const Ruling& ruling) {
      Send(call.id, ruling);
      if (!ruling.refusal) return;
      owner_.violations_.Record(
          {static_cast<pid_t>(call.pid), caller, call.data, decoded, ruling.error},
          *ruling.refusal);
    };
  }

  // Descriptor and answer in one go, from Linux 5.14; before it, one after the other.
  int AnswerWith(std::uint64_t id, int fd, bool closes) const {
    seccomp_notif_addfd request = {};
    request.id = id;
    request.srcfd = static_cast<std::uint32_t>(fd);
    request.newfd_flags = closes ? O_CLOEXEC : 0;
    request.flags = SECCOMP_ADDFD_FLAG_SEND;
    if (ioctl(listener_, SECCOMP_IOCTL_NOTIF_ADDFD, &request) >= 0) return 0;
    if (errno != EINVAL) return errno;
    request.flags = 0;
    const int number = ioctl(listener_, SECCOMP_IOCTL_NOTIF_ADDFD, &request);
    if (number < 0) return errno;
    Send(id, Ruling::Value(number));
    return 0;
  }

  Judge* JudgeOf(int call) const {
    const auto found = judges_.find(call);
    return found == judges_.end() ? nullptr : found->second;
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

  // From any thread.
  void Send(std::uint64_t id, const Ruling& ruling) const {
    using enum Ruling::Answer;
    if (ruling.answer == kLater || ruling.answer == kAnswered) return;
    std::vector<char> space(answer_size_);
    auto& answer = *reinterpret_cast<seccomp_notif_resp*>(space.data());
    answer.id = id;
    if (ruling.answer == Ruling::Answer::kContinue) {
      answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    } else if (ruling.answer == Ruling::Answer::kValue) {
      answer.val = ruling.value;
    } else {
      answer.error = -ruling.error;
    }
    ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, space.data());
  }

  Notifier& owner_;
  int listener_;
  std::vector<char> request_;
  std::size_t answer_size_ = 0;
  std::unordered_map<int, Judge*> judges_;  // by the call that is theirs
  std::unordered_map<pid_t, Caller> callers_;
  std::chrono::steady_clock::time_point callers_since_{};
  pid_t last_tid_ = 0;
  const Caller* last_caller_ = nullptr;
  OpenMemory last_memory_;
  seccomp_notif last_call_ = {};
  DecodedCall last_decoded_;
};

Notifier::Notifier(NotifyThread& thread, Violations& violations, std::vector<Judge*> judges,
                   NotifierOptions options)
    : thread_(thread),
      violations_(violations),
      judges_(std::move(judges)),
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
    Answerer answerer(*this, listener_.get());
    answerer.Run();
    for (Judge* judge : judges_) judge->Stop();  // while the listener is open
    listener_.reset();
  });
}

void Notifier::Stop() {
  stop_ = true;
  thread_.Interrupt(InterruptSignal());
}

}  // namespace nodeward
