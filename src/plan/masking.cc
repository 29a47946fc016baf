#include "plan/masking.h"

#include "plan/secrets.h"

namespace nodeward {

bool WantsMask(const Profile& profile) {
  const auto& mask = profile.secrets.mask;
  return !VaultPaths(profile).empty() && (!mask || mask->value);
}

std::string Masked(const Masking& masking, std::string text) {
  return masking.mask == nullptr ? text : masking.mask->Apply(text);
}

std::vector<std::string> LearnSecrets(Mask& mask, const Secrets& secrets) {
  std::vector<SecretView> values;
  values.reserve(secrets.size());
  for (const Secret& secret : secrets) values.push_back({secret.name, secret.value.view()});
  return mask.Learn(values);
}

}  // namespace nodeward
