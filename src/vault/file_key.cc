#include "vault/file_key.h"

#include <sodium.h>

#include <array>

#include "vault/hkdf.h"

namespace nodeward {
namespace {

// Each wrap key is used once, so the nonce is zero.
constexpr std::array<unsigned char, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> kNonce{};

}  // namespace

std::optional<SecretBuffer> OpenFileKey(const SecretBuffer& wrap_key, std::string_view body) {
  static_assert(kWrappedFileKeySize == kFileKeySize + crypto_aead_chacha20poly1305_ietf_ABYTES);
  if (wrap_key.size() != kKeySize || body.size() != kWrappedFileKeySize) return std::nullopt;
  SecretBuffer file_key(kFileKeySize);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(
          file_key.data(), nullptr, nullptr, reinterpret_cast<const unsigned char*>(body.data()),
          body.size(), nullptr, 0, kNonce.data(), wrap_key.data()) != 0) {
    return std::nullopt;
  }
  return file_key;
}

std::string SealFileKey(const SecretBuffer& wrap_key, const SecretBuffer& file_key) {
  std::string body(kWrappedFileKeySize, '\0');
  crypto_aead_chacha20poly1305_ietf_encrypt(reinterpret_cast<unsigned char*>(body.data()), nullptr,
                                            file_key.data(), kFileKeySize, nullptr, 0, nullptr,
                                            kNonce.data(), wrap_key.data());
  return body;
}

SecretBuffer HeaderMac(std::string_view authenticated, const SecretBuffer& file_key) {
  const SecretBuffer key = HkdfSha256(file_key, "", "header");
  return HmacSha256(key.view(), authenticated);
}

bool HeaderIsAuthentic(const AgeHeader& header, const SecretBuffer& file_key) {
  const SecretBuffer mac = HeaderMac(header.authenticated, file_key);
  return crypto_verify_32(mac.data(), header.mac.data()) == 0;
}

SecretBuffer PayloadKey(const SecretBuffer& file_key, std::string_view nonce) {
  return HkdfSha256(file_key, nonce, "payload");
}

}  // namespace nodeward
