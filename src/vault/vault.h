// The vault: an age v1 file whose plaintext is TOML (vault/document.h), as named secrets.
// Parent only, in the supervisor. Values live in SecretBuffers and are named, never printed.
// Format: C2SP age.md (https://c2sp.org/age).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_buffer.h"
#include "vault/recipient.h"

namespace nodeward {

struct Secret {
  std::string name;
  SecretBuffer value;
  std::string changed = {};  // the day when it got its value, as the vault has it, or empty
  std::string vault = {};    // the file that it comes from, where several were read
};
using Secrets = std::vector<Secret>;  // sorted by name; names are unique

// Asks for a passphrase; called at most once, only when the file wants one.
using PassphrasePrompt = std::function<Result<SecretBuffer>()>;

struct VaultKeys {
  SecretBuffer identity_file;  // the text of an identity file ("AGE-SECRET-KEY-1…" lines), or empty
  std::string identity_path;        // for messages
  PassphrasePrompt passphrase;      // may be null
  std::uint64_t scrypt_memory = 0;  // bytes at most for scrypt; 0: no limit but the work factor's
};

// Decrypts `file` (binary or ASCII armour). Errors say what is wrong and what to do, never content:
// truncated, tampered, wrong identity, wrong passphrase, unsupported recipient.
Result<SecretBuffer> DecryptAge(std::string_view file, const VaultKeys& keys);

// `plaintext` encrypted to each of the recipients, of which there is one at least, with a new file
// key. In ASCII armour where `armored`.
Result<std::string> EncryptAge(std::string_view plaintext, const std::vector<Recipient>& recipients,
                               bool armored);

// `plaintext` encrypted with a passphrase, which then is its only recipient (age.md).
Result<std::string> EncryptAge(std::string_view plaintext, const SecretBuffer& passphrase,
                               bool armored);

// Whether a passphrase is what opens `file`. False for what is no age file.
bool OpensByPassphrase(std::string_view file);

// The named secrets of a plaintext. An error gives a line, never the text of it.
// Refused: nested tables, values that are not strings, names twice, names that are no environment
// names ([A-Za-z_][A-Za-z0-9_]*), a NUL in a value, a value over 128 KiB (execve(2),
// MAX_ARG_STRLEN).
Result<Secrets> ParseSecrets(const SecretBuffer& plaintext, std::string_view where);

}  // namespace nodeward
