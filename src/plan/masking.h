// Masking: whether secrets are replaced in what the application prints, and what finds them. Parent
// only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mask/mask.h"
#include "profile/profile.h"
#include "vault/vault.h"

namespace nodeward {

struct Masking {
  std::shared_ptr<Mask> mask;          // null: nothing is masked
  std::vector<std::string> streams;    // "stdout", "stderr": they pass through the mask
  std::vector<std::string> terminals;  // those that do not
};

// Whether the profile asks for it: there is a vault, and [secrets] mask is not false.
bool WantsMask(const Profile& profile);

// `text` without secrets, where they are masked.
std::string Masked(const Masking& masking, std::string text);

// Adds these secrets to what is masked. What cannot be, in words that name each.
std::vector<std::string> LearnSecrets(Mask& mask, const Secrets& secrets);

}  // namespace nodeward
