// A TOML document as plain values with their places: what parse.cc makes of a text and keys.cc
// reads. Knows nothing of nodeward's keys, and keeps toml++ out of everybody else's sight. Parent
// only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "profile/profile.h"

namespace nodeward {

// A text that errors point into. Must outlive the documents and errors made of it.
struct Source {
  std::string name;       // "app.toml", "built-in default", "--set limits.memory=1"
  std::string text;       // empty for a --set argument, which has no lines
  std::string directory;  // relative paths of its values count from here; empty for built-in files
};

struct Member;

struct Node {
  enum class Kind { kString, kInteger, kFloat, kBoolean, kDate, kArray, kTable };

  Kind kind = Kind::kTable;
  Where where;
  std::string text;             // kString
  std::int64_t integer = 0;     // kInteger
  double number = 0;            // kFloat
  bool boolean = false;         // kBoolean
  std::vector<Node> items;      // kArray
  std::vector<Member> members;  // kTable, in the order of the file
  std::string typed;  // of a --set argument's scalar: VALUE as typed, so that 1000 may be a name

  const Node* Find(std::string_view name) const;  // a member's value, or null
};

struct Member {
  std::string name;
  Where where;  // of the key
  Node value;
};

std::string_view Name(Node::Kind kind);  // "a string"

// The table that `source.text` holds. A syntax error is the first one, with its line underlined.
Result<Node> ParseDocument(const Source& source);

// "KEY=VALUE" as a document of nested tables, VALUE being TOML, or a string where it is not.
// Every place in it is the argument itself, without a line. Fills `source`.
Result<Node> ParseOverride(std::string_view argument, Source& source);

// The line that `where` points to and below it spaces and ^~~~, or empty when it points to none.
// Safe on a terminal; long lines are cut around the place.
std::string Excerpt(const Source& source, const Where& where);

// An error at a place of `source`, with the excerpt filled in.
Error ErrorAt(const Source& source, const Where& where, std::string what, std::string hint = {});

}  // namespace nodeward
