#include "plan/vault_keys.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "plan/secret_file.h"
#include "profile/amounts.h"

namespace nodeward {
namespace {

constexpr std::size_t kLargestIdentity = 16u << 20;  // age's own cap
constexpr std::size_t kLargestInherited = 64u << 10;
constexpr const char* kIdentityWhat = "the vault's identity";
constexpr const char* kPassphraseWhat = "the vault's passphrase";
constexpr const char* kIdentityName = "nodeward-identity";
constexpr const char* kRunSecrets = "/run/secrets/";

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// Of "fd:3"; the profile's reader let no other number through.
std::optional<int> DescriptorIn(const std::string& text) {
  if (!text.starts_with("fd:")) return std::nullopt;
  const auto number = ParseCount(std::string_view(text).substr(3));
  if (!number || *number < 3 || *number > 1023) return std::nullopt;
  return static_cast<int>(*number);
}

Result<SecretBuffer> Take(int descriptor, const char* what) {
  auto text = ReadInherited(descriptor, kLargestInherited, what);
  if (!text) return text;
  close(descriptor);
  if (!text->WipeInForks()) {
    return Fail(std::string("cannot keep ") + what + " from the processes that nodeward forks",
                "fd:" + std::to_string(descriptor), "name a file");
  }
  return text;
}

}  // namespace

IdentitySource FindIdentity(const Profile& profile) {
  IdentitySource source;
  if (profile.secrets.passphrase)
    source.passphrase_fd = DescriptorIn(profile.secrets.passphrase->value);
  source.origin = source.passphrase_fd ? "profile" : "prompt";
  if (profile.secrets.identity) {
    source.origin = "profile";
    source.identity_fd = DescriptorIn(profile.secrets.identity->value);
    if (!source.identity_fd) source.path = profile.secrets.identity->value;
    return source;
  }
  if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY")) {
    const std::string path = std::string(folder) + "/" + kIdentityName;
    if (Exists(path)) {
      source.path = path;
      source.origin = "$CREDENTIALS_DIRECTORY";
      return source;
    }
  }
  const std::string mounted = std::string(kRunSecrets) + kIdentityName;
  if (Exists(mounted)) {
    source.path = mounted;
    source.origin = "/run/secrets";
  }
  return source;
}

std::string Describe(const IdentitySource& source) {
  if (source.Asks()) return "a passphrase, asked on the terminal";
  std::string text;
  if (source.identity_fd) {
    text =
        "the identity that descriptor " + std::to_string(*source.identity_fd) + " holds (profile)";
  } else if (!source.path.empty()) {
    text = source.path + " (" + source.origin + ")";
  }
  if (source.passphrase_fd) {
    text += std::string(text.empty() ? "" : ", or ") + "the passphrase that descriptor " +
            std::to_string(*source.passphrase_fd) + " holds (profile)";
  }
  return text;
}

Result<void> CheckKeyDescriptors(const IdentitySource& source) {
  if (source.identity_fd && source.identity_fd == source.passphrase_fd) {
    return Fail("identity and passphrase cannot both come from one descriptor",
                "fd:" + std::to_string(*source.identity_fd),
                "a descriptor for each, or one of the two");
  }
  for (const auto& [descriptor, what] : {std::pair(source.identity_fd, kIdentityWhat),
                                         std::pair(source.passphrase_fd, kPassphraseWhat)}) {
    if (!descriptor) continue;
    if (auto checked = CheckInherited(*descriptor, what); !checked) return checked;
  }
  return {};
}

Result<void> TakeKeys(const IdentitySource& source, HeldKeys& held) {
  if (held.taken) return {};
  if (auto checked = CheckKeyDescriptors(source); !checked) return checked;
  held.taken = true;
  if (source.identity_fd) {
    auto text = Take(*source.identity_fd, kIdentityWhat);
    if (!text) return Fail(text.error());
    held.identity = std::move(*text);
  }
  if (source.passphrase_fd) {
    auto text = Take(*source.passphrase_fd, kPassphraseWhat);
    if (!text) return Fail(text.error());
    held.passphrase = std::move(*text);
    while (held.passphrase.view().ends_with('\n'))
      held.passphrase.Shrink(held.passphrase.size() - 1);
  }
  return {};
}

std::string FileBehind(int descriptor) {
  struct stat facts {};
  if (fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_nlink == 0) return {};
  std::error_code none;
  return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), none)
      .string();
}

Result<VaultKeys> ReadVaultKeys(const IdentitySource& source, const HeldKeys& held,
                                std::uint64_t scrypt_memory) {
  VaultKeys keys;
  keys.scrypt_memory = scrypt_memory;
  keys.identity_path =
      source.identity_fd ? "fd:" + std::to_string(*source.identity_fd) : source.path;
  if (source.passphrase_fd) {
    keys.passphrase = [&held] { return SecretBuffer::Copy(held.passphrase.view()); };
  }
  if (source.identity_fd) {
    keys.identity_file = SecretBuffer::Copy(held.identity.view());
  } else if (!source.path.empty()) {
    auto text = ReadSecretFile(source.path, kLargestIdentity, kIdentityWhat);
    if (!text) return Fail(text.error());
    keys.identity_file = std::move(*text);
  }
  return keys;
}

void AskFor(VaultKeys& keys, const IdentitySource& source, const std::string& vault) {
  if (!source.Asks()) return;
  keys.passphrase = [vault] {
    auto asked = AskHidden("Passphrase for " + vault + ": ", "passphrase");
    if (!asked) {
      asked.error().hint =
          "[secrets] identity = \"…\", with a vault made for that identity's recipient";
    }
    return asked;
  };
}

std::uint64_t MemoryForScrypt(const HostReport& host) {
  return std::min(host.memory_available, host.cgroup.inherited.memory) / 2;
}

Result<void> CheckIdentity(const IdentitySource& source) {
  if (auto checked = CheckKeyDescriptors(source); !checked) return checked;
  if (source.path.empty()) return {};
  return CheckSecretFile(source.path, kLargestIdentity, kIdentityWhat);
}

}  // namespace nodeward
