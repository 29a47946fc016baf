#include "profile/reader.h"

#include <array>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "profile/health_target.h"

namespace nodeward {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kMostPids = 1ULL << 22;  // PID_MAX_LIMIT, linux/threads.h

bool HasControl(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

bool IsScalar(const Node& node) {
  return node.kind != Node::Kind::kArray && node.kind != Node::Kind::kTable;
}

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace

void Reader::Complain(const Where& where, std::string what, std::string hint) {
  errors_.push_back(ErrorAt(source_, where, std::move(what), std::move(hint)));
}

std::string Reader::Line(std::string_view value) const {
  const std::string_view path = key_->path;
  if (source_.text.empty()) {
    return "--set '" + std::string(path) + "=" + std::string(value) + "'";
  }
  const std::size_t dot = path.rfind('.');
  return std::string(dot == std::string_view::npos ? path : path.substr(dot + 1)) + " = " +
         std::string(value);
}

std::nullopt_t Reader::Wrong(const Node& node, const std::string& what, const std::string& value) {
  Complain(node.where, std::string(key_->path) + ": " + what,
           Line(value.empty() ? key_->example : std::string_view(value)));
  return std::nullopt;
}

std::nullopt_t Reader::WrongKind(const Node& node, const std::string& wanted) {
  return Wrong(node, "must be " + wanted + ", not " + std::string(Name(node.kind)));
}

std::optional<std::string> Reader::Text(const Node& node) {
  if (node.kind == Node::Kind::kString) return node.text;
  if (IsScalar(node) && !node.typed.empty()) return node.typed;
  return WrongKind(node, "a string");
}

std::optional<std::string> Reader::PlainText(const Node& node) {
  auto text = Text(node);
  if (!text) return std::nullopt;
  if (text->empty()) return Wrong(node, "must not be empty");
  if (HasControl(*text)) return Wrong(node, Quoted(*text) + " has a control character");
  return text;
}

std::optional<std::size_t> Reader::Word(const Node& node) {
  const auto text = Text(node);
  if (!text) return std::nullopt;
  std::vector<std::string> all;
  for (std::size_t i = 0; i < key_->words.size(); ++i) {
    if (key_->words[i] == *text) return i;
    all.push_back(Quoted(key_->words[i]));
  }
  const std::string_view near = Nearest(*text, key_->words);
  return Wrong(node, Quoted(*text) + " is none of " + JoinWords(all),
               near.empty() ? std::string() : Quoted(near));
}

std::optional<std::vector<nodeward::Text>> Reader::List(const Node& node, ReadItem item) {
  if (node.kind != Node::Kind::kArray) return WrongKind(node, "a list");
  std::vector<nodeward::Text> list;
  for (const Node& entry : node.items) {
    if (auto value = item(*this, entry)) list.push_back({std::move(*value), entry.where});
  }
  if (list.size() != node.items.size()) return std::nullopt;
  return list;
}

namespace {

// A value parsed from text: its complaint becomes an error with the suggestion as the line to
// write.
template <class T>
std::optional<T> Take(Reader& reader, const Node& node, Amount<T> amount) {
  if (amount) return std::move(*amount);
  const std::string& suggestion = amount.error().suggestion;
  return reader.Wrong(node, amount.error().what,
                      suggestion.empty() ? std::string() : Quoted(suggestion));
}

std::optional<std::uint64_t> NotNegative(Reader& reader, const Node& node) {
  if (node.integer >= 0) return static_cast<std::uint64_t>(node.integer);
  return reader.Wrong(node, std::to_string(node.integer) + " is negative");
}

std::optional<Size> ReadSize(Reader& reader, const Node& node, bool percent) {
  if (node.kind == Node::Kind::kInteger) {
    const auto bytes = NotNegative(reader, node);
    if (!bytes) return std::nullopt;
    return Size{*bytes, std::nullopt};
  }
  if (node.kind != Node::Kind::kString && node.typed.empty()) {
    return reader.WrongKind(node, "a size");
  }
  const auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  return Take(reader, node, ParseSize(*text, percent));
}

enum class Unit { kBytes, kThings };

std::optional<std::uint64_t> ReadLimit(Reader& reader, const Node& node, Unit unit) {
  if (node.kind == Node::Kind::kString && node.text == "unlimited") return kUnlimited;
  if (unit == Unit::kBytes) {
    const auto size = ReadSize(reader, node, false);
    if (!size) return std::nullopt;
    return size->bytes;
  }
  if (node.kind == Node::Kind::kInteger) return NotNegative(reader, node);
  if (node.kind != Node::Kind::kString) return reader.WrongKind(node, "a whole number");
  return Take(reader, node, ParseCount(node.text));
}

std::optional<LimitPair> ReadSoftHard(Reader& reader, const Node& node, Unit unit) {
  const Node* soft = node.Find("soft");
  const Node* hard = node.Find("hard");
  if (soft == nullptr || hard == nullptr || node.members.size() != 2) {
    return reader.Wrong(node, "a table here has exactly the keys soft and hard");
  }
  const auto lower = ReadLimit(reader, *soft, unit);
  const auto upper = ReadLimit(reader, *hard, unit);
  if (!lower || !upper) return std::nullopt;
  if (*lower > *upper) return reader.Wrong(*soft, "soft is more than hard");
  return LimitPair{*lower, *upper};
}

std::optional<LimitPair> ReadPair(Reader& reader, const Node& node, Unit unit) {
  if (node.kind == Node::Kind::kTable) return ReadSoftHard(reader, node, unit);
  const auto both = ReadLimit(reader, node, unit);
  if (!both) return std::nullopt;
  return LimitPair{*both, *both};
}

std::optional<LimitPair> MoreThanZero(Reader& reader, const Node& node,
                                      std::optional<LimitPair> pair) {
  if (pair && pair->soft == 0) return reader.Wrong(node, "0 would leave nothing to work with");
  return pair;
}

}  // namespace

std::optional<Size> ReadMemory(Reader& reader, const Node& node) {
  const auto size = ReadSize(reader, node, true);
  if (size && size->bytes == 0 && size->percent.value_or(0) == 0) {
    return reader.Wrong(node, "0 would leave nothing to work with");
  }
  // No Node.js starts in less; a missing suffix is likelier than the wish.
  constexpr std::uint64_t kLeastMemory = 4u << 20;
  if (size && !size->percent && size->bytes < kLeastMemory) {
    return reader.Wrong(node, std::to_string(size->bytes) + " bytes are too few to start in",
                        "\"512M\"");
  }
  return size;
}

std::optional<Size> ReadSwap(Reader& reader, const Node& node) {
  return ReadSize(reader, node, true);
}

std::optional<double> ReadCpu(Reader& reader, const Node& node) {
  double value = 0;
  if (node.kind == Node::Kind::kInteger) {
    value = static_cast<double>(node.integer);
  } else if (node.kind == Node::Kind::kFloat) {
    value = node.number;
  } else {
    return reader.WrongKind(node, "a number of processors");
  }
  // The kernel takes whole microseconds of at least 1 ms in each 100 ms.
  if (!std::isfinite(value) || value < 0.01 || value > 65536) {
    return reader.Wrong(node, "must be from 0.01 to 65536 processors");
  }
  return value;
}

std::optional<std::uint64_t> ReadCount(Reader& reader, const Node& node) {
  if (node.kind != Node::Kind::kInteger) return reader.WrongKind(node, "a whole number");
  const auto value = NotNegative(reader, node);
  if (!value) return std::nullopt;
  if (*value == 0 || *value > kMostPids) return reader.Wrong(node, "must be from 1 to 4194304");
  return value;
}

std::optional<LimitPair> ReadCountPair(Reader& reader, const Node& node) {
  return MoreThanZero(reader, node, ReadPair(reader, node, Unit::kThings));
}

std::optional<LimitPair> ReadSizePair(Reader& reader, const Node& node) {
  return ReadPair(reader, node, Unit::kBytes);
}

std::optional<LimitPair> ReadStackPair(Reader& reader, const Node& node) {
  return MoreThanZero(reader, node, ReadPair(reader, node, Unit::kBytes));
}

std::optional<Milliseconds> ReadDuration(Reader& reader, const Node& node) {
  if (node.kind == Node::Kind::kInteger) {
    return reader.Wrong(
        node, "a duration needs its unit: ms, s, min or h",
        node.integer < 0 ? std::string() : Quoted(std::to_string(node.integer) + "s"));
  }
  const auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  return Take(reader, node, ParseDuration(*text));
}

std::optional<Milliseconds> ReadPause(Reader& reader, const Node& node) {
  const auto value = ReadDuration(reader, node);
  if (value && value->count() == 0) return reader.Wrong(node, "must be longer than 0");
  return value;
}

std::optional<std::string> ReadHttpCheck(Reader& reader, const Node& node) {
  const auto text = reader.PlainText(node);
  if (!text || !Take(reader, node, ParseHttpCheck(*text))) return std::nullopt;
  return text;
}

std::optional<std::string> ReadTcpCheck(Reader& reader, const Node& node) {
  const auto text = reader.PlainText(node);
  if (!text || !Take(reader, node, ParseTcpCheck(*text))) return std::nullopt;
  return text;
}

std::optional<int> ReadStopSignal(Reader& reader, const Node& node) {
  const auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  return Take(reader, node, ParseStopSignal(*text));
}

std::optional<OnChange> ReadOnChange(Reader& reader, const Node& node) {
  constexpr std::string_view kSignal = "signal:";
  const auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  if (*text == "restart") return OnChange{OnChange::kRestart};
  if (*text == "update") return OnChange{OnChange::kUpdate};
  if (!text->starts_with(kSignal)) {
    return reader.Wrong(node, Quoted(*text) + " is none of restart, update and signal:NAME");
  }
  const auto signal = Take(reader, node, ParseStopSignal(text->substr(kSignal.size())));
  if (!signal) return std::nullopt;
  return OnChange{OnChange::kSignal, *signal};
}

std::optional<bool> ReadBoolean(Reader& reader, const Node& node) {
  if (node.kind == Node::Kind::kBoolean) return node.boolean;
  return reader.WrongKind(node, "true or false");
}

std::optional<std::uint32_t> ReadUmask(Reader& reader, const Node& node) {
  if (node.kind == Node::Kind::kInteger && node.typed.empty()) {
    const std::string digits = std::to_string(node.integer);  // 27 was meant as 027, not as 033
    return reader.Wrong(node, "must be a string of octal digits",
                        ParseUmask(digits) ? Quoted("0" + digits) : std::string());
  }
  const auto text = reader.PlainText(node);
  if (!text) return std::nullopt;
  return Take(reader, node, ParseUmask(*text));
}

}  // namespace nodeward
