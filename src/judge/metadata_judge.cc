#include "judge/metadata_judge.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

#include <array>
#include <cerrno>
#include <optional>

#include "decode/profile_line.h"
#include "judge/caller_object.h"
#include "judge/caller_path.h"

namespace nodeward {
namespace {

enum class Kind { kMode, kOwner, kTimes };
using Times = std::array<timespec, 2>;
constexpr int kFlags = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;

// Which object: by a path, or by a descriptor alone.
struct Target {
  bool descriptor = false;
  int fd = AT_FDCWD;       // the descriptor, or the folder that a relative path counts from
  std::uint64_t path = 0;  // in the caller's memory
  int flags = 0;           // AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH
};

// What is asked for, as a copy.
struct Change {
  int error = 0;         // it can be nothing
  bool nothing = false;  // it asks for nothing
  Kind kind = Kind::kMode;
  Target target;
  mode_t mode = 0;
  uid_t uid = 0;
  gid_t gid = 0;
  std::optional<Times> times;  // none: now
};

Target ByPath(std::uint64_t path, int folder = AT_FDCWD, int flags = 0) {
  return {false, folder, path, flags};
}
Target ByDescriptor(std::uint64_t fd) { return {true, static_cast<int>(fd), 0, 0}; }
int Int(std::uint64_t argument) { return static_cast<int>(argument); }

Change Begin(Kind kind, Target target) {
  Change change;
  change.kind = kind;
  change.target = target;
  return change;
}

Change Mode(Target target, std::uint64_t mode) {
  Change change = Begin(Kind::kMode, target);
  change.mode = static_cast<mode_t>(mode & 07777);
  if ((target.flags & ~kFlags) != 0) change.error = EINVAL;
  return change;
}

Change Owner(Target target, std::uint64_t uid, std::uint64_t gid) {
  Change change = Begin(Kind::kOwner, target);
  change.uid = static_cast<uid_t>(uid);
  change.gid = static_cast<gid_t>(gid);
  if ((target.flags & ~kFlags) != 0) change.error = EINVAL;
  return change;
}

template <class T>
bool ReadObject(CallerMemory& memory, std::uint64_t address, T& object) {
  return memory.Read(address, &object, sizeof(object)) == sizeof(object);
}

// utimensat(2): nanoseconds, or UTIME_NOW and UTIME_OMIT; the kernel checks them.
Change Nanoseconds(CallerMemory& memory, Target target, std::uint64_t address) {
  Change change = Begin(Kind::kTimes, target);
  if (address == 0) return change;
  Times times{};
  if (!ReadObject(memory, address, times)) change.error = EFAULT;
  change.nothing = times[0].tv_nsec == UTIME_OMIT && times[1].tv_nsec == UTIME_OMIT;
  change.times = times;
  return change;
}

#ifdef SYS_utimes
// utimes(2), futimesat(2).
Change Microseconds(CallerMemory& memory, Target target, std::uint64_t address) {
  Change change = Begin(Kind::kTimes, target);
  if (address == 0) return change;
  std::array<timeval, 2> times{};
  if (!ReadObject(memory, address, times)) change.error = EFAULT;
  for (const timeval& time : times) {
    if (time.tv_usec < 0 || time.tv_usec >= 1000000) change.error = EINVAL;
  }
  change.times = Times{timespec{times[0].tv_sec, times[0].tv_usec * 1000},
                       timespec{times[1].tv_sec, times[1].tv_usec * 1000}};
  return change;
}

// utime(2).
Change Seconds(CallerMemory& memory, Target target, std::uint64_t address) {
  Change change = Begin(Kind::kTimes, target);
  if (address == 0) return change;
  utimbuf times{};
  if (!ReadObject(memory, address, times)) change.error = EFAULT;
  change.times = Times{timespec{times.actime, 0}, timespec{times.modtime, 0}};
  return change;
}
#endif

// utimensat and futimesat without a path mean their descriptor.
Target OfTimes(const seccomp_data& call, int flags) {
  if (call.args[1] == 0 && Int(call.args[0]) != AT_FDCWD) {
    Target target = ByDescriptor(call.args[0]);
    target.flags = flags;
    return target;
  }
  return ByPath(call.args[1], Int(call.args[0]), flags);
}

Change TimesAt(CallerMemory& memory, const seccomp_data& call) {
  Change change = Nanoseconds(memory, OfTimes(call, Int(call.args[3])), call.args[2]);
  const int known = change.target.descriptor ? 0 : kFlags;
  if (change.error == 0 && !change.nothing && (change.target.flags & ~known) != 0) {
    change.error = EINVAL;
  }
  return change;
}

Change ChangeOf(const Notified& notified) {
  const auto* args = notified.call.args;
  CallerMemory& memory = notified.memory;
  switch (notified.call.nr) {
    case SYS_fchmod:
      return Mode(ByDescriptor(args[0]), args[1]);
    case SYS_fchmodat:
      return Mode(ByPath(args[1], Int(args[0])), args[2]);
    case kFchmodat2:
      return Mode(ByPath(args[1], Int(args[0]), Int(args[3])), args[2]);
    case SYS_fchown:
      return Owner(ByDescriptor(args[0]), args[1], args[2]);
    case SYS_fchownat:
      return Owner(ByPath(args[1], Int(args[0]), Int(args[4])), args[2], args[3]);
    case SYS_utimensat:
      return TimesAt(memory, notified.call);
#ifdef SYS_chmod  // arm64 has the newer ones alone
    case SYS_chmod:
      return Mode(ByPath(args[0]), args[1]);
    case SYS_chown:
      return Owner(ByPath(args[0]), args[1], args[2]);
    case SYS_lchown:
      return Owner(ByPath(args[0], AT_FDCWD, AT_SYMLINK_NOFOLLOW), args[1], args[2]);
    case SYS_utime:
      return Seconds(memory, ByPath(args[0]), args[1]);
    case SYS_utimes:
      return Microseconds(memory, ByPath(args[0]), args[1]);
    case SYS_futimesat:
      return Microseconds(memory, OfTimes(notified.call, 0), args[2]);
#endif
    default:
      break;
  }
  Change change;
  change.error = ENOSYS;
  return change;
}

CallerObject Find(const Notified& notified, const Target& target, const std::string& path) {
  if (target.descriptor) return FindByDescriptor(notified, target.fd, false);
  if (path.empty() && (target.flags & AT_EMPTY_PATH) != 0) {
    return FindByDescriptor(notified, target.fd, true);
  }
  return FindByPath(notified, target.fd, path, (target.flags & AT_SYMLINK_NOFOLLOW) == 0);
}

// On the very object. 0 or the kernel's errno.
int Perform(const Change& change, int object) {
  const std::string link = LinkTo(object);
  int status = -1;
  switch (change.kind) {
    case Kind::kMode:
      status = fchmodat(AT_FDCWD, link.c_str(), change.mode, 0);
      break;
    case Kind::kOwner:
      status = fchownat(AT_FDCWD, link.c_str(), change.uid, change.gid, 0);
      break;
    case Kind::kTimes:
      status = utimensat(AT_FDCWD, link.c_str(), change.times ? change.times->data() : nullptr, 0);
      break;
  }
  return status == 0 ? 0 : errno;
}

std::string_view Deed(Kind kind) {
  switch (kind) {
    case Kind::kMode:
      return "to change the mode of ";
    case Kind::kOwner:
      return "to change the owner of ";
    case Kind::kTimes:
      return "to change the times of ";
  }
  return {};
}

Ruling Refused(const MetadataOptions& options, Kind kind, const std::string& place) {
  Ruling ruling = options.permissive ? Ruling::Continue() : Ruling::Error(EACCES);
  ruling.refusal =
      FileRefusal(std::string(Deed(kind)) + place, place, "no rule lets it be written",
                  LineWith("filesystem", "write", options.write, place), options.permissive);
  return ruling;
}

}  // namespace

std::vector<int> MetadataJudge::Calls() const {
#ifdef SYS_chmod
  return {SYS_chmod,  SYS_fchmod,   SYS_fchmodat,  kFchmodat2, SYS_chown,  SYS_lchown,
          SYS_fchown, SYS_fchownat, SYS_utimensat, SYS_utime,  SYS_utimes, SYS_futimesat};
#else
  return {SYS_fchmod, SYS_fchmodat, kFchmodat2, SYS_fchown, SYS_fchownat, SYS_utimensat};
#endif
}

Ruling MetadataJudge::Rule(const Notified& notified) {
  // Permissive, the kernel carries out what was asked for, as it would bare.
  const auto fails = [&](int error) {
    return options_.permissive ? Ruling::Continue() : Ruling::Error(error);
  };
  const Change change = ChangeOf(notified);
  if (change.error != 0) return fails(change.error);
  if (change.nothing) return Ruling::Value(0);
  std::string path;
  if (!change.target.descriptor) {
    const int error = ReadCallerPath(notified.memory, change.target.path, path);
    if (error != 0) return fails(error);
  }
  Ruling ruling = fails(EACCES);
  const int failed = RunStanding(options_.standing, [&] {
    const CallerObject object = Find(notified, change.target, path);
    if (object.error != 0) {
      ruling = fails(object.error);
      return;
    }
    const std::string place = PlaceOf(object.fd.get());
    if (!place.empty() && options_.files.Find(FileAccess::kWrite, place) == nullptr) {
      ruling = Refused(options_, change.kind, place);
      return;
    }
    if (options_.permissive) return;
    const int error = Perform(change, object.fd.get());
    ruling = error == 0 ? Ruling::Value(0) : Ruling::Error(error);
  });
  return failed == 0 ? ruling : fails(failed);
}

}  // namespace nodeward
