#include "judge/inotify_judge.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/syscall.h>

#include <cerrno>
#include <utility>

#include "decode/profile_line.h"
#include "judge/caller_object.h"
#include "judge/caller_path.h"

namespace nodeward {
namespace {

bool MayWatch(const FilePolicy& files, const std::string& place) {
  for (const FileAccess access : {FileAccess::kRead, FileAccess::kWrite, FileAccess::kList}) {
    if (files.Find(access, place) != nullptr) return true;
  }
  return place.empty();  // a pipe or the like: in no folder
}

Ruling Refused(const InotifyOptions& options, const std::string& place) {
  Ruling ruling = options.permissive ? Ruling::Continue() : Ruling::Error(EACCES);
  ruling.refusal =
      FileRefusal("to watch " + place, place, "no rule lets it be read or listed",
                  LineWith("filesystem", "read", options.read, place), options.permissive);
  return ruling;
}

}  // namespace

InotifyJudge::InotifyJudge(InotifyOptions options)
    : options_(std::move(options)),
      source_(options_.makes
                  ? KeepingInotifySource([keeper = options_.keeper] { return TreeOf(keeper); })
                  : FetchingInotifySource()) {}

std::vector<int> InotifyJudge::Calls() const {
  std::vector<int> calls{SYS_inotify_add_watch};
  if (!options_.makes) return calls;
  calls.push_back(SYS_inotify_init1);
#ifdef SYS_inotify_init
  calls.push_back(SYS_inotify_init);
#endif
  return calls;
}

Ruling InotifyJudge::Rule(const Notified& notified) {
  return notified.call.nr == SYS_inotify_add_watch ? Watch(notified) : Make(notified);
}

Ruling InotifyJudge::Make(const Notified& notified) {
  if (options_.permissive) return Ruling::Continue();
  const int flags =
      notified.call.nr == SYS_inotify_init1 ? static_cast<int>(notified.call.args[0]) : 0;
  Fetched made{EACCES};
  if (const int failed = RunStanding(options_.standing, [&] { made = source_->Make(flags); })) {
    return Ruling::Error(failed);
  }
  if (made.error != 0) return Ruling::Error(made.error);
  const int error = notified.answer_with(made.fd.get(), (flags & IN_CLOEXEC) != 0);
  return error != 0 ? Ruling::Error(error) : Ruling::Answered();
}

Ruling InotifyJudge::Watch(const Notified& notified) {
  const auto fails = [&](int error) {
    return options_.permissive ? Ruling::Continue() : Ruling::Error(error);
  };
  const auto* args = notified.call.args;
  const auto mask = static_cast<std::uint32_t>(args[2]);
  std::string path;
  if (const int error = ReadCallerPath(notified.memory, args[1], path)) return fails(error);
  Fetched instance;
  if (!options_.permissive) instance = source_->Fetch(notified, static_cast<int>(args[0]));
  if (instance.error != 0) return Ruling::Error(instance.error);
  Ruling ruling = fails(EACCES);
  const int failed = RunStanding(options_.standing, [&] {
    const bool follow = (mask & IN_DONT_FOLLOW) == 0;
    const CallerObject object = FindByPath(notified, AT_FDCWD, path, follow);
    if (object.error != 0) {
      ruling = fails(object.error);
      return;
    }
    const std::string place = PlaceOf(object.fd.get());
    if (!MayWatch(options_.files, place)) {
      ruling = Refused(options_, place);
      return;
    }
    if (options_.permissive) return;
    // What the link leads to is the object itself, even where that is a link.
    const int watch = inotify_add_watch(instance.fd.get(), LinkTo(object.fd.get()).c_str(),
                                        mask & ~static_cast<std::uint32_t>(IN_DONT_FOLLOW));
    ruling = watch >= 0 ? Ruling::Value(watch) : Ruling::Error(errno);
  });
  return failed == 0 ? ruling : fails(failed);
}

}  // namespace nodeward
