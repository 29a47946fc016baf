#include "measures/delivery.h"

#include <algorithm>
#include <string>

#include "measures/always.h"
#include "measures/child_applies.h"
#include "measures/rows.h"

namespace nodeward {
namespace {

constexpr const char* kRecordsName = "nodeward-secrets";

Deliver DeliverOf(const Profile& profile) {
  return profile.secrets.deliver ? profile.secrets.deliver->value : Deliver::kEnv;
}

std::string Scripts(const Profile& profile, std::string_view between) {
  std::string scripts;
  for (const Text& script : profile.secrets.inherit.value_or(std::vector<Text>{})) {
    scripts += (scripts.empty() ? "" : std::string(between)) + script.value;
  }
  return scripts;
}

bool HasVault(const Profile& profile) {
  return profile.secrets.vaults && !profile.secrets.vaults->empty();
}

bool Wanted(const Profile& profile) {
  return HasVault(profile) && DeliverOf(profile) != Deliver::kEnv;
}

Explanation ExplainDelivery(const Profile& profile, const HostReport&) {
  if (DeliverOf(profile) == Deliver::kFile) {
    return {
        "each secret is a sealed file in memory, whose path is in NAME_FILE",
        {"memfd_create(2); neither /proc/PID/environ nor process.env holds a value",
         "node closes the files for its children, and another process of the user can open them"}};
  }
  const std::string scripts = Scripts(profile, ", ");
  return {"secrets are in process.env, and neither in /proc/PID/environ nor with child processes",
          {"a sealed file in memory, read and closed by nodeward's own module (node --require)",
           "given on to worker threads and the application's own cluster" +
               (scripts.empty() ? "" : ", and to " + scripts)}};
}

// As DeliverSecrets has planned it, since the variables carry the files' numbers.
Result<void> PrepareDelivery(const Profile&, const HostReport&, LaunchPlan&) { return {}; }

Result<void> VerifyDelivery(const LaunchPlan& plan, const Observed& observed) {
  const auto stays_open = [&](const std::string& target) {
    return std::ranges::any_of(observed.fds, [&](const ObservedFd& fd) {
      return !fd.close_on_exec && fd.target == target;
    });
  };
  for (const PlannedMemoryFile& file : plan.memory_files) {
    if (!stays_open(MemoryFileTarget(file.name))) {
      return Fail("the file in memory " + file.name + " is not there");
    }
  }
  if (plan.updates >= 0 && !stays_open(plan.updates_target)) {
    return Fail("the pipe for new secrets is not there");
  }
  return {};
}

std::vector<PlannedVariable> DeliverInMemory(const Profile& profile, LaunchPlan& plan) {
  plan.memory_files.push_back({kRecordsName, plan.secrets, true});
  std::vector<PlannedVariable> variables;
  const auto add = [&](std::string_view name, std::string text, OwnNumber number) {
    variables.push_back({std::string(name), std::move(text), nullptr, "nodeward", number});
  };
  add(kSecretsFd, {}, OwnNumber::kMemoryFile);
  if (UpdatesInMemory(profile)) add(kSecretsUpdates, {}, OwnNumber::kUpdates);
  if (auto scripts = Scripts(profile, ":"); !scripts.empty()) {
    add(kSecretsInherit, std::move(scripts), OwnNumber::kNone);
  }
  return variables;
}

}  // namespace

bool DeliversInMemory(const Profile& profile) {
  return Wanted(profile) && DeliverOf(profile) == Deliver::kMemory;
}

bool Watches(const Profile& profile) {
  return HasVault(profile) && profile.secrets.watch && profile.secrets.watch->value;
}

OnChange OnChangeOf(const Profile& profile) {
  return profile.secrets.on_change ? profile.secrets.on_change->value : OnChange{};
}

bool UpdatesInMemory(const Profile& profile) {
  return Watches(profile) && DeliversInMemory(profile) &&
         OnChangeOf(profile).kind != OnChange::kRestart;
}

std::string MemoryFileTarget(const std::string& name) { return "/memfd:" + name + " (deleted)"; }

Result<std::vector<PlannedVariable>> DeliverSecrets(const Profile& profile, LaunchPlan& plan) {
  std::vector<PlannedVariable> variables;
  plan.memory_files.clear();
  if (DeliversInMemory(profile)) return DeliverInMemory(profile, plan);
  if (DeliverOf(profile) == Deliver::kEnv) {
    for (const auto& [name, value] : plan.secrets) variables.push_back({name, {}, value, "vault"});
    return variables;
  }
  if (plan.secrets.size() > kMaxMemoryFiles) {
    return Fail("more than " + std::to_string(kMaxMemoryFiles) + " secrets cannot be a file each",
                profile.secrets.deliver->where.Text(), "[secrets] deliver = \"memory\"");
  }
  for (const PlannedSecret& secret : plan.secrets) {
    variables.push_back({secret.name + "_FILE", "/proc/self/fd/", nullptr, "nodeward",
                         OwnNumber::kMemoryFile, plan.memory_files.size()});
    plan.memory_files.push_back({"nodeward-" + secret.name, {secret}, false});
  }
  return variables;
}

const Measure kDeliveryMeasure = {
    .name = "delivery",
    .section = "secrets",
    .wanted = Wanted,
    .support = AlwaysFull,
    .explain = ExplainDelivery,
    .prepare = PrepareDelivery,
    .establish = nullptr,
    .apply = ApplyDelivery,
    .verify = VerifyDelivery,
};

}  // namespace nodeward
