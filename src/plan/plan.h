// Plan: profile × host × secrets. Everything is decided and prepared here, in the parent; after it
// only launch/ and supervise/ act. Called by cli/ for run, explain and check.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/decide.h"
#include "plan/masking.h"
#include "plan/secrets.h"
#include "plan/supervise_plan.h"
#include "profile/profile.h"

namespace nodeward {

struct Plan {
  Profile profile;
  HostReport host;
  std::vector<Decision> decisions;
  std::vector<std::uint32_t> steps;  // measures to apply in the child, in order
  std::vector<std::uint32_t> kept;   // measures to establish and verify
  LaunchPlan launch;
  SupervisePlan supervise;
  HeldKeys keys;  // of inherited descriptors
  Masking masking;
  LoadedSecrets secrets;  // the plan's variables point into it; a Plan is moved, never copied

  Plan() = default;
  Plan(Plan&&) = default;
  Plan& operator=(Plan&&) = default;
};

// What is known before anything was forked.
struct PlanRequest {
  Profile profile;
  HostReport host;
  std::vector<std::string> command;      // at least one word
  std::vector<std::string> environment;  // nodeward's own, as "NAME=value"
};

// Each refusal of `decisions`, as errors for the operator.
Errors Refusals(const Profile& profile, const std::vector<Decision>& decisions);

// The first part: whether each measure can hold here, which command is meant, and where the rules
// on files lead. Opens no vault and makes no thread. `seed` holds what the caller knows already.
tl::expected<Plan, Errors> DraftPlan(PlanRequest request, LaunchPlan seed);
// Before anything is forked: reads and closes the descriptors that open the vault.
Result<void> TakeKeysOf(Plan& plan);
// The second: the vault's names and values. May ask for a passphrase on the terminal.
Result<void> OpenVault(Plan& plan);
// The third: every measure prepared. What it needs of others (guarded processes, descriptors) is in
// plan.launch by now.
Result<void> CompletePlan(Plan& plan);

// All of them in a row.
tl::expected<Plan, Errors> MakePlan(PlanRequest request, LaunchPlan seed, bool open_vault);

// Drops the secrets' values once the application has them. Where a passphrase was typed they stay
// for restarts, since nobody can be asked again. What inherited descriptors gave stays for restarts
// as well, where the profile wants any, or watches the vault.
void ForgetSecrets(Plan& plan);
// Before a restart: reads the vault anew, and looks again at what the file rules lead to.
Result<void> Refresh(Plan& plan);

// Effects before the child: cgroups made. Undone by RemoveCgroups.
Result<void> Establish(const Plan& plan);

}  // namespace nodeward
