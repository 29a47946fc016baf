#include "plan/command.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "base/text.h"

namespace nodeward {
namespace {

Error WithCode(std::string what, std::string hint, int code) {
  Error error{std::move(what), {}, std::move(hint)};
  error.exit_code = code;
  return error;
}

// 0 when `path` is a file with an executable bit, else an errno value.
int CheckExecutable(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) return errno;
  if (S_ISDIR(facts.st_mode)) return EISDIR;
  return S_ISREG(facts.st_mode) && (facts.st_mode & 0111) != 0 ? 0 : EACCES;
}

Error Explain(const std::string& name, const std::string& path, int error) {
  if (error == EISDIR) {
    return WithCode("the command \"" + name + "\" is a folder", "nodeward run -- node " + name,
                    kExitNotExecutable);
  }
  if (error == ENOENT || error == ENOTDIR) {
    return WithCode("the command \"" + name + "\" was not found: there is no file " + path, "",
                    kExitNotFound);
  }
  return WithCode("the command \"" + name + "\" cannot be executed: " + DescribeErrno(error),
                  "chmod +x " + path, kExitNotExecutable);
}

std::string Absolute(const std::string& name, const std::string& workdir) {
  if (name.starts_with('/')) return name;
  if (!workdir.empty()) return workdir + "/" + name;
  std::array<char, 4096> here{};
  return getcwd(here.data(), here.size()) != nullptr ? std::string(here.data()) + "/" + name : name;
}

}  // namespace

Result<std::string> ResolveCommand(const std::string& name, std::string_view path_variable,
                                   const std::string& workdir) {
  if (name.empty()) return Fail(WithCode("the command is empty", "", kExitNotFound));
  if (name.find('/') != std::string::npos) {
    const std::string path = Absolute(name, workdir);
    if (const int error = CheckExecutable(path)) return Fail(Explain(name, path, error));
    return path;
  }
  int worst = ENOENT;
  std::string worst_path;
  for (std::string_view rest = path_variable; !rest.empty();) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    const std::string folder(rest.substr(0, colon));
    rest.remove_prefix(std::min(colon + 1, rest.size()));
    if (!folder.starts_with('/')) continue;  // "." and "" would run what lies in the current folder
    const std::string path = folder + "/" + name;
    const int error = CheckExecutable(path);
    if (error == 0) return path;
    if (error == EACCES && worst == ENOENT) {
      worst = error;
      worst_path = path;
    }
  }
  if (worst != ENOENT) return Fail(Explain(name, worst_path, worst));
  return Fail(WithCode(
      "the command \"" + name + "\" was not found in PATH (" + std::string(path_variable) + ")",
      "an absolute path, or [environment] pass = [\"PATH\", …]", kExitNotFound));
}

bool IsNode(const std::string& path) {
  std::error_code error;
  const std::string name = std::filesystem::canonical(path, error).filename().string();
  return name == "node" || name == "nodejs";
}

std::string WarnAboutCommand(const std::vector<std::string>& command) {
  constexpr std::array<std::string_view, 7> kShells = {"sh",  "bash", "dash",   "ash",
                                                       "zsh", "ksh",  "busybox"};
  constexpr std::array<std::string_view, 5> kRunners = {"npm", "npx", "yarn", "pnpm", "corepack"};
  const std::string& first = command.front();
  const std::string name = first.substr(first.rfind('/') + 1);  // npos + 1 is 0
  if (std::count(kShells.begin(), kShells.end(), name) > 0) {
    return "the command is a shell (" + name +
           "): it starts node as a child, which gets no signals "
           "and needs @process; use `nodeward run -- node server.js`";
  }
  if (std::count(kRunners.begin(), kRunners.end(), name) > 0) {
    return name +
           " starts node as a child behind a shell, and loses signals on the way; of it, only "
           "start, stop, test and run are resolved to the node command behind them";
  }
  return {};
}

}  // namespace nodeward
