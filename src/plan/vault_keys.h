// What opens a vault: where it comes from, and how it is kept where it can be read only once.
// Parent only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "host/report.h"
#include "profile/profile.h"
#include "vault/vault.h"

namespace nodeward {

// Where the identity or passphrase comes from, decided without opening anything.
struct IdentitySource {
  std::string path;    // the identity's file, or empty
  std::string origin;  // "profile", "$CREDENTIALS_DIRECTORY", "/run/secrets", "prompt"
  std::optional<int> identity_fd = {};    // inherited, in place of a file
  std::optional<int> passphrase_fd = {};  // inherited, in place of a prompt

  // Nothing is there, and somebody at the terminal is asked for a passphrase.
  bool Asks() const { return path.empty() && !identity_fd && !passphrase_fd; }
};
// In this order: the profile, $CREDENTIALS_DIRECTORY, /run/secrets; a passphrase. Never a variable
// that holds the key itself: it would be inherited.
IdentitySource FindIdentity(const Profile& profile);

// "/etc/nodeward/identity.txt (profile)", for people.
std::string Describe(const IdentitySource& source);

// What was read from inherited descriptors, for the restarts: nobody can read them again. Wiped in
// each process that is forked.
struct HeldKeys {
  SecretBuffer identity;
  SecretBuffer passphrase;            // without the newlines at its end
  std::vector<std::string> degraded;  // best-effort: who else could read them, in words
  bool taken = false;  // the descriptors are read and closed, and their numbers others' by now
};

// Whether TakeKeys could read them: open, and a file or a pipe. Reads nothing.
Result<void> CheckKeyDescriptors(const IdentitySource& source);

// Reads the descriptors and closes them; only the first call does anything. To be called before
// anything else is forked, which would inherit them.
Result<void> TakeKeys(const IdentitySource& source, HeldKeys& held);

// The path of the file that an inherited descriptor leads to; empty for a pipe, a memfd, and a file
// that has no name any longer.
std::string FileBehind(int descriptor);

// The identity's text, from its file or as it is held, and what gives a passphrase for `vault`.
// `held` has to outlive the result. `scrypt_memory`: bytes at most for a passphrase, 0 for no
// limit.
Result<VaultKeys> ReadVaultKeys(const IdentitySource& source, const HeldKeys& held,
                                std::uint64_t scrypt_memory);
// Where nothing else is there: has the passphrase asked for by the vault's name.
void AskFor(VaultKeys& keys, const IdentitySource& source, const std::string& vault);

// Half of what is free, in bytes.
std::uint64_t MemoryForScrypt(const HostReport& host);

// Whether the identity can be opened as nodeward will open it: the same errors, nothing is read.
Result<void> CheckIdentity(const IdentitySource& source);

}  // namespace nodeward
