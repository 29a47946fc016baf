// CouldPassForEvent: what of the application's output a reader could take for an event of nodeward.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "events/relay.h"

namespace nodeward {
namespace {

constexpr std::array<EventType, 9> kTypes = {
    EventType::kStart,    EventType::kReady, EventType::kViolation,
    EventType::kDegraded, EventType::kLimit, EventType::kHealth,
    EventType::kRestart,  EventType::kAlert, EventType::kExit,
};

bool IsEventName(std::string_view name) {
  return std::any_of(kTypes.begin(), kTypes.end(),
                     [name](EventType type) { return Name(type) == name; });
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Cuts what a reader may trim or a terminal does not show: spaces, control characters, colour and
// cursor sequences, and everything that is not ASCII (byte order mark, wide spaces).
std::string_view SkipInvisible(std::string_view line) {
  while (!line.empty()) {
    if (line.starts_with("\x1b[")) {
      const auto final =
          std::find_if(line.begin() + 2, line.end(), [](char c) { return c >= 0x40 && c <= 0x7e; });
      line.remove_prefix(static_cast<std::size_t>(final - line.begin()));
      if (line.empty()) return line;
    } else if (line[0] > 0x20 && line[0] < 0x7f) {
      return line;
    }
    line.remove_prefix(1);
  }
  return line;
}

// Watches a JSON text go by for the key "event" of the outermost object. Values are looked at one
// by one, because readers differ in which of two equal keys they take.
class EventKeyWatch : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool found() const { return found_; }

  bool key(string_t& name) override {
    at_event_ = depth_ == 1 && name == "event";
    return true;
  }
  bool string(string_t& value) override {
    found_ = found_ || (at_event_ && depth_ == 1 && IsEventName(value));
    return true;
  }
  bool start_object(std::size_t) override { return ++depth_ > 0; }
  bool end_object() override { return --depth_ >= 0; }
  bool start_array(std::size_t) override { return ++depth_ > 0; }
  bool end_array() override { return --depth_ >= 0; }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool at_event_ = false;
  bool found_ = false;
  int depth_ = 0;
};

bool CouldBeJson(std::string_view line, bool complete) {
  line = SkipInvisible(line);
  if (line.empty()) return !complete;
  if (line[0] != '{') return false;
  if (!complete) return true;
  // The key is spelt out, or with escapes ("\u0065vent"); nearly every line ends here.
  const bool suspicious =
      line.find("event") != std::string_view::npos || line.find("\\u") != std::string_view::npos;
  if (!suspicious) return false;
  EventKeyWatch watch;
  // What is not quite JSON may be JSON to a lenient reader.
  return !nlohmann::json::sax_parse(line, &watch) || watch.found();
}

// "2026-01-31 09:00:00 WARN violation:", with any space between the parts.
bool CouldBeText(std::string_view line, bool complete) {
  line = SkipInvisible(line);
  for (const char expected : std::string_view("dddd-dd-dd dd:dd:dd ")) {
    if (line.empty()) return !complete;
    if (expected == 'd' ? !IsDigit(line[0]) : line[0] != expected) return false;
    line.remove_prefix(1);
  }
  const auto next_word = [&line] {
    line = SkipInvisible(line);
    const std::string_view word = line.substr(0, line.find_first_of(" :\t"));
    line.remove_prefix(word.size());
    return word;
  };
  const std::string_view severity = next_word();
  if (line.empty()) return !complete;
  if (severity != "INFO" && severity != "WARN" && severity != "ERROR") return false;
  const std::string_view name = next_word();
  if (line.empty()) return !complete;
  return IsEventName(name);
}

}  // namespace

bool CouldPassForEvent(std::string_view line, bool complete, SinkFormat format) {
  return format == SinkFormat::kJson ? CouldBeJson(line, complete) : CouldBeText(line, complete);
}

}  // namespace nodeward
