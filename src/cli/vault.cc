#include "cli/vault.h"

#include <CLI/CLI.hpp>
#include <array>
#include <string_view>

#include "cli/launch_inputs.h"
#include "cli/own_memory.h"

namespace nodeward {
namespace {

struct Command {
  std::string_view name;
  std::string_view what;
  tl::expected<int, Errors> (*run)(const VaultOptions&);
};

constexpr std::array kCommands = {
    Command{"keygen", "make an identity (secret key), and print its recipient", VaultKeygen},
    Command{"create", "make a vault for recipients", VaultCreate},
    Command{"set", "give a secret its value: asked for, or from the standard input", VaultSet},
    Command{"unset", "remove secrets", VaultUnset},
    Command{"get", "print the value of one secret", VaultGet},
    Command{"list", "names, ages and classes of length; no values", VaultList},
    Command{"edit", "open the text in $EDITOR", VaultEdit},
    Command{"rekey", "encrypt it anew, with recipients added or removed", VaultRekey},
    Command{"import", "take names and values from a dotenv or JSON file", VaultImport},
    Command{"export", "print the names, one on a line, with the day of the last change",
            VaultNames},
    Command{"diff", "the names in which two vaults differ", VaultDiff},
    Command{"verify", "open it, and judge what is in it", VaultVerify},
    Command{"scan", "find secrets that lie open in a folder", VaultScan},
    Command{"exec", "run a command with the secrets in its environment, unconfined", VaultExec},
};

void AddPlace(CLI::App& command, VaultOptions& options) {
  command.add_option("-f,--file", options.vault, "the vault's file")->type_name("VAULT");
  command.add_option("-i,--identity", options.identity, "the identity's file")->type_name("FILE");
  command
      .add_option("--passphrase-fd", options.passphrase_fd,
                  "a descriptor that holds its passphrase, in place of asking")
      ->type_name("N")
      ->check(CLI::Range(3, 1023));
  command.add_option("-p,--profile", options.profile, "a profile, whose [secrets] names both")
      ->type_name("PROFILE");
}

void AddRecipients(CLI::App& command, VaultOptions& options, const char* what) {
  command.add_option("-r,--recipient", options.recipients, what)
      ->type_name("age1…")
      ->allow_extra_args(false);
}

void AddNames(CLI::App& command, VaultOptions& options, int least, int most) {
  command.add_option("NAME", options.names, "the secret's name")->required()->expected(least, most);
}

void AddOwnOptions(CLI::App& command, std::string_view name, VaultOptions& options) {
  if (name == "keygen") {
    command.add_option("-o,--output", options.output, "a new file, mode 0600")->type_name("FILE");
    command.add_option("-y,--recipient-of", options.identity, "print the recipient of an identity")
        ->type_name("IDENTITY");
    return;
  }
  if (name == "diff") {
    command.add_option("VAULT", options.names, "two vaults")->required()->expected(2);
    command.add_option("-i,--identity", options.identity, "the identity's file")->type_name("FILE");
    return;
  }
  AddPlace(command, options);
  if (name == "create") {
    AddRecipients(command, options, "whom it is for; by default the identity's own");
    command.add_flag("--armor", options.armor, "as ASCII text");
    command.add_flag("--passphrase", options.passphrase, "for a passphrase, and no recipient");
  }
  if (name == "set") {
    AddNames(command, options, 1, 1);
    command.add_option("--from", options.from, "a file that holds the value")->type_name("FILE");
  }
  if (name == "unset") AddNames(command, options, 1, -1);
  if (name == "get") AddNames(command, options, 1, 1);
  if (name == "list") command.add_flag("--json", options.json, "one JSON object");
  if (name == "rekey") {
    AddRecipients(command, options, "whom it is for besides");
    command.add_option("--remove", options.removed, "whom it is for no longer")
        ->type_name("age1…")
        ->allow_extra_args(false);
  }
  if (name == "rekey") {
    command.add_flag("--passphrase", options.passphrase,
                     "for a new passphrase, and no recipient any longer");
    command
        .add_option("--new-passphrase-fd", options.new_passphrase_fd,
                    "a descriptor that holds the new passphrase, in place of asking")
        ->type_name("N")
        ->check(CLI::Range(3, 1023));
  }
  if (name == "import") {
    command.add_option("FILE", options.from, "the file, or - for the standard input")->required();
    command.add_option("--format", options.format, "dotenv or json; by default by the file's name")
        ->type_name("FORMAT");
    command.add_flag("--replace", options.replace, "also names that the vault has already");
  }
  if (name == "scan") {
    command.add_option("DIR", options.folder, "the folder; by default this one");
    command.add_option("--vault", options.vault, "look for this vault's values as well")
        ->type_name("VAULT");
    command.add_flag("--all", options.all, "node_modules and .git as well");
    command.add_flag("--json", options.json, "one JSON object");
  }
  if (name == "export") {
    command.add_flag("--names", options.only_names, "names: values are never exported")->required();
    command.add_option("VAULT", options.vault, "the vault's file; as git's textconv gives it");
  }
  if (name == "exec") {
    command.add_option("COMMAND", options.command, "the command and its arguments")->required();
    command.positionals_at_end(true);
    command.prefix_command(true);
  }
}

}  // namespace

void AddVaultCommand(CLI::App& app, VaultOptions& options) {
  CLI::App* vault = app.add_subcommand("vault", "make and change a vault of secrets");
  vault->require_subcommand(1);
  for (const Command& command : kCommands) {
    CLI::App* sub = vault->add_subcommand(std::string(command.name), std::string(command.what));
    AddOwnOptions(*sub, command.name, options);
  }
}

int VaultCommand(const CLI::App& vault, const VaultOptions& options) {
  HideOwnMemory();
  for (const Command& command : kCommands) {
    if (!vault.got_subcommand(std::string(command.name))) continue;
    const auto code = command.run(options);
    return code ? *code : PrintErrors(code.error());
  }
  return kExitRefused;
}

}  // namespace nodeward
