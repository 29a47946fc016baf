// What the commands of `nodeward vault` share: which vault, what opens it, and how it is changed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/secrets.h"
#include "vault/document.h"
#include "vault/recipient.h"

namespace nodeward {

struct VaultPlace {
  std::string vault;
  IdentitySource identity;
};

// From -f and -i, and for what they leave open from the profile's [secrets].
tl::expected<VaultPlace, Errors> FindVault(const std::string& profile, const std::string& file,
                                           const std::string& identity);

struct OpenedVault {
  VaultDocument document;
  // Whom the next writing is for: those that the vault remembers; of one that age made, the
  // identity's own recipient, where it is the only one.
  std::vector<Recipient> recipients;
  bool armored = false;
  bool anew = false;  // written with a new key even where nothing else changed
};

Result<OpenedVault> OpenVaultAt(const VaultPlace& place);

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
