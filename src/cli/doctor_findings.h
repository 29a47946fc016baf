// The diagnosis as values, and how it is told. All of it is pure: tests make up the report.
// A new fact is one function in one of the doctor_*.cc files and one line in Diagnose().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "host/report.h"

namespace nodeward {

// How a fact bears on what nodeward promises. JSON and text use the words "yes", "partly", "no" and
// "info".
enum class Standing {
  kYes,     // the promise holds
  kPartly,  // holds in part, or by another means that costs something
  kNo,      // does not hold here
  kInfo,    // a fact that neither helps nor hinders
};
std::string_view StandingWord(Standing standing);

struct Finding {
  std::string key;    // name in JSON: "user_notification"
  std::string title;  // for people: "user notification"
  Standing standing = Standing::kInfo;
  std::string value;    // what is: "ABI 7"
  std::string meaning;  // what it means for nodeward, one line
  nlohmann::ordered_json facts = nlohmann::ordered_json::object();  // the same for programs
};
using Findings = std::vector<Finding>;

// Everything that doctor tells, in the order in which it is told.
Findings Diagnose(const HostReport& host);

// The parts of Diagnose().
Findings DiagnoseKernel(const HostReport& host);   // kernel, seccomp, Landlock, Yama, terminals
Findings DiagnoseProcess(const HostReport& host);  // user, capabilities, namespaces, surroundings
Findings DiagnoseLimits(const HostReport& host);   // cgroups, memory, swap, processors, files

std::string DoctorText(const Findings& findings, bool colour);
// One object and a newline; keys are those of the findings, with "standing", "value", "meaning" and
// the facts beneath each.
std::string DoctorJson(const Findings& findings);

}  // namespace nodeward
