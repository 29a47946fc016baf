#include "vault/fingerprint.h"

#include <sodium.h>

namespace nodeward {

Fingerprints::Fingerprints() : key_(crypto_generichash_KEYBYTES) {
  crypto_generichash_keygen(key_.data());
}

Fingerprints::Prints Fingerprints::Of(const Secrets& secrets) const {
  Prints prints;
  for (const Secret& secret : secrets) {
    auto& print = prints[secret.name];
    crypto_generichash(print.data(), print.size(), secret.value.data(), secret.value.size(),
                       key_.data(), key_.size());
  }
  return prints;
}

SecretChanges Fingerprints::Between(const Prints& before, const Prints& after) {
  SecretChanges changes;
  for (const auto& [name, print] : after) {
    const auto known = before.find(name);
    if (known == before.end()) {
      changes.added.push_back(name);
    } else if (known->second != print) {
      changes.changed.push_back(name);
    }
  }
  for (const auto& [name, print] : before) {
    if (!after.contains(name)) changes.removed.push_back(name);
  }
  return changes;
}

}  // namespace nodeward
