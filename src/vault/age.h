// Opening an age v1 file, with the kind of a failure kept apart. DecryptAge in vault.h is this,
// with the kind left out; tests and the fuzzer use it to tell one refusal from another.
#pragma once

#include <string_view>

#include "vault/failure.h"
#include "vault/vault.h"

namespace nodeward {

// Order: armour, header, file key, header MAC, payload. Plaintext exists only after the MAC held.
AgeResult<SecretBuffer> OpenAge(std::string_view file, const VaultKeys& keys);

}  // namespace nodeward
