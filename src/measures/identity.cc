#include "measures/child_applies.h"
#include "measures/rows.h"

#include <linux/capability.h>
#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/text.h"
#include "measures/users.h"

namespace nodeward {
namespace {

// distroless' and most images' "nonroot"; never `nobody`, which other services share.
constexpr uid_t kFallbackUid = 65532;

struct Target {
  User user;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};

Error At(Error error, const Where& where) {
  if (error.where.empty()) error.where = where.Text();
  return error;
}

Result<User> ResolveTargetUser(const Profile& profile, const HostReport& host,
                               const UserFiles& files) {
  if (const auto& asked = profile.process.user) {
    auto user = files.ResolveUser(asked->value);
    if (!user) return Fail(At(user.error(), asked->where));
    return user;
  }
  if (host.uid != 0) {
    if (auto user = files.FindUser(host.uid)) return *user;
    return User{host.uid, host.gid, "", "/"};
  }
  if (const auto node = files.FindUser("node"); node && node->uid != 0) return *node;
  return files.ResolveUser(std::to_string(kFallbackUid));
}

Result<void> RefuseRoot(const Target& target, const Profile& profile) {
  const auto& asked = profile.process.user;
  const std::string where = asked ? asked->where.Text() : "";
  const std::string hint = "[process] user = \"node\", or a number such as \"65532\"";
  if (target.user.uid == 0)
    return Fail("the application must not run as root (uid 0)", where, hint);
  const bool root_group =
      target.gid == 0 || std::count(target.groups.begin(), target.groups.end(), 0u) > 0;
  if (root_group)
    return Fail("the application must not run with the group root (gid 0)", where, hint);
  return {};
}

Result<Target> ResolveTarget(const Profile& profile, const HostReport& host) {
  const UserFiles files;
  auto user = ResolveTargetUser(profile, host, files);
  if (!user) return Fail(user.error());
  Target target{*user, host.uid == 0 || user->uid != host.uid ? user->gid : host.gid, {}};
  if (const auto& group = profile.process.group) {
    auto gid = files.ResolveGroup(group->value);
    if (!gid) return Fail(At(gid.error(), group->where));
    target.gid = *gid;
  }
  for (const Text& group : profile.process.groups.value_or(std::vector<Text>{})) {
    auto gid = files.ResolveGroup(group.value);
    if (!gid) return Fail(At(gid.error(), group.where));
    target.groups.push_back(*gid);
  }
  std::sort(target.groups.begin(), target.groups.end());
  target.groups.erase(std::unique(target.groups.begin(), target.groups.end()), target.groups.end());
  return target;
}

std::string Describe(const Target& target) {
  const std::string ids = std::to_string(target.user.uid) + ":" + std::to_string(target.gid);
  return target.user.name.empty() ? ids : target.user.name + " (" + ids + ")";
}

// Supplementary groups that stay although the profile does not name them; the own group is no gain.
std::vector<std::string> GroupsThatStay(const Target& target, const HostReport& host) {
  std::vector<std::string> stay;
  for (const gid_t gid : host.groups) {
    const bool named = std::binary_search(target.groups.begin(), target.groups.end(), gid);
    if (gid != target.gid && !named) stay.push_back(std::to_string(gid));
  }
  return stay;
}

// Groups of the profile that nodeward does not have.
std::vector<std::string> GroupsToJoin(const Target& target, const HostReport& host) {
  std::vector<std::string> join;
  for (const gid_t gid : target.groups) {
    const bool held =
        gid == host.gid || std::count(host.groups.begin(), host.groups.end(), gid) > 0;
    if (!held) join.push_back(std::to_string(gid));
  }
  return join;
}

// Whether the application shall be another than nodeward is.
bool Differs(const Target& target, const Profile& profile, const HostReport& host) {
  if (host.uid == 0 || target.user.uid != host.uid || target.gid != host.gid) return true;
  return profile.process.groups &&
         (!GroupsThatStay(target, host).empty() || !GroupsToJoin(target, host).empty());
}

bool CanChange(const HostReport& host) { return host.Has(CAP_SETUID) && host.Has(CAP_SETGID); }

bool Wanted(const Profile&) { return true; }

bool Has(const std::vector<IdRange>& ranges, std::uint64_t id) {
  return ranges.empty() || std::any_of(ranges.begin(), ranges.end(), [id](const IdRange& range) {
           return id >= range.first && id - range.first < range.count;
         });
}

std::string Describe(const std::vector<IdRange>& ranges) {
  std::vector<std::string> words;
  for (const auto& [first, count] : ranges) {
    words.push_back(std::to_string(first));
    if (count > 1) words.back() += " to " + std::to_string(first + count - 1);
  }
  return JoinWords(words);
}

// setresuid(2) has EINVAL for an id that the user namespace does not have: a rootless container's
// are those of /etc/subuid, and may be few.
std::optional<Unavailable> IdThatIsMissing(const Target& target, const HostReport& host) {
  const char* kMore =
      "more subordinate ids (/etc/subuid, /etc/subgid), another [process] user, "
      "or podman run --userns keep-id, where nodeward is that user from the start";
  if (!Has(host.uids, target.user.uid)) {
    return Unavailable{"this user namespace has no user " + std::to_string(target.user.uid) +
                           ", only " + Describe(host.uids),
                       kMore};
  }
  std::vector<gid_t> groups = target.groups;
  groups.insert(groups.begin(), target.gid);
  for (const gid_t gid : groups) {
    if (Has(host.gids, gid)) continue;
    return Unavailable{
        "this user namespace has no group " + std::to_string(gid) + ", only " + Describe(host.gids),
        kMore};
  }
  return {};
}

Support SupportUnprivileged(const Target& target, const Profile& profile, const HostReport& host) {
  if (target.user.uid != host.uid || target.gid != host.gid) {
    return Unavailable{"nodeward runs as uid " + std::to_string(host.uid) + ", gid " +
                           std::to_string(host.gid) + " and cannot become " + Describe(target),
                       "start nodeward as root or as that user, or leave out [process] user"};
  }
  const auto stay = GroupsThatStay(target, host);
  if (profile.process.groups && !stay.empty()) {
    return Partial{
        "the supplementary groups " + JoinWords(stay) + " stay: only root can leave them",
        "start nodeward without them, or leave out [process] groups"};
  }
  const auto join = GroupsToJoin(target, host);
  if (!join.empty()) {
    return Partial{
        "it does not get the supplementary groups " + JoinWords(join) + ": only root can join them",
        "start nodeward with them, or leave them out of [process] groups"};
  }
  return Full{};
}

Support SupportIdentity(const Profile& profile, const HostReport& host) {
  const auto target = ResolveTarget(profile, host);
  if (!target || target->user.uid == 0) return Full{};  // prepare() refuses these whatever the host
  if (host.uid != 0 && !CanChange(host)) return SupportUnprivileged(*target, profile, host);
  if (!CanChange(host)) {
    return Unavailable{"nodeward is root without CAP_SETUID and CAP_SETGID and cannot drop to " +
                           Describe(*target),
                       "docker run --user " + std::to_string(target->user.uid) +
                           ", or --cap-add SETUID --cap-add SETGID"};
  }
  if (auto missing = IdThatIsMissing(*target, host)) return *missing;
  if (!host.setgroups_allowed && !GroupsThatStay(*target, host).empty()) {
    return Partial{"supplementary groups stay: this user namespace forbids setgroups(2)",
                   "map the groups with newgidmap(1)"};
  }
  return Full{};
}

Explanation ExplainIdentity(const Profile& profile, const HostReport& host) {
  const auto target = ResolveTarget(profile, host);
  if (!target) return {target.error().what, {}};
  Explanation explanation;
  if (host.uid == target->user.uid) {
    explanation.what = "stays " + Describe(*target) + ": nodeward was started unprivileged";
    const auto stay = GroupsThatStay(*target, host);
    if (!stay.empty()) explanation.lines.push_back("supplementary groups stay: " + JoinWords(stay));
  } else {
    explanation.what = "runs as " + Describe(*target) + ", ";
    explanation.what += target->groups.empty() ? "without supplementary groups"
                                               : "with the groups the profile names";
    explanation.lines.push_back(
        "setgroups, setresgid, setresuid; becoming root again is then tried");
  }
  if (profile.process.workdir) explanation.lines.push_back("in " + profile.process.workdir->value);
  return explanation;
}

Result<std::string> CheckWorkdir(const Profile& profile) {
  if (!profile.process.workdir) return std::string();
  const auto& [path, where] = *profile.process.workdir;
  // runc CVE-2024-21626: a working directory inside a leaked descriptor lies outside the root.
  const std::string plain = std::filesystem::path(path).lexically_normal();
  if (plain.starts_with("/proc/") || plain == "/proc") {
    return Fail("the working directory must not lie in /proc: \"" + path + "\"", where.Text(),
                "[process] workdir = \"/app\"");
  }
  if (!path.starts_with("/")) {
    return Fail("the working directory must be an absolute path: \"" + path + "\"", where.Text(),
                "[process] workdir = \"/app\"");
  }
  return path;
}

Result<void> PrepareIdentity(const Profile& profile, const HostReport& host, LaunchPlan& plan) {
  auto target = ResolveTarget(profile, host);
  if (!target) return Fail(target.error());
  PlannedIdentity& identity = plan.identity;
  // Where it differs and cannot: best-effort; said by support.
  identity.change = Differs(*target, profile, host) && CanChange(host);
  if (identity.change || target->user.uid == 0) {
    if (auto refused = RefuseRoot(*target, profile); !refused) return refused;
  } else if (host.uid == 0) {
    return Fail("the application would run as root", {}, "docker run --user 65532");
  }
  // Best-effort, too: there is no other user to be instead.
  if (const auto missing = identity.change ? IdThatIsMissing(*target, host) : std::nullopt) {
    return Fail(missing->why, {}, missing->hint);
  }
  if (target->groups.size() > kMaxGroups) {
    return Fail("more than " + std::to_string(kMaxGroups) + " supplementary groups");
  }
  auto workdir = CheckWorkdir(profile);
  if (!workdir) return Fail(workdir.error());
  identity.uid = identity.change ? target->user.uid : host.uid;
  identity.gid = identity.change ? target->gid : host.gid;
  identity.set_groups = identity.change && host.setgroups_allowed;
  identity.groups = identity.set_groups ? target->groups : host.groups;
  identity.umask = profile.process.umask ? profile.process.umask->value : 0077;
  identity.workdir = *workdir;
  // Best-effort may stay another than the profile's user: USER and HOME are then of who it is.
  const bool as_asked = target->user.uid == identity.uid;
  const User self = as_asked ? target->user : UserFiles().FindUser(identity.uid).value_or(User{});
  identity.user = self.name;
  identity.home = self.home.empty() ? "/" : self.home;
  return {};
}

Result<void> VerifyIdentity(const LaunchPlan& plan, const Observed& observed) {
  const PlannedIdentity& want = plan.identity;
  const auto all = [](const auto& ids, auto id) {
    return ids.size() == 4 && std::count(ids.begin(), ids.end(), id) == 4;
  };
  if (!all(observed.uids, want.uid)) return Fail("its user is not the planned one");
  if (!all(observed.gids, want.gid)) return Fail("its group is not the planned one");
  std::vector<gid_t> groups = observed.groups;
  std::vector<gid_t> planned = want.groups;
  std::sort(groups.begin(), groups.end());
  std::sort(planned.begin(), planned.end());
  if (groups != planned) return Fail("its supplementary groups are not the planned ones");
  if (observed.umask != want.umask) return Fail("its umask is not the planned one");
  if (observed.workdir.starts_with("(unreachable)")) {
    return Fail("its working directory lies outside its root");
  }
  return {};
}

}  // namespace

const Measure kIdentityMeasure = {
    .name = "identity",
    .section = "process",
    .wanted = Wanted,
    .support = SupportIdentity,
    .explain = ExplainIdentity,
    .prepare = PrepareIdentity,
    .establish = nullptr,
    .apply = ApplyIdentity,
    .verify = VerifyIdentity,
};

}  // namespace nodeward
