// `nodeward vault`: makes and changes vaults.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
}

namespace nodeward {

struct VaultOptions {
  std::string profile;         // -p
  std::string vault;           // -f
  std::string identity;        // -i
  int passphrase_fd = -1;      // --passphrase-fd
  int new_passphrase_fd = -1;  // --new-passphrase-fd
  bool passphrase = false;     // --passphrase
  std::vector<std::string> names;
  std::vector<std::string> recipients;  // -r
  std::vector<std::string> removed;     // --remove
  std::string from;                     // a file, or "-" for the standard input
  std::string output;                   // -o
  std::string format;
  std::string folder = ".";  // that scan walks
  std::vector<std::string> command;
  bool json = false;
  bool all = false;  // node_modules as well
  bool replace = false;
  bool armor = false;
  bool only_names = false;
};

// The subcommands, with their options.
void AddVaultCommand(CLI::App& app, VaultOptions& options);
// Runs the one that was parsed; its exit code.
int VaultCommand(const CLI::App& vault, const VaultOptions& options);

// One for each subcommand, by file.
tl::expected<int, Errors> VaultKeygen(const VaultOptions& options);  // vault_keys.cc
tl::expected<int, Errors> VaultCreate(const VaultOptions& options);
tl::expected<int, Errors> VaultRekey(const VaultOptions& options);
tl::expected<int, Errors> VaultSet(const VaultOptions& options);  // vault_values.cc
tl::expected<int, Errors> VaultUnset(const VaultOptions& options);
tl::expected<int, Errors> VaultGet(const VaultOptions& options);
tl::expected<int, Errors> VaultImport(const VaultOptions& options);
tl::expected<int, Errors> VaultList(const VaultOptions& options);  // vault_names.cc
tl::expected<int, Errors> VaultNames(const VaultOptions& options);
tl::expected<int, Errors> VaultDiff(const VaultOptions& options);
tl::expected<int, Errors> VaultVerify(const VaultOptions& options);
tl::expected<int, Errors> VaultEdit(const VaultOptions& options);  // vault_edit.cc
tl::expected<int, Errors> VaultExec(const VaultOptions& options);  // vault_exec.cc
tl::expected<int, Errors> VaultScan(const VaultOptions& options);  // vault_scan.cc

}  // namespace nodeward
