#include "supervise/own_capabilities.h"

#include <linux/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "kernel/sys.h"
#include "measures/capabilities.h"
#include "measures/cgroup_limits.h"

namespace nodeward {
namespace {

constexpr std::uint64_t Bit(unsigned capability) { return std::uint64_t{1} << capability; }

// Folder and file may be another user's, now or after a rotation.
bool WritesEventFiles(const Profile& profile) {
  return std::ranges::any_of(profile.events.to.value_or(std::vector<Text>{}),
                             [](const Text& sink) { return sink.value.starts_with("file:"); });
}

// Where a control group is made: a hierarchy's root is not writable even for its owner, and a
// delegated folder is another user's.
bool MakesGroupsElsewhere(const Profile& profile, const HostReport& host) {
  if (!Asked(profile, host).Any()) return false;
  for (const auto& [name, controller] : host.cgroup.controllers) {
    struct stat facts {};
    const std::string folder = controller.mount + controller.path;
    if (stat(folder.c_str(), &facts) != 0) continue;
    if ((facts.st_mode & S_IWUSR) == 0 || facts.st_uid != geteuid()) return true;
  }
  return false;
}

}  // namespace

std::uint64_t OwnCapabilities(const Profile& profile, const HostReport& host) {
  // The application's ids for a thread that works in its place; its tree's end; its memory and
  // sockets, within the own domain; paths through folders that are another user's; secrets that
  // stay out of swap at a restart.
  std::uint64_t wanted = Bit(CAP_SETUID) | Bit(CAP_SETGID) | Bit(CAP_KILL) | Bit(CAP_SYS_PTRACE) |
                         Bit(CAP_DAC_READ_SEARCH) | Bit(CAP_IPC_LOCK);
  if (profile.namespaces.mount && profile.namespaces.mount->value) {
    wanted |= Bit(CAP_SYS_CHROOT);
  }
  const bool searches = (host.cap_permitted & Bit(CAP_DAC_READ_SEARCH)) != 0;
  // Docker gives the wider one alone.
  if (!searches || WritesEventFiles(profile) || MakesGroupsElsewhere(profile, host)) {
    wanted |= Bit(CAP_DAC_OVERRIDE);
  }
  // ptrace(2): who looks into a process has at least its capabilities.
  if (const auto keep = KeepMask(profile)) wanted |= *keep;
  return wanted & host.cap_permitted;
}

Result<void> KeepOwnCapabilities(const Profile& profile, const HostReport& host) {
  const std::uint64_t kept = OwnCapabilities(profile, host);
  if (const int status = kernel::CapSet({kept, kept, 0}); status < 0) {
    return Fail("nodeward cannot give up capabilities: " + DescribeErrno(-status));
  }
  return {};
}

}  // namespace nodeward
