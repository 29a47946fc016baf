#include "supervise/supervisor.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <iterator>
#include <utility>

#include "events/fold.h"
#include "launch/kill_children.h"
#include "launch/launch.h"
#include "measures/cgroup.h"
#include "measures/delivery.h"
#include "supervise/application.h"
#include "supervise/condition.h"
#include "supervise/idle_memory.h"
#include "supervise/job_control.h"
#include "supervise/limit_watch.h"
#include "supervise/oom_score.h"
#include "supervise/own_confinement.h"
#include "supervise/own_domain.h"
#include "supervise/reports.h"
#include "supervise/restart.h"
#include "supervise/rotation.h"
#include "supervise/signals.h"
#include "supervise/status.h"
#include "supervise/status_server.h"
#include "supervise/stop_sequence.h"
#include "supervise/watch.h"

namespace nodeward {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;
using Steady = std::chrono::steady_clock;

constexpr const char* kArenaNotLocked =
    "the memory that hands secrets over could not be locked and may reach swap (RLIMIT_MEMLOCK)";

constexpr int kExitUnhealthy = 1;

}  // namespace

class Supervisor::Loop {
 public:
  Loop(Plan plan, Keeper keeper, Arena& arena, EventBus& bus, NotifyThread& thread,
       SupervisorOptions options, const TerminationMessage& last_words)
      : plan_(std::move(plan)),
        domain_(std::move(options.domain)),
        keeper_(std::move(keeper)),
        arena_(arena),
        bus_(bus),
        control_(context_, fcntl(keeper_.fd(), F_DUPFD_CLOEXEC, 3)),
        signals_(context_, [this](int signal) { TakeSignal(signal); }),
        stop_(context_, plan_.supervise, keeper_),
        restart_timer_(context_),
        fold_timer_(context_),
        rest_(context_),
        policy_(plan_.supervise, RandomShare),
        jobs_(plan_.launch.terminal),
        limits_(context_, plan_, [this](std::vector<Event> events) { Emit(std::move(events)); }),
        condition_(context_, plan_,
                   {std::move(options.service), std::move(options.sockets.notify), keeper_.pid(),
                    [this](Event event) { bus_.Emit(std::move(event)); },
                    [this](const std::string& why) { EndUnhealthy(why); }}),
        watch_(thread, bus, folder_,
               {[this] { asio::post(context_, [this] { ArmFold(); }); },
                [this] { asio::post(context_, [this] { condition_.Listens(); }); }},
               plan_, keeper_.pid()),
        rotation_(context_, plan_,
                  {[this](Event event) { bus_.Emit(std::move(event)); },
                   [this] { return app_.pid != 0; }, [this] { EndToRotate(); },
                   [this](int signal) { keeper_.Send(KeeperRequestKind::kSignal, signal); },
                   [this] { Emit(gaps_.New(plan_)); }}),
        leavings_(std::move(options.sockets.paths)),
        last_words_(last_words),
        status_(context_, std::move(options.sockets.status.listener), keeper_.pid(),
                [this](std::string_view question) { return Answer(question); }) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);  // should the keeper die, its tree comes here
  }

  bool told_to_stop() const { return app_.ending; }

  Result<int> Run() {
    Emit(gaps_.New(plan_));
    if (auto started = Start(); started) {
      WaitForKeeper();
      context_.run();
    } else {
      failure_ = started.error();
    }
    Clean();
    if (failure_) return Fail(*failure_);
    return exit_code_;
  }

 private:
  // ---- starting

  Result<void> Start() {
    if (auto begun = limits_.Begin(); !begun) return begun;
    if (auto prepared = rotation_.Prepare(); !prepared) return prepared;
    violations_before_ = folder_.Total();  // it may try something before the launch has returned
    auto launched = Launch(plan_, keeper_, arena_, watch_);
    const bool exposed = !arena_.locked() && !plan_.secrets.secrets.empty();
    ForgetSecrets(plan_);
    rotation_.Launched();
    if (!launched) {
      watch_.Abandon();
      return Fail(launched.error());
    }
    app_.pid = launched->pid;
    app_.started = Steady::now();
    app_.paused = false;
    RaiseOomScore(app_.pid, plan_.launch.identity.uid, plan_.launch.identity.gid);
    Event event = StartEvent(plan_, *launched, app_.restarts);
    std::ranges::move(OwnConfinementFields(domain_.entered()), std::back_inserter(event.fields));
    bus_.Emit(std::move(event));
    if (exposed) bus_.Emit(SecretsGapEvent(kArenaNotLocked));
    watch_.Announce();
    condition_.Started(app_.pid);
    rest_.Arm();
    return {};
  }

  void StartAgain() {
    ++app_.restarts;
    if (auto refreshed = Refresh(plan_); !refreshed) {
      if (!Watches(plan_.profile)) return EndWith(refreshed.error(), true);
      bus_.Emit(SecretsAwaitedEvent(refreshed.error()));
      return StartIn(plan_.supervise.backoff.max);
    }
    Emit(gaps_.New(plan_));
    // From outside it can be started anew, which the application's own end asks for.
    if (auto within = domain_.Check(plan_); !within) return EndWith(within.error(), false);
    if (auto started = Start(); !started) EndWith(started.error(), true);
  }

  void EndWith(const Error& error, bool failed) {
    bus_.Emit(NotStartedAgainEvent(error));
    if (failed) failure_ = error;
    context_.stop();
  }

  // ---- ending

  void Exited(const ControlReport& report) {
    ending_ = {report.code != CLD_EXITED, report.status};
    uptime_ = app_.Uptime();
    jobs_.TakeBack(app_.pid);
    condition_.Ended();
  }

  // Every descendant is gone: the counters are final, and the ports are free.
  void TreeGone() {
    if (app_.pid == 0) return;
    watch_.Stop();
    Emit(folder_.FlushAndForget());
    const CgroupUse use = limits_.Finish();
    const bool oom = limits_.oom_killed();
    ExitFacts facts{app_.pid, ending_, uptime_, use, folder_.Total() - violations_before_, {}};
    facts.reason =
        ExplainEnding(ending_, oom, stop_.sent(), plan_.launch.filter.kill && facts.violations > 0);
    if (!unhealthy_.empty()) facts.reason = "it was ended for being unhealthy: " + unhealthy_;
    app_.Remember({std::chrono::system_clock::now(), ending_, uptime_, facts.reason});
    Event event = ExitEvent(facts);
    last_exit_ = event.message;
    bus_.Emit(std::move(event));
    app_.pid = 0;
    stop_.Reset();
    limits_.RemoveGroups();
    exit_code_ = ending_.ExitCode();
    DecideNext();
  }

  void DecideNext() {
    if (app_.ending) return context_.stop();
    if (std::exchange(rotating_, false)) return StartIn(Milliseconds{0});
    const bool unhealthy = !std::exchange(unhealthy_, {}).empty();
    if (unhealthy && plan_.supervise.health->on_unhealthy == OnUnhealthy::kExit) {
      exit_code_ = kExitUnhealthy;  // whatever it made of the signal: whoever starts it must see it
      return context_.stop();
    }
    const auto decision = policy_.Decide(ending_, Steady::now(), uptime_, unhealthy);
    if (decision.verdict == RestartPolicy::Verdict::kEnd) return context_.stop();
    if (decision.verdict == RestartPolicy::Verdict::kGiveUp) {
      bus_.Emit(GaveUpEvent(app_.restarts));
      return context_.stop();
    }
    StartIn(decision.delay);
  }

  void StartIn(Milliseconds delay) {
    bus_.Emit(RestartEvent(delay, app_.restarts + 1));
    condition_.Waits(delay);
    restart_timer_.expires_after(delay);
    restart_timer_.async_wait([this](boost::system::error_code error) {
      if (!error) StartAgain();
    });
  }

  void KeeperLost() {
    KillChildren(0);
    for (const std::string& path : leavings_) unlink(path.c_str());
    bus_.Emit(KeeperLostEvent());
    failure_ = Error{"the keeper process was killed, and the application with it",
                     {},
                     "find out who sends SIGKILL to nodeward's processes"};
    context_.stop();
  }

  void Clean() {
    jobs_.TakeBack(app_.pid);
    control_.close();  // both copies of the socket's end: the keeper goes when the last is closed
    keeper_.Finish();
    watch_.Stop();
    Emit(folder_.FlushAndForget());
    limits_.RemoveGroups();
    ReturnToOwnCgroup(plan_.launch);
    if (failure_) return;
    last_words_.Write(Masked(plan_.masking, LastWords(last_exit_, watch_.LastViolation())));
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
      case ReportKind::kContinued:
        return Pause(false);
      case ReportKind::kStopped:
        Pause(true);
        if (app_.ending) return;  // the stop timer must run: this process may not stop now
        if (jobs_.active() && !jobs_.StopWith(app_.pid, report.status)) {
          jobs_.GiveTo(app_.pid);
          keeper_.Send(KeeperRequestKind::kSignalGroup, SIGCONT);
        }
        return;
      default:
        return;
    }
  }

  void Pause(bool paused) {
    app_.paused = paused;
    condition_.Paused(paused);
  }

  // ---- signals

  void TakeSignal(int signal) {
    switch (signal) {
      case SIGTERM:
        return Stop(plan_.supervise.stop_signal);
      case SIGINT:
        return Stop(SIGINT);
      case SIGHUP:
        bus_.Reopen();
        return condition_.Reloaded();
      case SIGCHLD:
        return ReapOthers(keeper_.pid());
      case SIGCONT:
        jobs_.GiveTo(app_.pid);
        keeper_.Send(jobs_.active() ? KeeperRequestKind::kSignalGroup : KeeperRequestKind::kSignal,
                     SIGCONT);
        return;
      default:
        if (IsForApplication(signal)) keeper_.Send(KeeperRequestKind::kSignal, signal);
    }
  }

  void Stop(int signal) {
    if (!std::exchange(app_.ending, true)) condition_.Stopping();
    if (app_.pid == 0) return context_.stop();  // between two starts
    stop_.Ask(signal);
  }

  void EndUnhealthy(const std::string& why) {
    if (app_.pid == 0 || app_.ending || stop_.sent()) return;
    unhealthy_ = why;
    stop_.AskNow(plan_.supervise.stop_signal);
  }

  // The old one is gone, ports and all, before the new one starts.
  void EndToRotate() {
    if (app_.ending || stop_.sent()) return;
    if (app_.pid == 0)
      return StartIn(Milliseconds{0});  // it waits to be started, perhaps for these
    rotating_ = true;
    stop_.AskNow(plan_.supervise.stop_signal);
  }

  // ---- status

  std::string Answer(std::string_view question) {
    StatusFacts facts{plan_, app_};
    facts.supervisor = getpid();
    facts.up = std::chrono::duration_cast<Milliseconds>(Steady::now() - up_since_);
    facts.ready = condition_.ready();
    facts.health = condition_.health();
    facts.health_why = condition_.health_why();
    if (question == "healthy") return StatusWord(facts);
    if (app_.pid != 0) facts.use = ReadCgroupUse(plan_.launch);
    facts.violations = folder_.Total();
    facts.violations_by_code = watch_.ViolationsByCode();
    if (question == "json") return StatusJson(facts);
    return question == "text" ? StatusText(facts) : std::string();
  }

  // ---- limits and folded violations

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
  SignalSource signals_;
  StopSequence stop_;
  asio::steady_timer restart_timer_;
  asio::steady_timer fold_timer_;
  IdleMemory rest_;
  RestartPolicy policy_;
  JobControl jobs_;
  LimitWatch limits_;
  Folder folder_;
  Condition condition_;
  Watch watch_;
  Application app_;
  Rotation rotation_;
  const Steady::time_point up_since_ = Steady::now();
  std::vector<std::string> leavings_;  // of the keeper's to remove
  const TerminationMessage& last_words_;
  StatusServer status_;
  Gaps gaps_;
  std::string unhealthy_;  // why it is being ended for it
  std::string last_exit_;  // the message of the last exit event
  std::optional<Error> failure_;
  Ending ending_;
  Milliseconds uptime_{0};
  std::uint64_t violations_before_ = 0;
  int exit_code_ = 0;
  bool rotating_ = false;  // it is being ended for a new set of secrets
};

Supervisor::Supervisor(Plan plan, Keeper keeper, Arena& arena, EventBus& bus, NotifyThread& thread,
                       SupervisorOptions options, const TerminationMessage& last_words)
    : loop_(std::make_unique<Loop>(std::move(plan), std::move(keeper), arena, bus, thread,
                                   std::move(options), last_words)) {}

Supervisor::~Supervisor() = default;

bool Supervisor::told_to_stop() const { return loop_->told_to_stop(); }

Result<int> Supervisor::Run() { return loop_->Run(); }

}  // namespace nodeward
