// Every key that a profile may have, in one table: the parser walks documents with it, and a test
// holds profiles/nodeward.schema.json against it in both directions. A new key is one row here.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "profile/document.h"
#include "profile/profile.h"

namespace nodeward {

class Reader;

// What TOML value a key takes; the schema's type.
enum class KeyKind {
  kText,     // a string
  kTexts,    // a string, or a list of them
  kName,     // a string, or a number that names a user or group
  kWord,     // one of Key::words
  kInteger,  // a whole number
  kNumber,   // a whole number or one with a fraction
  kBoolean,
  kSize,      // bytes as a number, or "512M"
  kDuration,  // "200ms"
  kPair,      // a number, a string, or { soft, hard }
  kList,      // of strings
  kNameList,  // of strings and numbers
  kNumberList,
  kPortList,  // of numbers and strings
  kRules,     // a table of rules on secrets, by their names
  kMap,       // a table of strings, whose names the profile chooses
  kSection,   // a table whose keys are not settled yet
};

struct Key {
  std::string_view path;  // "limits.memory"
  KeyKind kind;
  std::string_view example;  // a value in TOML, for hints
  // Overlays the profile, or complains. Null: known, but its measure does not exist in this
  // version.
  void (*set)(Reader&, const Node&, Profile&);
  std::span<const std::string_view> words = {};  // kWord: all of them
};

std::span<const Key> Keys();
const Key* FindKey(std::string_view path);

// Lays what `document` says over `profile`. Every error of it is appended to `errors`, in order;
// the rest is laid over all the same, so that one run tells everything.
void Apply(const Source& source, const Node& document, Profile& profile, Errors& errors);

}  // namespace nodeward
