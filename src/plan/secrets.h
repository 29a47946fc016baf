// From [secrets] to named values: finds vaults and identity, checks who could read the identity,
// opens the vaults, and holds the names against the rules. Parent only.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "host/report.h"
#include "measures/launch_plan.h"
#include "plan/vault_keys.h"
#include "profile/profile.h"
#include "vault/vault.h"

namespace nodeward {

// The vaults' files, the first overridden by the second and so on. Empty: no vault is named.
std::vector<std::string> VaultPaths(const Profile& profile);

// The vault's file as it is, encrypted.
Result<SecretBuffer> ReadVaultFile(const std::string& path);

// Its plaintext. An Error names the vault where it names no other file.
Result<SecretBuffer> DecryptVault(const SecretBuffer& file, const VaultKeys& keys,
                                  const std::string& vault);

// Names that a vault may not give an application: they change what the interpreter runs.
Result<void> CheckNames(const Secrets& secrets, const std::string& vault);

// What is odd about a value or easily guessed, in words that name the secret.
std::vector<std::string> WarnAboutValue(const Secret& secret);

// Whether a user could read a file by its mode and those of the folders above it; an owner can
// always give itself the right. Links are followed. nullopt when the file is not there.
std::optional<bool> ReadableBy(const std::string& path, const PlannedIdentity& user);

// Whether a user could write to a file by its mode, or put another in its place by those of the
// folders above it. `path` is without links.
bool ReplaceableBy(const std::string& path, const PlannedIdentity& user);

struct LoadedSecrets {
  Secrets secrets;                    // each with the vault that it comes from
  std::vector<std::string> degraded;  // best-effort: what does not hold, in words
  std::vector<std::string> warnings;
};

// What can be said without reading vaults or identity: that nodeward may open them, and that the
// application may not open the identity. The result is what only degrades, in words.
Result<std::vector<std::string>> CheckSecretFiles(const Profile& profile, const HostReport& host,
                                                  const PlannedIdentity& user);

// Reads the inherited descriptors that the profile names, once the application was found to have no
// other way to them: before anything is forked that would inherit them. The result is what only
// degrades, in words.
Result<std::vector<std::string>> TakeGuardedKeys(const Profile& profile, const HostReport& host,
                                                 const PlannedIdentity& user, HeldKeys& held);

// An age that passes its limit overnight refuses the next start, and does not end what runs: at a
// restart it is a warning.
enum class SecretsFor { kStart, kRestart };

// Empty when the profile names no vault. A name that several vaults have is taken from the last of
// them. Every name that is missing from all, and every rule that a value breaks, is in one error.
// `held`: what inherited descriptors gave, which a restart needs again; where they were not read
// yet, they are now.
Result<LoadedSecrets> LoadSecrets(const Profile& profile, const HostReport& host,
                                  const PlannedIdentity& user, HeldKeys& held,
                                  SecretsFor purpose = SecretsFor::kStart);

}  // namespace nodeward
