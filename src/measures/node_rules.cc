#include "measures/node_rules.h"

#include <unistd.h>

#include <array>
#include <cstdlib>

#include "host/trusted_path.h"

namespace nodeward {

std::vector<FileRule> CommandRules(const LaunchPlan& plan) {
  std::vector<FileRule> rules;
  for (const std::string& path : {plan.path, std::string("/lib64/ld-linux-x86-64.so.2")}) {
    const auto real = ResolveTrusted(path, std::nullopt);
    if (!real) continue;
    FileRule rule;
    rule.path = real->real;
    rule.read = rule.exec = rule.implied = true;
    rule.written = "the command";
    rules.push_back(rule);
  }
  return rules;
}

std::vector<FileRule> NodeRules(const LaunchPlan&) {
  std::vector<FileRule> rules;
  for (const char* path : {"/usr/lib",
                           "/usr/share/nodejs",
                           "/etc/ssl/certs",
                           "/etc/ssl/openssl.cnf",
                           "/etc/hosts",
                           "/etc/resolv.conf",
                           "/etc/nsswitch.conf",
                           "/etc/host.conf",
                           "/etc/gai.conf",
                           "/etc/services",
                           "/etc/passwd",
                           "/etc/group",
                           "/etc/ld.so.cache",
                           "/etc/localtime",
                           "/usr/share/zoneinfo",
                           "/proc",
                           "/sys/fs/cgroup",
                           "/sys/devices/system/cpu",
                           "/dev/null",
                           "/dev/zero",
                           "/dev/random",
                           "/dev/urandom",
                           "/dev/tty"}) {
    const auto real = ResolveTrusted(path, std::nullopt);
    if (!real) continue;
    FileRule rule;
    rule.path = real->real;
    rule.folder = real->folder;
    rule.read = true;
    rule.write = rule.path == "/dev/null" || rule.path == "/dev/tty";
    rule.device = rule.path == "/dev/tty";
    rule.written = "@node";
    rules.push_back(rule);
  }
  return rules;
}

AppFolders FindAppFolders(const LaunchPlan& plan) {
  AppFolders app;
  std::array<char, 4096> here{};
  std::string workdir = plan.identity.workdir;
  if (workdir.empty() && getcwd(here.data(), here.size()) != nullptr) workdir = here.data();
  app.folders.push_back(workdir);
  return app;
}

}  // namespace nodeward
