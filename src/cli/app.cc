#include "cli/app.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "cli/check.h"
#include "cli/doctor.h"
#include "cli/doctor_secrets.h"
#include "cli/explain.h"
#include "cli/explain_live.h"
#include "cli/launch_inputs.h"
#include "cli/profiles.h"
#include "cli/run.h"
#include "cli/status.h"
#include "cli/vault.h"
#include "cli/version.h"
#include "cli/why.h"

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
  std::string live;
  StatusOptions status;
  DoctorSecretsOptions doctor_secrets;
  VaultOptions vault;
  bool json = false;
};

void AddProfileOptions(CLI::App& command, Options& options) {
  command.add_option("-p,--profile", options.run.profile, "a profile's path, or a built-in's name")
      ->type_name("PROFILE");
  command.add_option("--set", options.run.overrides, "override one key: limits.memory=512M")
      ->type_name("KEY=VALUE")
      ->take_all()
      ->allow_extra_args(false);
}

void AddLaunchOptions(CLI::App& command, Options& options, bool needs_command) {
  AddProfileOptions(command, options);
  auto* words = command.add_option("COMMAND", options.run.command, "the command and its arguments");
  if (needs_command) words->required();
  command.positionals_at_end(true);
  command.prefix_command(true);
}

HostReport ProbeAll() {
  HostReport host = ProbeHost();
  host.namespaces = ProbeNamespaces(host);
  return host;
}

int Dispatch(CLI::App& app, Options& options) {
  if (app.got_subcommand("run")) return RunCommand(options.run);
  if (app.got_subcommand("explain") && !options.live.empty()) {
    return ExplainLiveCommand(options.live, options.json);
  }
  if (app.got_subcommand("explain")) return ExplainCommand(options.run, options.json);
  if (app.got_subcommand("check")) return CheckCommand(options.profiles, options.json);
  if (app.got_subcommand("doctor") && !options.doctor_secrets.who.empty()) {
    options.doctor_secrets.json = options.json;
    return DoctorSecretsCommand(options.doctor_secrets);
  }
  if (app.got_subcommand("doctor")) return RunDoctor(options.json, ProbeAll());
  if (app.got_subcommand("why")) return WhyCommand(options.run, options.json);
  if (app.got_subcommand("vault")) {
    return VaultCommand(*app.get_subcommand("vault"), options.vault);
  }
  if (app.got_subcommand("status")) return StatusCommand(options.status);
  if (app.got_subcommand("profiles")) return ProfilesCommand(options.shown);
  return kExitRefused;
}

// prefix_command() sets an option aside that CLI11 does not know, where a typing error in --profile
// would start the application under another profile than meant.
int RefuseUnknownOption(const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands()) {
    if (const int code = RefuseUnknownOption(*command); code >= 0) return code;
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

// The first word that is no option, when it names no command. CLI11 would only say that one is
// missing.
std::string UnknownCommand(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return {};
  const auto commands = app.get_subcommands({});
  const bool known = std::any_of(commands.begin(), commands.end(), [&](const CLI::App* command) {
    return command->get_name() == argv[1];
  });
  return known ? std::string() : argv[1];
}

Error ExplainUnknown(const CLI::App& app, const std::string& word) {
  constexpr std::array<std::string_view, 6> kLater = {"learn",  "prove", "diff",
                                                      "export", "audit", "probe"};
  if (std::count(kLater.begin(), kLater.end(), word) > 0) {
    return {"the command \"" + word + "\" is not available in this version"};
  }
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string_view nearest = Nearest(word, views);
  return {"there is no command \"" + word + "\"",
          {},
          nearest.empty() ? "nodeward run -- " + word + ", or nodeward --help"
                          : "nodeward " + std::string(nearest)};
}

int Parse(CLI::App& app, int argc, char** argv) {
  if (const std::string word = UnknownCommand(app, argc, argv); !word.empty()) {
    return PrintErrors({ExplainUnknown(app, word)});
  }
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
  explain->add_option("--live", options.live, "what is in force on a running process")
      ->type_name("PID");
  CLI::App* check = app.add_subcommand("check", "validate profiles");
  check->add_option("PROFILE", options.profiles, "paths, or built-ins' names")->required();
  check->add_flag("--json", options.json, "one JSON object");
  CLI::App* doctor = app.add_subcommand("doctor", "what this host can enforce");
  doctor->add_flag("--json", options.json, "one JSON object");
  doctor
      ->add_option("--secrets", options.doctor_secrets.who,
                   "where the secrets of a running application can be read, and by whom")
      ->type_name("NAME|PID");
  doctor->add_option("-p,--profile", options.doctor_secrets.profile, "whose vault, for a PID")
      ->type_name("PROFILE");
  CLI::App* why = app.add_subcommand("why", "what a code means; whether a profile allows a thing");
  AddProfileOptions(*why, options);
  why->add_option("QUESTION", options.run.command, "NW201, or: syscall mount")->required();
  why->positionals_at_end(true);
  why->prefix_command(true);
  why->add_flag("--json", options.json, "one JSON object");
  CLI::App* status = app.add_subcommand("status", "how a running application is");
  status->add_option("NAME", options.status.name, "its supervisor's; not needed for the only one");
  CLI::Option* json = status->add_flag("--json", options.status.json, "one JSON object");
  status->add_flag("--healthy", options.status.healthy, "exit code 0 when healthy, else 1")
      ->excludes(json);
  AddVaultCommand(app, options.vault);
  CLI::App* profiles = app.add_subcommand("profiles", "the built-in profiles");
  CLI::App* show = profiles->add_subcommand("show", "print one");
  show->add_option("NAME", options.shown, "a built-in's name")->required();
  if (const int code = Parse(app, argc, argv); code >= 0) return code;
  return Dispatch(app, options);
}

}  // namespace nodeward
