#include "measures/namespace_mounts.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "host/trusted_path.h"
#include "measures/file_rules.h"
#include "measures/landlock_rights.h"
#include "measures/rows.h"

namespace nodeward {
namespace {

// What programs write to because everybody may.
constexpr const char* kPrivateFolders[] = {"/tmp", "/var/tmp", "/dev/shm"};
constexpr const char* kHint = "a place elsewhere, or leave out [namespaces] mount";

bool Beneath(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}
bool AtOrBeneath(std::string_view path, std::string_view folder) {
  return path == folder || Beneath(path, folder);
}

// The private folder that `path` lies in; null when in none. The folder itself does not.
const std::string* Hides(const PlannedNamespaces& planned, const std::string& path) {
  for (const std::string& folder : planned.private_folders) {
    if (Beneath(path, folder)) return &folder;
  }
  return nullptr;
}

std::string WorkdirOf(const LaunchPlan& plan) {
  if (!plan.identity.workdir.empty()) return plan.identity.workdir;
  std::array<char, 4096> here{};
  return getcwd(here.data(), here.size()) == nullptr ? std::string() : here.data();
}

Result<void> RefuseHidden(const PlannedNamespaces& planned, const std::string& what,
                          const std::string& path) {
  const auto real = ResolveTrusted(path, std::nullopt);
  const std::string* folder = Hides(planned, real ? real->real : path);
  if (folder == nullptr) return {};
  return Fail(what + " lies in " + *folder + ", which is the application's own and empty", path,
              kHint);
}

Result<void> PlanRule(const FileRule& rule, PlannedNamespaces& planned) {
  if (Hides(planned, rule.path) != nullptr) {
    return RefuseHidden(planned, "\"" + rule.written + "\" of [filesystem]", rule.path);
  }
  const bool is_private = std::ranges::count(planned.private_folders, rule.path) > 0;
  if (!rule.write || is_private || AtOrBeneath(rule.path, "/dev")) return {};
  if (rule.path == "/" || AtOrBeneath(rule.path, "/proc")) {
    return Fail("[namespaces] mount makes " + rule.path +
                    " read-only, and [filesystem] lets it be "
                    "written (\"" +
                    rule.written + "\")",
                rule.path, "one of both");
  }
  planned.writable.push_back(rule.path);
  return {};
}

// Landlock's rules hold files, not names, and these names mean other files once they are replaced.
void PlanReplaced(const FilePolicy& files, int abi, PlannedNamespaces& planned) {
  for (const FileRule& rule : files.rules()) {
    const bool proc = planned.pid && AtOrBeneath(rule.path, "/proc");
    const bool is_private = std::ranges::count(planned.private_folders, rule.path) > 0;
    if (proc || is_private) planned.rules.push_back({rule.path, RightsOf(rule, abi)});
  }
}

Result<void> PlanTree(const LaunchPlan& plan, const FilePolicy& files, PlannedNamespaces& planned) {
  for (const char* folder : kPrivateFolders) {
    const auto found = ResolveTrusted(folder, std::nullopt);
    if (found && found->folder && found->links.empty())
      planned.private_folders.emplace_back(folder);
  }
  if (auto seen = RefuseHidden(planned, "the command", plan.path); !seen) return seen;
  if (auto seen = RefuseHidden(planned, "the working directory", WorkdirOf(plan)); !seen) {
    return seen;
  }
  for (const FileRule& rule : files.rules()) {
    if (auto ruled = PlanRule(rule, planned); !ruled) return ruled;
  }
  return {};
}

// What is visible at `place`: the last that was mounted there.
const ObservedMount* TopAt(const std::vector<ObservedMount>& mounts, std::string_view place) {
  const ObservedMount* top = nullptr;
  for (const ObservedMount& mount : mounts) {
    if (mount.place == place) top = &mount;
  }
  return top;
}

bool MayWrite(const PlannedNamespaces& planned, const std::string& place) {
  const auto covers = [&](const std::string& path) { return AtOrBeneath(place, path); };
  return std::ranges::any_of(planned.writable, covers) ||
         std::ranges::count(planned.private_folders, place) > 0;
}

Result<void> VerifyTree(const PlannedNamespaces& planned,
                        const std::vector<ObservedMount>& mounts) {
  for (const ObservedMount& mount : mounts) {
    if (!mount.read_only && !MayWrite(planned, mount.place)) {
      return Fail("what is mounted there is not read-only", mount.place);
    }
    if (!mount.no_suid) return Fail("set-uid programs would count there", mount.place);
    if (!mount.no_dev && !AtOrBeneath(mount.place, "/dev")) {
      return Fail("devices could be opened there", mount.place);
    }
  }
  for (const std::string& folder : planned.private_folders) {
    const ObservedMount* top = TopAt(mounts, folder);
    if (top == nullptr || top->type != "tmpfs" || top->root != "/" || !top->no_exec) {
      return Fail("it is not the application's own", folder);
    }
  }
  return {};
}

}  // namespace

Result<void> PlanMounts(const Profile& profile, const HostReport& host, LaunchPlan& plan) {
  PlannedNamespaces& planned = plan.namespaces;
  if (!planned.mount && !planned.pid) return {};
  // Rules depend on who the application will be, which is planned only after this.
  LaunchPlan scratch = plan;
  if (auto who = kIdentityMeasure.prepare(profile, host, scratch); !who) return who;
  if (plan.files.rules().empty()) {  // asked by itself: a launch has resolved them
    auto files = ResolveFileRules(profile, host, scratch);
    if (!files) return Fail(files.error());
    plan.files = std::move(files->policy);
  }
  if (planned.mount) {
    if (auto tree = PlanTree(scratch, plan.files, planned); !tree) return tree;
  }
  PlanReplaced(plan.files, host.landlock_abi, planned);
  if (planned.writable.size() > kMaxWritable || planned.rules.size() > kMaxMountRules) {
    return Fail("[filesystem] write has more than " + std::to_string(kMaxWritable) +
                    " paths, or names more files of /proc than that",
                {}, "a folder instead of what lies in it, or leave out [namespaces] mount");
  }
  return {};
}

Result<void> VerifyMounts(const PlannedNamespaces& planned,
                          const std::vector<ObservedMount>& mounts) {
  if (planned.mount) {
    if (auto tree = VerifyTree(planned, mounts); !tree) return tree;
    if (TopAt(mounts, "/") == nullptr) return Fail("its root is not mounted");
  }
  if (!planned.pid) return {};
  const ObservedMount* proc = TopAt(mounts, "/proc");
  if (proc != nullptr && proc->type == "proc" && proc->root == "/" && proc->no_exec) return {};
  return Fail("/proc is not its own");
}

}  // namespace nodeward
