// An identity file: one "AGE-SECRET-KEY-1…" a line, empty lines, and comments after "#".
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/secret_buffer.h"
#include "vault/failure.h"
#include "vault/x25519.h"

namespace nodeward {

// X25519 secret keys, one after the other in one piece of secret memory.
class Identities {
 public:
  explicit Identities(std::size_t capacity) : keys_(capacity * kX25519Size) {}
  std::size_t size() const { return count_; }
  std::span<const unsigned char, kX25519Size> operator[](std::size_t i) const {
    return std::span<const unsigned char, kX25519Size>(keys_.data() + i * kX25519Size, kX25519Size);
  }
  void Add(const SecretBuffer& key);  // of kX25519Size, within the capacity

 private:
  SecretBuffer keys_;
  std::size_t count_ = 0;
};

// One identity at least. Fails with kIdentity, naming `path` and line: a recipient (public key), a
// post-quantum, plugin or SSH identity and an encrypted identity file each have their own words.
AgeResult<Identities> ParseIdentities(const SecretBuffer& text, const std::string& path);

}  // namespace nodeward
