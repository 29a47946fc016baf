// The part of reader.h that reads [secrets]: descriptors that keys come from, and rules on values.
#include <regex.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "profile/reader.h"

namespace nodeward {
namespace {

constexpr std::uint64_t kLongestValue = 128 * 1024;  // execve(2), MAX_ARG_STRLEN
constexpr std::size_t kLongestPattern = 1024;
constexpr std::uint64_t kMostDays = 36500;
constexpr std::array<std::string_view, 3> kRuleKeys = {"min_length", "pattern", "max_age"};

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

void ComplainOf(Reader& reader, const Node& node, const std::string& key, const std::string& what,
                std::string hint) {
  reader.Complain(node.where, "secrets.rules: " + key + ": " + what, std::move(hint));
}

bool HasBackReference(std::string_view pattern) {
  for (std::size_t at = 0; at + 1 < pattern.size(); ++at) {
    if (pattern[at] != '\\') continue;
    ++at;  // what follows is taken with it, so that "\\\\1" is none
    if (pattern[at] >= '1' && pattern[at] <= '9') return true;
  }
  return false;
}

std::optional<std::uint64_t> ReadMinLength(Reader& reader, const Node& node) {
  const bool whole = node.kind == Node::Kind::kInteger;
  if (whole && node.integer >= 1 && static_cast<std::uint64_t>(node.integer) <= kLongestValue) {
    return static_cast<std::uint64_t>(node.integer);
  }
  ComplainOf(reader, node, "min_length", "must be a number of bytes from 1 to 131072",
             "min_length = 32");
  return std::nullopt;
}

// Back references are the part of a pattern that cannot be matched in linear time.
std::optional<std::string> ReadValuePattern(Reader& reader, const Node& node) {
  const auto refuse = [&](const std::string& what) {
    ComplainOf(reader, node, "pattern", what, "pattern = \"^[A-Za-z0-9]+$\"");
    return std::nullopt;
  };
  if (node.kind != Node::Kind::kString) return refuse("must be a string");
  const std::string& text = node.text;
  if (text.empty()) return refuse("must not be empty");
  if (text.find('\0') != std::string::npos) return refuse("has a NUL");
  if (text.size() > kLongestPattern) return refuse("is longer than 1024 bytes");
  if (HasBackReference(text)) return refuse("has a back reference, which is not supported");
  regex_t compiled{};
  if (const int error = regcomp(&compiled, text.c_str(), REG_EXTENDED | REG_NOSUB); error != 0) {
    std::array<char, 128> reason{};
    regerror(error, &compiled, reason.data(), reason.size());
    return refuse(Quoted(text) + " is no POSIX extended regular expression: " + reason.data());
  }
  regfree(&compiled);
  return text;
}

std::optional<std::uint32_t> ReadDays(Reader& reader, const Node& node) {
  const bool string = node.kind == Node::Kind::kString;
  const bool days = string && node.text.ends_with('d');
  const auto count = ParseCount(days ? node.text.substr(0, node.text.size() - 1) : "");
  if (count && *count >= 1 && *count <= kMostDays) return static_cast<std::uint32_t>(*count);
  ComplainOf(reader, node, "max_age", "must be a number of days from \"1d\" to \"36500d\"",
             "max_age = \"90d\"");
  return std::nullopt;
}

}  // namespace

std::optional<std::string> ReadKeyDescriptor(Reader& reader, const Node& node) {
  const auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  const auto number = ParseCount(text->starts_with("fd:") ? text->substr(3) : "");
  // 0, 1 and 2 always reach the application.
  if (!number || *number < 3 || *number > 1023) {
    return reader.Wrong(node, Quoted(*text) + " is not fd: and a descriptor from 3 to 1023");
  }
  return "fd:" + std::to_string(*number);
}

std::optional<std::string> ReadIdentity(Reader& reader, const Node& node) {
  const bool descriptor = node.kind == Node::Kind::kString && node.text.starts_with("fd:");
  return descriptor ? ReadKeyDescriptor(reader, node) : ReadFilePath(reader, node);
}

void ReadSecretRule(Reader& reader, const Member& member, SecretRule& rule) {
  if (!IsEnvironmentName(member.name)) {
    reader.Complain(member.where, "secrets.rules: \"" + member.name + "\" is not a secret's name",
                    "letters, digits and _, not beginning with a digit");
    return;
  }
  if (member.value.kind != Node::Kind::kTable) {
    reader.Complain(member.value.where,
                    "secrets.rules: the rule on " + member.name + " must be a table, not " +
                        std::string(Name(member.value.kind)),
                    member.name + " = { min_length = 32 }");
    return;
  }
  for (const Member& part : member.value.members) {
    if (part.name == "min_length") {
      if (const auto least = ReadMinLength(reader, part.value)) rule.min_length = least;
    } else if (part.name == "pattern") {
      if (const auto pattern = ReadValuePattern(reader, part.value)) rule.pattern = pattern;
    } else if (part.name == "max_age") {
      if (const auto days = ReadDays(reader, part.value)) rule.max_age = days;
    } else {
      const std::string_view near = Nearest(part.name, kRuleKeys);
      reader.Complain(part.where, "secrets.rules: unknown key \"" + part.name + "\"",
                      near.empty() ? "min_length, pattern and max_age" : std::string(near));
    }
  }
}

}  // namespace nodeward
