// nodeward vault exec: the secrets in a command's environment, and nothing else of nodeward.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "cli/launch_inputs.h"
#include "cli/vault.h"
#include "cli/vault_place.h"

namespace nodeward {
namespace {

// Each name once; a secret beats what is inherited. It stays in this process's memory until
// execve(2) takes it over.
std::vector<std::string> EnvironmentWith(const Secrets& secrets) {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    variables.emplace(text.substr(0, text.find('=')), text);
  }
  for (const Secret& secret : secrets) {
    std::string& text = variables[secret.name] = secret.name + "=";
    text += secret.value.view();
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
  const auto place = FindVault(options);
  if (!place) return tl::unexpected(place.error());
  const auto opened = OpenVaultAt(*place);
  if (!opened) return FailWith(opened.error());
  const Secrets secrets = opened->document.SecretsByName();
  if (auto safe = CheckNames(secrets, place->vault); !safe) return FailWith(safe.error());
  auto environment = EnvironmentWith(secrets);
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
