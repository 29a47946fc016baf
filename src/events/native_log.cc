#include "events/native_log.h"

#include <syslog.h>

#include <array>
#include <ctime>

#include "base/text.h"

namespace nodeward {
namespace {

// "process.pid" → "NODEWARD_PROCESS_PID". journald takes A-Z, 0-9 and "_", at most 64 characters.
std::string JournalName(std::string_view field) {
  std::string name = "NODEWARD_";
  for (const char c : field.substr(0, 55)) {
    if (c >= 'a' && c <= 'z') {
      name += static_cast<char>(c - 'a' + 'A');
    } else {
      name += (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
    }
  }
  return name;
}

}  // namespace

int SyslogPriority(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return LOG_INFO;
    case Severity::kWarn:
      return LOG_WARNING;
    case Severity::kError:
      return LOG_ERR;
  }
  return LOG_ERR;
}

std::string EncodeSyslog(const Event& event, std::string_view line, int pid) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(event.time);
  std::tm local{};
  localtime_r(&seconds, &local);
  std::array<char, 32> buffer{};
  const std::size_t length = std::strftime(buffer.data(), buffer.size(), "%b %e %T", &local);
  std::string text = "<";
  text.append(std::to_string(LOG_DAEMON | SyslogPriority(event.severity))).append(">");
  text.append(buffer.data(), length);
  text.append(" nodeward[").append(std::to_string(pid)).append("]: ").append(line);
  return text;
}

void AppendJournalField(std::string& entry, std::string_view name, std::string_view value) {
  entry += name;
  if (value.find('\n') == std::string_view::npos) {
    entry += '=';
  } else {
    entry += '\n';
    for (unsigned shift = 0; shift < 64; shift += 8) {  // 64 bits, little endian
      entry += static_cast<char>((std::uint64_t{value.size()} >> shift) & 0xff);
    }
  }
  entry += value;
  entry += '\n';
}

std::string EncodeJournal(const Record& record, const Origin& origin) {
  const Event& event = record.event;
  std::string entry;
  AppendJournalField(entry, "MESSAGE", FormatSentence(event));
  AppendJournalField(entry, "PRIORITY", std::to_string(SyslogPriority(event.severity)));
  AppendJournalField(entry, "SYSLOG_IDENTIFIER", "nodeward");
  AppendJournalField(entry, "NODEWARD_EVENT", Name(event.type));
  AppendJournalField(entry, "NODEWARD_SEQ", std::to_string(record.seq));
  AppendJournalField(entry, "NODEWARD_START_ID", origin.start_id);
  if (!origin.profile.empty()) {
    AppendJournalField(entry, "NODEWARD_PROFILE", EscapeForTerminal(origin.profile));
  }
  for (const Field& field : event.fields) {
    if (IsReservedField(field.name)) continue;
    AppendJournalField(entry, JournalName(field.name), EscapeForTerminal(ValueText(field.value)));
  }
  AppendJournalField(entry, "NODEWARD_JSON", FormatJson(record, origin));
  return entry;
}

}  // namespace nodeward
