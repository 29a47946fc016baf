#include "supervise/supervisor.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "events/codes.h"
#include "events/fold.h"
#include "launch/kill_children.h"
#include "launch/launch.h"
#include "measures/cgroup.h"
#include "supervise/idle_memory.h"
#include "supervise/job_control.h"
#include "supervise/limit_watch.h"
#include "supervise/oom_score.h"
#include "supervise/own_confinement.h"
#include "supervise/own_domain.h"
#include "supervise/reports.h"
#include "supervise/restart.h"
#include "supervise/watch.h"

namespace nodeward {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;
using Steady = std::chrono::steady_clock;

constexpr const char* kArenaNotLocked =
    "the memory that hands secrets over could not be locked and may reach swap (RLIMIT_MEMLOCK)";

double RandomShare() {
  std::uint32_t bits = 0;
  if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits)) return 0.5;
  return static_cast<double>(bits) / 4294967296.0;
}

UniqueFd OpenSignals() {
  sigset_t all;
  sigfillset(&all);
  return UniqueFd(signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK));
}

}  // namespace

class Supervisor::Loop {
 public:
  Loop(Plan plan, Keeper keeper, Arena& arena, EventBus& bus, NotifyThread& thread,
       OwnDomain domain)
      : plan_(std::move(plan)),
        domain_(std::move(domain)),
        keeper_(std::move(keeper)),
        arena_(arena),
        bus_(bus),
        control_(context_, fcntl(keeper_.fd(), F_DUPFD_CLOEXEC, 3)),
        signals_(context_, OpenSignals().release()),
        stop_timer_(context_),
        restart_timer_(context_),
        fold_timer_(context_),
        rest_timer_(context_),
        policy_(plan_.supervise, RandomShare),
        jobs_(plan_.launch.terminal),
        limits_(context_, plan_, [this](std::vector<Event> events) { Emit(std::move(events)); }),
        watch_(
            thread, bus, folder_, [this] { asio::post(context_, [this] { ArmFold(); }); }, plan_,
            keeper_.pid()) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);  // should the keeper die, its tree comes here
  }

  Result<int> Run() {
    Emit(GapEvents(plan_));
    if (auto started = Start(); !started) {
      Clean();
      return Fail(started.error());
    }
    WaitForKeeper();
    WaitForSignals();
    context_.run();
    Clean();
    if (failure_) return Fail(*failure_);
    return exit_code_;
  }

 private:
  // ---- starting

  Result<void> Start() {
    if (auto established = Establish(plan_); !established) return established;
    groups_made_ = true;
    limits_.Start();
    violations_before_ = folder_.Total();  // it may try something before the launch has returned
    auto launched = Launch(plan_, keeper_, arena_, watch_);
    const bool exposed = !arena_.locked() && !plan_.secrets.secrets.empty();
    ForgetSecrets(plan_);
    if (!launched) {
      watch_.Abandon();
      return Fail(launched.error());
    }
    main_ = launched->pid;
    started_ = Steady::now();
    RaiseOomScore(main_, plan_.launch.identity.uid, plan_.launch.identity.gid);
    Event event = StartEvent(plan_, *launched, restarts_);
    std::ranges::move(OwnConfinementFields(domain_.entered()), std::back_inserter(event.fields));
    bus_.Emit(std::move(event));
    if (exposed) bus_.Emit(SecretsGapEvent(kArenaNotLocked));
    watch_.Announce();
    ArmGiveBack();
    return {};
  }

  void StartAgain() {
    ++restarts_;
    if (auto refreshed = Refresh(plan_); !refreshed) return EndWith(refreshed.error(), true);
    // From outside it can be started anew, which the application's own end asks for.
    if (auto within = domain_.Check(plan_); !within) return EndWith(within.error(), false);
    if (auto started = Start(); !started) EndWith(started.error(), true);
  }

  void EndWith(const Error& error, bool failed) {
    Event event{EventType::kExit,
                Severity::kError,
                "the application could not be started again: " + error.where +
                    (error.where.empty() ? "" : ": ") + error.what,
                {}};
    if (!error.hint.empty()) event.With("hint", error.hint);
    bus_.Emit(std::move(event.With("code", std::string(codes::kGaveUp))));
    if (failed) failure_ = error;
    context_.stop();
  }

  // ---- ending

  void Exited(const ControlReport& report) {
    ending_ = {report.code != CLD_EXITED, report.status};
    uptime_ = std::chrono::duration_cast<Milliseconds>(Steady::now() - started_);
    jobs_.TakeBack(main_);
    stop_timer_.cancel();
  }

  // Every descendant is gone: the counters are final, and the ports are free.
  void TreeGone() {
    if (main_ == 0) return;
    watch_.Stop();
    Emit(folder_.FlushAndForget());
    const CgroupUse use = limits_.Finish();
    const bool oom = limits_.oom_killed();
    ExitFacts facts{main_, ending_, uptime_, use, folder_.Total() - violations_before_, {}};
    facts.reason =
        ExplainEnding(ending_, oom, stopping_, plan_.launch.filter.kill && facts.violations > 0);
    bus_.Emit(ExitEvent(facts));
    main_ = 0;
    RemoveGroups();
    exit_code_ = ending_.ExitCode();
    DecideNext();
  }

  void DecideNext() {
    if (stopping_) return context_.stop();
    const auto decision = policy_.Decide(ending_, Steady::now(), uptime_);
    if (decision.verdict == RestartPolicy::Verdict::kEnd) return context_.stop();
    if (decision.verdict == RestartPolicy::Verdict::kGiveUp) {
      Event event{EventType::kExit,
                  Severity::kError,
                  "gave up restarting after " + std::to_string(restarts_) +
                      " restarts: look at the exits above",
                  {}};
      bus_.Emit(std::move(event.With("code", std::string(codes::kGaveUp))));
      return context_.stop();
    }
    Event event{EventType::kRestart,
                Severity::kWarn,
                "starts again in " + std::to_string(decision.delay.count()) + " ms",
                {}};
    event.With("delay_ms", std::int64_t{decision.delay.count()});
    bus_.Emit(std::move(event.With("restarts", std::uint64_t{restarts_ + 1})));
    restart_timer_.expires_after(decision.delay);
    restart_timer_.async_wait([this](boost::system::error_code error) {
      if (!error) StartAgain();
    });
  }

  void KeeperLost() {
    KillChildren(0);
    Event event{EventType::kExit,
                Severity::kError,
                "the keeper process ended; the application's tree was killed",
                {}};
    bus_.Emit(std::move(event.With("code", std::string(codes::kKeeperLost))));
    failure_ = Error{"the keeper process was killed, and the application with it",
                     {},
                     "find out who sends SIGKILL to nodeward's processes"};
    context_.stop();
  }

  void RemoveGroups() {
    if (!groups_made_) return;
    groups_made_ = false;
    if (auto removed = RemoveCgroups(plan_.launch); !removed) {
      Event event{EventType::kAlert, Severity::kWarn, removed.error().what, {}};
      bus_.Emit(std::move(event.With("code", std::string(codes::kWarning))));
    }
  }

  void Clean() {
    jobs_.TakeBack(main_);
    control_.close();  // both copies of the socket's end: the keeper goes when the last is closed
    keeper_.Finish();
    watch_.Stop();
    Emit(folder_.FlushAndForget());
    RemoveGroups();
    ReturnToOwnCgroup(plan_.launch);
  }

  // ---- the keeper's reports

  void WaitForKeeper() {
    control_.async_wait(Descriptor::wait_read, [this](boost::system::error_code error) {
      if (error) return;
      auto report = keeper_.Receive();
      if (!report && keeper_.Gone()) return KeeperLost();
      if (report) Take(report->first);
      WaitForKeeper();
    });
  }

  void Take(const ControlReport& report) {
    switch (report.kind) {
      case ReportKind::kExited:
        return Exited(report);
      case ReportKind::kTreeGone:
        return TreeGone();
      case ReportKind::kStopped:
        if (stopping_) return;  // the stop timer must run: this process may not stop now
        if (jobs_.active() && !jobs_.StopWith(main_, report.status)) {
          jobs_.GiveTo(main_);
          keeper_.Send(KeeperRequestKind::kSignalGroup, SIGCONT);
        }
        return;
      default:
        return;
    }
  }

  // ---- signals

  void WaitForSignals() {
    signals_.async_wait(Descriptor::wait_read, [this](boost::system::error_code error) {
      if (error) return;
      signalfd_siginfo info = {};
      while (read(signals_.native_handle(), &info, sizeof(info)) == sizeof(info)) {
        TakeSignal(static_cast<int>(info.ssi_signo));
      }
      WaitForSignals();
    });
  }

  void TakeSignal(int signal) {
    switch (signal) {
      case SIGTERM:
        return Stop(plan_.supervise.stop_signal);
      case SIGINT:
        return Stop(SIGINT);
      case SIGHUP:
        return bus_.Reopen();
      case SIGCHLD:
        return Reap();
      case SIGCONT:
        jobs_.GiveTo(main_);
        keeper_.Send(jobs_.active() ? KeeperRequestKind::kSignalGroup : KeeperRequestKind::kSignal,
                     SIGCONT);
        return;
      // Raised by the kernel about nodeward itself, not meant for the application.
      case SIGPIPE:
      case SIGURG:
      case SIGTTIN:
      case SIGTTOU:
      case SIGXCPU:
      case SIGXFSZ:
        return;
      default:
        if (signal != SIGRTMAX) keeper_.Send(KeeperRequestKind::kSignal, signal);
    }
  }

  // The first asks, the second hurries.
  void Stop(int signal) {
    if (main_ == 0) {  // between two starts
      stopping_ = true;
      return context_.stop();
    }
    if (stopping_) return static_cast<void>(keeper_.Send(KeeperRequestKind::kKillTree));
    stopping_ = true;
    keeper_.Send(KeeperRequestKind::kSignal, signal);
    keeper_.Send(KeeperRequestKind::kSignal, SIGCONT);  // a stopped process could not obey
    stop_timer_.expires_after(plan_.supervise.stop_timeout);
    stop_timer_.async_wait([this](boost::system::error_code error) {
      if (!error) keeper_.Send(KeeperRequestKind::kKillTree);
    });
  }

  // Orphans of others, where nodeward is PID 1; the keeper is noticed by its socket.
  void Reap() {
    siginfo_t info = {};
    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
      if (info.si_pid == keeper_.pid()) return;
      waitpid(info.si_pid, nullptr, WNOHANG);
      info.si_pid = 0;
    }
  }

  // ---- limits and folded violations

  // Once the application runs, nodeward rests; before, the pages would only come back at once.
  void ArmGiveBack() {
    rest_timer_.expires_after(std::chrono::milliseconds(500));
    rest_timer_.async_wait([](boost::system::error_code error) {
      if (!error) GiveBackStartupMemory();
    });
  }

  // Armed by the first count that waits, so that a supervisor at rest never wakes up.
  void ArmFold() {
    fold_timer_.expires_after(std::chrono::seconds(1));
    fold_timer_.async_wait([this](boost::system::error_code error) {
      if (error) return;
      watch_.Rearm();  // before the look, so that a count after it is not missed
      Emit(folder_.Flush());
    });
  }

  void Emit(std::vector<Event> events) {
    for (Event& event : events) bus_.Emit(std::move(event));
  }

  Plan plan_;
  OwnDomain domain_;
  Keeper keeper_;
  Arena& arena_;
  EventBus& bus_;
  asio::io_context context_{1};
  Descriptor control_;
  Descriptor signals_;
  asio::steady_timer stop_timer_;
  asio::steady_timer restart_timer_;
  asio::steady_timer fold_timer_;
  asio::steady_timer rest_timer_;
  RestartPolicy policy_;
  JobControl jobs_;
  LimitWatch limits_;
  Folder folder_;
  Watch watch_;
  std::optional<Error> failure_;
  Ending ending_;
  Milliseconds uptime_{0};
  Steady::time_point started_;
  std::uint64_t violations_before_ = 0;
  unsigned restarts_ = 0;
  pid_t main_ = 0;
  int exit_code_ = 0;
  bool stopping_ = false;
  bool groups_made_ = false;
};

Supervisor::Supervisor(Plan plan, Keeper keeper, Arena& arena, EventBus& bus, NotifyThread& thread,
                       OwnDomain domain)
    : loop_(std::make_unique<Loop>(std::move(plan), std::move(keeper), arena, bus, thread,
                                   std::move(domain))) {}

Supervisor::~Supervisor() = default;

Result<int> Supervisor::Run() { return loop_->Run(); }

void BlockSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  // Where a parent left SIGCHLD ignored, the kernel would reap, and no wait would ever tell
  // (waitpid(2)).
  signal(SIGCHLD, SIG_DFL);
}

}  // namespace nodeward
