#include "cli/vault_place.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "base/text.h"
#include "host/report.h"
#include "plan/secret_file.h"
#include "profile/load.h"
#include "vault/age.h"
#include "vault/armor.h"
#include "vault/header.h"
#include "vault/identity.h"
#include "vault/vault_file.h"

namespace nodeward {
namespace {

constexpr std::string_view kRekey = "nodeward vault rekey -r RECIPIENT… names all of them anew";

std::string Today() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[16];
  return {text, std::strftime(text, sizeof(text), "%Y-%m-%d", &utc)};
}

// Asked for at most once, however often the vault is opened.
PassphrasePrompt AskOnce(const VaultPlace& place) {
  return [place]() -> Result<SecretBuffer> {
    SecretBuffer& kept = place.keys->passphrase;
    if (kept.empty()) {
      auto asked = AskHidden("Passphrase for " + place.vault + ": ", "passphrase");
      if (!asked) return asked;
      kept = std::move(*asked);
    }
    return SecretBuffer::Copy(kept.view());
  };
}

Result<std::vector<Recipient>> Remembered(const VaultDocument& document) {
  std::vector<Recipient> recipients;
  for (const VaultEntry* entry : document.Entries(VaultTable::kRecipients)) {
    auto recipient = ParseRecipient(entry->name);
    if (!recipient) return Fail(recipient.error().what, entry->name, std::string(kRekey));
    recipients.push_back(std::move(*recipient));
  }
  return recipients;
}

// A vault that age made says how many may open it, and not who.
std::vector<Recipient> OnlyOne(std::string_view file, const VaultKeys& keys) {
  std::string binary(file);
  if (LooksArmored(file)) binary = DecodeArmor(file).value_or("");
  const auto header = ParseAgeHeader(binary);
  if (!header || header->stanzas.size() != 1 || keys.identity_file.empty()) return {};
  const auto identities = ParseIdentities(keys.identity_file, keys.identity_path);
  if (!identities || identities->size() != 1) return {};
  return {RecipientOf((*identities)[0])};
}

}  // namespace

tl::expected<VaultPlace, Errors> FindVault(const VaultOptions& options) {
  Profile asked;
  if (!options.profile.empty()) {
    auto loaded = LoadProfile({options.profile, {}});
    if (!loaded) return tl::unexpected(loaded.error());
    asked = std::move(*loaded);
  }
  if (!options.vault.empty()) asked.secrets.vaults = {{{.value = options.vault}}};
  if (!options.identity.empty()) asked.secrets.identity = {{.value = options.identity}};
  if (options.passphrase_fd >= 0) {
    asked.secrets.passphrase = {{.value = "fd:" + std::to_string(options.passphrase_fd)}};
  }
  const auto vaults = VaultPaths(asked);
  if (vaults.empty()) {
    return tl::unexpected(
        Errors{{"which vault?", {}, "-f app.vault.age, or -p PROFILE with [secrets] vault"}});
  }
  if (vaults.size() > 1) {
    return tl::unexpected(Errors{{"the profile names " + std::to_string(vaults.size()) +
                                      " vaults, and this is done to one: " + JoinWords(vaults),
                                  {},
                                  "-f " + vaults.back()}});
  }
  VaultPlace place{vaults.front(), FindIdentity(asked), std::make_shared<HeldKeys>()};
  if (auto taken = TakeKeys(place.identity, *place.keys); !taken) {
    return tl::unexpected(Errors{taken.error()});
  }
  return place;
}

Result<OpenedVault> OpenVaultAt(const VaultPlace& place) {
  auto file = ReadVaultFile(place.vault);
  if (!file) {
    const bool there = access(place.vault.c_str(), F_OK) == 0;
    if (!there) file.error().hint = "nodeward vault create -f " + place.vault;
    return Fail(file.error());
  }
  const bool by_passphrase = OpensByPassphrase(file->view());
  const std::uint64_t memory = by_passphrase ? MemoryForScrypt(ProbeHost()) : 0;
  auto keys = ReadVaultKeys(place.identity, *place.keys, memory);
  if (!keys) return Fail(keys.error());
  if (!place.identity.passphrase_fd) keys->passphrase = AskOnce(place);
  auto plaintext = DecryptVault(*file, *keys, place.vault);
  if (!plaintext) return Fail(plaintext.error());
  auto document = VaultDocument::Parse(std::move(*plaintext), place.vault);
  if (!document) return Fail(document.error());
  auto recipients = Remembered(*document);
  if (!recipients) return Fail(recipients.error());
  if (recipients->empty()) *recipients = OnlyOne(file->view(), *keys);
  return OpenedVault{std::move(*document), std::move(*recipients), LooksArmored(file->view()),
                     by_passphrase};
}

Result<SecretBuffer> AskTwice(const std::string& question, const std::string& what) {
  auto first = AskHidden(question, what);
  if (!first) return first;
  const auto second = AskHidden("Once more: ", what);
  if (!second) return Fail(second.error());
  if (first->view() != second->view()) {
    return Fail("the two " + what + "s differ; nothing was changed");
  }
  return first;
}

Result<SecretBuffer> NewPassphrase(int descriptor) {
  HeldKeys held;
  if (descriptor >= 0) {
    IdentitySource source;
    source.passphrase_fd = descriptor;
    if (auto read = TakeKeys(source, held); !read) return Fail(read.error());
  } else {
    auto asked = AskTwice("New passphrase: ", "passphrase");
    if (!asked) return asked;
    held.passphrase = std::move(*asked);
  }
  if (held.passphrase.empty())
    return Fail("an empty passphrase would let everybody open the vault");
  return std::move(held.passphrase);
}

Result<std::string> Seal(const OpenedVault& opened, const SecretBuffer& passphrase) {
  if (opened.by_passphrase) return EncryptAge(opened.document.text(), passphrase, opened.armored);
  return EncryptAge(opened.document.text(), opened.recipients, opened.armored);
}

Result<void> RememberRecipients(OpenedVault& opened) {
  VaultDocument& document = opened.document;
  std::vector<std::string> gone;
  for (const VaultEntry* entry : document.Entries(VaultTable::kRecipients)) {
    const bool kept = std::any_of(opened.recipients.begin(), opened.recipients.end(),
                                  [&](const Recipient& one) { return one.text == entry->name; });
    if (!kept) gone.push_back(entry->name);
  }
  document.Unset(VaultTable::kRecipients, gone);
  std::vector<VaultSetting> added;
  for (const Recipient& recipient : opened.recipients) {
    if (document.Find(VaultTable::kRecipients, recipient.text) != nullptr) continue;
    added.push_back({VaultTable::kRecipients, recipient.text, ""});
  }
  return document.Set(added);
}

Result<void> ChangeVault(const VaultPlace& place, const VaultChange& change) {
  const auto file = VaultFile::Lock(place.vault);
  if (!file) return Fail(file.error());
  auto opened = OpenVaultAt(place);
  if (!opened) return Fail(opened.error());
  const SecretBuffer before = SecretBuffer::Copy(opened->document.text());
  if (auto changed = change(*opened); !changed) return changed;
  if (!opened->anew && opened->document.text() == before.view()) return {};
  if (opened->recipients.empty() && !opened->by_passphrase) {
    return Fail("it does not say to whom it is encrypted, and more than one may open it",
                place.vault, std::string(kRekey));
  }
  if (auto remembered = RememberRecipients(*opened); !remembered) return remembered;
  auto sealed = Seal(*opened, place.keys->passphrase);
  if (!sealed) return Fail(sealed.error());
  return file->Replace(*sealed);
}

Result<void> SetSecrets(VaultDocument& document, const Secrets& secrets) {
  const std::string today = Today();
  std::vector<VaultSetting> settings;
  for (const Secret& secret : secrets) {
    const VaultEntry* before = document.Find(VaultTable::kSecrets, secret.name);
    if (before != nullptr && document.Value(*before).view() == secret.value.view()) continue;
    settings.push_back({VaultTable::kSecrets, secret.name, secret.value.view()});
    settings.push_back({VaultTable::kChanged, secret.name, today});
  }
  return document.Set(settings);
}

Result<void> MarkChanged(VaultDocument& document, const std::vector<std::string>& names) {
  const std::string today = Today();
  std::vector<VaultSetting> settings;
  for (const std::string& name : names) settings.push_back({VaultTable::kChanged, name, today});
  return document.Set(settings);
}

Result<void> UseRemembered(OpenedVault& opened) {
  auto recipients = Remembered(opened.document);
  if (!recipients) return Fail(recipients.error());
  if (!recipients->empty()) opened.recipients = std::move(*recipients);
  return {};
}

}  // namespace nodeward
