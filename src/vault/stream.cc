#include "vault/stream.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "vault/file_key.h"

namespace nodeward {
namespace {

constexpr std::size_t kNonceSize = 16;
constexpr std::size_t kTagSize = crypto_aead_chacha20poly1305_ietf_ABYTES;
constexpr std::size_t kChunkSize = 64 * 1024;
constexpr std::size_t kSealedChunkSize = kChunkSize + kTagSize;

enum class Position { kMiddle, kFinal };

// Eleven bytes of big-endian counter, of which a 64-bit one fills eight, and the final flag.
std::array<unsigned char, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> ChunkNonce(
    std::uint64_t counter, Position position) {
  std::array<unsigned char, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> nonce{};
  for (std::size_t i = 10; counter != 0; --i, counter >>= 8) {
    nonce[i] = static_cast<unsigned char>(counter & 0xff);
  }
  nonce[11] = position == Position::kFinal ? 1 : 0;
  return nonce;
}

bool OpenChunk(std::string_view chunk, std::uint64_t counter, Position position,
               const SecretBuffer& key, unsigned char* out) {
  const auto nonce = ChunkNonce(counter, position);
  return crypto_aead_chacha20poly1305_ietf_decrypt(
             out, nullptr, nullptr, reinterpret_cast<const unsigned char*>(chunk.data()),
             chunk.size(), nullptr, 0, nonce.data(), key.data()) == 0;
}

tl::unexpected<AgeError> Tampered(std::uint64_t counter, std::uint64_t chunks) {
  return FailAge(AgeFailure::kPayloadTampered, "chunk " + std::to_string(counter + 1) + " of " +
                                                   std::to_string(chunks) +
                                                   " does not authenticate");
}

}  // namespace

AgeResult<SecretBuffer> DecryptPayload(std::string_view payload, const SecretBuffer& file_key) {
  if (payload.size() < kNonceSize) return FailAge(AgeFailure::kHeaderCut);
  const SecretBuffer key = PayloadKey(file_key, payload.substr(0, kNonceSize));
  std::string_view rest = payload.substr(kNonceSize);
  const std::uint64_t chunks = (rest.size() + kSealedChunkSize - 1) / kSealedChunkSize;
  if (chunks == 0) return FailAge(AgeFailure::kPayloadTruncated);
  const std::size_t last_size = rest.size() - (chunks - 1) * kSealedChunkSize;
  // Only a whole payload that is empty may end in an empty chunk. Whether bytes are missing here
  // or were added cannot be told.
  if (last_size < kTagSize || (last_size == kTagSize && chunks > 1)) {
    return Tampered(chunks - 1, chunks);
  }

  SecretBuffer plaintext(rest.size() - chunks * kTagSize);
  for (std::uint64_t counter = 0; counter < chunks; ++counter) {
    const bool last = counter + 1 == chunks;
    const Position position = last ? Position::kFinal : Position::kMiddle;
    const std::string_view chunk = rest.substr(0, kSealedChunkSize);
    unsigned char* out = plaintext.data() + counter * kChunkSize;
    if (!OpenChunk(chunk, counter, position, key, out)) {
      // A last chunk that was sealed as one of the middle proves that others followed it.
      const bool cut = last && OpenChunk(chunk, counter, Position::kMiddle, key, out);
      return cut ? FailAge(AgeFailure::kPayloadTruncated) : Tampered(counter, chunks);
    }
    rest.remove_prefix(chunk.size());
  }
  return plaintext;
}

std::string EncryptPayload(std::string_view plaintext, const SecretBuffer& file_key) {
  const std::uint64_t chunks =
      std::max<std::uint64_t>(1, (plaintext.size() + kChunkSize - 1) / kChunkSize);
  std::string payload(kNonceSize + plaintext.size() + chunks * kTagSize, '\0');
  randombytes_buf(payload.data(), kNonceSize);
  const SecretBuffer key = PayloadKey(file_key, std::string_view(payload).substr(0, kNonceSize));
  auto* out = reinterpret_cast<unsigned char*>(payload.data()) + kNonceSize;
  for (std::uint64_t counter = 0; counter < chunks; ++counter) {
    const std::string_view chunk = plaintext.substr(counter * kChunkSize, kChunkSize);
    const auto nonce =
        ChunkNonce(counter, counter + 1 == chunks ? Position::kFinal : Position::kMiddle);
    crypto_aead_chacha20poly1305_ietf_encrypt(
        out, nullptr, reinterpret_cast<const unsigned char*>(chunk.data()), chunk.size(), nullptr,
        0, nullptr, nonce.data(), key.data());
    out += chunk.size() + kTagSize;
  }
  return payload;
}

}  // namespace nodeward
