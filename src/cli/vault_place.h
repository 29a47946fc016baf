// What the commands of `nodeward vault` share: which vault, what opens it, and how it is changed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/vault.h"
#include "plan/secrets.h"
#include "vault/document.h"
#include "vault/recipient.h"

namespace nodeward {

struct VaultPlace {
  std::string vault;
  IdentitySource identity;
  std::shared_ptr<HeldKeys> keys;  // for all that opens it: a descriptor is read once
};

// From -f, -i and --passphrase-fd, and for what they leave open from the profile's [secrets]. Reads
// the descriptors that open it.
tl::expected<VaultPlace, Errors> FindVault(const VaultOptions& options);

struct OpenedVault {
  VaultDocument document;
  // Whom the next writing is for: those that the vault remembers; of one that age made, the
  // identity's own recipient, where it is the only one.
  std::vector<Recipient> recipients;
  bool armored = false;
  bool by_passphrase = false;  // the next writing is for VaultPlace::keys' passphrase instead
  bool anew = false;           // written with a new key even where nothing else changed
};

Result<OpenedVault> OpenVaultAt(const VaultPlace& place);

// Asks for it twice, or reads it from a descriptor that is not -1. Never empty.
Result<SecretBuffer> NewPassphrase(int descriptor);

// The same twice, without echo.
Result<SecretBuffer> AskTwice(const std::string& question, const std::string& what);

// The file's bytes, for whom it is now for.
Result<std::string> Seal(const OpenedVault& opened, const SecretBuffer& passphrase);

// Opens it, lets `change` change it, writes it again; other writers wait meanwhile. Where nothing
// was changed, nothing is written. An Error of `change` leaves the file as it is.
using VaultChange = std::function<Result<void>(OpenedVault& opened)>;
Result<void> ChangeVault(const VaultPlace& place, const VaultChange& change);

// Has the document remember the recipients, those and no others.
Result<void> RememberRecipients(OpenedVault& opened);

// Takes the recipients from the document, which somebody may have edited.
Result<void> UseRemembered(OpenedVault& opened);

// Gives secrets their values, and those whose value changes today as the day of it.
Result<void> SetSecrets(VaultDocument& document, const Secrets& secrets);

// Today as the day when these secrets got their values.
Result<void> MarkChanged(VaultDocument& document, const std::vector<std::string>& names);

}  // namespace nodeward
