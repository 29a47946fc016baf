#include <optional>

#include "plan/explain.h"
#include "plan/package_script.h"

namespace nodeward {
namespace {

// Quoted where a blank would make two words of one.
std::string ShowCommand(const std::vector<std::string>& words) {
  std::string shown;
  for (const std::string& word : words) {
    const bool plain = !word.empty() && word.find_first_of(" \t\"'") == std::string::npos;
    shown += (shown.empty() ? "" : " ") + (plain ? word : "\"" + word + "\"");
  }
  return shown;
}

}  // namespace

std::optional<ExplainedMeasure> ExplainScript(const std::vector<std::string>& command,
                                              const Profile& profile) {
  if (command.empty()) return std::nullopt;
  const auto& workdir = profile.process.workdir;
  const auto script = ResolvePackageScript(command, workdir ? workdir->value : "");
  if (!script || !*script) return std::nullopt;  // what is wrong with it, the plan tells
  ExplainedMeasure row;
  row.name = "command";
  row.state = "full";
  row.what = (*script)->told + " is " + ShowCommand((*script)->command);
  for (const auto& [name, value] : (*script)->environment) {
    row.lines.push_back("sets " + name + "=" + value);
  }
  return row;
}

}  // namespace nodeward
