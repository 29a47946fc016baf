#include "host/cgroup_probe.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "host/proc.h"

namespace nodeward {
namespace {

constexpr std::array<std::string_view, 3> kControllers = {"memory", "cpu", "pids"};

// cgroup-v1/memory.rst: "no limit" is LONG_MAX rounded down to pages; nobody means a limit up
// there.
constexpr std::uint64_t kUnlimited = std::uint64_t{1} << 62;

// One line of /proc/self/mountinfo (proc_pid_mountinfo(5)) of type cgroup or cgroup2.
struct Mount {
  std::string root;   // the part of the hierarchy that is mounted
  std::string point;  // where
  bool v2 = false;
  bool read_only = false;
  std::vector<std::string> options;  // of the super block: v1 names its controllers here
};

// One line of /proc/self/cgroup: "4:memory:/a" or "0::/a".
struct Membership {
  std::vector<std::string> controllers;  // empty on v2
  std::string path;
};

std::optional<std::string> ReadText(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

bool Contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// mountinfo writes space, tab, newline and backslash as \ooo.
std::string Unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int value = 0;
    if (text[i] == '\\' && i + 3 < text.size() &&
        std::from_chars(&text[i + 1], &text[i + 1] + 3, value, 8).ptr == &text[i + 1] + 3) {
      plain += static_cast<char>(value);
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::optional<Mount> ParseMount(const std::string& line) {
  const std::size_t dash = line.find(" - ");
  if (dash == std::string::npos) return std::nullopt;
  const auto left = Split(std::string_view(line).substr(0, dash), ' ');
  const auto right = Split(std::string_view(line).substr(dash + 3), ' ');
  if (left.size() < 6 || right.size() < 3) return std::nullopt;
  if (right[0] != "cgroup" && right[0] != "cgroup2") return std::nullopt;
  Mount mount{.root = Unescape(left[3]), .point = Unescape(left[4]), .v2 = right[0] == "cgroup2"};
  mount.options = Split(right[2], ',');
  mount.read_only = Contains(Split(left[5], ','), "ro") || Contains(mount.options, "ro");
  return mount;
}

std::vector<Mount> ReadMounts(const std::string& root) {
  std::vector<Mount> mounts;
  for (const auto& line : Split(ReadText(root + "/proc/self/mountinfo").value_or(""), '\n')) {
    if (auto mount = ParseMount(line)) mounts.push_back(std::move(*mount));
  }
  return mounts;
}

std::vector<Membership> ReadMemberships(const std::string& root) {
  std::vector<Membership> memberships;
  for (const auto& line : Split(ReadText(root + "/proc/self/cgroup").value_or(""), '\n')) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    memberships.push_back({Split(std::string_view(line).substr(first + 1, second - first - 1), ','),
                           line.substr(second + 1)});
  }
  return memberships;
}

// `path` as seen below a mount of `root`, or nothing when it is not visible there. A path or root
// that starts in "/.." lies outside of our cgroup namespace (cgroup_namespaces(7)): what the steps
// between are called cannot be known.
std::optional<std::string> Below(const std::string& root, const std::string& path) {
  if (path.starts_with("/..")) return std::nullopt;
  if (root == "/") return path;
  if (path == root) return "/";
  if (path.starts_with(root + "/")) return path.substr(root.size());
  return std::nullopt;
}

std::string Join(const std::string& mount, const std::string& path) {
  return path == "/" ? mount : mount + path;
}

// A hierarchy that serves one controller, and nodeward's place in it.
struct Place {
  const Mount* mount = nullptr;
  std::string membership;
  std::optional<std::string> path;
};

// The mount to use for a hierarchy: a writable one that shows our place, else one that shows it.
Place ChoosePlace(const std::vector<const Mount*>& mounts, const std::string& membership) {
  Place best;
  int best_rank = -1;
  for (const Mount* mount : mounts) {
    auto path = Below(mount->root, membership);
    const int rank = (path ? 2 : 0) + (mount->read_only ? 0 : 1);
    if (rank > best_rank) {
      best = {mount, membership, std::move(path)};
      best_rank = rank;
    }
  }
  return best;
}

class Prober {
 public:
  explicit Prober(std::string root)
      : root_(std::move(root)), mounts_(ReadMounts(root_)), members_(ReadMemberships(root_)) {}

  CgroupReport Run() {
    bool any_v1 = false;
    bool any_v2 = false;
    for (const auto name : kControllers) {
      const Place place = Find(name);
      if (place.mount == nullptr) continue;
      (place.mount->v2 ? any_v2 : any_v1) = true;
      report_.controllers[std::string(name)] = Judge(std::string(name), place);
      if (place.path) Inherit(name, place);
    }
    FinishSwap();
    const bool v2_mounted =
        std::any_of(mounts_.begin(), mounts_.end(), [](const Mount& m) { return m.v2; });
    if (any_v1) {
      report_.version = v2_mounted ? CgroupVersion::kHybrid : CgroupVersion::kV1;
    } else if (any_v2) {
      report_.version = CgroupVersion::kV2;
    }
    return report_;
  }

 private:
  // A controller serves one hierarchy at a time (cgroups(7)): a v1 one where it is mounted, else
  // v2.
  Place Find(std::string_view name) const {
    for (const auto& member : members_) {
      if (!Contains(member.controllers, name)) continue;
      std::vector<const Mount*> mounts;
      for (const auto& mount : mounts_) {
        if (!mount.v2 && Contains(mount.options, name)) mounts.push_back(&mount);
      }
      if (!mounts.empty()) return ChoosePlace(mounts, member.path);
    }
    for (const auto& member : members_) {
      if (!member.controllers.empty()) continue;
      std::vector<const Mount*> mounts;
      for (const auto& mount : mounts_) {
        if (mount.v2 && Contains(Words(mount.point + "/cgroup.controllers"), name)) {
          mounts.push_back(&mount);
        }
      }
      if (!mounts.empty()) return ChoosePlace(mounts, member.path);
    }
    return {};
  }

  CgroupController Judge(const std::string& name, const Place& place) {
    CgroupController controller{.name = name, .mount = place.mount->point};
    controller.membership = place.membership;
    controller.v2 = place.mount->v2;
    if (!place.path) {
      controller.why_not =
          "nodeward's own group " + place.membership + " is not visible below " + controller.mount;
      return controller;
    }
    controller.path = *place.path;
    const std::string directory = Join(controller.mount, controller.path);
    controller.why_not = place.mount->read_only ? controller.mount + " is mounted read-only"
                                                : WhyNotWritable(directory, name, controller.v2);
    controller.writable = controller.why_not.empty();
    if (name == "memory") {
      report_.memsw = !controller.v2 ? Exists(directory + "/memory.memsw.limit_in_bytes")
                                     // Absent from the root group whatever the kernel can do.
                                     : Exists(directory + "/memory.swap.max") ||
                                           !Exists(directory + "/memory.max");
    }
    if (controller.v2) report_.kill = CanKill(directory);
    return controller;
  }

  std::string WhyNotWritable(const std::string& directory, const std::string& name, bool v2) const {
    // Effective ids, as mkdir(2) will see them.
    if (faccessat(AT_FDCWD, (root_ + directory).c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
      return directory + ": " + DescribeErrno(errno);
    }
    return v2 ? WhyNotDelegated(directory, name) : "";
  }

  // cgroup-v2.rst, "Delegation" and "No Internal Process Constraint": a group other than the root
  // gives controllers to its children only when it holds no process itself. nodeward moves itself
  // out of the way; it moves nobody else.
  std::string WhyNotDelegated(const std::string& directory, const std::string& name) const {
    if (!Contains(Words(directory + "/cgroup.controllers"), name)) {
      return "the " + name + " controller is not delegated to " + directory;
    }
    const auto type = Words(directory + "/cgroup.type");
    if (!type.empty() && type != std::vector<std::string>{"domain"}) {
      return directory + " is a threaded group";
    }
    if (Contains(Words(directory + "/cgroup.subtree_control"), name)) return "";
    const std::string control = root_ + directory + "/cgroup.subtree_control";
    if (faccessat(AT_FDCWD, control.c_str(), W_OK, AT_EACCESS) != 0) {
      return directory + "/cgroup.subtree_control: " + DescribeErrno(errno);
    }
    const bool real_root = type.empty();
    if (real_root) return "";
    auto others = Split(ReadText(root_ + directory + "/cgroup.procs").value_or(""), '\n');
    std::erase_if(others, [this](const std::string& pid) {
      return IsOurs(static_cast<pid_t>(std::strtol(pid.c_str(), nullptr, 10)), root_);
    });
    if (others.empty()) return "";
    if (others.size() > 3) others.resize(3);
    return "other processes live in " + directory + " (" + JoinWords(others) + " first)";
  }

  // cgroup.kill (Linux 5.14) is in every group but the root: there, a child shows it.
  bool CanKill(const std::string& directory) const {
    if (Exists(directory + "/cgroup.kill")) return true;
    if (Exists(directory + "/cgroup.type")) return false;
    for (const char* child : {"/init.scope", "/system.slice", "/user.slice"}) {
      if (Exists(directory + child + "/cgroup.kill")) return true;
    }
    return false;
  }

  void Inherit(std::string_view name, const Place& place) {
    std::string path = *place.path;
    for (;;) {
      InheritFrom(name, Join(place.mount->point, path), place.mount->v2);
      if (path == "/") return;
      path.resize(std::max<std::size_t>(path.rfind('/'), 1));
    }
  }

  void InheritFrom(std::string_view name, const std::string& group, bool v2) {
    InheritedLimits& own = report_.inherited;
    if (name == "memory") {
      own.memory =
          std::min(own.memory, Limit(group + (v2 ? "/memory.max" : "/memory.limit_in_bytes")));
      const std::uint64_t swap =
          Limit(group + (v2 ? "/memory.swap.max" : "/memory.memsw.limit_in_bytes"));
      std::uint64_t& tightest = v2 ? own.swap : memory_and_swap_;
      tightest = std::min(tightest, swap);
    } else if (name == "pids") {
      own.pids = std::min(own.pids, Limit(group + "/pids.max"));
    } else {
      const double processors = v2 ? Quota(Words(group + "/cpu.max")) : QuotaV1(group);
      if (processors > 0 && (own.cpu <= 0 || processors < own.cpu)) own.cpu = processors;
    }
  }

  // v1 limits memory and swap together; what is above the limit of memory can only be swap.
  void FinishSwap() {
    if (memory_and_swap_ == UINT64_MAX) return;
    const std::uint64_t memory = report_.inherited.memory;
    report_.inherited.swap = memory == UINT64_MAX
                                 ? memory_and_swap_
                                 : memory_and_swap_ - std::min(memory_and_swap_, memory);
  }

  double QuotaV1(const std::string& group) const {
    auto words = Words(group + "/cpu.cfs_quota_us");
    const auto period = Words(group + "/cpu.cfs_period_us");
    words.insert(words.end(), period.begin(), period.end());
    return Quota(words);
  }

  // "150000 100000": microseconds of processor time in each period; "max" or -1 for none.
  static double Quota(const std::vector<std::string>& words) {
    if (words.size() < 2) return 0;
    const double quota = static_cast<double>(ParseNumber(words[0]).value_or(0));
    const double period = static_cast<double>(ParseNumber(words[1]).value_or(0));
    return period > 0 ? quota / period : 0;
  }

  std::uint64_t Limit(const std::string& file) const {
    const auto words = Words(file);
    const std::uint64_t value =
        words.size() == 1 ? ParseNumber(words[0]).value_or(UINT64_MAX) : UINT64_MAX;
    return value >= kUnlimited ? UINT64_MAX : value;
  }

  std::vector<std::string> Words(const std::string& file) const {
    std::string text = ReadText(root_ + file).value_or("");
    std::replace(text.begin(), text.end(), '\n', ' ');
    return Split(text, ' ');
  }

  bool Exists(const std::string& file) const { return access((root_ + file).c_str(), F_OK) == 0; }

  std::string root_;
  std::vector<Mount> mounts_;
  std::vector<Membership> members_;
  CgroupReport report_;
  std::uint64_t memory_and_swap_ = UINT64_MAX;
};

}  // namespace

// Field 4 of /proc/PID/stat is the parent; it stands behind the bracketed name, which may be odd.
bool IsOurs(pid_t pid, const std::string& root) {
  if (pid == getpid()) return true;
  const std::string text = ReadText(root + "/proc/" + std::to_string(pid) + "/stat").value_or("");
  const std::size_t close = text.rfind(')');
  if (close == std::string::npos) return false;
  return text.substr(close).starts_with(") ") &&
         text.substr(close + 4).starts_with(std::to_string(getpid()) + " ");
}

CgroupReport ProbeCgroup(const std::string& root) { return Prober(root).Run(); }

}  // namespace nodeward
