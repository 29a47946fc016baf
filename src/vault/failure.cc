#include "vault/failure.h"

#include <utility>

namespace nodeward {
namespace {

// What happened, and the line that fixes it. No text of a vault, identity or passphrase ever
// stands here: details are figures, line numbers and the names of recipient types.
struct Words {
  const char* what;
  const char* hint;
};

Words Describe(AgeFailure failure) {
  switch (failure) {
    case AgeFailure::kNotAge:
      return {"the vault is not an age file",
              "encrypt the secrets: age -r RECIPIENT -o app.vault.age secrets.toml"};
    case AgeFailure::kVersion:
      return {"the vault is an age file of a version that nodeward does not know",
              "encrypt it again as age v1: age -r RECIPIENT -o app.vault.age secrets.toml"};
    case AgeFailure::kArmor:
      return {"the vault's ASCII armour is damaged",
              "restore the file from its source; copy it as a file, not by pasting"};
    case AgeFailure::kHeader:
      return {"the vault's header is malformed", "restore the file from its source"};
    case AgeFailure::kHeaderCut:
      return {"the vault is truncated: it ends before its payload",
              "restore the file from its source; compare its size there"};
    case AgeFailure::kHeaderTampered:
      return {"the vault's header was altered: its HMAC does not match",
              "restore the file from its source, and find out who could write it"};
    case AgeFailure::kNeedsIdentity:
      return {"the vault is encrypted to a key, and no identity was given",
              "[secrets] identity = \"identity.txt\", made by nodeward vault keygen; or the same "
              "file as "
              "/run/secrets/nodeward-identity, or as the credential nodeward-identity of a unit"};
    case AgeFailure::kNeedsPassphrase:
      return {"the vault is encrypted with a passphrase, and there is no terminal to ask on",
              "encrypt it to a key instead: age -r RECIPIENT -o app.vault.age secrets.toml"};
    case AgeFailure::kIdentity:
      return {"the identity file cannot be used",
              "nodeward vault keygen -o identity.txt makes one"};
    case AgeFailure::kNoMatch:
      return {"no identity opens the vault",
              "encrypt it to the recipient that nodeward vault keygen -y IDENTITY prints"};
    case AgeFailure::kWrongPassphrase:
      return {"the passphrase does not open the vault", "check it with: age -d app.vault.age"};
    case AgeFailure::kWorkFactor:
      return {"the vault's scrypt work factor is too high",
              "encrypt it again with age -p (2^18, 256M), or to a key: age -r RECIPIENT"};
    case AgeFailure::kMemory:
      return {"not enough memory to open the vault",
              "raise nodeward's memory limit, or encrypt the vault to a key: age -r RECIPIENT"};
    case AgeFailure::kPayloadTruncated:
      return {"the vault is truncated: its final chunk is missing",
              "restore the file from its source; compare its size there"};
    case AgeFailure::kPayloadTampered:
      return {"the vault's payload was altered or cut short",
              "restore the file from its source, and find out who could write it"};
    case AgeFailure::kPrompt:
      break;
  }
  return {"the passphrase could not be read", "run nodeward on a terminal"};
}

}  // namespace

tl::unexpected<AgeError> FailAge(AgeFailure failure, const std::string& detail) {
  const Words words = Describe(failure);
  std::string what = words.what;
  if (!detail.empty()) what += ": " + detail;
  return tl::unexpected<AgeError>(AgeError{failure, Error{std::move(what), {}, words.hint}});
}

tl::unexpected<AgeError> FailIdentity(const std::string& path, std::size_t line, std::string what,
                                      std::string hint) {
  std::string where = (path.empty() ? "identity" : path) + ":" + std::to_string(line) + ":1";
  return tl::unexpected<AgeError>(
      AgeError{AgeFailure::kIdentity, Error{std::move(what), std::move(where), std::move(hint)}});
}

}  // namespace nodeward
