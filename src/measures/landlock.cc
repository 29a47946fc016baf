// Landlock: which files the application reaches, and that no TCP connection and no signal goes past
// the supervisor. landlock(7).
#include "measures/landlock.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>

#include "kernel/landlock.h"
#include "measures/child_applies.h"
#include "measures/file_rules.h"
#include "measures/landlock_rights.h"
#include "measures/rows.h"

namespace nodeward {
namespace {

bool Confines(const Profile& profile, std::string_view section) {
  return EnforcementFor(profile, section) != Enforcement::kPermissive;
}

// Permissive: the supervisor tells what the rules would refuse. Landlock itself cannot only tell,
// and what it does besides (TCP, signals) the supervisor decides anyway.
bool WantsLandlock(const Profile& profile) { return Confines(profile, "filesystem"); }

Support SupportLandlock(const Profile&, const HostReport& host) {
  if (host.landlock_abi > 0) return Full{};
  return Unavailable{
      "this kernel has no Landlock: the application would reach every file that its user may",
      "Linux 5.13 or newer with Landlock among its security modules (lsm=landlock,…)"};
}

void AppendEntries(Explanation& explanation, std::string_view what, const TextList& list) {
  for (const Text& entry : list.value_or(std::vector<Text>{})) {
    explanation.lines.push_back(std::string(what) + " " + entry.value);
  }
}

Explanation ExplainLandlock(const Profile& profile, const HostReport& host) {
  Explanation explanation;
  explanation.what = "reaches the files that are listed, and no others (Landlock ABI " +
                     std::to_string(host.landlock_abi) + ")";
  AppendEntries(explanation, "read", profile.filesystem.read);
  AppendEntries(explanation, "write", profile.filesystem.write);
  AppendEntries(explanation, "execute", profile.filesystem.exec);
  AppendEntries(explanation, "list", profile.filesystem.list);
  for (const LandlockRight& right : LandlockRights()) {
    // Without Landlock nothing stands in: SupportLandlock() says so.
    if (host.landlock_abi == 0 || right.abi <= host.landlock_abi) continue;
    explanation.lines.push_back(std::string(right.name) + " came with Linux " +
                                std::string(right.kernel) + "; here " +
                                std::string(right.stand_in));
  }
  if (host.seccomp.user_notif) {
    explanation.lines.push_back(
        "the supervisor performs changes of mode, owner and times, and watches, on the file "
        "itself");
  }
  explanation.lines.push_back(
      "names, command lines and owners of other processes stay visible in /proc");
  return explanation;
}

// plan.files are resolved already: the supervisor's judges want them with and without Landlock.
Result<void> PrepareLandlock(const Profile&, const HostReport& host, LaunchPlan& plan) {
  PlannedLandlock& landlock = plan.landlock;
  landlock.wanted = true;
  landlock.abi = host.landlock_abi;
  landlock.files = LandlockMask(LandlockKind::kFiles, host.landlock_abi);
  // The supervisor connects and binds: by itself the application may do neither.
  const bool confined = plan.network.wanted && !plan.network.permissive;
  landlock.net = confined ? LandlockMask(LandlockKind::kNet, host.landlock_abi) : 0;
  if (!confined) landlock.files &= ~kernel::kFsResolveUnix;
  landlock.scoped = LandlockMask(LandlockKind::kScope, host.landlock_abi);
  landlock.root_listed = plan.files.Find(FileAccess::kList, "/") != nullptr;
  return {};
}

Result<void> VerifyLandlock(const LaunchPlan& plan, const Observed& observed) {
  if (plan.landlock.root_listed || observed.root_error == EACCES) return {};
  return Fail("the root folder can be opened, which no rule allows");
}

// By its real path, and nothing else: a part that has become a link is refused.
UniqueFd OpenRule(const std::string& path) {
  open_how how = {};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const long fd = kernel::Call(SYS_openat2, AT_FDCWD, reinterpret_cast<long>(path.c_str()),
                               reinterpret_cast<long>(&how), sizeof(how));
  if (fd < 0) errno = static_cast<int>(-fd);
  return UniqueFd(static_cast<int>(fd < 0 ? -1 : fd));
}

Result<void> AddRule(int ruleset, const FileRule& rule, const PlannedLandlock& landlock) {
  const std::uint64_t rights = RightsOf(rule, landlock.abi) & landlock.files;
  if (rights == 0) return {};
  const UniqueFd path = OpenRule(rule.path);
  if (!path.valid()) {
    return Fail(
        "cannot open what \"" + rule.written + "\" in [filesystem] allows: " + DescribeErrno(errno),
        rule.path, errno == ELOOP ? "it has become a link since it was looked at" : "");
  }
  if (const int status = kernel::LandlockAllowPath(ruleset, path.get(), rights); status < 0) {
    return Fail("Landlock refuses a rule for it: " + DescribeErrno(-status), rule.path);
  }
  return {};
}

}  // namespace

Result<UniqueFd> MakeRuleset(const LaunchPlan& plan) {
  const PlannedLandlock& landlock = plan.landlock;
  if (!landlock.wanted) return UniqueFd();
  const int made = kernel::LandlockCreate({landlock.files, landlock.net, landlock.scoped});
  if (made < 0) return Fail("cannot make a Landlock ruleset: " + DescribeErrno(-made));
  UniqueFd ruleset(made);
  for (const FileRule& rule : plan.files.rules()) {
    if (auto added = AddRule(ruleset.get(), rule, landlock); !added) {
      return Fail(added.error());
    }
  }
  return ruleset;
}

const Measure kLandlockMeasure = {
    .name = "landlock",
    .section = "filesystem",
    .wanted = WantsLandlock,
    .support = SupportLandlock,
    .explain = ExplainLandlock,
    .prepare = PrepareLandlock,
    .establish = nullptr,
    .apply = ApplyLandlock,
    .verify = VerifyLandlock,
};

}  // namespace nodeward
