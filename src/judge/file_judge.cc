#include "judge/file_judge.h"

#include <fcntl.h>
#include <sys/syscall.h>

#include <cerrno>

#include "decode/profile_line.h"
#include "judge/caller_path.h"

namespace nodeward {
namespace {

struct OpenCall {
  int folder = AT_FDCWD;
  std::uint64_t path = 0;
  int flags = 0;
};

OpenCall Parts(const seccomp_data& call) {
  switch (call.nr) {
#ifdef SYS_open
    case SYS_open:
      return {AT_FDCWD, call.args[0], static_cast<int>(call.args[1])};
    case SYS_creat:
      return {AT_FDCWD, call.args[0], O_WRONLY | O_CREAT | O_TRUNC};
#endif
    default:
      return {static_cast<int>(call.args[0]), call.args[1], static_cast<int>(call.args[2])};
  }
}

bool Writes(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0; }

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

std::vector<int> FileJudge::Calls() const {
#ifdef SYS_open
  return {SYS_open, SYS_creat, SYS_openat};
#else
  return {SYS_openat};
#endif
}

Ruling FileJudge::Rule(const Notified& notified) {
  Ruling ruling = Ruling::Continue();
  const OpenCall open = Parts(notified.call);
  if ((open.flags & O_PATH) != 0) return ruling;  // opens nothing for reading
  const bool create = (open.flags & O_CREAT) != 0;
  const bool follow =
      (open.flags & O_NOFOLLOW) == 0 && (open.flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
  // Refused whatever the path: it could be another one when the kernel looks.
  const bool cuts = (open.flags & O_ACCMODE) == O_RDONLY && (open.flags & O_TRUNC) != 0;
  if (cuts && options_.cuts_unguarded && !options_.permissive) ruling = Ruling::Error(EACCES);
  const auto path = FindCallerPath(notified, open.folder, open.path, follow);
  if (!path || (!path->exists && !create)) return ruling;
  const bool write = Writes(open.flags) || !path->exists;
  const FileAccess access = write ? FileAccess::kWrite : FileAccess::kRead;
  if (options_.files.Find(access, path->real) != nullptr) return ruling;
  const bool lists = !write && (open.flags & O_DIRECTORY) != 0;
  if (lists && options_.files.Find(FileAccess::kList, path->real) != nullptr) return ruling;
  const std::string wanted = path->exists ? path->real : FolderOf(path->real);
  const char* deed = !path->exists ? "to make " : write ? "to write " : "to read ";
  ruling.error = EACCES;  // what Landlock answers
  ruling.refusal = FileRefusal(deed + path->real, path->real, "no rule allows it",
                               LineWith("filesystem", write ? "write" : "read",
                                        write ? options_.write : options_.read, wanted),
                               options_.permissive);
  return ruling;
}

}  // namespace nodeward
