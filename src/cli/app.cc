#include "cli/app.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/check.h"
#include "cli/doctor.h"
#include "cli/explain.h"
#include "cli/profiles.h"
#include "cli/run.h"
#include "cli/version.h"

namespace nodeward {
namespace {

// A launcher with a closed standard descriptor would open its own files as the application's.
bool OpenStandardDescriptors() {
  for (int fd = 0; fd < 3; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    if (open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd) return false;
  }
  return true;
}

struct Options {
  RunOptions run;
  std::vector<std::string> profiles;
  std::string shown;
  bool json = false;
};

void AddLaunchOptions(CLI::App& command, Options& options, bool needs_command) {
  command.add_option("-p,--profile", options.run.profile, "a profile's path, or a built-in's name")
      ->type_name("PROFILE");
  command.add_option("--set", options.run.overrides, "override one key: limits.memory=512M")
      ->type_name("KEY=VALUE")
      ->take_all()
      ->allow_extra_args(false);
  auto* words = command.add_option("COMMAND", options.run.command, "the command and its arguments");
  if (needs_command) words->required();
  command.positionals_at_end(true);
  command.prefix_command(true);
}

int Dispatch(CLI::App& app, Options& options) {
  if (app.got_subcommand("run")) return RunCommand(options.run);
  if (app.got_subcommand("explain")) return ExplainCommand(options.run, options.json);
  if (app.got_subcommand("check")) return CheckCommand(options.profiles, options.json);
  if (app.got_subcommand("doctor")) return RunDoctor(options.json, ProbeHost());
  if (app.got_subcommand("profiles")) return ProfilesCommand(options.shown);
  return kExitRefused;
}

// prefix_command() sets an option aside that CLI11 does not know, where a typing error in --profile
// would start the application under another profile than meant.
int RefuseUnknownOption(const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands()) {
    const std::vector<std::string> unknown = command->remaining();
    if (unknown.empty() || unknown.front() == "--") continue;
    const Error error{"there is no option \"" + unknown.front() + "\"",
                      {},
                      "nodeward " + command->get_name() + " --help"};
    std::fputs(FormatError(error).c_str(), stderr);
    return kExitRefused;
  }
  return -1;
}

int Parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : kExitRefused;
  }
  return RefuseUnknownOption(app);
}

}  // namespace

int RunApp(int argc, char** argv) {
  if (!OpenStandardDescriptors()) return kExitRefused;
  if (getauxval(AT_SECURE) != 0) {
    std::fputs(
        "nodeward: refuses to run setuid or with file capabilities: it takes orders from its "
        "environment and arguments\n  try: sudo nodeward …\n",
        stderr);
    return kExitRefused;
  }
  CLI::App app("Runs a Node.js application with the least privilege it can work with.", "nodeward");
  Options options;
  app.set_version_flag("--version", Version());
  app.require_subcommand(1);
  CLI::App* run = app.add_subcommand("run", "start a command under a profile and supervise it");
  AddLaunchOptions(*run, options, true);
  CLI::App* explain = app.add_subcommand("explain", "what run would do here; starts nothing");
  AddLaunchOptions(*explain, options, false);
  explain->add_flag("--json", options.json, "one JSON object");
  CLI::App* check = app.add_subcommand("check", "validate profiles");
  check->add_option("PROFILE", options.profiles, "paths, or built-ins' names")->required();
  check->add_flag("--json", options.json, "one JSON object");
  CLI::App* doctor = app.add_subcommand("doctor", "what this host can enforce");
  doctor->add_flag("--json", options.json, "one JSON object");
  CLI::App* profiles = app.add_subcommand("profiles", "the built-in profiles");
  CLI::App* show = profiles->add_subcommand("show", "print one");
  show->add_option("NAME", options.shown, "a built-in's name")->required();
  if (const int code = Parse(app, argc, argv); code >= 0) return code;
  return Dispatch(app, options);
}

}  // namespace nodeward
