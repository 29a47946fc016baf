// The file key: 16 bytes that a recipient stanza wraps, from which all other keys are derived.
// Source: C2SP age.md, "File key", "Header MAC", "Payload".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret_buffer.h"
#include "vault/header.h"

namespace nodeward {

inline constexpr std::size_t kFileKeySize = 16;
inline constexpr std::size_t kWrappedFileKeySize = 32;  // with the tag of ChaCha20-Poly1305

// The file key in a stanza's body, or nothing when the key is another one. The body's size is
// checked before anything is decrypted: a longer one would be a partitioning oracle.
std::optional<SecretBuffer> OpenFileKey(const SecretBuffer& wrap_key, std::string_view body);

// The file key wrapped for a stanza's body: kWrappedFileKeySize bytes.
std::string SealFileKey(const SecretBuffer& wrap_key, const SecretBuffer& file_key);

// What the header's MAC has to be: 32 bytes.
SecretBuffer HeaderMac(std::string_view authenticated, const SecretBuffer& file_key);

// Whether the header is the one that the holder of the file key wrote. Constant time.
bool HeaderIsAuthentic(const AgeHeader& header, const SecretBuffer& file_key);

// The key of the payload's chunks.
SecretBuffer PayloadKey(const SecretBuffer& file_key, std::string_view nonce);

}  // namespace nodeward
