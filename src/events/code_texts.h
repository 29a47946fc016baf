// What each code of codes.h means, at length: printed by `nodeward why NW201`. Constant data.
#pragma once

#include <span>
#include <string_view>

namespace nodeward {

struct CodeText {
  std::string_view code;
  std::string_view title;  // "a system call was refused"
  std::string_view what;   // what happened
  std::string_view why;    // why nodeward answers so
  std::string_view act;    // what an operator does
  std::string_view line;   // the profile's line that changes it, or empty where none does
};

// In the order of their numbers.
std::span<const CodeText> CodeTexts();

// In capitals or not. Null for a code that does not exist.
const CodeText* FindCodeText(std::string_view code);

}  // namespace nodeward
