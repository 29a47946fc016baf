// What syslog and the journal are sent for one event. Pure functions.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "events/format.h"

namespace nodeward {

// syslog(3)'s priorities: INFO 6, WARN 4, ERROR 3.
int SyslogPriority(Severity severity);

// "<28>Jan 31 09:00:00 nodeward[7]: LINE": what glibc's syslog(3) writes to /dev/log, facility
// daemon, local time; every syslog daemon and journald read this form.
std::string EncodeSyslog(const Event& event, std::string_view line, int pid);

// One entry of the native journal protocol: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, NODEWARD_EVENT,
// NODEWARD_SEQ, NODEWARD_START_ID, NODEWARD_PROFILE, one NODEWARD_NAME for each field
// (NODEWARD_CODE, NODEWARD_SYSCALL, NODEWARD_PROCESS_PID …), and NODEWARD_JSON with the whole
// event.
std::string EncodeJournal(const Record& record, const Origin& origin);

// Appends one field: "NAME=value\n", or with its length in front when the value holds a newline.
void AppendJournalField(std::string& entry, std::string_view name, std::string_view value);

}  // namespace nodeward
