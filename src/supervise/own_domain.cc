#include "supervise/own_domain.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <string_view>

#include "base/unique_fd.h"
#include "kernel/landlock.h"
#include "kernel/sys.h"
#include "measures/cgroup_limits.h"
#include "measures/landlock_rights.h"
#include "measures/namespaces.h"

namespace nodeward {
namespace {

using namespace kernel;

constexpr std::uint64_t kRead = kFsReadFile | kFsReadDir;
// Memory of the application is written where a call's answer goes (/proc/PID/mem), and its
// oom_score_adj.
constexpr std::uint64_t kProc = kRead | kFsWriteFile;
constexpr std::uint64_t kGroups = kProc | kFsMakeDir | kFsRemoveDir;
constexpr std::uint64_t kEvents = kFsWriteFile | kFsMakeReg;
// With ABI 9 a path to a UNIX socket is a right, too: connecting is the supervisor's work.
constexpr std::uint64_t kNotHandled = kFsResolveUnix;

Error CannotConfine(const std::string& what, int error) {
  return {"nodeward cannot confine itself: " + what + ": " + DescribeErrno(error)};
}

std::string FolderOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent == "/" ? "" : parent;
}

// The folder that a rule's file or folder may be replaced in: a program or library by an upgrade, a
// release by the next. Nothing as wide as / or /srv, but for a program.
std::string Surroundings(const FileRule& rule) {
  const std::string parent = FolderOf(rule.path);
  if (rule.device || parent.empty() || parent == "/dev") return "";
  if (!rule.folder && rule.exec) return parent;
  return FolderOf(parent).empty() ? "" : parent;
}

void AddFile(std::vector<OwnRule>& rules, const std::string& path) {
  if (path.empty()) return;
  // Kubernetes and many tools replace a file by a link beside it, or the folder that a link leads
  // to by the next one: what stays is the folder around.
  std::error_code error;
  const std::string real = std::filesystem::canonical(path, error).string();
  const std::string folder = FolderOf(path);
  rules.push_back({folder.empty() ? path : folder, kRead});
  if (real.empty()) return;
  const std::string place = FolderOf(real);
  rules.push_back({place.empty() ? real : place, kRead});
  if (!FolderOf(place).empty()) rules.push_back({FolderOf(place), kRead});
}

void AddEventFiles(std::vector<OwnRule>& rules, const Profile& profile) {
  constexpr std::string_view kFile = "file:";
  for (const Text& sink : profile.events.to.value_or(std::vector<Text>{})) {
    if (!sink.value.starts_with(kFile)) continue;
    std::error_code error;
    const auto path = std::filesystem::absolute(sink.value.substr(kFile.size()), error);
    rules.push_back({path.parent_path().string(), kEvents});  // rotated: made anew at SIGHUP
  }
}

// Each path once, and none whose rights a folder above it has: dozens of libraries become their
// folders.
std::vector<OwnRule> Fewest(const std::vector<OwnRule>& rules) {
  std::map<std::string, std::uint64_t> granted;  // by what the links on the way lead to
  for (const OwnRule& rule : rules) {
    std::error_code absent;
    const std::string real = std::filesystem::canonical(rule.path, absent).string();
    granted[absent ? rule.path : real] |= rule.rights;
  }
  std::vector<OwnRule> fewest;
  for (const auto& [path, rights] : granted) {
    std::uint64_t above = 0;
    for (std::filesystem::path at = path; at != at.root_path();) {
      at = at.parent_path();
      if (const auto found = granted.find(at.string()); found != granted.end()) {
        above |= found->second;
      }
    }
    if ((rights & ~above) != 0) fewest.push_back({path, rights});
  }
  return fewest;
}

}  // namespace

std::vector<OwnRule> OwnRules(const Plan& plan) {
  std::vector<OwnRule> rules;
  for (const FileRule& rule : plan.launch.files.rules()) {
    const std::uint64_t rights = RightsOf(rule, plan.host.landlock_abi);
    rules.push_back({rule.path, rights});
    FileRule around = rule;
    around.path = Surroundings(rule);
    around.folder = true;
    if (!around.path.empty()) {
      rules.push_back({around.path, RightsOf(around, plan.host.landlock_abi)});
    }
  }
  rules.push_back({"/", kFsReadDir});
  rules.push_back({"/proc", kProc});
  const std::uint64_t groups = Asked(plan.profile, plan.host).Any() ? kGroups : kRead;
  rules.push_back({"/sys/fs/cgroup", groups});
  for (const auto& [name, controller] : plan.host.cgroup.controllers) {
    rules.push_back({controller.mount, groups});
  }
  // Names of hosts and users, which others replace at any time; libraries, which are looked for
  // again at a restart.
  for (const char* file : {"/etc", "/usr", "/lib", "/lib32", "/lib64", "/libx32", "/dev/null"}) {
    rules.push_back({file, kRead});
  }
  const auto vaults = VaultPaths(plan.profile);
  for (const std::string& vault : vaults) AddFile(rules, vault);
  if (!vaults.empty()) {
    const IdentitySource source = FindIdentity(plan.profile);
    AddFile(rules, source.path);
    if (source.Asks()) {  // a passphrase is asked for
      rules.push_back({"/dev/tty", kFsReadFile | kFsWriteFile | kFsIoctlDev});
    }
  }
  AddEventFiles(rules, plan.profile);
  if (!plan.supervise.sockets.empty()) rules.push_back({plan.supervise.sockets, kFsRemoveFile});
  return Fewest(rules);
}

std::string WhyNoOwnDomain(const Profile& profile, const HostReport& host) {
  if (host.landlock_abi == 0) return "this kernel has no Landlock";
  if (EnforcementFor(profile, "filesystem") == Enforcement::kPermissive) {
    return "[filesystem] is permissive: the application would be held back by it";
  }
  if (WantsNamespaces(profile)) return "namespaces are made after it, and Landlock forbids mounts";
  return "";
}

Result<OwnDomain> OwnDomain::Enter(const Plan& plan) {
  OwnDomain domain;
  if (!WhyNoOwnDomain(plan.profile, plan.host).empty()) return domain;
  domain.handled_ = LandlockMask(LandlockKind::kFiles, plan.host.landlock_abi) & ~kNotHandled;
  const int made = LandlockCreate({domain.handled_, 0, 0});
  if (made < 0) return Fail(CannotConfine("a Landlock ruleset", -made));
  const UniqueFd ruleset(made);
  for (const OwnRule& rule : OwnRules(plan)) {
    const UniqueFd path(open(rule.path.c_str(), O_PATH | O_CLOEXEC));
    struct stat facts {};
    if (!path.valid() || fstat(path.get(), &facts) != 0) continue;
    std::uint64_t rights = rule.rights & domain.handled_;
    if (!S_ISDIR(facts.st_mode)) rights &= kRightsOfFiles;
    if (rights == 0) continue;
    if (const int status = LandlockAllowPath(made, path.get(), rights); status < 0) {
      return Fail(CannotConfine(rule.path, -status));
    }
    domain.granted_.push_back({facts.st_dev, facts.st_ino, rights});
  }
  Prctl(PR_SET_NO_NEW_PRIVS, 1);
  if (const int status = LandlockRestrict(made, 0); status < 0) {
    return Fail(CannotConfine("landlock_restrict_self", -status));
  }
  domain.entered_ = true;
  return domain;
}

std::uint64_t OwnDomain::RightsAt(const std::string& path) const {
  std::uint64_t rights = 0;
  for (std::filesystem::path at = path;; at = at.parent_path()) {
    struct stat facts {};
    if (stat(at.c_str(), &facts) != 0) continue;
    for (const Granted& granted : granted_) {
      const bool same = granted.device == facts.st_dev && granted.inode == facts.st_ino;
      if (same) rights |= granted.rights;
    }
    if (at == at.root_path()) return rights;
  }
}

Result<void> OwnDomain::Check(const Plan& plan) const {
  if (!entered_) return {};
  for (const FileRule& rule : plan.launch.files.rules()) {
    const std::uint64_t wanted = RightsOf(rule, plan.host.landlock_abi) & handled_;
    if ((wanted & ~RightsAt(rule.path)) == 0) continue;
    return Fail(
        "it was replaced since nodeward started, at a place outside of what nodeward left "
        "itself",
        rule.path, "start nodeward anew");
  }
  return {};
}

}  // namespace nodeward
