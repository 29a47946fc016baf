#include "vault/age.h"

#include <sodium.h>

#include <array>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "vault/armor.h"
#include "vault/base64.h"
#include "vault/file_key.h"
#include "vault/header.h"
#include "vault/identity.h"
#include "vault/scrypt.h"
#include "vault/stream.h"
#include "vault/vault.h"
#include "vault/x25519.h"

namespace nodeward {
namespace {

constexpr std::string_view kFirstLine = "age-encryption.org/v1\n";
constexpr std::string_view kX25519 = "X25519";
constexpr std::string_view kScrypt = "scrypt";

// Recipient types that exist and are not read here. A type outside this list is grease (age.md), or
// made up by whoever wrote the file, and is not repeated to the operator.
struct ForeignType {
  std::string_view type;
  std::string_view name;
};
constexpr std::array<ForeignType, 5> kForeignTypes = {{
    {"ssh-ed25519", "an SSH key"},
    {"ssh-rsa", "an SSH key"},
    {"mlkem768x25519", "a post-quantum key"},
    {"piv-p256", "a YubiKey"},
    {"p256tag", "a hardware key"},
}};

std::size_t Count(const AgeHeader& header, std::string_view type) {
  std::size_t count = 0;
  for (const Stanza& stanza : header.stanzas) count += stanza.type == type ? 1u : 0u;
  return count;
}

// "the file names 2 X25519 recipients, an SSH key".
std::string DescribeRecipients(const AgeHeader& header) {
  std::vector<std::string> words;
  if (const std::size_t count = Count(header, kX25519); count > 0) {
    words.push_back(std::to_string(count) + " X25519 recipient" + (count == 1 ? "" : "s"));
  }
  for (const ForeignType& foreign : kForeignTypes) {
    if (Count(header, foreign.type) == 0) continue;
    words.push_back(std::string(foreign.name) + " (" + std::string(foreign.type) +
                    ", which nodeward does not read)");
  }
  if (words.empty()) return "it names no recipient of a type that nodeward reads";
  return "it is encrypted to " + JoinWords(words);
}

// X25519 stanzas are judged whether or not an identity fits one of them, so that a malformed header
// has one outcome on every machine.
AgeResult<void> CheckStanzas(const AgeHeader& header) {
  for (const Stanza& stanza : header.stanzas) {
    if (stanza.type == kScrypt && header.stanzas.size() > 1) {
      return FailStanza(stanza, "a passphrase has to be the only recipient");
    }
    if (stanza.type != kX25519) continue;
    if (auto shape = CheckX25519Stanza(stanza); !shape) return shape;
  }
  return {};
}

AgeResult<SecretBuffer> UnwrapWithIdentities(const AgeHeader& header, const VaultKeys& keys) {
  if (keys.identity_file.empty()) {
    return FailAge(Count(header, kX25519) > 0 ? AgeFailure::kNeedsIdentity : AgeFailure::kNoMatch,
                   DescribeRecipients(header));
  }
  const AgeResult<Identities> identities = ParseIdentities(keys.identity_file, keys.identity_path);
  if (!identities) return tl::unexpected(identities.error());
  for (const Stanza& stanza : header.stanzas) {
    if (stanza.type != kX25519) continue;
    for (std::size_t i = 0; i < identities->size(); ++i) {
      AgeResult<std::optional<SecretBuffer>> file_key = UnwrapX25519(stanza, (*identities)[i]);
      if (!file_key) return tl::unexpected(file_key.error());
      if (file_key->has_value()) return std::move(**file_key);
    }
  }
  const std::string path = keys.identity_path.empty() ? "the identity" : keys.identity_path;
  return FailAge(AgeFailure::kNoMatch, path + " was tried; " + DescribeRecipients(header));
}

AgeResult<SecretBuffer> UnwrapFileKey(const AgeHeader& header, const VaultKeys& keys) {
  if (auto stanzas = CheckStanzas(header); !stanzas) return tl::unexpected(stanzas.error());
  const Stanza& first = header.stanzas.front();
  return first.type == kScrypt ? UnwrapScrypt(first, keys) : UnwrapWithIdentities(header, keys);
}

SecretBuffer NewFileKey() {
  SecretBuffer file_key(kFileKeySize);
  randombytes_buf(file_key.data(), file_key.size());
  return file_key;
}

std::string Seal(const std::string& stanzas, const SecretBuffer& file_key,
                 std::string_view plaintext, bool armored) {
  std::string file = std::string(kFirstLine) + stanzas + "---";
  const SecretBuffer mac = HeaderMac(file, file_key);
  file += " " + EncodeBase64(mac.view(), Base64::kUnpadded) + "\n";
  file += EncryptPayload(plaintext, file_key);
  return armored ? EncodeArmor(file) : std::move(file);
}

}  // namespace

AgeResult<SecretBuffer> OpenAge(std::string_view file, const VaultKeys& keys) {
  std::string binary;
  if (LooksArmored(file)) {
    AgeResult<std::string> decoded = DecodeArmor(file);
    if (!decoded) return tl::unexpected(decoded.error());
    binary = std::move(*decoded);
    file = binary;
  }
  const AgeResult<AgeHeader> header = ParseAgeHeader(file);
  if (!header) return tl::unexpected(header.error());
  const AgeResult<SecretBuffer> file_key = UnwrapFileKey(*header, keys);
  if (!file_key) return tl::unexpected(file_key.error());
  if (!HeaderIsAuthentic(*header, *file_key)) return FailAge(AgeFailure::kHeaderTampered);
  return DecryptPayload(header->payload, *file_key);
}

Result<SecretBuffer> DecryptAge(std::string_view file, const VaultKeys& keys) try {
  AgeResult<SecretBuffer> plaintext = OpenAge(file, keys);
  if (!plaintext) return Fail(std::move(plaintext.error().error));
  return std::move(*plaintext);
} catch (const std::bad_alloc&) {
  return Fail(FailAge(AgeFailure::kMemory).value().error);
}

bool OpensByPassphrase(std::string_view file) {
  std::string binary;
  if (LooksArmored(file)) {
    binary = DecodeArmor(file).value_or("");
    file = binary;
  }
  const AgeResult<AgeHeader> header = ParseAgeHeader(file);
  return header && header->stanzas.front().type == kScrypt;
}

Result<std::string> EncryptAge(std::string_view plaintext, const std::vector<Recipient>& recipients,
                               bool armored) try {
  if (recipients.empty()) return Fail("a vault needs a recipient, or nobody could open it");
  const SecretBuffer file_key = NewFileKey();
  std::string stanzas;
  for (const Recipient& recipient : recipients) {
    auto stanza = WrapX25519(file_key, recipient.key);
    if (!stanza) return Fail(stanza.error().what, recipient.text);
    stanzas += *stanza;
  }
  return Seal(stanzas, file_key, plaintext, armored);
} catch (const std::bad_alloc&) {
  return Fail(FailAge(AgeFailure::kMemory).value().error);
}

Result<std::string> EncryptAge(std::string_view plaintext, const SecretBuffer& passphrase,
                               bool armored) try {
  if (passphrase.empty()) return Fail("an empty passphrase would let everybody open the vault");
  const SecretBuffer file_key = NewFileKey();
  const auto stanza = WrapScrypt(file_key, passphrase, kWorkFactor);
  if (!stanza) return Fail(stanza.error().error);
  return Seal(*stanza, file_key, plaintext, armored);
} catch (const std::bad_alloc&) {
  return Fail(FailAge(AgeFailure::kMemory).value().error);
}

}  // namespace nodeward
