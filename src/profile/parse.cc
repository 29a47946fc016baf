// TOML texts to documents. The only file that sees toml++, built without its exceptions.
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>

#include "profile/document.h"

namespace nodeward {
namespace {

constexpr std::ptrdiff_t kDeepestKey = 8;  // dots in the key of a --set argument

class Converter {
 public:
  explicit Converter(const Source& source) : source_(source) {}

  Where Place(const toml::source_region& region) const {
    Where where{source_.name, 0, 0, 0};
    if (source_.text.empty()) return where;
    where.line = region.begin.line;
    where.column = region.begin.column;
    if (region.end.line == region.begin.line && region.end.column > region.begin.column) {
      where.width = region.end.column - region.begin.column;
    } else if (region.end.line > region.begin.line) {
      where.width = kToEndOfLine;
    }
    return where;
  }

  Node Value(const toml::node& node) const {
    Node out;
    out.where = Place(node.source());
    if (const auto* text = node.as_string()) {
      out.kind = Node::Kind::kString;
      out.text = text->get();
    } else if (const auto* integer = node.as_integer()) {
      out.kind = Node::Kind::kInteger;
      out.integer = integer->get();
    } else if (const auto* number = node.as_floating_point()) {
      out.kind = Node::Kind::kFloat;
      out.number = number->get();
    } else if (const auto* boolean = node.as_boolean()) {
      out.kind = Node::Kind::kBoolean;
      out.boolean = boolean->get();
    } else if (const auto* array = node.as_array()) {
      out.kind = Node::Kind::kArray;
      for (const toml::node& item : *array) out.items.push_back(Value(item));
    } else if (const auto* table = node.as_table()) {
      out = Table(*table);
    } else {
      out.kind = Node::Kind::kDate;
    }
    return out;
  }

 private:
  static constexpr std::uint32_t kToEndOfLine = 10000;

  // toml++ keeps members sorted by name; errors read better in the order of the file.
  Node Table(const toml::table& table) const {
    Node out;
    out.where = Place(table.source());
    for (const auto& [key, value] : table) {
      out.members.push_back({std::string(key.str()), Place(key.source()), Value(value)});
    }
    std::stable_sort(out.members.begin(), out.members.end(), [](const Member& a, const Member& b) {
      return std::pair(a.where.line, a.where.column) < std::pair(b.where.line, b.where.column);
    });
    return out;
  }

  const Source& source_;
};

// The name of the only member of `parsed`, so that a VALUE with newlines cannot set other keys.
bool IsOneValue(const toml::parse_result& parsed) {
  return parsed && parsed.table().size() == 1 && parsed.table().contains("value");
}

Node StringNode(std::string_view text, const Where& where) {
  Node node;
  node.kind = Node::Kind::kString;
  node.where = where;
  node.text = text;
  return node;
}

}  // namespace

const Node* Node::Find(std::string_view name) const {
  for (const Member& member : members) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

std::string_view Name(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kString:
      return "a string";
    case Node::Kind::kInteger:
      return "a whole number";
    case Node::Kind::kFloat:
      return "a number with a fraction";
    case Node::Kind::kBoolean:
      return "true or false";
    case Node::Kind::kDate:
      return "a date";
    case Node::Kind::kArray:
      return "a list";
    case Node::Kind::kTable:
      return "a table";
  }
  return "a value";
}

Result<Node> ParseDocument(const Source& source) {
  const toml::parse_result parsed = toml::parse(source.text);
  const Converter converter(source);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    Where where = converter.Place(error.source());
    where.width = 0;
    return Fail(ErrorAt(source, where, "not valid TOML: " + std::string(error.description())));
  }
  return converter.Value(parsed.table());
}

Result<Node> ParseOverride(std::string_view argument, Source& source) {
  source.name = "--set " + std::string(argument);
  const Where where{source.name, 0, 0, 0};
  const std::size_t equals = argument.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return Fail("--set wants KEY=VALUE", source.name, "--set limits.memory=512M");
  }
  const std::string typed(argument.substr(equals + 1));
  const toml::parse_result parsed = toml::parse("value = " + typed);
  Node node = IsOneValue(parsed) ? Converter(source).Value(*parsed.table().get("value"))
                                 : StringNode(typed, where);
  if (node.kind != Node::Kind::kArray && node.kind != Node::Kind::kTable) node.typed = typed;
  std::string_view key = argument.substr(0, equals);
  if (std::count(key.begin(), key.end(), '.') > kDeepestKey) {
    return Fail("the key has too many parts", source.name, "--set limits.memory=512M");
  }
  while (true) {  // from the last part of the key to the first
    const std::size_t dot = key.rfind('.');
    const std::string_view name = dot == std::string_view::npos ? key : key.substr(dot + 1);
    if (name.empty()) return Fail("empty name in the key", source.name, "--set limits.memory=512M");
    Node table;
    table.where = where;
    table.members.push_back({std::string(name), where, std::move(node)});
    node = std::move(table);
    if (dot == std::string_view::npos) return node;
    key = key.substr(0, dot);
  }
}

}  // namespace nodeward
