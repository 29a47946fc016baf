#include "plan/plan.h"

#include <sys/stat.h>

#include <filesystem>

#include "host/trusted_path.h"
#include "measures/cgroup.h"
#include "measures/delivery.h"
#include "measures/file_rules.h"
#include "measures/rows.h"
#include "plan/command.h"
#include "plan/file_owner.h"
#include "plan/package_script.h"

namespace nodeward {
namespace {

std::string PathVariable(const LaunchPlan& launch) {
  for (const PlannedVariable& variable : launch.environment) {
    if (variable.name == "PATH" && !variable.text.empty()) return variable.text;
  }
  return std::string(kDefaultPath);
}

bool SeesPort(const LaunchPlan& launch) {
  for (const PlannedVariable& variable : launch.environment) {
    if (variable.name == "PORT") return !variable.text.empty();
  }
  return false;
}

Result<void> PrepareMeasures(Plan& plan) {
  for (const Decision& decision : plan.decisions) {
    const Measure& measure = Measures()[decision.measure];
    if (decision.outcome == Outcome::kSkip) continue;
    // What the host lacks altogether cannot be prepared; best-effort goes on without it. Identity
    // refuses by itself to run as root.
    const bool absent = std::holds_alternative<Unavailable>(decision.support);
    if (absent && measure.name != "identity" && measure.name != "capabilities") continue;
    auto prepared = measure.prepare(plan.profile, plan.host, plan.launch);
    if (!prepared) return prepared;
    plan.kept.push_back(decision.measure);
    if (measure.apply != nullptr) plan.steps.push_back(decision.measure);
  }
  return {};
}

// Whatever [enforcement] says: nothing that was applied could be shown to be in force.
Result<void> RefuseWithoutProc(const HostReport& host) {
  if (host.proc) return {};
  return Fail("there is no /proc here, and nodeward verifies from it what is in force", "/proc",
              "mount -t proc proc /proc; systemd and container engines mount it by themselves");
}

// firejail #7154: an application that can write the profile decides its own next start.
Result<void> RefuseWritableProfile(const Profile& profile, const HostReport& host,
                                   const PlannedIdentity& user) {
  if (host.uid == user.uid) return {};  // its own files: nothing but another user could help
  for (const std::string& file : profile.files) {
    struct stat facts {};
    if (stat(file.c_str(), &facts) == 0 && facts.st_uid == user.uid) {
      return Fail("the profile belongs to the application's user " + std::to_string(user.uid) +
                      ", which could change what governs its next start",
                  file, "chown root " + file);
    }
  }
  return {};
}

// Before the application gets the values, so that nothing of it can pass by.
void LearnMask(Plan& plan) {
  if (plan.masking.mask == nullptr) return;
  const bool locked = SecretBuffer::AllLocked();
  for (std::string& unmasked : LearnSecrets(*plan.masking.mask, plan.secrets.secrets)) {
    plan.secrets.warnings.push_back(std::move(unmasked));
  }
  if (locked && !SecretBuffer::AllLocked()) {
    plan.secrets.degraded.push_back(
        "what is masked could not be locked into memory and may reach swap (RLIMIT_MEMLOCK)");
  }
}

void SeedSecrets(Plan& plan) {
  plan.launch.secrets.clear();
  for (const Secret& secret : plan.secrets.secrets) {
    plan.launch.secrets.push_back({secret.name, &secret.value});
  }
}

// Before the measures are prepared: what may be read and executed depends on the command.
Result<void> ResolveInto(Plan& plan) {
  LaunchPlan scratch;
  scratch.inherited_environment = plan.launch.inherited_environment;
  for (const Measure* measure : {&kIdentityMeasure, &kEnvironmentMeasure}) {
    auto prepared = measure->prepare(plan.profile, plan.host, scratch);
    if (!prepared) return prepared;
  }
  auto script = ResolvePackageScript(plan.launch.command, scratch.identity.workdir);
  if (!script) return Fail(script.error());
  if (*script) {
    plan.launch.command = std::move((*script)->command);
    plan.launch.script_environment = std::move((*script)->environment);
  }
  plan.launch.identity = scratch.identity;
  plan.supervise = PlanSupervision(plan.profile, plan.host, plan.launch.command, SeesPort(scratch));
  auto path =
      ResolveCommand(plan.launch.command.front(), PathVariable(scratch), scratch.identity.workdir);
  if (!path) return Fail(path.error());
  plan.launch.path = *path;
  if (auto warning = WarnAboutCommand(plan.launch.command); !warning.empty()) {
    plan.launch.warnings.push_back(std::move(warning));
  }
  scratch.command = plan.launch.command;
  scratch.path = plan.launch.path;
  auto files = ResolveFileRules(plan.profile, plan.host, scratch);
  if (!files) return Fail(files.error());
  plan.launch.files = std::move(files->policy);
  for (std::string& warning : files->warnings) plan.launch.warnings.push_back(std::move(warning));
  return {};
}

// Nothing else loads the module that takes them.
Result<void> CheckDelivery(const Profile& profile, const LaunchPlan& launch) {
  if (Watches(profile) && FindIdentity(profile).Asks()) {
    return Fail("[secrets] watch reads the vault again, and a passphrase is asked for once",
                profile.secrets.watch->where.Text(), "[secrets] identity = \"identity.txt\"");
  }
  if (OnChangeOf(profile).kind == OnChange::kUpdate && !DeliversInMemory(profile)) {
    return Fail("only secrets that are delivered in memory can be updated there",
                profile.secrets.on_change->where.Text(), "[secrets] deliver = \"memory\"");
  }
  if (!DeliversInMemory(profile) || IsNode(launch.path)) return {};
  return Fail("secrets are delivered into the memory of node, and " + launch.command.front() +
                  " is another program",
              profile.secrets.deliver->where.Text(),
              "nodeward run -- node SCRIPT, or [secrets] deliver = \"env\", or \"file\"");
}

Result<void> KeepFrom(const std::string& what, const std::string& file, const FilePolicy& policy,
                      FileAccess access, const std::string& place) {
  const FileRule* rule = policy.Find(access, place);
  if (rule == nullptr) return {};
  return Fail(what + " lies beneath " + rule->path + ", which the application may " +
                  (access == FileAccess::kWrite ? "write" : "read") + " (\"" + rule->written +
                  "\")",
              file, "keep it in a folder of its own, such as /etc/nodeward");
}

struct Governing {
  std::string what;
  std::string file;
  bool secret = true;  // the application may not read it either, whatever its mode
};

std::vector<Governing> GoverningFiles(const Profile& profile, const HeldKeys& keys) {
  std::vector<Governing> files = {{"nodeward's own program", "", false}};
  std::error_code none;
  files.front().file = std::filesystem::read_symlink("/proc/self/exe", none);
  for (const std::string& file : profile.files) files.push_back({"the profile", file});
  const auto vaults = VaultPaths(profile);
  for (const std::string& vault : vaults) files.push_back({"the vault", vault});
  if (vaults.empty()) return files;
  const IdentitySource source = FindIdentity(profile);
  files.push_back({"the vault's identity", source.path});
  if (keys.taken) return files;  // the descriptors' numbers are others' by now
  if (source.identity_fd)
    files.push_back({"the vault's identity", FileBehind(*source.identity_fd)});
  if (source.passphrase_fd) {
    files.push_back({"the vault's passphrase", FileBehind(*source.passphrase_fd)});
  }
  return files;
}

// firejail #7154, and the vault's key: what governs the launch stays out of the application's
// reach.
Result<void> KeepApart(const Plan& plan, const FilePolicy& policy) {
  const PlannedIdentity& user = plan.launch.identity;
  for (const auto& [what, file, secret] : GoverningFiles(plan.profile, plan.keys)) {
    const auto found = ResolveTrusted(file, std::nullopt);
    if (!found) continue;  // whoever opens it says so
    // A program that root owns may be tried in /tmp: nobody else can replace it there.
    if (!secret && !ReplaceableBy(found->real, user)) continue;
    // A link on the way could be made to lead elsewhere before the next start.
    for (const std::string& link : found->links) {
      if (auto apart = KeepFrom(what, file, policy, FileAccess::kWrite, link); !apart) return apart;
    }
    for (const FileAccess access : {FileAccess::kWrite, FileAccess::kRead}) {
      if (access == FileAccess::kRead && !secret) continue;
      if (auto apart = KeepFrom(what, file, policy, access, found->real); !apart) return apart;
    }
  }
  return {};
}

}  // namespace

Errors Refusals(const Profile& profile, const std::vector<Decision>& decisions) {
  Errors errors;
  for (const Decision& decision : decisions) {
    if (decision.outcome != Outcome::kRefuse) continue;
    const Gap gap = GapOf(decision.support);
    const std::string name(Measures()[decision.measure].name);
    errors.push_back({name + ": " + gap.missing, profile.path, gap.hint});
  }
  return errors;
}

tl::expected<Plan, Errors> DraftPlan(PlanRequest request, LaunchPlan seed) {
  if (auto proc = RefuseWithoutProc(request.host); !proc) {
    return tl::unexpected(Errors{proc.error()});
  }
  Plan plan;
  plan.profile = std::move(request.profile);
  plan.host = std::move(request.host);
  plan.launch = std::move(seed);
  plan.launch.command = std::move(request.command);
  plan.launch.inherited_environment = std::move(request.environment);
  plan.decisions = DecideAll(plan.profile, plan.host);
  if (Errors refused = Refusals(plan.profile, plan.decisions); !refused.empty()) {
    return tl::unexpected(std::move(refused));
  }
  if (auto resolved = ResolveInto(plan); !resolved) return tl::unexpected(Errors{resolved.error()});
  auto delivery = CheckDelivery(plan.profile, plan.launch);
  if (!delivery) return tl::unexpected(Errors{delivery.error()});
  auto apart = KeepApart(plan, plan.launch.files);
  if (!apart) return tl::unexpected(Errors{apart.error()});
  return plan;
}

Result<void> TakeKeysOf(Plan& plan) {
  if (VaultPaths(plan.profile).empty()) return {};
  auto taken = TakeGuardedKeys(plan.profile, plan.host, plan.launch.identity, plan.keys);
  if (!taken) return Fail(taken.error());
  return {};  // what degrades is told when the vault is opened
}

Result<void> OpenVault(Plan& plan) {
  // Whether the vault's key is safe depends on who the application will be.
  auto secrets = LoadSecrets(plan.profile, plan.host, plan.launch.identity, plan.keys);
  if (!secrets) return Fail(secrets.error());
  plan.secrets = std::move(*secrets);
  LearnMask(plan);
  SeedSecrets(plan);
  return {};
}

Result<void> CompletePlan(Plan& plan) {
  if (auto prepared = PrepareMeasures(plan); !prepared) return prepared;
  plan.launch.inherited_cgroups = InheritedCgroups(plan.host);
  return RefuseWritableProfile(plan.profile, plan.host, plan.launch.identity);
}

tl::expected<Plan, Errors> MakePlan(PlanRequest request, LaunchPlan seed, bool open_vault) {
  auto plan = DraftPlan(std::move(request), std::move(seed));
  if (!plan) return plan;
  if (open_vault) {
    if (auto opened = OpenVault(*plan); !opened) return tl::unexpected(Errors{opened.error()});
  }
  auto completed = CompletePlan(*plan);
  if (!completed) return tl::unexpected(Errors{completed.error()});
  return plan;
}

void ForgetSecrets(Plan& plan) {
  if (!VaultPaths(plan.profile).empty() && FindIdentity(plan.profile).Asks()) return;
  if (plan.supervise.restart == RestartWhen::kNever && !Watches(plan.profile)) {
    plan.keys.identity = {};
    plan.keys.passphrase = {};
  }
  plan.launch.environment.clear();
  plan.launch.memory_files.clear();
  plan.launch.secrets.clear();
  plan.secrets.secrets.clear();
}

Result<void> Refresh(Plan& plan) {
  if (plan.secrets.secrets.empty()) {
    if (Watches(plan.profile)) {
      if (auto believed = BelieveVaults(plan.profile); !believed) return believed;
    }
    auto secrets =
        LoadSecrets(plan.profile, plan.host, plan.launch.identity, plan.keys, SecretsFor::kRestart);
    if (!secrets) return Fail(secrets.error());
    plan.secrets = std::move(*secrets);
    LearnMask(plan);
  }
  auto files = ResolveFileRules(plan.profile, plan.host, plan.launch);
  if (!files) return Fail(files.error());
  if (auto apart = KeepApart(plan, files->policy); !apart) return apart;
  plan.launch.files = std::move(files->policy);
  SeedSecrets(plan);
  return kEnvironmentMeasure.prepare(plan.profile, plan.host, plan.launch);
}

Result<void> Establish(const Plan& plan) {
  for (const std::uint32_t index : plan.kept) {
    const Measure& measure = Measures()[index];
    if (measure.establish == nullptr) continue;
    if (auto established = measure.establish(plan.launch); !established) return established;
  }
  return {};
}

}  // namespace nodeward
