// How an event becomes a line. Pure functions, called in a sink's thread. Whatever bytes producers
// and the application put into an event, the line is one line, valid UTF-8, and does nothing to a
// terminal, neither as it stands nor after a JSON parser decoded it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "events/event.h"

namespace nodeward {

// The fields that every event of one supervisor shares.
struct Origin {
  std::string start_id;  // 16 hex digits
  std::string profile;   // may be empty: then not written
};

// An event as the bus numbered it.
struct Record {
  Event event;
  std::uint64_t seq = 0;
};

// One JSON object, without a newline: time, severity, event, the fields in their order, message,
// seq, start_id, profile. A producer's field with one of those names is left out.
std::string FormatJson(const Record& record, const Origin& origin);

// One line for a person, without a newline: "2026-01-31 09:00:00 WARN violation: …". Time is UTC.
std::string FormatText(const Record& record);

// The part of FormatText behind the event's name: message, count and hint.
std::string FormatSentence(const Event& event);

// "2026-01-31T09:00:00.123456Z" (RFC 3339).
std::string FormatTime(std::chrono::system_clock::time_point time);

// The value of a field as text, not yet escaped: "true", "17", "a, b".
std::string ValueText(const FieldValue& value);

// The field called `name`, or null.
const FieldValue* FindField(const Event& event, std::string_view name);

// Whether the bus alone gives this field ("seq", "start_id" …): a producer cannot shadow it.
bool IsReservedField(std::string_view name);

// "count" of an event: how many happenings it stands for. 1 when it has none or a negative one.
std::uint64_t CountOf(const Event& event);

}  // namespace nodeward
