#include "launch/launch.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>

#include "kernel/sys.h"
#include "measures/cgroup.h"
#include "measures/landlock.h"
#include "measures/measure.h"

namespace nodeward {
namespace {

// A child needs a few milliseconds; a machine that swaps may need seconds. Beyond, something is
// broken.
constexpr int kPatienceMs = 20'000;

Error ExecFailed(const LaunchPlan& plan, int error) {
  Error failed{"cannot execute " + plan.path + ": " + DescribeErrno(error)};
  failed.exit_code = error == ENOENT ? kExitNotFound : kExitNotExecutable;
  const std::string user = std::to_string(plan.identity.uid);
  if (error == EACCES) failed.hint = "let the user " + user + " read and execute it: chmod a+rx";
  if (error == ENOENT) failed.hint = "the file is there: its interpreter (#! line or ld.so) is not";
  if (error == ENOEXEC) failed.hint = "a script needs a first line such as #!/usr/bin/env node";
  if (error == E2BIG) failed.hint = "a smaller environment or fewer arguments";
  return failed;
}

std::string StepHint(std::string_view measure, const HostReport& host, int error) {
  if (error != EPERM) return {};
  if (measure == "bounding" || measure == "capabilities") {
    return host.Has(CAP_SETPCAP) ? "" : "nodeward was started without CAP_SETPCAP";
  }
  if (measure == "identity") return "nodeward needs CAP_SETUID and CAP_SETGID to change the user";
  return {};
}

Error StepFailed(const Plan& plan, const ControlReport& report) {
  if (report.stage == ChildStage::kExec) return ExecFailed(plan.launch, report.error);
  const std::string why = DescribeErrno(report.error);
  if (report.stage == ChildStage::kGate) return {"the launch was given up"};
  if (report.stage == ChildStage::kStdio || report.measure >= Measures().size()) {
    return {"cannot start the application's process: " + why};
  }
  const Measure& measure = Measures()[report.measure];
  if (measure.name == "identity" && report.error == EBADE) {
    return {"identity: the application could become root again after dropping root"};
  }
  if (measure.name == "parent_death") return {"parent_death: the keeper ended during the launch"};
  if (measure.name == "identity" && !plan.launch.identity.workdir.empty() &&
      report.error != EPERM) {
    return {
        "identity: cannot enter the working directory " + plan.launch.identity.workdir + ": " + why,
        {},
        "let the application's user enter it: chmod a+x, or [process] workdir"};
  }
  return {std::string(measure.name) + ": the kernel refused to put it in force: " + why,
          {},
          StepHint(measure.name, plan.host, report.error)};
}

// Collects reports of one launch until it is decided.
class Progress {
 public:
  Progress(const Plan& plan, Keeper& keeper, Attendant& attendant)
      : plan_(plan), keeper_(keeper), attendant_(attendant) {}

  Result<void> UntilReady() {
    const bool wants_listener = (plan_.launch.filter.flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0;
    // The keeper's report of the pid may come after all that the child itself has sent.
    while (pid_ == 0 || !ready_ || (wants_listener && !listener_)) {
      if (auto taken = TakeOne(); !taken) return taken;
    }
    return {};
  }

  Result<void> UntilExecuted(UniqueFd ruleset) {
    released_ = true;
    attendant_.BeforeRelease(pid_, std::move(ruleset));
    keeper_.Send(KeeperRequestKind::kRelease);
    while (!executed_) {
      if (auto taken = TakeOne(); !taken) return taken;
    }
    return {};
  }

  pid_t pid() const { return pid_; }
  const ChildAttestation& attested() const { return attested_; }

 private:
  Result<void> TakeOne() {
    auto report = keeper_.Await(kPatienceMs);
    if (!report) return Fail("the keeper did not answer during the launch");
    switch (report->first.kind) {
      case ReportKind::kLaunched:
        pid_ = report->first.pid;
        break;
      case ReportKind::kReady:
        ready_ = true;
        attested_ = report->first.attested;
        break;
      case ReportKind::kListener:
        listener_ = true;
        attendant_.Take(std::move(report->second));
        break;
      case ReportKind::kFailed:
        return Fail(StepFailed(plan_, report->first));
      // The child writes its failure before it ends: the gate closing early means that it was
      // killed.
      case ReportKind::kExecuted:
        if (!released_) return Fail("the application's process was killed during the launch");
        executed_ = true;
        break;
      default:
        break;
    }
    return {};
  }

  const Plan& plan_;
  Keeper& keeper_;
  Attendant& attendant_;
  pid_t pid_ = 0;
  bool ready_ = false;
  bool listener_ = false;
  bool released_ = false;
  bool executed_ = false;
  ChildAttestation attested_{};
};

Result<Observed> Verify(const Plan& plan, const Progress& progress) {
  Result<Observed> observed = Fail("not observed");
  const PlannedIdentity& identity = plan.launch.identity;
  RunAs(identity.uid, identity.gid, [&] { observed = Observe(progress.pid()); });
  if (!observed) {  // what cannot be looked at as the application's user does not run as that user
    Error error = observed.error();
    error.what = "the application was not started: its process cannot be looked at as user " +
                 std::to_string(identity.uid) + ": " + error.what;
    return Fail(error);
  }
  observed->securebits = progress.attested().securebits;
  observed->parent_death_signal = progress.attested().parent_death_signal;
  observed->root_error = progress.attested().root_error;
  for (const std::uint32_t index : plan.kept) {
    const Measure& measure = Measures()[index];
    if (auto verified = measure.verify(plan.launch, *observed); !verified) {
      Error error = verified.error();
      error.what = "the application was not started: " + std::string(measure.name) +
                   " is not in force: " + error.what;
      return Fail(error);
    }
  }
  return observed;
}

Result<Launched> Run(const Plan& plan, Keeper& keeper, Attendant& attendant) {
  Progress progress(plan, keeper, attendant);
  auto ruleset = MakeRuleset(plan.launch);
  if (!ruleset) return Fail(ruleset.error());
  if (!keeper.Launch(CgroupKillFile(plan.launch), {ruleset->get(), plan.launch.updates})) {
    return Fail("the keeper is gone");
  }
  if (auto ready = progress.UntilReady(); !ready) return Fail(ready.error());
  auto observed = Verify(plan, progress);
  if (!observed) return Fail(observed.error());
  if (auto executed = progress.UntilExecuted(std::move(*ruleset)); !executed)
    return Fail(executed.error());
  return Launched{progress.pid(), std::move(*observed)};
}

void Abandon(Keeper& keeper) {
  keeper.Send(KeeperRequestKind::kKillTree);
  for (;;) {
    const auto report = keeper.Await(kPatienceMs);
    if (!report || report->first.kind == ReportKind::kTreeGone) return;
  }
}

}  // namespace

Result<Launched> Launch(const Plan& plan, Keeper& keeper, Arena& arena, Attendant& attendant) {
  if (auto packed = arena.Pack(plan.launch, plan.steps); !packed) return Fail(packed.error());
  auto launched = Run(plan, keeper, attendant);
  arena.Wipe();
  if (!launched) Abandon(keeper);
  return launched;
}

void TakeFileSystemIds(uid_t uid, gid_t gid) {
  // Unprivileged, the ids are already the application's, and the kernel keeps them.
  kernel::SetFsGid(gid);
  kernel::SetFsUid(uid);
  kernel::Prctl(PR_SET_DUMPABLE, 0);
}

void RunAs(uid_t uid, gid_t gid, const std::function<void()>& work) {
  TakeFileSystemIds(uid, gid);
  work();
  TakeFileSystemIds(geteuid(), getegid());
}

}  // namespace nodeward
