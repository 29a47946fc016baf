// Fingerprints of secrets: which of them changed, without keeping a value. Each is a keyed hash
// (BLAKE2b) under a key of this process alone, so that it tells nobody else anything.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "base/secret_buffer.h"
#include "vault/vault.h"

namespace nodeward {

struct SecretChanges {
  std::vector<std::string> added;
  std::vector<std::string> changed;
  std::vector<std::string> removed;

  bool None() const { return added.empty() && changed.empty() && removed.empty(); }
};

class Fingerprints {
 public:
  using Prints = std::map<std::string, std::array<unsigned char, 32>>;

  Fingerprints();

  Prints Of(const Secrets& secrets) const;
  // By name, each list sorted.
  static SecretChanges Between(const Prints& before, const Prints& after);

 private:
  SecretBuffer key_;
};

}  // namespace nodeward
