#include "cli/doctor.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "base/result.h"
#include "base/text.h"
#include "cli/doctor_findings.h"

namespace nodeward {
namespace {

constexpr std::size_t kStandingWidth = 8;
constexpr std::size_t kTitleWidth = 20;

std::string Padded(std::string_view text, std::size_t width) {
  std::string padded(text);
  padded.append(text.size() < width ? width - text.size() : 1, ' ');
  return padded;
}

std::string_view Colour(Standing standing) {
  switch (standing) {
    case Standing::kYes:
      return "\x1b[32m";
    case Standing::kPartly:
      return "\x1b[33m";
    case Standing::kNo:
      return "\x1b[31m";
    case Standing::kInfo:
      break;
  }
  return "\x1b[2m";
}

// Two lines: the fact, and beneath it what it means.
std::string FindingText(const Finding& finding, bool colour) {
  const std::string standing = Padded(StandingWord(finding.standing), kStandingWidth);
  std::string text = "  ";
  text += colour ? std::string(Colour(finding.standing)) + standing + "\x1b[0m" : standing;
  text += Padded(finding.title, kTitleWidth) + EscapeForTerminal(finding.value) + "\n";
  text += std::string(2 + kStandingWidth + kTitleWidth, ' ');
  text += EscapeForTerminal(finding.meaning) + "\n";
  return text;
}

nlohmann::ordered_json FindingJson(const Finding& finding) {
  nlohmann::ordered_json json{{"standing", StandingWord(finding.standing)},
                              {"value", finding.value},
                              {"meaning", finding.meaning}};
  json.update(finding.facts);
  return json;
}

// https://no-color.org: set and not empty, whatever the value.
bool WantsColour() {
  const char* no_colour = std::getenv("NO_COLOR");
  return (no_colour == nullptr || *no_colour == '\0') && ::isatty(STDOUT_FILENO) == 1;
}

}  // namespace

std::string_view StandingWord(Standing standing) {
  switch (standing) {
    case Standing::kYes:
      return "yes";
    case Standing::kPartly:
      return "partly";
    case Standing::kNo:
      return "no";
    case Standing::kInfo:
      break;
  }
  return "info";
}

Findings Diagnose(const HostReport& host) {
  Findings all = DiagnoseKernel(host);
  std::ranges::move(DiagnoseProcess(host), std::back_inserter(all));
  std::ranges::move(DiagnoseLimits(host), std::back_inserter(all));
  return all;
}

std::string DoctorText(const Findings& findings, bool colour) {
  std::string text = "What this host, kernel and container can enforce:\n\n";
  for (const Finding& finding : findings) text += FindingText(finding, colour);
  return text;
}

std::string DoctorJson(const Findings& findings) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const Finding& finding : findings) json[finding.key] = FindingJson(finding);
  // Paths of cgroups may hold any byte; a report that cannot be printed helps nobody.
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

int RunDoctor(bool json, const HostReport& host) {
  const std::string text =
      json ? DoctorJson(Diagnose(host)) : DoctorText(Diagnose(host), WantsColour());
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (std::fflush(stdout) == 0 && written) return 0;
  const Error error{"the report could not be written to the standard output"};
  std::fputs(FormatError(error).c_str(), stderr);
  return kExitRefused;
}

}  // namespace nodeward
