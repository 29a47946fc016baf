// The X25519 recipient stanza and its identity. Source: C2SP age.md, "The X25519 recipient type".
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/secret_buffer.h"
#include "vault/header.h"

namespace nodeward {

inline constexpr std::size_t kX25519Size = 32;

// Whether an X25519 stanza has its shape: one share of 32 bytes, a body of 32. kHeader otherwise.
AgeResult<void> CheckX25519Stanza(const Stanza& stanza);

// The file key of a checked stanza, or nothing when it was wrapped for another identity. Fails with
// kHeader where the shared secret is all zero (RFC 7748, 6.1): the share is a low-order point.
AgeResult<std::optional<SecretBuffer>> UnwrapX25519(
    const Stanza& stanza, std::span<const unsigned char, kX25519Size> identity);

// The whole stanza, text as a header has it, that wraps `file_key` for a recipient. Fails where the
// recipient is a point of low order.
Result<std::string> WrapX25519(const SecretBuffer& file_key,
                               std::span<const unsigned char, kX25519Size> recipient);

}  // namespace nodeward
