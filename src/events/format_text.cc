#include "base/text.h"
#include "events/format.h"

namespace nodeward {
namespace {

// "kind=syscall syscall=mount": for an event whose producer had no sentence.
std::string FieldsText(const Event& event) {
  std::string text;
  for (const Field& field : event.fields) {
    if (field.name == "count" || field.name == "hint") continue;
    if (!text.empty()) text += ' ';
    text += field.name + "=" + ValueText(field.value);
  }
  return text;
}

}  // namespace

std::string ValueText(const FieldValue& value) {
  return std::visit(
      [](const auto& held) -> std::string {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::string>) {
          return held;
        } else if constexpr (std::is_same_v<Held, bool>) {
          return held ? "true" : "false";
        } else if constexpr (std::is_same_v<Held, std::vector<std::string>>) {
          std::string text;
          for (const std::string& item : held) text += (text.empty() ? "" : ", ") + item;
          return text;
        } else {
          return std::to_string(held);
        }
      },
      value);
}

std::string FormatSentence(const Event& event) {
  std::string text = event.message.empty() ? FieldsText(event) : event.message;
  const std::uint64_t count = CountOf(event);
  const FieldValue* hint = FindField(event, "hint");
  if ((count > 1 || hint != nullptr) && text.ends_with('.')) text.pop_back();
  if (count > 1) text += ", " + std::to_string(count) + " times";
  if (hint != nullptr) {
    text += event.type == EventType::kViolation ? ". To allow: " : ". Try: ";
    text += ValueText(*hint);
  }
  return EscapeForTerminal(text);
}

std::string FormatText(const Record& record) {
  std::string time = FormatTime(record.event.time).substr(0, 19);  // up to the seconds
  time[10] = ' ';
  return time + " " + std::string(Name(record.event.severity)) + " " +
         std::string(Name(record.event.type)) + ": " + FormatSentence(record.event);
}

}  // namespace nodeward
