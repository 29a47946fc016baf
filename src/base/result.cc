#include "base/result.h"

#include <cstring>

#include "base/text.h"

namespace nodeward {

std::string DescribeErrno(int error) {
  const char* name = strerrorname_np(error);
  const char* words = strerrordesc_np(error);
  if (name == nullptr) return "errno " + std::to_string(error);
  return std::string(name) + " (" + words + ")";
}

std::string FormatError(const Error& error) {
  std::string text = "nodeward: ";
  if (!error.where.empty()) text += EscapeForTerminal(error.where) + ": ";
  text += EscapeForTerminal(error.what) + "\n";
  if (!error.excerpt.empty()) text += error.excerpt + "\n";
  if (!error.hint.empty()) text += "  try: " + EscapeForTerminal(error.hint) + "\n";
  return text;
}

}  // namespace nodeward
