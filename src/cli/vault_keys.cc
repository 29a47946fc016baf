// nodeward vault keygen, create, rekey: who can open a vault.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "base/text.h"
#include "cli/launch_inputs.h"
#include "cli/vault.h"
#include "cli/vault_place.h"
#include "plan/secret_file.h"
#include "vault/identity.h"
#include "vault/vault_file.h"

namespace nodeward {
namespace {

constexpr std::size_t kLargestIdentity = 16u << 20;

Result<Identities> ReadIdentities(const std::string& path) {
  auto text = ReadSecretFile(path, kLargestIdentity, "the identity");
  if (!text) return Fail(text.error());
  auto identities = ParseIdentities(*text, path);
  if (!identities) return Fail(identities.error().error);
  return std::move(*identities);
}

std::vector<Recipient> RecipientsOf(const Identities& identities) {
  std::vector<Recipient> recipients;
  for (std::size_t i = 0; i < identities.size(); ++i) {
    recipients.push_back(RecipientOf(identities[i]));
  }
  return recipients;
}

Result<std::vector<Recipient>> RecipientsOf(const std::string& path) {
  const auto identities = ReadIdentities(path);
  if (!identities) return Fail(identities.error());
  return RecipientsOf(*identities);
}

// Of the identity that would open it; none where there is no identity.
Result<std::vector<Recipient>> OwnRecipients(const VaultPlace& place) {
  if (!place.identity.path.empty()) return RecipientsOf(place.identity.path);
  if (!place.identity.identity_fd) return std::vector<Recipient>{};
  const auto identities =
      ParseIdentities(place.keys->identity, "fd:" + std::to_string(*place.identity.identity_fd));
  if (!identities) return Fail(identities.error().error);
  return RecipientsOf(*identities);
}

// The text of a new identity file, and its recipient.
Result<std::pair<SecretBuffer, std::string>> NewIdentity() {
  const SecretBuffer line = MakeIdentity();
  auto parsed = ParseIdentities(line, "the new identity");
  if (!parsed) return Fail(parsed.error().error);
  const std::string recipient = RecipientOf((*parsed)[0]).text;
  const std::string comment = "# public key: " + recipient + "\n";
  SecretBuffer text(comment.size() + line.size() + 1);
  auto* out = std::copy(comment.begin(), comment.end(), text.data());
  out = std::copy(line.view().begin(), line.view().end(), out);
  *out = '\n';
  return std::pair(std::move(text), recipient);
}

Result<std::vector<Recipient>> ParseRecipients(const std::vector<std::string>& texts) {
  std::vector<Recipient> recipients;
  for (const std::string& text : texts) {
    auto recipient = ParseRecipient(text);
    if (!recipient) {
      // A secret key that was given by mistake is not repeated.
      const bool secret = text.starts_with("AGE-SECRET-KEY");
      if (!secret) recipient.error().where = EscapeForTerminal(text.substr(0, 80));
      return Fail(recipient.error());
    }
    recipients.push_back(std::move(*recipient));
  }
  return recipients;
}

std::string Count(std::size_t recipients) {
  return std::to_string(recipients) + (recipients == 1 ? " recipient" : " recipients");
}

std::string ForWhom(const OpenedVault& vault) {
  return vault.by_passphrase ? "a passphrase" : Count(vault.recipients.size());
}

// age.md: a passphrase is the only recipient of its file.
Result<void> CheckPassphraseAlone(const VaultOptions& options) {
  if (!options.passphrase || options.recipients.empty()) return {};
  return Fail("a passphrase is the only recipient of its vault", {}, "--passphrase, or -r");
}

// An empty one; its passphrase goes into place.keys.
Result<OpenedVault> NewVault(const VaultOptions& options, const VaultPlace& place) {
  if (auto alone = CheckPassphraseAlone(options); !alone) return Fail(alone.error());
  auto recipients = ParseRecipients(options.recipients);
  if (recipients && recipients->empty() && !options.passphrase) recipients = OwnRecipients(place);
  if (!recipients) return Fail(recipients.error());
  if (recipients->empty() && !options.passphrase) {
    return Fail("a vault needs a recipient, or nobody could open it", place.vault,
                "nodeward vault keygen -o identity.txt prints one for -r; or --passphrase");
  }
  if (options.passphrase && !place.identity.passphrase_fd) {
    auto asked = NewPassphrase(-1);
    if (!asked) return Fail(asked.error());
    place.keys->passphrase = std::move(*asked);
  }
  auto document = VaultDocument::Parse(SecretBuffer(), place.vault);
  if (!document) return Fail(document.error());
  return OpenedVault{std::move(*document), std::move(*recipients), options.armor,
                     options.passphrase};
}

// Adds and removes; the Error names what was not there to be removed.
Result<void> ChangeRecipients(OpenedVault& opened, const std::vector<Recipient>& added,
                              const std::vector<std::string>& removed) {
  auto& recipients = opened.recipients;
  for (const std::string& text : removed) {
    const auto found = std::find_if(recipients.begin(), recipients.end(),
                                    [&](const Recipient& one) { return one.text == text; });
    if (found == recipients.end()) {
      return Fail("it is not encrypted to this recipient", EscapeForTerminal(text.substr(0, 80)),
                  "nodeward vault verify lists whom it is encrypted to");
    }
    recipients.erase(found);
  }
  for (const Recipient& recipient : added) {
    const bool known = std::any_of(recipients.begin(), recipients.end(), [&](const Recipient& one) {
      return one.text == recipient.text;
    });
    if (!known) recipients.push_back(recipient);
  }
  opened.anew = true;
  return {};
}

void SayWhatRemainsReadable(const std::vector<std::string>& names) {
  std::fprintf(stderr,
               "who could open it before can still open old copies, in git as in backups. Change "
               "where it matters: %s\n",
               JoinWords(names).c_str());
}

}  // namespace

tl::expected<int, Errors> VaultKeygen(const VaultOptions& options) {
  if (!options.identity.empty()) {
    const auto recipients = RecipientsOf(options.identity);
    if (!recipients) return FailWith(recipients.error());
    for (const Recipient& recipient : *recipients) std::puts(recipient.text.c_str());
    return 0;
  }
  const auto made = NewIdentity();
  if (!made) return FailWith(made.error());
  const auto& [text, recipient] = *made;
  if (options.output.empty()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (isatty(STDOUT_FILENO) == 0) std::fprintf(stderr, "public key: %s\n", recipient.c_str());
    return 0;
  }
  if (auto written = CreatePrivateFile(options.output, text.view()); !written) {
    return FailWith(written.error());
  }
  std::printf("%s\n", recipient.c_str());
  return 0;
}

tl::expected<int, Errors> VaultCreate(const VaultOptions& options) {
  const auto place = FindVault(options);
  if (!place) return tl::unexpected(place.error());
  auto vault = NewVault(options, *place);
  if (!vault) return FailWith(vault.error());
  if (auto kept = RememberRecipients(*vault); !kept) return FailWith(kept.error());
  auto sealed = Seal(*vault, place->keys->passphrase);
  if (!sealed) return FailWith(sealed.error());
  const auto file = VaultFile::Lock(place->vault);
  if (!file) return FailWith(file.error());
  if (auto created = file->Create(*sealed); !created) return FailWith(created.error());
  std::fprintf(stderr, "%s: an empty vault for %s\n", place->vault.c_str(),
               ForWhom(*vault).c_str());
  return 0;
}

tl::expected<int, Errors> VaultRekey(const VaultOptions& options) {
  const auto place = FindVault(options);
  if (!place) return tl::unexpected(place.error());
  const auto added = ParseRecipients(options.recipients);
  if (!added) return FailWith(added.error());
  if (auto alone = CheckPassphraseAlone(options); !alone) return FailWith(alone.error());
  std::vector<std::string> names;
  std::string whom;
  bool others = !options.removed.empty();  // who cannot open it any longer
  const auto changed = ChangeVault(*place, [&](OpenedVault& opened) -> Result<void> {
    for (const VaultEntry* entry : opened.document.Entries(VaultTable::kSecrets)) {
      names.push_back(entry->name);
    }
    others = others || options.passphrase || (opened.by_passphrase && !added->empty());
    auto done = ChangeRecipients(opened, *added, options.removed);
    if (done && options.passphrase) {
      auto passphrase = NewPassphrase(options.new_passphrase_fd);
      if (!passphrase) return Fail(passphrase.error());
      place->keys->passphrase = std::move(*passphrase);
      opened.recipients.clear();
      opened.by_passphrase = true;
    } else if (!added->empty()) {
      opened.by_passphrase = false;
    }
    whom = ForWhom(opened);
    return done;
  });
  if (!changed) return FailWith(changed.error());
  std::fprintf(stderr, "%s: encrypted anew, to %s\n", place->vault.c_str(), whom.c_str());
  if (others) SayWhatRemainsReadable(names);
  return 0;
}

}  // namespace nodeward
