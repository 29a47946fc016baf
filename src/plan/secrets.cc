#include "plan/secrets.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <optional>

#include "base/text.h"
#include "measures/environment.h"
#include "measures/measure.h"
#include "plan/secret_file.h"
#include "plan/secret_rules.h"

namespace nodeward {
namespace {

constexpr std::size_t kLargestVault = 16u << 20;
constexpr const char* kVaultWhat = "the vault";
constexpr std::string_view kRunSecrets = "/run/secrets/";

// The class of rights that applies is the first that matches: owner, group, others.
bool Permits(const struct stat& facts, const PlannedIdentity& user, unsigned right) {
  if (facts.st_uid == user.uid) return true;  // whatever the mode: chmod(2) is its owner's
  const bool group = facts.st_gid == user.gid ||
                     std::count(user.groups.begin(), user.groups.end(), facts.st_gid) > 0;
  if (group) return (facts.st_mode >> 3 & right) == right;
  return (facts.st_mode & right) == right;
}

bool CanReach(const std::string& path, const PlannedIdentity& user) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    struct stat facts {};
    if (stat(path.substr(0, slash).c_str(), &facts) != 0)
      return true;  // not ours to judge: the worst
    if (!Permits(facts, user, 1)) return false;
  }
  return true;
}

// Says what does not hold, or refuses. Modes cannot help where nodeward itself is that user, nor
// where an orchestrator mounts the file for everybody: there best-effort may go on.
Result<void> GuardFile(const std::string& path, const Profile& profile, const HostReport& host,
                       const PlannedIdentity& user, std::vector<std::string>& degraded) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode)) {
    return Fail(
        "the vault's identity is a folder, and should be a file", path,
        "name a file that exists: in place of one that does not, docker run -v makes a folder");
  }
  if (!ReadableBy(path, user).value_or(false)) return {};
  const std::string who = user.user.empty() ? std::to_string(user.uid) : user.user;
  const std::string what = "the vault's identity can be read by the application's user " + who;
  const bool same_user = host.uid == user.uid;
  const bool mounted = path.starts_with(kRunSecrets);
  const bool strict = EnforcementFor(profile, "secrets") == Enforcement::kStrict;
  if (!same_user && !mounted) {
    return Fail(what, path, "chown root " + path + " && chmod 0400 " + path);
  }
  if (strict) {
    return Fail(what, path,
                same_user ? "start nodeward as root, which drops to that user by itself, or "
                            "[secrets] enforcement = \"best-effort\""
                          : "mount it with mode 0400, or [secrets] enforcement = \"best-effort\"");
  }
  degraded.push_back(what + " (" + path + ")");
  return {};
}

// A descriptor may lead to a file as well, and the application could open that by its name.
Result<void> GuardDescriptors(const IdentitySource& source, const Profile& profile,
                              const HostReport& host, const PlannedIdentity& user,
                              std::vector<std::string>& degraded) {
  for (const auto& descriptor : {source.identity_fd, source.passphrase_fd}) {
    const std::string file = descriptor ? FileBehind(*descriptor) : "";
    if (file.empty()) continue;
    if (auto guarded = GuardFile(file, profile, host, user, degraded); !guarded) return guarded;
  }
  return {};
}

// What the application is given it could read before nodeward does.
Result<void> CheckNotHandedOn(const IdentitySource& source, const Profile& profile) {
  for (const Text& number : profile.process.descriptors.value_or(std::vector<Text>{})) {
    for (const auto& descriptor : {source.identity_fd, source.passphrase_fd}) {
      if (!descriptor || number.value != std::to_string(*descriptor)) continue;
      return Fail("descriptor " + number.value +
                      " opens the vault, and [process] descriptors "
                      "hands it to the application",
                  number.where.Text(), "take it out of descriptors");
    }
  }
  return {};
}

std::vector<std::string> Missing(const Profile& profile, const Secrets& secrets) {
  std::vector<std::string> missing;
  for (const Text& name : profile.secrets.require.value_or(std::vector<Text>{})) {
    const bool found = std::any_of(secrets.begin(), secrets.end(),
                                   [&](const Secret& secret) { return secret.name == name.value; });
    if (!found) missing.push_back(name.value);
  }
  return missing;
}

std::string DescribeVaults(const Profile& profile) {
  const auto vaults = VaultPaths(profile);
  if (vaults.empty()) return "no vault is named";
  return (vaults.size() == 1 ? "the vault " : "the vaults ") + JoinWords(vaults);
}

// All that is wrong at once: whoever mends it is spared a second failing start.
Result<void> CheckDemands(const Profile& profile, SecretsFor purpose, LoadedSecrets& loaded) {
  RuleFindings found = HoldAgainstRules(profile, loaded.secrets, Today());
  auto& grave = purpose == SecretsFor::kStart ? found.broken : found.warnings;
  std::ranges::move(found.aged, std::back_inserter(grave));
  std::ranges::move(found.warnings, std::back_inserter(loaded.warnings));
  const auto missing = Missing(profile, loaded.secrets);
  if (missing.empty() && found.broken.empty()) return {};
  std::string what;
  if (!missing.empty()) {
    what = "required secrets are missing: " + JoinWords(missing) + " (" + DescribeVaults(profile) +
           ")";
  }
  if (!found.broken.empty()) {
    what += std::string(what.empty() ? "" : "; and ") +
            "secrets break their rules: " + JoinWords(found.broken);
  }
  if (missing.empty()) {
    return Fail(what, DescribeVaults(profile), "nodeward vault set NAME gives each a new value");
  }
  return Fail(what, profile.secrets.require->front().where.Text(),
              VaultPaths(profile).empty()
                  ? "[secrets] vault = \"app.vault.age\""
                  : "add them to the vault, or take them out of [secrets] require");
}

// Over what earlier vaults gave; both are sorted by name.
void LayOver(Secrets& below, Secrets above) {
  Secrets merged;
  merged.reserve(below.size() + above.size());
  auto old = below.begin();
  for (Secret& secret : above) {
    for (; old != below.end() && old->name < secret.name; ++old) merged.push_back(std::move(*old));
    if (old != below.end() && old->name == secret.name) ++old;
    merged.push_back(std::move(secret));
  }
  std::move(old, below.end(), std::back_inserter(merged));
  below = std::move(merged);
}

Result<Secrets> OpenOneVault(const std::string& vault, VaultKeys& keys) {
  auto file = ReadVaultFile(vault);
  if (!file) return Fail(file.error());
  auto plaintext = DecryptVault(*file, keys, vault);
  if (!plaintext) return Fail(plaintext.error());
  auto secrets = ParseSecrets(*plaintext, vault);
  if (!secrets) return secrets;
  if (auto checked = CheckNames(*secrets, vault); !checked) return Fail(checked.error());
  for (Secret& secret : *secrets) secret.vault = vault;
  return secrets;
}

Result<Secrets> OpenVaults(const IdentitySource& source, const HeldKeys& held,
                           const std::vector<std::string>& vaults, std::uint64_t scrypt_memory) {
  Secrets all;
  auto keys = ReadVaultKeys(source, held, scrypt_memory);
  if (!keys) return Fail(keys.error());
  for (const std::string& vault : vaults) {
    AskFor(*keys, source, vault);
    auto secrets = OpenOneVault(vault, *keys);
    if (!secrets) return secrets;
    LayOver(all, std::move(*secrets));
  }
  return all;
}

}  // namespace

std::vector<std::string> VaultPaths(const Profile& profile) {
  std::vector<std::string> paths;
  for (const Text& vault : profile.secrets.vaults.value_or(std::vector<Text>{})) {
    paths.push_back(vault.value);
  }
  return paths;
}

Result<SecretBuffer> ReadVaultFile(const std::string& path) {
  return ReadSecretFile(path, kLargestVault, kVaultWhat);
}

Result<SecretBuffer> DecryptVault(const SecretBuffer& file, const VaultKeys& keys,
                                  const std::string& vault) {
  auto plaintext = DecryptAge(file.view(), keys);
  if (!plaintext && plaintext.error().where.empty()) plaintext.error().where = vault;
  return plaintext;
}

Result<void> CheckNames(const Secrets& secrets, const std::string& vault) {
  for (const Secret& secret : secrets) {
    if (IsDangerousVariable(secret.name) || secret.name == "PATH" || secret.name == "HOME") {
      return Fail("the secret \"" + secret.name +
                      "\" would change what the interpreter runs or "
                      "trusts; such a name is never taken from a vault",
                  vault, "[environment] set = { " + secret.name + " = \"…\" }, if that is meant");
    }
  }
  return {};
}

std::vector<std::string> WarnAboutValue(const Secret& secret) {
  const std::string_view value = secret.value.view();
  const std::string name = "the secret \"" + secret.name + "\" ";
  std::vector<std::string> warnings;
  if (value.ends_with('\n')) {
    warnings.push_back(name + "ends in a newline; it is delivered as it is");
  } else if (value.starts_with("\xef\xbb\xbf")) {
    warnings.push_back(name + "begins with a byte-order mark");
  } else if (!IsUtf8(value)) {
    warnings.push_back(name + "is not UTF-8; Node.js replaces such bytes");
  }
  if (std::string weak = WarnAboutWeakness(secret); !weak.empty()) {
    warnings.push_back(std::move(weak));
  }
  return warnings;
}

std::optional<bool> ReadableBy(const std::string& path, const PlannedIdentity& user) {
  char* resolved = realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return std::nullopt;
  const std::string real = resolved;
  std::free(resolved);  // realpath(3) hands it over
  struct stat facts {};
  if (stat(real.c_str(), &facts) != 0) return std::nullopt;
  return Permits(facts, user, 4) && CanReach(real, user);
}

bool ReplaceableBy(const std::string& path, const PlannedIdentity& user) {
  struct stat below {};
  if (stat(path.c_str(), &below) != 0) return false;
  if (Permits(below, user, 2)) return true;
  for (std::string at = path; at.size() > 1;) {
    at.resize(std::max<std::size_t>(at.rfind('/'), 1));
    struct stat folder {};
    if (stat(at.c_str(), &folder) != 0) return true;  // not ours to judge: the worst
    // In a sticky folder an entry is its owner's, and the folder's.
    const bool others_too = (folder.st_mode & S_ISVTX) == 0 || below.st_uid == user.uid;
    if (folder.st_uid == user.uid || (others_too && Permits(folder, user, 2))) return true;
    below = folder;
  }
  return false;
}

Result<std::vector<std::string>> CheckSecretFiles(const Profile& profile, const HostReport& host,
                                                  const PlannedIdentity& user) {
  std::vector<std::string> degraded;
  const IdentitySource source = FindIdentity(profile);
  if (auto apart = CheckNotHandedOn(source, profile); !apart) return Fail(apart.error());
  auto guarded = GuardDescriptors(source, profile, host, user, degraded);
  if (guarded && !source.path.empty()) {
    guarded = GuardFile(source.path, profile, host, user, degraded);
  }
  if (!guarded) return Fail(guarded.error());
  if (auto opened = CheckIdentity(source); !opened) return Fail(opened.error());
  for (const std::string& vault : VaultPaths(profile)) {
    auto opened = CheckSecretFile(vault, kLargestVault, kVaultWhat);
    if (!opened) return Fail(opened.error());
  }
  return degraded;
}

Result<std::vector<std::string>> TakeGuardedKeys(const Profile& profile, const HostReport& host,
                                                 const PlannedIdentity& user, HeldKeys& held) {
  const IdentitySource source = FindIdentity(profile);
  std::vector<std::string> degraded;
  if (!source.path.empty()) {
    auto guarded = GuardFile(source.path, profile, host, user, degraded);
    if (!guarded) return Fail(guarded.error());
  }
  if (!held.taken) {
    auto guarded = CheckNotHandedOn(source, profile);
    if (guarded) guarded = GuardDescriptors(source, profile, host, user, held.degraded);
    if (guarded) guarded = TakeKeys(source, held);
    if (!guarded) return Fail(guarded.error());
  }
  degraded.insert(degraded.end(), held.degraded.begin(), held.degraded.end());
  return degraded;
}

Result<LoadedSecrets> LoadSecrets(const Profile& profile, const HostReport& host,
                                  const PlannedIdentity& user, HeldKeys& held, SecretsFor purpose) {
  LoadedSecrets loaded;
  const auto vaults = VaultPaths(profile);
  if (!vaults.empty()) {
    const IdentitySource source = FindIdentity(profile);
    auto taken = TakeGuardedKeys(profile, host, user, held);
    if (!taken) return Fail(taken.error());
    loaded.degraded = std::move(*taken);
    auto secrets = OpenVaults(source, held, vaults, MemoryForScrypt(host));
    if (!secrets) return Fail(secrets.error());
    loaded.secrets = std::move(*secrets);
  }
  if (auto checked = CheckDemands(profile, purpose, loaded); !checked) return Fail(checked.error());
  for (const Secret& secret : loaded.secrets) {
    for (std::string& warning : WarnAboutValue(secret)) {
      loaded.warnings.push_back(std::move(warning));
    }
  }
  if (!loaded.secrets.empty() && !SecretBuffer::AllLocked()) {
    loaded.degraded.push_back(
        "secrets could not be locked into memory and may reach swap "
        "(RLIMIT_MEMLOCK)");
  }
  return loaded;
}

}  // namespace nodeward
