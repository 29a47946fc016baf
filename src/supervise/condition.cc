#include "supervise/condition.h"

#include <time.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "events/codes.h"
#include "supervise/health_probe.h"
#include "supervise/notify_socket.h"

namespace nodeward {
namespace {

using Steady = std::chrono::steady_clock;

std::string_view Sign(ReadyWhen when) {
  switch (when) {
    case ReadyWhen::kListen:
      return "it listens";
    case ReadyWhen::kHealth:
      return "its first health check was good";
    case ReadyWhen::kNotify:
      return "it said so";
    case ReadyWhen::kExec:
      break;
  }
  return "it runs";
}

std::string_view Word(ReadyWhen when) {
  switch (when) {
    case ReadyWhen::kListen:
      return "listen";
    case ReadyWhen::kHealth:
      return "health";
    case ReadyWhen::kNotify:
      return "notify";
    case ReadyWhen::kExec:
      return "exec";
  }
  return "exec";
}

}  // namespace

class Condition::Parts {
 public:
  Parts(boost::asio::io_context& context, const Plan& plan, ConditionOptions options)
      : context_(context),
        plan_(plan),
        // Where nobody is asked about listen(2), nobody sees it.
        when_(plan.supervise.ready == ReadyWhen::kListen && !plan.launch.filter.listener
                  ? ReadyWhen::kExec
                  : plan.supervise.ready),
        options_(std::move(options)),
        manager_(options_.service.notify_socket),
        check_timer_(context),
        watchdog_timer_(context),
        notify_(context, std::move(options_.notify), options_.keeper,
                [this](const NotifyMessage& message) { Take(message); }) {
    if (plan.supervise.health) state_.emplace(*plan.supervise.health);
    if (manager_.present() && options_.service.watchdog) Beat();
  }

  void Started(pid_t pid) {
    pid_ = pid;
    began_ = Steady::now();
    paused_ = beats_itself_ = false;
    said_.clear();
    SayStatus("process " + std::to_string(pid_) + " starts");
    if (when_ == ReadyWhen::kExec) BecomeReady();
    if (!state_) return;
    state_->Begin(began_);
    Check();
  }

  void Listens() {
    if (when_ == ReadyWhen::kListen && pid_ != 0) BecomeReady();
  }

  void Paused(bool paused) {
    if (!state_ || pid_ == 0 || std::exchange(paused_, paused) == paused) return;
    probe_.reset();  // what it could not answer is no failure
    check_timer_.cancel();
    if (!paused) Check();
  }

  void Reloaded() {
    if (!ready_) return;
    TellReloading();
    manager_.Tell("READY=1");
  }

  void Stopping() {
    ready_ = false;
    stopping_ = true;
    manager_.Tell("STOPPING=1\nSTATUS=stopping");
    Rest();
  }

  void Ended() {
    ready_ = false;
    pid_ = 0;
    Rest();
  }

  void Waits(Milliseconds delay) {
    SayStatus("starts again in " + std::to_string(delay.count()) + " ms");
  }

  bool ready() const { return ready_; }
  Health health() const {
    if (!state_) return Health::kUnchecked;
    return pid_ == 0 ? Health::kStarting : state_->health();
  }
  std::string health_why() const { return state_ && pid_ != 0 ? state_->why() : std::string(); }

 private:
  void BecomeReady() {
    if (ready_ || stopping_) return;
    ready_ = true;
    manager_.Tell("READY=1\nSTATUS=" + StatusLine());
    if (when_ == ReadyWhen::kExec) return;  // the start event has said it
    const auto after = std::chrono::duration_cast<Milliseconds>(Steady::now() - began_).count();
    Event event{EventType::kReady,
                Severity::kInfo,
                "process " + std::to_string(pid_) + " is ready: " + std::string(Sign(when_)),
                {}};
    event.With("process.pid", std::int64_t{pid_}).With("by", std::string(Word(when_)));
    options_.tell(std::move(event.With("uptime_ms", std::int64_t{after})));
  }

  std::string StatusLine() const {
    std::string line = "process " + std::to_string(pid_) + (ready_ ? ", ready" : ", not ready");
    if (state_ && state_->health() == Health::kUnhealthy) line += ", unhealthy: " + state_->why();
    return said_.empty() ? line : line + ": " + said_;
  }

  // sd_notify(3): a Type=notify-reload unit wants the time as well.
  void TellReloading() const {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    manager_.Tell("RELOADING=1\nMONOTONIC_USEC=" +
                  std::to_string(now.tv_sec * 1'000'000 + now.tv_nsec / 1000));
  }

  void SayStatus(const std::string& line) const { manager_.Tell("STATUS=" + line); }

  // ---- what the application says

  void Take(const NotifyMessage& message) {
    if (pid_ == 0 || stopping_) return TakeWhileStopping(message);
    if (message.status) said_ = *message.status;
    if (message.reloading) TellReloading();
    if (message.ready && ready_) manager_.Tell("READY=1");  // the end of a reload
    if (message.ready && when_ == ReadyWhen::kNotify) BecomeReady();
    if (message.stopping) {
      ready_ = false;
      // Where it is started again, the unit does not stop.
      if (plan_.supervise.restart == RestartWhen::kNever) manager_.Tell("STOPPING=1");
    }
    if (message.watchdog || message.watchdog_failed) TakeBeat(message);
    Extend(message);
    if (message.status) SayStatus(StatusLine());
  }

  void TakeWhileStopping(const NotifyMessage& message) const {
    if (pid_ != 0) Extend(message);
  }

  void Extend(const NotifyMessage& message) const {
    if (message.extend_usec) {
      manager_.Tell("EXTEND_TIMEOUT_USEC=" + std::to_string(*message.extend_usec));
    }
  }

  // ---- the watchdog

  // From its first beat on the application's own count, and nodeward's no longer stand in for them.
  void TakeBeat(const NotifyMessage& message) {
    beats_itself_ = true;
    if (options_.service.watchdog) {
      manager_.Tell(message.watchdog_failed ? "WATCHDOG=trigger" : "WATCHDOG=1");
    }
  }

  void Beat() {
    if (!beats_itself_ && health() != Health::kUnhealthy) manager_.Tell("WATCHDOG=1");
    watchdog_timer_.expires_after(*options_.service.watchdog / 2);
    watchdog_timer_.async_wait([this](boost::system::error_code error) {
      if (!error) Beat();
    });
  }

  // ---- health

  void Check() {
    probe_.emplace(context_, *plan_.supervise.health, [this](const std::string& why) {
      const auto now = Steady::now();
      if (state_->Take(why, now)) TellHealth();
      if (pid_ != 0 && !stopping_ && !paused_) CheckLater(state_->Pause(now));
    });
  }

  void CheckLater(Milliseconds pause) {
    check_timer_.expires_after(pause);
    check_timer_.async_wait([this](boost::system::error_code error) {
      if (!error) Check();
    });
  }

  void TellHealth() {
    const bool good = state_->health() == Health::kHealthy;
    Event event{EventType::kHealth, good ? Severity::kInfo : Severity::kWarn, {}, {}};
    event.message =
        "process " + std::to_string(pid_) + " is " + std::string(Name(state_->health()));
    if (!good) event.message += ": " + state_->why();
    event.With("process.pid", std::int64_t{pid_});
    event.With("health", std::string(Name(state_->health())));
    if (!good) {
      event.With("code", std::string(codes::kUnhealthy)).With("reason", state_->why());
    }
    options_.tell(std::move(event));
    SayStatus(StatusLine());
    if (good && when_ == ReadyWhen::kHealth) BecomeReady();
    if (!good && plan_.supervise.health->on_unhealthy != OnUnhealthy::kEvent) {
      options_.unhealthy(state_->why());
    }
  }

  void Rest() {
    check_timer_.cancel();
    probe_.reset();
  }

  boost::asio::io_context& context_;
  const Plan& plan_;
  ReadyWhen when_;
  ConditionOptions options_;
  ServiceManager manager_;
  std::optional<HealthState> state_;
  std::optional<HealthProbe> probe_;
  boost::asio::steady_timer check_timer_;
  boost::asio::steady_timer watchdog_timer_;
  NotifySocket notify_;
  Steady::time_point began_;
  std::string said_;  // its own STATUS
  pid_t pid_ = 0;
  bool ready_ = false;
  bool paused_ = false;
  bool stopping_ = false;
  bool beats_itself_ = false;
};

Condition::Condition(boost::asio::io_context& context, const Plan& plan, ConditionOptions options)
    : parts_(std::make_unique<Parts>(context, plan, std::move(options))) {}
Condition::~Condition() = default;

void Condition::Started(pid_t pid) { parts_->Started(pid); }
void Condition::Listens() { parts_->Listens(); }
void Condition::Paused(bool paused) { parts_->Paused(paused); }
void Condition::Reloaded() { parts_->Reloaded(); }
void Condition::Stopping() { parts_->Stopping(); }
void Condition::Ended() { parts_->Ended(); }
void Condition::Waits(Milliseconds delay) { parts_->Waits(delay); }
bool Condition::ready() const { return parts_->ready(); }
Health Condition::health() const { return parts_->health(); }
std::string Condition::health_why() const { return parts_->health_why(); }

}  // namespace nodeward
