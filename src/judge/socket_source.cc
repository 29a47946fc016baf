#include "judge/socket_source.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "kernel/sys.h"

namespace nodeward {
namespace {

class Fetching : public SocketSource {
 public:
  Fetched Fetch(const Notified& notified, int fd) override {
    long own = process_ == notified.caller.process ? Get(fd) : -ESRCH;
    if (own == -ESRCH) {  // another process, also of the same number
      process_ = notified.caller.process;
      held_.reset(static_cast<int>(kernel::Call(SYS_pidfd_open, process_, 0)));
      if (!held_.valid() || !notified.valid()) {
        process_ = 0;
        return {EACCES, {}};
      }
      own = Get(fd);
    }
    if (own == -EBADF) return {EBADF, {}};
    if (own < 0) return {EACCES, {}};
    return {0, UniqueFd(static_cast<int>(own))};
  }
  void Keep(UniqueFd, const SocketFacts&) override {}
  void Drop(std::uint64_t) override {}
  void Sweep() override {}

 private:
  long Get(int fd) const { return kernel::Call(SYS_pidfd_getfd, held_.get(), fd, 0); }

  // The last one that asked. Its descriptor never stands for another process, whatever its number.
  pid_t process_ = 0;
  UniqueFd held_;
};

int Option(int fd, int name) {
  int value = 0;
  socklen_t size = sizeof(value);
  return getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

// "socket:[1234]" -> 1234.
std::uint64_t ParseSocket(const char* target) {
  constexpr const char* kPrefix = "socket:[";
  const std::size_t size = std::strlen(kPrefix);
  if (std::strncmp(target, kPrefix, size) != 0) return 0;
  return std::strtoull(target + size, nullptr, 10);
}

// The inode behind one link of /proc/PID/fd; 0 when it is no socket.
std::uint64_t SocketAt(int folder, const char* name) {
  std::array<char, 64> target{};
  const ssize_t size = readlinkat(folder, name, target.data(), target.size() - 1);
  return size > 0 ? ParseSocket(target.data()) : 0;
}

class Keeping : public SocketSource {
 public:
  Keeping(std::function<std::vector<pid_t>()> processes, const std::vector<int>& inherited)
      : processes_(std::move(processes)) {
    for (const int fd : inherited) {
      const SocketFacts facts = FactsOf(fd);
      if (facts.inode == 0) continue;
      inherited_.insert_or_assign(facts.inode,
                                  Kept{UniqueFd(fcntl(fd, F_DUPFD_CLOEXEC, 3)), facts});
    }
  }

  Fetched Fetch(const Notified& notified, int fd) override {
    std::array<char, 48> path{};
    std::snprintf(path.data(), path.size(), "/proc/%d/fd/%d", notified.tid, fd);
    std::array<char, 64> target{};
    const ssize_t size = readlink(path.data(), target.data(), target.size() - 1);
    if (size < 0) return {errno == ENOENT ? EBADF : EACCES, {}};
    const std::uint64_t inode = ParseSocket(target.data());
    if (inode == 0) return {ENOTSOCK, {}};
    if (!notified.valid()) return {EACCES, {}};
    for (const auto* sockets : {&kept_, &inherited_}) {
      const auto found = sockets->find(inode);
      if (found != sockets->end()) return {0, found->second.fd, found->second.facts};
    }
    return {EACCES, {}};
  }

  void Keep(UniqueFd kept, const SocketFacts& facts) override {
    if (kept_.size() >= limit_) Sweep();
    if (facts.inode != 0) kept_.insert_or_assign(facts.inode, Kept{std::move(kept), facts});
  }

  void Drop(std::uint64_t inode) override { kept_.erase(inode); }

  void Sweep() override {
    if (kept_.empty()) return;
    std::unordered_set<std::uint64_t> held;
    for (const pid_t process : processes_()) Collect(process, held);
    std::erase_if(kept_, [&](const auto& entry) { return !held.contains(entry.first); });
    limit_ = std::max<std::size_t>(256, 2 * kept_.size());
  }

 private:
  static void Collect(pid_t process, std::unordered_set<std::uint64_t>& held) {
    const std::string path = "/proc/" + std::to_string(process) + "/fd";
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
    if (!folder) return;
    while (const dirent* entry = readdir(folder.get())) {
      if (const std::uint64_t inode = SocketAt(dirfd(folder.get()), entry->d_name)) {
        held.insert(inode);
      }
    }
  }

  struct Kept {
    SharedFd fd;
    SocketFacts facts;
  };

  std::function<std::vector<pid_t>()> processes_;
  std::unordered_map<std::uint64_t, Kept> kept_;       // by inode
  std::unordered_map<std::uint64_t, Kept> inherited_;  // likewise
  std::size_t limit_ = 256;
};

}  // namespace

std::unique_ptr<SocketSource> FetchingSource() { return std::make_unique<Fetching>(); }

std::unique_ptr<SocketSource> KeepingSource(std::function<std::vector<pid_t>()> processes,
                                            const std::vector<int>& inherited) {
  return std::make_unique<Keeping>(std::move(processes), inherited);
}

std::uint64_t InodeOf(int fd) {
  struct stat facts {};
  if (fstat(fd, &facts) != 0 || !S_ISSOCK(facts.st_mode)) return 0;
  return facts.st_ino;
}

SocketFacts FactsOf(int fd) {
  const std::uint64_t inode = InodeOf(fd);
  if (inode == 0) return {};
  return {inode, Option(fd, SO_DOMAIN), Option(fd, SO_TYPE)};
}

}  // namespace nodeward
