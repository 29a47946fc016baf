// The header of an age v1 file: stanzas and MAC, as C2SP age.md has them. Pure; parent only.
// Nothing here is secret: the header is public to whoever can read the file.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "vault/failure.h"

namespace nodeward {

struct Stanza {
  std::string_view type;                    // "X25519", "scrypt", …
  std::vector<std::string_view> arguments;  // without the type
  std::string body;                         // decoded
  std::size_t line = 0;                     // of the file, from 1
};

// Views point into the text that was parsed, which has to outlive the header.
struct AgeHeader {
  std::vector<Stanza> stanzas;     // one at least, in the file's order
  std::string_view authenticated;  // what the MAC covers: all up to and including "---"
  std::array<unsigned char, 32> mac{};
  std::string_view payload;  // nonce and chunks
};

// Fails with kNotAge, kVersion, kHeader or kHeaderCut.
AgeResult<AgeHeader> ParseAgeHeader(std::string_view file);

// kHeader at the stanza's line.
tl::unexpected<AgeError> FailStanza(const Stanza& stanza, std::string_view what);

}  // namespace nodeward
