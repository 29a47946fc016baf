// Whatever a file holds: DecryptAge and ParseSecrets answer, and touch no memory that is not
// theirs.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "vault/vault.h"

namespace {

// An identity of the C2SP test kit, which opens its vectors: they make a good corpus.
constexpr std::string_view kIdentity =
    "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0\n";
constexpr std::uint64_t kScryptMemory = 1 << 20;  // work factor 10: each input stays fast

nodeward::VaultKeys Keys(std::string_view identities) {
  nodeward::VaultKeys keys;
  keys.identity_file = nodeward::SecretBuffer::Copy(identities);
  keys.identity_path = "id.txt";
  keys.passphrase = []() -> nodeward::Result<nodeward::SecretBuffer> {
    return nodeward::SecretBuffer::Copy("password");
  };
  keys.scrypt_memory = kScryptMemory;
  return keys;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto plaintext = nodeward::DecryptAge(input, Keys(kIdentity));
  if (plaintext) (void)nodeward::ParseSecrets(*plaintext, "fuzz");
  (void)nodeward::ParseSecrets(nodeward::SecretBuffer::Copy(input), "fuzz");
  // The input as an identity file, against a file that wants an identity.
  constexpr std::string_view kHeader =
      "age-encryption.org/v1\n-> X25519 TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc\n"
      "hjabGXwSLQ9c3S6Lw2i+S2Tu2fiwQHHslbBN6B41FLE\n"
      "--- WyJp9F/9FOZh7gJdheq2WIJcwHgYc8NIVh3ddwhrcNg\n0123456789abcdef0123456789abcdef";
  (void)nodeward::DecryptAge(kHeader, Keys(input));
  return 0;
}
