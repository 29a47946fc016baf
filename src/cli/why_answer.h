// One answer of `nodeward why`, as a value: made by why_*.cc, rendered by why.cc.
#pragma once

#include <string>
#include <vector>

#include "profile/profile.h"

namespace nodeward {

struct WhyAnswer {
  bool allowed = false;
  std::string question;            // "syscall mount"
  std::string verdict;             // "refused with EPERM", "allowed"
  std::string rule;                // what decides: "\"@default\" in [syscalls] allow"
  std::string where;               // the line of it: "app.toml:14:1", or empty
  std::string code;                // the event's code, where there is an event
  std::string hint;                // refused: the line that would allow it, or empty
  std::vector<std::string> notes;  // what else decides, or was found on the way
};

// `"ENTRY" in SECTION`, with its place.
inline void DecideBy(WhyAnswer& answer, const Text& entry, const std::string& list) {
  answer.rule = "\"" + entry.value + "\" in " + list;
  answer.where = entry.where.Text();
}

}  // namespace nodeward
