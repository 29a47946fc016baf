// A recipient: the public half of an identity, to which vaults are encrypted. "age1…" in text.
// Public, and so in ordinary memory.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "vault/x25519.h"

namespace nodeward {

struct Recipient {
  std::array<unsigned char, kX25519Size> key{};
  std::string text;  // "age1…"
};

// The Error tells apart what people give instead: a secret key (which it does not repeat), an SSH
// key, a recipient of another kind, a damaged one.
Result<Recipient> ParseRecipient(std::string_view text);

Recipient RecipientOf(std::span<const unsigned char, kX25519Size> identity);

// A new identity: the line "AGE-SECRET-KEY-1…", without a newline.
SecretBuffer MakeIdentity();

}  // namespace nodeward
