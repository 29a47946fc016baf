#include "vault/hkdf.h"

#include <sodium.h>

#include <string>

namespace nodeward {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

SecretBuffer HmacSha256(std::string_view key, std::string_view message) {
  static_assert(crypto_auth_hmacsha256_BYTES == kKeySize);
  SecretBuffer mac(kKeySize);
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, Bytes(key), key.size());
  crypto_auth_hmacsha256_update(&state, Bytes(message), message.size());
  crypto_auth_hmacsha256_final(&state, mac.data());
  sodium_memzero(&state, sizeof state);
  return mac;
}

SecretBuffer HkdfSha256(const SecretBuffer& secret, std::string_view salt, std::string_view info) {
  // An absent salt is 32 zero bytes (RFC 5869, 2.2), which HMAC cannot tell from an empty key.
  const SecretBuffer pseudorandom_key = HmacSha256(salt, secret.view());
  return HmacSha256(pseudorandom_key.view(), std::string(info) + '\x01');
}

}  // namespace nodeward
