#include "measures/node_rules.h"

#include <unistd.h>

#include <array>
#include <string_view>

#include "host/app_folder.h"
#include "host/node_files.h"

namespace nodeward {
namespace {

std::string_view Variable(const LaunchPlan& plan, std::string_view name) {
  for (const PlannedVariable& variable : plan.environment) {
    if (variable.name == name) return variable.text;
  }
  return {};
}

FileRule RuleFor(const NodeFile& file) {
  FileRule rule;
  rule.path = file.path;
  rule.read = file.read;
  rule.write = file.write;
  rule.exec = file.exec;
  rule.folder = file.folder;
  rule.device = file.path == "/dev/tty";
  rule.implied = file.exec;
  rule.written = file.exec ? "the command" : "@node";
  return rule;
}

FileRule Readable(std::string path, bool folder) {
  FileRule rule;
  rule.path = std::move(path);
  rule.read = true;
  rule.folder = folder;
  rule.written = "@app";
  return rule;
}

// libuv opens the terminal that it writes to a second time.
void AddTerminals(std::vector<FileRule>& rules) {
  for (const int fd : {0, 1, 2}) {
    std::array<char, 64> name{};
    if (ttyname_r(fd, name.data(), name.size()) != 0) continue;
    FileRule rule;
    rule.path = name.data();
    rule.read = rule.write = rule.device = rule.implied = true;
    rule.written = "the terminal";
    rules.push_back(std::move(rule));
  }
}

void WarnOfEnv(const NodeFiles& files, const LaunchPlan& plan, std::vector<std::string>& warnings) {
  if (!files.through_env) return;
  warnings.push_back(plan.path +
                     " begins with #!/usr/bin/env: that would be a second program, "
                     "which the default refuses; use `nodeward run -- node " +
                     files.script + "`");
}

}  // namespace

Result<NodeRules> FindNodeRules(const LaunchPlan& plan) {
  const auto found =
      FindNodeFiles(plan.path, {Variable(plan, "PATH"), Variable(plan, "LD_LIBRARY_PATH")});
  if (!found) return Fail(found.error());
  NodeRules rules;
  for (const NodeFile& file : found->files) {
    (file.exec ? rules.command : rules.node).push_back(RuleFor(file));
  }
  // A program may read what it is linked with, whether or not the profile says "@node".
  for (const NodeFile& file : found->files) {
    if (file.why == "library") rules.command.push_back(RuleFor(file));
  }
  AddTerminals(rules.command);
  AppPlaces places =
      FindAppPlaces({plan.identity.workdir, plan.command, found->script, found->program});
  for (std::string& folder : places.folders) {
    rules.app.push_back(Readable(std::move(folder), true));
  }
  for (std::string& file : places.files) rules.app.push_back(Readable(std::move(file), false));
  rules.warnings = std::move(places.warnings);
  WarnOfEnv(*found, plan, rules.warnings);
  return rules;
}

}  // namespace nodeward
