#include "vault/recipient.h"

#include <sodium.h>

#include <algorithm>
#include <optional>

#include "vault/bech32.h"

namespace nodeward {
namespace {

constexpr std::string_view kPrefix = "AGE";
constexpr std::string_view kIdentityPrefix = "AGE-SECRET-KEY-";
constexpr std::string_view kWanted = "a recipient is what nodeward vault keygen prints: age1…";

// BIP 173: one case throughout. age writes recipients in the lower one.
std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

bool HasUpper(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

Result<Recipient> ParseRecipient(std::string_view text) {
  const std::string hint(kWanted);
  if (text.starts_with(kIdentityPrefix)) {
    return Fail("this is an identity (secret key), where a recipient (public key) is wanted", {},
                "nodeward vault keygen -y IDENTITY prints its recipient");
  }
  if (text.starts_with("ssh-")) return Fail("an SSH key is no recipient here", {}, hint);
  if (!text.starts_with("age1")) return Fail("this is no recipient of age", {}, hint);
  const auto key = HasUpper(text) ? std::nullopt : DecodeBech32(Upper(text), kPrefix);
  if (!key) {
    const bool other = text.find('1', 4) != std::string_view::npos || text.size() > 200;
    return Fail(other ? "a recipient of a kind that nodeward cannot encrypt to"
                      : "a damaged recipient: its checksum is wrong",
                {}, hint);
  }
  if (key->size() != kX25519Size) return Fail("a damaged recipient: its length is wrong", {}, hint);
  Recipient recipient;
  std::copy(key->view().begin(), key->view().end(), recipient.key.begin());
  recipient.text = text;
  return recipient;
}

Recipient RecipientOf(std::span<const unsigned char, kX25519Size> identity) {
  Recipient recipient;
  crypto_scalarmult_curve25519_base(recipient.key.data(), identity.data());
  const SecretBuffer text = EncodeBech32(
      {reinterpret_cast<const char*>(recipient.key.data()), recipient.key.size()}, kPrefix);
  for (const char c : text.view()) {
    recipient.text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return recipient;
}

SecretBuffer MakeIdentity() {
  SecretBuffer key(kX25519Size);
  randombytes_buf(key.data(), key.size());
  return EncodeBech32(key.view(), kIdentityPrefix);
}

}  // namespace nodeward
