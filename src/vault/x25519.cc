#include "vault/x25519.h"

#include <sodium.h>

#include <array>
#include <string>

#include "vault/base64.h"
#include "vault/file_key.h"
#include "vault/hkdf.h"

namespace nodeward {
namespace {

constexpr std::string_view kInfo = "age-encryption.org/v1/X25519";

std::optional<std::string> Share(const Stanza& stanza) {
  if (stanza.arguments.size() != 1) return std::nullopt;
  std::optional<std::string> share = DecodeBase64(stanza.arguments[0], Base64::kUnpadded);
  if (share && share->size() != kX25519Size) return std::nullopt;
  return share;
}

}  // namespace

AgeResult<void> CheckX25519Stanza(const Stanza& stanza) {
  if (!Share(stanza)) return FailStanza(stanza, "an X25519 recipient has one share of 32 bytes");
  if (stanza.body.size() != kWrappedFileKeySize) {
    return FailStanza(stanza, "an X25519 recipient has a body of 32 bytes");
  }
  return {};
}

AgeResult<std::optional<SecretBuffer>> UnwrapX25519(
    const Stanza& stanza, std::span<const unsigned char, kX25519Size> identity) {
  static_assert(crypto_scalarmult_curve25519_BYTES == kX25519Size);
  const std::optional<std::string> share = Share(stanza);
  if (!share) return CheckX25519Stanza(stanza).map([] { return std::optional<SecretBuffer>(); });

  std::array<unsigned char, kX25519Size> recipient{};  // public
  SecretBuffer shared(kX25519Size);
  // libsodium answers -1 where the result is all zero; the check is repeated, for it must not
  // depend on how the library was built.
  if (crypto_scalarmult_curve25519_base(recipient.data(), identity.data()) != 0 ||
      crypto_scalarmult_curve25519(shared.data(), identity.data(),
                                   reinterpret_cast<const unsigned char*>(share->data())) != 0 ||
      sodium_is_zero(shared.data(), shared.size()) == 1) {
    return FailStanza(stanza, "the recipient's share is a point of low order");
  }
  const std::string salt = *share + std::string(recipient.begin(), recipient.end());
  return OpenFileKey(HkdfSha256(shared, salt, kInfo), stanza.body);
}

Result<std::string> WrapX25519(const SecretBuffer& file_key,
                               std::span<const unsigned char, kX25519Size> recipient) {
  SecretBuffer ephemeral(kX25519Size);
  randombytes_buf(ephemeral.data(), ephemeral.size());
  std::string share(kX25519Size, '\0');
  SecretBuffer shared(kX25519Size);
  if (crypto_scalarmult_curve25519_base(reinterpret_cast<unsigned char*>(share.data()),
                                        ephemeral.data()) != 0 ||
      crypto_scalarmult_curve25519(shared.data(), ephemeral.data(), recipient.data()) != 0 ||
      sodium_is_zero(shared.data(), shared.size()) == 1) {
    return Fail("the recipient is no key: a point of low order");
  }
  const std::string salt = share + std::string(recipient.begin(), recipient.end());
  // The body is 43 columns, so that its one line is short, as the last has to be.
  return "-> X25519 " + EncodeBase64(share, Base64::kUnpadded) + "\n" +
         EncodeBase64(SealFileKey(HkdfSha256(shared, salt, kInfo), file_key), Base64::kUnpadded) +
         "\n";
}

}  // namespace nodeward
