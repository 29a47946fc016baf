#include "supervise/watch.h"

#include <utility>
#include <vector>

#include "judge/exec_judge.h"
#include "judge/file_judge.h"
#include "judge/inotify_judge.h"
#include "judge/mapping_judge.h"
#include "judge/metadata_judge.h"
#include "judge/names.h"
#include "judge/signal_judge.h"
#include "judge/socket_judge.h"
#include "measures/file_rules.h"
#include "supervise/notifier.h"
#include "supervise/reports.h"
#include "supervise/violations.h"

namespace nodeward {
namespace {

std::vector<std::string> Written(const TextList& list) {
  std::vector<std::string> entries;
  for (const Text& entry : list.value_or(std::vector<Text>{})) entries.push_back(entry.value);
  return entries;
}

bool Permissive(const Plan& plan, std::string_view section) {
  return EnforcementFor(plan.profile, section) == Enforcement::kPermissive;
}

ViolationOptions ViolationsOf(const Plan& plan, pid_t keeper) {
  return {plan.launch.filter.permissive, plan.launch.filter.kill, keeper,
          Written(plan.profile.syscalls.allow), Written(plan.profile.filesystem.exec)};
}

ExecOptions ExecutionOf(const Plan& plan) {
  return {plan.launch.files, AllowsExecution(plan.profile), Permissive(plan, "filesystem"),
          Written(plan.profile.filesystem.exec)};
}

FileOptions FilesOf(const Plan& plan) {
  constexpr int kTruncateAbi = 3;
  return {plan.launch.files, Permissive(plan, "filesystem"), plan.host.landlock_abi < kTruncateAbi,
          Written(plan.profile.filesystem.read), Written(plan.profile.filesystem.write)};
}

// Its ids and what it keeps of capabilities, for what is done in its place.
Stance StandingOf(const Plan& plan) {
  Stance standing;
  standing.identity = &plan.launch.identity;
  standing.same_user = !plan.launch.identity.change;
  standing.capabilities = plan.launch.capabilities.keep;
  return standing;
}

MetadataOptions MetadataOf(const Plan& plan) {
  return {plan.launch.files, Permissive(plan, "filesystem"), StandingOf(plan),
          Written(plan.profile.filesystem.write)};
}

InotifyOptions WatchesOf(const Plan& plan, pid_t keeper) {
  return {.files = plan.launch.files,
          .permissive = Permissive(plan, "filesystem"),
          .makes = !plan.launch.network.fetches,
          .keeper = keeper,
          .standing = StandingOf(plan),
          .read = Written(plan.profile.filesystem.read)};
}

SocketOptions SocketsOf(const Plan& plan, pid_t keeper, std::function<void()> listens) {
  SocketOptions options;
  options.listens = std::move(listens);
  const PlannedNetwork& network = plan.launch.network;
  options.policy = network.policy;
  options.permissive = network.permissive;
  options.makes = !network.fetches;
  options.inherited = plan.launch.kept_fds;
  options.keeper = keeper;
  options.identity = plan.launch.identity;
  options.same_user = !plan.launch.identity.change;
  options.handles = plan.launch.network.handles;
  options.own_root = plan.launch.namespaces.mount;
  // In a network of its own there is no name server that the supervisor could ask for it.
  if (plan.launch.namespaces.net) return options;
  NameServers servers = ReadNameServers();
  options.servers = std::move(servers.addresses);
  options.search = std::move(servers.search);
  return options;
}

NotifierOptions NotifierOf(const Plan& plan) {
  const LaunchPlan& launch = plan.launch;
  return {.uid = launch.identity.uid,
          .gid = launch.identity.gid,
          .permissive = launch.filter.permissive,
          .kill = launch.filter.kill,
          .own_root = launch.namespaces.mount,
          .traces = launch.network.fetches,
          .supervised = launch.filter.supervised};
}

}  // namespace

struct Watch::Parts {
  Parts(NotifyThread& thread, EventBus& bus, Folder& folder, Calls calls, const Plan& plan,
        pid_t keeper)
      : names([&bus](const ResolveChange& change) { bus.Emit(ResolveEvent(change)); }),
        violations(bus, folder, std::move(calls.pending), ViolationsOf(plan, keeper)),
        execution(ExecutionOf(plan)),
        files(FilesOf(plan)),
        metadata(MetadataOf(plan)),
        watches(WatchesOf(plan, keeper)),
        signals(keeper),
        mappings(plan.launch.files, Permissive(plan, "node")),
        sockets(SocketsOf(plan, keeper, std::move(calls.listens)), names),
        notifier(thread, violations,
                 {&execution, &files, &metadata, &watches, &mappings, &signals, &sockets},
                 NotifierOf(plan)) {
    const NetworkPolicy& policy = plan.launch.network.policy;
    if (policy.ListsNames() && !plan.launch.namespaces.net) {
      names.Start(policy.Names());
    }
  }

  Names names;
  Violations violations;
  ExecJudge execution;
  FileJudge files;
  MetadataJudge metadata;
  InotifyJudge watches;
  SignalJudge signals;
  MappingJudge mappings;
  SocketJudge sockets;
  Notifier notifier;
  UniqueFd listener;  // taken, not served yet
};

Watch::Watch(NotifyThread& thread, EventBus& bus, Folder& folder, Calls calls, const Plan& plan,
             pid_t keeper)
    : parts_(std::make_unique<Parts>(thread, bus, folder, std::move(calls), plan, keeper)) {}

Watch::~Watch() = default;

void Watch::Take(UniqueFd listener) { parts_->listener = std::move(listener); }

void Watch::BeforeRelease(pid_t pid, UniqueFd ruleset) {
  parts_->sockets.Enter(std::move(ruleset));
  parts_->violations.Hold();
  parts_->execution.Expect(pid);
  if (parts_->listener.valid()) parts_->notifier.Serve(std::move(parts_->listener));
}

void Watch::Announce() { parts_->violations.Announce(); }

void Watch::Abandon() {
  Stop();
  parts_->violations.Discard();
}

void Watch::Stop() { parts_->notifier.Stop(); }

void Watch::Rearm() { parts_->violations.Rearm(); }

std::map<std::string, std::uint64_t> Watch::ViolationsByCode() const {
  return parts_->violations.ByCode();
}

std::string Watch::LastViolation() const { return parts_->violations.Last(); }

}  // namespace nodeward
