#include "judge/caller_walk.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <fstream>
#include <utility>

#include "judge/caller_path.h"

namespace nodeward {
namespace {

constexpr int kMostLinks = 40;  // path_resolution(7)

UniqueFd Part(int folder, const std::string& name, int flags) {
  return UniqueFd(openat(folder, name.c_str(), O_PATH | O_CLOEXEC | flags));
}

struct Numbers {
  std::string process;
  std::string thread;
};

// The caller's numbers as its own PID namespace counts them: the last ones of "NStgid:" and
// "NSpid:" in /proc/TID/status.
Numbers InnerNumbers(pid_t tid) {
  Numbers numbers;
  std::ifstream status("/proc/" + std::to_string(tid) + "/status");
  for (std::string line; std::getline(status, line);) {
    const std::string last = line.substr(line.find_last_of(" \t") + 1);
    if (line.starts_with("NStgid:")) numbers.process = last;
    if (line.starts_with("NSpid:")) numbers.thread = last;
  }
  return numbers;
}

std::string TextOf(int link) {
  std::array<char, PATH_MAX> text{};
  const ssize_t size = readlinkat(link, "", text.data(), text.size());
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

class Walk {
 public:
  Walk(const Notified& notified, int root, int base, std::string path, bool follow)
      : notified_(notified),
        root_(root),
        here_(fcntl(path.starts_with('/') ? root : base, F_DUPFD_CLOEXEC, 3)),
        rest_(std::move(path)),
        follow_(follow) {}

  CallerObject Run() {
    while (here_.valid() && Take()) {
      if (const int error = Step()) return {error, {}};
    }
    if (!here_.valid()) return {EMFILE, {}};
    return {0, std::move(here_)};
  }

 private:
  // The next part of the path; false when there is none.
  bool Take() {
    const std::size_t start = rest_.find_first_not_of('/');
    if (start == std::string::npos) return false;
    const std::size_t end = rest_.find('/', start);
    name_ = rest_.substr(start, end == std::string::npos ? end : end - start);
    rest_ = end == std::string::npos ? std::string() : rest_.substr(end);
    return true;
  }

  int Step() {
    if (name_ == ".." && IsRoot()) return 0;
    UniqueFd next = Part(here_.get(), name_, O_NOFOLLOW);
    if (!next.valid()) return errno;
    struct stat facts {};
    if (fstat(next.get(), &facts) != 0) return errno;
    // A slash behind a name asks for the folder that a link leads to.
    const bool last = rest_.empty();
    if (S_ISLNK(facts.st_mode) && (!last || follow_)) {
      if (++links_ > kMostLinks) return ELOOP;
      return IsOfProcesses(next.get()) ? FollowInProc(next.get()) : Follow(next.get(), facts);
    }
    if (!last && !S_ISDIR(facts.st_mode)) return ENOTDIR;
    here_ = std::move(next);
    return 0;
  }

  bool IsRoot() const {
    struct stat own {};
    struct stat root {};
    return fstat(here_.get(), &own) == 0 && fstat(root_, &root) == 0 && own.st_dev == root.st_dev &&
           own.st_ino == root.st_ino;
  }

  int Follow(int link, const struct stat& facts) {
    struct stat folder {};
    if (fstat(here_.get(), &folder) != 0) return errno;
    // A stranger's link in a folder for everybody, as fs.protected_symlinks = 1 has it.
    constexpr mode_t kShared = S_ISVTX | S_IWOTH;
    if ((folder.st_mode & kShared) == kShared && facts.st_uid != geteuid() &&
        facts.st_uid != folder.st_uid) {
      return EACCES;
    }
    return Continue(TextOf(link));
  }

  int Continue(const std::string& text) {
    if (text.empty()) return ENOENT;
    if (text.starts_with('/')) {
      here_.reset(fcntl(root_, F_DUPFD_CLOEXEC, 3));
      if (!here_.valid()) return EMFILE;
    }
    rest_.insert(0, text);
    return 0;
  }

  // "self" is the caller. Links that stand for what a process holds are followed for the caller's
  // own process: for any other the kernel would ask what the caller may, and it is not the caller
  // who would be asked about here.
  int FollowInProc(int link) {
    const std::string folder = RealPathOf(here_.get()).value_or("");
    if (folder != "/proc" && !folder.starts_with("/proc/")) return EACCES;
    const Numbers own = OwnNumbers();
    if (folder == "/proc") {
      if (name_ == "self") return Continue(own.process);
      if (name_ == "thread-self") return Continue(own.process + "/task/" + own.thread);
      return Continue(TextOf(link));
    }
    if (folder[6] < '0' || folder[6] > '9') return Continue(TextOf(link));
    if (!(folder + "/").starts_with("/proc/" + own.process + "/")) return EACCES;
    UniqueFd target = Part(here_.get(), name_, 0);
    if (!target.valid()) return errno;
    struct stat facts {};
    if (fstat(target.get(), &facts) != 0) return errno;
    if (!rest_.empty() && !S_ISDIR(facts.st_mode)) return ENOTDIR;
    here_ = std::move(target);
    return 0;
  }

  // As the /proc at hand counts: the supervisor's own, or one of the caller's PID namespace, where
  // "self" is not the supervisor.
  Numbers OwnNumbers() const {
    std::array<char, 16> self{};
    if (readlinkat(root_, "proc/self", self.data(), self.size() - 1) > 0 &&
        self.data() == std::to_string(getpid())) {
      return {std::to_string(notified_.caller.process), std::to_string(notified_.tid)};
    }
    return InnerNumbers(notified_.tid);
  }

  const Notified& notified_;
  int root_;
  UniqueFd here_;
  std::string rest_;
  std::string name_;
  bool follow_;
  int links_ = 0;
};

}  // namespace

bool IsOfProcesses(int fd) {
  struct statfs facts {};
  return fstatfs(fd, &facts) == 0 && facts.f_type == PROC_SUPER_MAGIC;
}

CallerObject WalkAsCaller(const Notified& notified, int root, int base, const std::string& path,
                          bool follow) {
  return Walk(notified, root, base, path, follow).Run();
}

}  // namespace nodeward
