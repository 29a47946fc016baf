// HMAC-SHA-256 and HKDF-SHA-256 (RFC 2104, RFC 5869), on libsodium, whose 1.0.18 has no HKDF.
// Every intermediate value is wiped.
#pragma once

#include <string_view>

#include "base/secret_buffer.h"

namespace nodeward {

inline constexpr std::size_t kKeySize = 32;

// HMAC-SHA-256 of `message` under `key` of any length: 32 bytes.
SecretBuffer HmacSha256(std::string_view key, std::string_view message);

// 32 bytes of HKDF from `secret`: all that age ever derives, so one block of the expansion.
SecretBuffer HkdfSha256(const SecretBuffer& secret, std::string_view salt, std::string_view info);

}  // namespace nodeward
