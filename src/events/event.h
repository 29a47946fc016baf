// One event: the only thing that producers make and sinks take. Plain data; producers never format,
// sinks never decide. Field names follow OpenTelemetry's log data model and its process.* names.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace nodeward {

enum class EventType {
  kStart,
  kReady,
  kViolation,
  kDegraded,
  kLimit,
  kHealth,
  kRestart,
  kAlert,
  kExit,
};
enum class Severity { kInfo, kWarn, kError };

std::string_view Name(EventType type);     // "violation"
std::string_view Name(Severity severity);  // "WARN"

using FieldValue =
    std::variant<bool, std::int64_t, std::uint64_t, double, std::string, std::vector<std::string>>;
struct Field {
  std::string name;  // "process.pid"
  FieldValue value;  // strings may hold any bytes; formatting makes them safe
};

struct Event {
  EventType type = EventType::kStart;
  Severity severity = Severity::kInfo;
  std::string message;        // one sentence for a person; used by the text format and as "message"
  std::vector<Field> fields;  // in the order of output
  std::chrono::system_clock::time_point time = std::chrono::system_clock::now();

  Event& With(std::string name, FieldValue value) {
    fields.push_back({std::move(name), std::move(value)});
    return *this;
  }
};

}  // namespace nodeward
