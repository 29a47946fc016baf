#include "cli/run.h"

#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>

#include "cli/launch_inputs.h"
#include "cli/own_memory.h"
#include "events/bus.h"
#include "launch/arena.h"
#include "launch/keeper.h"
#include "supervise/own_capabilities.h"
#include "supervise/own_domain.h"
#include "supervise/own_filter.h"
#include "supervise/own_sockets.h"
#include "supervise/signals.h"
#include "supervise/stdio.h"
#include "supervise/supervisor.h"

namespace nodeward {
namespace {

BusOptions OptionsOfBus(const Profile& profile, StdioPlan& stdio,
                        std::shared_ptr<const Mask> mask) {
  BusOptions options;
  const auto& format = profile.events.format;
  const bool text = format && format->value == EventFormat::kText;
  options.format = text ? SinkFormat::kText : SinkFormat::kJson;
  if (profile.events.to) {
    options.to.clear();
    for (const Text& sink : *profile.events.to) options.to.push_back(sink.value);
  }
  options.profile = profile.path;
  options.relay = std::move(stdio.relay);
  options.relay_stdout = std::move(stdio.relay_stdout);
  options.mask = std::move(mask);
  return options;
}

std::vector<pid_t> OwnThreads() {
  std::vector<pid_t> threads;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    threads.push_back(
        static_cast<pid_t>(std::strtol(entry.path().filename().c_str(), nullptr, 10)));
  }
  return threads;
}

void Seed(LaunchPlan& launch, const Keeper& keeper, const StdioPlan& stdio) {
  launch.guarded = {getpid(), getpgrp(), keeper.pid(), OwnThreads()};  // none is made after
  launch.control = keeper.child_control();
  launch.null_stdin = stdio.child_stdin.get();
  if (stdio.child_stdin.valid()) {
    launch.warnings.push_back(
        "standard input is where the events go, so the application gets /dev/null: "
        "it could write there what looks like an event");
  }
  launch.relay_stdout = stdio.child_stdout.get();
  launch.relay_stderr = stdio.child_stderr.get();
}

// Whether a signal that ends nodeward has come: all are blocked.
bool StopIsPending() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

std::vector<int> ReadEnds(const StdioPlan& stdio) {
  std::vector<int> ends;
  for (const UniqueFd& fd : stdio.relay) ends.push_back(fd.get());
  if (stdio.relay_stdout.valid()) ends.push_back(stdio.relay_stdout.get());
  return ends;
}

struct LastWords {
  TerminationMessage message;
  std::string warning;  // why there will be none, or empty
};

LastWords OpenLastWords(const Profile& profile) {
  LastWords words;
  const auto& path = profile.supervise.termination_message;
  if (!path) return words;
  auto opened = TerminationMessage::Open(path->value);
  if (opened) {
    words.message = std::move(*opened);
  } else {
    words.warning = "[supervise] termination_message: nothing will be written to " + path->value +
                    ": " + opened.error().what;
  }
  return words;
}

// All that reaches further than the own domain lets it, which comes last and before the keeper:
// own_domain.h.
Result<SupervisorOptions> PrepareSupervisor(Plan& plan) {
  SupervisorOptions options;
  options.service = ReadServiceEnvironment(getpid());
  plan.launch.service.sockets = options.service.sockets;
  plan.launch.service.socket_names = options.service.socket_names;
  if (plan.supervise.notify && options.service.watchdog) {
    plan.launch.service.watchdog_usec = std::to_string(options.service.watchdog->count());
  }
  auto sockets = MakeOwnSockets(plan);
  if (!sockets) return Fail(sockets.error());
  options.sockets = std::move(*sockets);
  auto domain = OwnDomain::Enter(plan);
  if (!domain) {
    for (const std::string& path : options.sockets.paths) unlink(path.c_str());
    return Fail(domain.error());
  }
  options.domain = std::move(*domain);
  return options;
}

tl::expected<int, Errors> Launch(PlanRequest request, const LastWords& words) {
  auto stdio = PlanStdio(request.profile);
  if (!stdio) return FailWith(stdio.error());
  auto plan = DraftPlan(std::move(request), LaunchPlan{});
  if (!plan) return tl::unexpected(plan.error());
  if (auto taken = TakeKeysOf(*plan); !taken) return FailWith(taken.error());
  if (WantsMask(plan->profile)) {
    plan->masking = {std::make_shared<Mask>(), stdio->masked, stdio->terminals};
  }
  if (!words.warning.empty()) plan->launch.warnings.push_back(words.warning);
  auto arena = Arena::Create();
  if (!arena) return FailWith(arena.error());
  BlockSignals();
  auto prepared = PrepareSupervisor(*plan);
  if (!prepared) return FailWith(prepared.error());
  // Before any thread and any secret.
  auto keeper = Keeper::Start(*arena, prepared->sockets.paths, ReadEnds(*stdio));
  if (!keeper) return FailWith(keeper.error());
  if (auto opened = OpenVault(*plan); !opened) return FailWith(opened.error());
  auto kept = KeepOwnCapabilities(plan->profile, plan->host);
  if (!kept) return FailWith(kept.error());
  NotifyThread thread;
  auto bus = EventBus::Open(OptionsOfBus(plan->profile, *stdio, plan->masking.mask));
  if (!bus) return FailWith(bus.error());
  Seed(plan->launch, *keeper, *stdio);
  if (auto completed = CompletePlan(*plan); !completed) return FailWith(completed.error());
  stdio->child_stdin.reset();
  stdio->child_stdout.reset();
  stdio->child_stderr.reset();
  if (auto entered = EnterOwnFilter(); !entered) return FailWith(entered.error());
  const bool masks = !plan->masking.streams.empty();
  Supervisor supervisor(std::move(*plan), std::move(*keeper), *arena, **bus, thread,
                        std::move(*prepared), words.message);
  const auto code = supervisor.Run();
  // Bare, the application would have waited for whoever reads what it prints: so does nodeward,
  // until it is told to stop.
  while (!(*bus)->Flush(1000) && masks && !supervisor.told_to_stop() && !StopIsPending()) {
  }
  if (!code) return FailWith(code.error());
  return *code;
}

int Run(const RunOptions& options) {
  HideOwnMemory();
  mallopt(M_ARENA_MAX, 1);  // few threads that seldom allocate: each arena of its own costs more
  auto request = MakeRequest(options);
  if (!request) return PrintErrors(request.error());
  const LastWords words = OpenLastWords(request->profile);
  const auto code = Launch(std::move(*request), words);
  if (code) return *code;
  std::string text;
  for (const Error& error : code.error()) text += FormatError(error);
  words.message.Write(std::move(text));
  return PrintErrors(code.error());
}

}  // namespace

int RunCommand(const RunOptions& options) {
  try {
    return Run(options);
  } catch (const std::exception& error) {  // no thread, no memory, no /proc: what runs is ended
    return PrintErrors({{std::string("nodeward cannot go on: ") + error.what(),
                         {},
                         "more processes (ulimit -u, docker run --pids-limit, TasksMax=), more "
                         "memory, and a /proc"}});
  }
}

}  // namespace nodeward
