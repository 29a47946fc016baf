#include "events/event.h"

namespace nodeward {

std::string_view Name(EventType type) {
  switch (type) {
    case EventType::kStart:
      return "start";
    case EventType::kReady:
      return "ready";
    case EventType::kViolation:
      return "violation";
    case EventType::kDegraded:
      return "degraded";
    case EventType::kLimit:
      return "limit";
    case EventType::kHealth:
      return "health";
    case EventType::kRestart:
      return "restart";
    case EventType::kAlert:
      return "alert";
    case EventType::kExit:
      return "exit";
  }
  return "unknown";
}

std::string_view Name(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "INFO";
    case Severity::kWarn:
      return "WARN";
    case Severity::kError:
      return "ERROR";
  }
  return "ERROR";
}

}  // namespace nodeward
