#include <algorithm>
#include <array>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "events/format.h"

namespace nodeward {
namespace {

using Json = nlohmann::ordered_json;

// EscapeForTerminal writes what is not UTF-8, NUL and everything that acts on a terminal as text
// ("\x1b"), so that a value stays harmless when a reader decodes and prints it (`jq -r`).
Json ToJson(const FieldValue& value) {
  return std::visit(
      [](const auto& held) -> Json {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::string>) {
          return EscapeForTerminal(held);
        } else if constexpr (std::is_same_v<Held, std::vector<std::string>>) {
          Json list = Json::array();
          for (const std::string& item : held) list.push_back(EscapeForTerminal(item));
          return list;
        } else {
          return held;
        }
      },
      value);
}

}  // namespace

bool IsReservedField(std::string_view name) {
  constexpr std::array<std::string_view, 7> kReserved = {"time", "severity", "event",  "message",
                                                         "seq",  "start_id", "profile"};
  return std::ranges::find(kReserved, name) != kReserved.end();
}

std::string FormatTime(std::chrono::system_clock::time_point time) {
  const auto since_epoch =
      std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count();
  // Floored towards the past, so that the microseconds stay positive before 1970 too.
  const std::int64_t micros = ((since_epoch % 1'000'000) + 1'000'000) % 1'000'000;
  const std::time_t seconds = static_cast<std::time_t>((since_epoch - micros) / 1'000'000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> buffer{};
  const std::size_t length = std::strftime(buffer.data(), buffer.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::string digits = std::to_string(micros);
  digits.insert(0, 6 - digits.size(), '0');
  return std::string(buffer.data(), length) + "." + digits + "Z";
}

const FieldValue* FindField(const Event& event, std::string_view name) {
  for (const Field& field : event.fields) {
    if (field.name == name) return &field.value;
  }
  return nullptr;
}

std::uint64_t CountOf(const Event& event) {
  const FieldValue* value = FindField(event, "count");
  if (value == nullptr) return 1;
  if (const auto* count = std::get_if<std::uint64_t>(value)) return *count;
  if (const auto* count = std::get_if<std::int64_t>(value); count != nullptr && *count >= 0) {
    return static_cast<std::uint64_t>(*count);
  }
  return 1;
}

std::string FormatJson(const Record& record, const Origin& origin) {
  const Event& event = record.event;
  Json line;
  line["time"] = FormatTime(event.time);
  line["severity"] = Name(event.severity);
  line["event"] = Name(event.type);
  for (const Field& field : event.fields) {
    if (!IsReservedField(field.name)) line[EscapeForTerminal(field.name)] = ToJson(field.value);
  }
  if (!event.message.empty()) line["message"] = EscapeForTerminal(event.message);
  line["seq"] = record.seq;
  line["start_id"] = origin.start_id;
  if (!origin.profile.empty()) line["profile"] = EscapeForTerminal(origin.profile);
  // Nothing invalid is left; "replace" all the same, because an event must never be an exception.
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace nodeward
