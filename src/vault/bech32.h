// Bech32 (BIP 173) as age writes its identities: upper case, checksum constant 1, no length limit.
#pragma once

#include <optional>
#include <string_view>

#include "base/secret_buffer.h"

namespace nodeward {

// The bytes of PREFIX1DATA, written into secret memory only. Nothing where the prefix differs, a
// character is foreign or in lower case, the checksum fails, or bits are left over and not zero.
std::optional<SecretBuffer> DecodeBech32(std::string_view text, std::string_view prefix);

// PREFIX1DATA of `bytes`, in upper case.
SecretBuffer EncodeBech32(std::string_view bytes, std::string_view prefix);

}  // namespace nodeward
