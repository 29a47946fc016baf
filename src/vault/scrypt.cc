#include "vault/scrypt.h"

#include <sodium.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "vault/base64.h"
#include "vault/file_key.h"
#include "vault/hkdf.h"

namespace nodeward {
namespace {

constexpr std::string_view kSaltPrefix = "age-encryption.org/v1/scrypt";
constexpr std::size_t kSaltSize = 16;
constexpr std::uint32_t kBlockSize = 8;     // r
constexpr std::uint32_t kParallelism = 1;   // p
constexpr unsigned kHugeWorkFactor = 1000;  // stands for every number of four digits and more

// RFC 7914, section 2: the working memory is 128 · r · N bytes.
constexpr std::uint64_t MemoryOf(unsigned work_factor) {
  return (std::uint64_t{128} * kBlockSize) << work_factor;
}

// ^[1-9][0-9]*$, or nothing.
std::optional<unsigned> ParseWorkFactor(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text[0] == '0' || !std::all_of(text.begin(), text.end(), is_digit)) {
    return std::nullopt;
  }
  if (text.size() > 3) return kHugeWorkFactor;
  unsigned value = 0;
  for (const char c : text) value = value * 10 + static_cast<unsigned>(c - '0');
  return value;
}

AgeResult<void> CheckWorkFactor(unsigned factor, std::uint64_t memory) {
  if (factor > kMaxWorkFactor) {
    const std::string figure =
        factor >= kHugeWorkFactor ? "over 2^999" : "2^" + std::to_string(factor);
    return FailAge(AgeFailure::kWorkFactor,
                   "it is " + figure + ", the limit is 2^" + std::to_string(kMaxWorkFactor) + " (" +
                       FormatSize(MemoryOf(kMaxWorkFactor)) + " of memory)");
  }
  if (memory != 0 && MemoryOf(factor) > memory) {
    return FailAge(AgeFailure::kWorkFactor,
                   "2^" + std::to_string(factor) + " takes " + FormatSize(MemoryOf(factor)) +
                       " of memory, and here it may take " + FormatSize(memory));
  }
  return {};
}

AgeResult<SecretBuffer> WrapKey(const SecretBuffer& passphrase, std::string_view salt,
                                unsigned factor) {
  const std::string full_salt = std::string(kSaltPrefix) + std::string(salt);
  SecretBuffer key(kKeySize);
  if (crypto_pwhash_scryptsalsa208sha256_ll(
          passphrase.data(), passphrase.size(),
          reinterpret_cast<const unsigned char*>(full_salt.data()), full_salt.size(),
          std::uint64_t{1} << factor, kBlockSize, kParallelism, key.data(), key.size()) != 0) {
    return FailAge(AgeFailure::kMemory, "scrypt takes " + FormatSize(MemoryOf(factor)));
  }
  return key;
}

}  // namespace

AgeResult<std::string> WrapScrypt(const SecretBuffer& file_key, const SecretBuffer& passphrase,
                                  unsigned work_factor) {
  std::string salt(kSaltSize, '\0');
  randombytes_buf(salt.data(), salt.size());
  const AgeResult<SecretBuffer> key = WrapKey(passphrase, salt, work_factor);
  if (!key) return tl::unexpected(key.error());
  // The body is 43 columns, so that its one line is short, as the last has to be.
  return "-> scrypt " + EncodeBase64(salt, Base64::kUnpadded) + " " + std::to_string(work_factor) +
         "\n" + EncodeBase64(SealFileKey(*key, file_key), Base64::kUnpadded) + "\n";
}

AgeResult<SecretBuffer> UnwrapScrypt(const Stanza& stanza, const VaultKeys& keys) {
  if (stanza.arguments.size() != 2) {
    return FailStanza(stanza, "a passphrase recipient has a salt and a work factor");
  }
  const std::optional<std::string> salt = DecodeBase64(stanza.arguments[0], Base64::kUnpadded);
  if (!salt || salt->size() != kSaltSize) return FailStanza(stanza, "the salt is not 16 bytes");
  const std::optional<unsigned> factor = ParseWorkFactor(stanza.arguments[1]);
  if (!factor) return FailStanza(stanza, "the work factor is not a decimal number");
  if (stanza.body.size() != kWrappedFileKeySize) {
    return FailStanza(stanza, "a passphrase recipient has a body of 32 bytes");
  }
  if (auto allowed = CheckWorkFactor(*factor, keys.scrypt_memory); !allowed) {
    return tl::unexpected(allowed.error());
  }
  if (!keys.passphrase) return FailAge(AgeFailure::kNeedsPassphrase);
  Result<SecretBuffer> passphrase = keys.passphrase();
  if (!passphrase) {
    return tl::unexpected(AgeError{AgeFailure::kPrompt, std::move(passphrase.error())});
  }
  const AgeResult<SecretBuffer> key = WrapKey(*passphrase, *salt, *factor);
  if (!key) return tl::unexpected(key.error());
  std::optional<SecretBuffer> file_key = OpenFileKey(*key, stanza.body);
  if (!file_key) return FailAge(AgeFailure::kWrongPassphrase);
  return std::move(*file_key);
}

}  // namespace nodeward
