// nodeward vault exec: the secrets in a command's environment, and nothing else of nodeward.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "cli/vault.h"
#include "cli/vault_place.h"

namespace nodeward {
namespace {

// Each name once; a secret beats what is inherited. It stays in this process's memory until
// execve(2) takes it over.
std::vector<std::string> EnvironmentWith(const VaultDocument& document) {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    variables.emplace(text.substr(0, text.find('=')), text);
  }
  for (const VaultEntry* entry : document.Entries(VaultTable::kSecrets)) {
    variables[entry->name] = entry->name + "=";
    variables[entry->name] += document.Value(*entry).view();
  }
  std::vector<std::string> environment;
  for (auto& [name, text] : variables) environment.push_back(std::move(text));
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

tl::expected<int, Errors> VaultExec(const VaultOptions& options) {
  const auto place = FindVault(options.profile, options.vault, options.identity);
  if (!place) return tl::unexpected(place.error());
  const auto opened = OpenVaultAt(*place);
  if (!opened) return tl::unexpected(Errors{opened.error()});
  Secrets names;
  for (const VaultEntry* entry : opened->document.Entries(VaultTable::kSecrets)) {
    names.push_back({entry->name, {}});
  }
  if (auto safe = CheckNames(names, place->vault); !safe) {
    return tl::unexpected(Errors{safe.error()});
  }
  auto environment = EnvironmentWith(opened->document);
  auto command = options.command;
  execvpe(command.front().c_str(), Pointers(command).data(), Pointers(environment).data());
  const int error = errno;
  return tl::unexpected(Errors{{"cannot execute " + command.front() + ": " + DescribeErrno(error),
                                {},
                                {},
                                {},
                                error == ENOENT ? kExitNotFound : kExitNotExecutable}});
}

}  // namespace nodeward
