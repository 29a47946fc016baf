#include "judge/inotify_source.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <string>
#include <unordered_set>
#include <utility>

#include "judge/caller_object.h"

namespace nodeward {
namespace {

class Fetching : public InotifySource {
 public:
  Fetched Fetch(const Notified& notified, int fd) override { return source_->Fetch(notified, fd); }
  Fetched Make(int) override { return {ENOSYS, {}}; }

 private:
  std::unique_ptr<SocketSource> source_ = FetchingSource();
};

// The mark of the instance that this entry of /proc/PID/fdinfo tells of: its first watch, as
// "inotify wd:1 ino:4a1 sdev:d mask:400 …", up to the mask. Empty when it has none.
std::string MarkAt(const std::string& path) {
  std::ifstream file(path);
  std::string mark;
  // The newest watch stands first, in kernels so far; the mark's number is 1 in any case.
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("inotify wd:1 ")) mark = line.substr(0, line.find(" mask:"));
  }
  return mark;
}

bool IsInstance(const std::string& link) {
  std::array<char, 32> target{};
  const ssize_t size = readlink(link.c_str(), target.data(), target.size() - 1);
  return size > 0 && std::string_view(target.data()) == "anon_inode:inotify";
}

// A watch that never speaks, on a pipe that is closed at once: its inode lives as long as the
// watch.
bool Mark(int instance) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  const bool marked = inotify_add_watch(instance, LinkTo(ends[0]).c_str(), IN_DELETE_SELF) == 1;
  close(ends[0]);
  close(ends[1]);
  return marked;
}

class Keeping : public InotifySource {
 public:
  explicit Keeping(std::function<std::vector<pid_t>()> processes)
      : processes_(std::move(processes)) {}

  Fetched Fetch(const Notified& notified, int fd) override {
    const std::string process = "/proc/" + std::to_string(notified.tid);
    const std::string number = std::to_string(fd);
    struct stat facts {};
    const std::string link = process + "/fd/" + number;
    if (fd < 0 || lstat(link.c_str(), &facts) != 0) return {EBADF, {}};
    if (!IsInstance(link)) return {EINVAL, {}};
    const std::string mark = MarkAt(process + "/fdinfo/" + number);
    if (!notified.valid()) return {EACCES, {}};
    const auto found = std::ranges::find(kept_, mark, &Instance::mark);
    if (mark.empty() || found == kept_.end()) return {EACCES, {}};
    return {0, found->fd};
  }

  Fetched Make(int flags) override {
    if (kept_.size() >= limit_) Sweep();
    UniqueFd made(inotify_init1(flags | IN_CLOEXEC));
    if (!made.valid() && errno == EMFILE) {  // those that the application closed count still
      Sweep();
      made.reset(inotify_init1(flags | IN_CLOEXEC));
    }
    if (!made.valid()) return {errno, {}};
    if (!Mark(made.get())) return {errno == ENOSPC ? EMFILE : errno, {}};
    UniqueFd kept(fcntl(made.get(), F_DUPFD_CLOEXEC, 3));
    if (!kept.valid()) return {EMFILE, {}};
    const std::string mark = MarkAt("/proc/self/fdinfo/" + std::to_string(kept.get()));
    if (mark.empty()) return {EMFILE, {}};
    kept_.push_back({mark, std::move(kept)});
    return {0, std::move(made)};
  }

 private:
  struct Instance {
    std::string mark;
    SharedFd fd;
  };

  void Sweep() {
    std::unordered_set<std::string> held;
    for (const pid_t process : processes_()) Collect("/proc/" + std::to_string(process), held);
    std::erase_if(kept_, [&](const Instance& kept) { return !held.contains(kept.mark); });
    limit_ = std::max<std::size_t>(kFew, 2 * kept_.size());
  }

  static void Collect(const std::string& process, std::unordered_set<std::string>& held) {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir((process + "/fd").c_str()), closedir);
    if (!folder) return;
    while (const dirent* entry = readdir(folder.get())) {
      const std::string name = entry->d_name;
      if (IsInstance(process + "/fd/" + name)) held.insert(MarkAt(process + "/fdinfo/" + name));
    }
  }

  static constexpr std::size_t kFew = 32;
  std::function<std::vector<pid_t>()> processes_;
  std::vector<Instance> kept_;
  std::size_t limit_ = kFew;
};

}  // namespace

std::unique_ptr<InotifySource> FetchingInotifySource() { return std::make_unique<Fetching>(); }

std::unique_ptr<InotifySource> KeepingInotifySource(std::function<std::vector<pid_t>()> processes) {
  return std::make_unique<Keeping>(std::move(processes));
}

}  // namespace nodeward
