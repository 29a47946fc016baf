// Secrets that can be told by their shape alone, in any text. Pure; what is found is a kind and a
// place, never the text.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace nodeward {

enum class TokenBody { kAlnum, kUpperAlnum, kHexLower, kWord, kWordDash, kDotted, kPath, kBech32 };

// A fixed beginning and so many characters of a class after it, with no character of it on either
// side.
struct TokenShape {
  std::string_view kind;  // "a GitHub token"
  std::string_view start;
  TokenBody body;
  std::size_t least;
  std::size_t most;
  std::string_view source;  // where its maker documents it
};

std::span<const TokenShape> TokenShapes();

struct FoundToken {
  std::string_view kind;
  std::size_t at = 0;  // offset of its first byte
};

// In the text's order. Beside the table: PEM private keys and JSON web tokens. Takes time in
// proportion to the text, whatever it holds.
std::vector<FoundToken> FindTokens(std::string_view text);

}  // namespace nodeward
