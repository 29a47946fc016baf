// The payload of an age file: a nonce, then STREAM chunks of 64 KiB under ChaCha20-Poly1305.
// Source: C2SP age.md, "Payload".
#pragma once

#include <string>
#include <string_view>

#include "base/secret_buffer.h"
#include "vault/failure.h"

namespace nodeward {

// The whole plaintext, or nothing of it: a chunk that fails takes those before it with it.
// Fails with kHeaderCut (no whole nonce), kPayloadTruncated or kPayloadTampered.
AgeResult<SecretBuffer> DecryptPayload(std::string_view payload, const SecretBuffer& file_key);

// Nonce and chunks of `plaintext`.
std::string EncryptPayload(std::string_view plaintext, const SecretBuffer& file_key);

}  // namespace nodeward
