#include "host/app_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>

#include "base/text.h"

namespace nodeward {
namespace {

// Options of node 18 to 26 that take the next word where no "=" is in them (node --help). V8's own
// want the "=".
constexpr std::string_view kTakeValue[] = {
    "--allow-fs-read",
    "--allow-fs-write",
    "--build-sea",
    "--build-snapshot-config",
    "-C",
    "--conditions",
    "--cpu-prof-dir",
    "--cpu-prof-interval",
    "--cpu-prof-name",
    "--diagnostic-dir",
    "--disable-proto",
    "--disable-warning",
    "--dns-result-order",
    "--env-file",
    "--env-file-if-exists",
    "--experimental-config-file",
    "--experimental-default-type",
    "--experimental-loader",
    "--experimental-policy",
    "--experimental-sea-config",
    "--experimental-specifier-resolution",
    "--heap-prof-dir",
    "--heap-prof-interval",
    "--heap-prof-name",
    "--heapsnapshot-near-heap-limit",
    "--heapsnapshot-signal",
    "--icu-data-dir",
    "--import",
    "--input-type",
    "--inspect-port",
    "--inspect-publish-uid",
    "--loader",
    "--localstorage-file",
    "--max-http-header-size",
    "--network-family-autoselection-attempt-timeout",
    "--openssl-config",
    "--policy-integrity",
    "-r",
    "--redirect-warnings",
    "--report-dir",
    "--report-directory",
    "--report-filename",
    "--report-signal",
    "--require",
    "--secure-heap",
    "--secure-heap-min",
    "--snapshot-blob",
    "--title",
    "--tls-cipher-list",
    "--tls-keylog",
    "--trace-event-categories",
    "--trace-event-file-pattern",
    "--trace-require-module",
    "--unhandled-rejections",
    "--use-largepages",
    "--v8-pool-size",
    "--watch-kill-signal",
    "--watch-path",
};

// No script follows: code, tests, or questions about node itself.
constexpr std::string_view kNoScript[] = {
    "-e",
    "--eval",
    "-p",
    "--print",
    "-pe",
    "-i",
    "--interactive",
    "--test",
    "--run",
    "-v",
    "--version",
    "-h",
    "--help",
    "--v8-options",
    "-",
    "-s",
    "--completion-bash",
};

// Not an application's: each holds what belongs to others.
constexpr std::string_view kOfSystem[] = {
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/mnt",
    "/media",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/sbin",
    "/usr/sbin",
    "/usr/share",
    "/var",
    "/var/cache",
    "/var/lib",
    "/var/log",
    "/var/run",
    "/var/spool",
};

// What makes a folder a home.
constexpr std::string_view kCredentials[] = {
    ".ssh",          ".aws",    ".gnupg",         ".netrc",           ".docker",
    ".kube",         ".azure",  ".config/gcloud", ".git-credentials", ".password-store",
    ".bash_history", ".pgpass", ".vault-token",   ".mozilla",
};

bool Exists(const std::string& path) {
  struct stat facts {};
  return stat(path.c_str(), &facts) == 0;
}

bool IsFolder(const std::string& path) {
  struct stat facts {};
  return stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

std::string RealPath(const std::string& path) {
  std::array<char, PATH_MAX> real{};
  return realpath(path.c_str(), real.data()) != nullptr ? std::string(real.data()) : "";
}

bool Beneath(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder == "/" ? folder : folder + "/");
}

// "/" for what lies in it.
std::string FolderOf(const std::string& path) {
  return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
}

bool OfSystem(const std::string& folder) {
  return std::ranges::count(kOfSystem, folder) > 0 || Beneath(folder, "/proc") ||
         Beneath(folder, "/sys") || Beneath(folder, "/dev");
}

// As node completes it: the name itself, or with an ending.
std::string FindScript(const std::string& script, const std::string& workdir) {
  const std::string path = script.starts_with('/') ? script : workdir + "/" + script;
  for (const char* ending : {"", ".js", ".cjs", ".mjs", ".json", ".node"}) {
    if (std::string real = RealPath(path + ending); !real.empty()) return real;
  }
  return {};
}

// The folder of the nearest package.json above `script`; empty: there is none.
std::string PackageFolder(const std::string& script) {
  for (std::string folder = FolderOf(script); folder != "/"; folder = FolderOf(folder)) {
    if (Exists(folder + "/package.json")) return folder;
  }
  return {};
}

class Finder {
 public:
  AppPlaces Run(const AppCommand& command) {
    std::array<char, PATH_MAX> here{};
    std::string workdir = command.workdir;
    if (workdir.empty() && getcwd(here.data(), here.size()) != nullptr) workdir = here.data();
    workdir = RealPath(workdir);
    if (workdir.starts_with('/')) PutWorkdir(workdir);
    if (const std::string script = Script(command, workdir); !script.empty()) PutScript(script);
    const std::vector<std::string> own = found_.folders;
    for (const std::string& folder : own) PutPackagesAbove(folder);
    return std::move(found_);
  }

 private:
  static std::string Script(const AppCommand& command, const std::string& workdir) {
    if (!command.script.empty()) return RealPath(command.script);
    const std::string name = command.program.substr(command.program.rfind('/') + 1);
    if (!name.starts_with("node")) return {};
    const std::string_view argument = ScriptArgument(command.command);
    return argument.empty() ? "" : FindScript(std::string(argument), workdir);
  }

  bool Open(const std::string& path) const {
    return std::ranges::any_of(found_.folders,
                               [&](const std::string& folder) { return Beneath(path, folder); });
  }

  void PutFolder(const std::string& folder) {
    if (Open(folder)) return;
    std::erase_if(found_.folders, [&](const std::string& held) { return Beneath(held, folder); });
    found_.folders.push_back(folder);
    WarnOfCredentials(folder);
  }

  void PutWorkdir(const std::string& workdir) {
    if (!OfSystem(workdir)) return PutFolder(workdir);
    found_.warnings.push_back("the working directory is " + workdir +
                              ", which @app does not open: [process] workdir = \"/app\", or "
                              "[filesystem] read = [\"@node\", \"/app\"], names the application's "
                              "folder");
  }

  void PutScript(const std::string& script) {
    if (Open(script)) return;
    std::string folder = IsFolder(script) ? script : PackageFolder(script);
    if (folder.empty()) folder = FolderOf(script);
    if (!OfSystem(folder)) return PutFolder(folder);
    found_.files.push_back(script);
    found_.warnings.push_back("@app opens " + script + " alone, and not " + folder +
                              " around it: [filesystem] read = [\"@node\", \"@app\", \"…\"] names "
                              "what else it needs");
  }

  // A package.json far above makes a workspace: its packages are hoisted, and linked from below.
  void PutPackagesAbove(const std::string& own) {
    for (std::string folder = own; folder != "/";) {
      folder = FolderOf(folder);
      const std::string real = RealPath((folder == "/" ? "" : folder) + "/node_modules");
      const bool named = real.ends_with("/node_modules");  // not a link to somewhere else
      if (named && IsFolder(real)) PutFolder(real);
    }
  }

  void WarnOfCredentials(const std::string& folder) {
    std::vector<std::string> there;
    for (const std::string_view name : kCredentials) {
      if (Exists(folder + "/" + std::string(name))) there.emplace_back(name);
    }
    if (there.empty()) return;
    if (Exists(folder + "/.npmrc")) there.emplace_back(".npmrc");
    found_.warnings.push_back("@app opens " + folder + ", where " + JoinWords(there) +
                              " can then be read: start in the application's own folder, or set "
                              "[process] workdir = \"" +
                              folder + "/app\"");
  }

  AppPlaces found_;
};

}  // namespace

std::string_view ScriptArgument(const std::vector<std::string>& command) {
  bool options = true;
  for (std::size_t i = 1; i < command.size(); ++i) {
    const std::string_view word = command[i];
    if (!options || !word.starts_with('-')) {
      const bool debugger = options && i == 1 && word == "inspect";
      if (!debugger) return word;
      continue;
    }
    if (word == "--") {
      options = false;
      continue;
    }
    std::string name(word.substr(0, word.find('=')));
    std::ranges::replace(name, '_', '-');  // node takes both
    if (std::ranges::count(kNoScript, name) > 0) return {};
    if (name.size() == word.size() && std::ranges::count(kTakeValue, name) > 0) ++i;
  }
  return {};
}

AppPlaces FindAppPlaces(const AppCommand& command) { return Finder().Run(command); }

}  // namespace nodeward
