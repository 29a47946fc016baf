#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>

#include "base/unique_fd.h"
#include "host/observed.h"
#include "host/proc.h"

namespace nodeward {
namespace {

// The error as it concerns this process: the parsers and openat() know only the file's name.
Error About(pid_t pid, const std::string& file, Error error) {
  error.where = "/proc/" + std::to_string(pid) + "/" + file;
  return error;
}

Result<std::string> ReadLink(int dirfd, const char* name) {
  std::array<char, PATH_MAX + 1> target{};
  const ssize_t length = ::readlinkat(dirfd, name, target.data(), target.size());
  if (length < 0) return Fail("cannot read the link: " + DescribeErrno(errno));
  return std::string(target.data(), static_cast<std::size_t>(length));
}

Result<ObservedFd> ObserveFd(int process, int fds, const char* name) {
  const auto number = ParseNumber(name);
  if (!number || *number > INT_MAX) return Fail("it holds an entry that is no descriptor");
  auto target = ReadLink(fds, name);
  if (!target) return Fail(target.error());
  const auto info = ReadProcFile(process, std::string("fdinfo/") + name);
  if (!info) return Fail(info.error());
  const auto close_on_exec = ParseCloseOnExec(*info);
  if (!close_on_exec) return Fail(close_on_exec.error());
  return ObservedFd{static_cast<int>(*number), *close_on_exec, std::move(*target)};
}

Result<std::vector<ObservedFd>> ObserveFds(int process) {
  UniqueFd fd(::openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return Fail("cannot open it: " + DescribeErrno(errno));
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::fdopendir(fd.get()), ::closedir);
  if (!directory) return Fail("cannot list it: " + DescribeErrno(errno));
  const int listed = fd.release();  // the DIR owns it now
  std::vector<ObservedFd> found;
  errno = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (entry->d_name[0] == '.') continue;
    auto one = ObserveFd(process, listed, entry->d_name);
    if (!one) return Fail(one.error());
    found.push_back(std::move(*one));
    errno = 0;
  }
  if (errno != 0) return Fail("cannot list it: " + DescribeErrno(errno));
  return found;
}

// namespaces(7): the links of two processes in one namespace read the same.
Result<void> ObserveNamespaces(int process, Observed* observed) {
  for (const char* name : {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"}) {
    const auto own = ReadLink(AT_FDCWD, (std::string("/proc/self/ns/") + name).c_str());
    if (!own) continue;  // a kernel without this kind
    const auto theirs = ReadLink(process, (std::string("ns/") + name).c_str());
    if (!theirs) return Fail(About(observed->pid, std::string("ns/") + name, theirs.error()));
    if (*own != *theirs) observed->namespaces.emplace_back(name);
  }
  if (std::ranges::count(observed->namespaces, "mnt") == 0) return {};
  const auto text = ReadProcFile(process, "mountinfo");
  if (!text) return Fail(About(observed->pid, "mountinfo", text.error()));
  return ParseMounts(*text, observed);
}

}  // namespace

Result<Observed> Observe(pid_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  // One descriptor for all reads: a process id that is given to another meanwhile cannot mix in.
  const UniqueFd process(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!process.valid()) return Fail("cannot look at the process: " + DescribeErrno(errno), folder);

  Observed observed;
  observed.pid = pid;
  using Parser = Result<void> (*)(std::string_view, Observed*);
  constexpr std::pair<const char*, Parser> kFiles[] = {
      {"status", ParseStatus}, {"stat", ParseStat}, {"limits", ParseLimits}};
  for (const auto& [name, parse] : kFiles) {
    const auto text = ReadProcFile(process.get(), name);
    if (!text) return Fail(About(pid, name, text.error()));
    if (auto parsed = parse(*text, &observed); !parsed)
      return Fail(About(pid, name, parsed.error()));
  }
  // Absent in a kernel without cgroups: then nothing can be said, and no limit can be verified.
  if (const auto text = ReadProcFile(process.get(), "cgroup")) {
    if (auto parsed = ParseCgroups(*text, &observed); !parsed) {
      return Fail(About(pid, "cgroup", parsed.error()));
    }
  }
  auto workdir = ReadLink(process.get(), "cwd");
  if (!workdir) return Fail(About(pid, "cwd", workdir.error()));
  observed.workdir = std::move(*workdir);
  if (auto seen = ObserveNamespaces(process.get(), &observed); !seen) return Fail(seen.error());
  auto fds = ObserveFds(process.get());
  if (!fds) return Fail(About(pid, "fd", fds.error()));
  observed.fds = std::move(*fds);
  return observed;
}

Result<std::vector<Observed>> ObserveThreads(pid_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/task";
  const std::unique_ptr<DIR, int (*)(DIR*)> tasks(::opendir(folder.c_str()), ::closedir);
  if (!tasks) return Fail("cannot look at the threads: " + DescribeErrno(errno), folder);
  std::vector<Observed> threads;
  while (const dirent* entry = ::readdir(tasks.get())) {
    const auto number = ParseNumber(entry->d_name);
    if (!number) continue;
    const auto text = ReadProcFile(::dirfd(tasks.get()), std::string(entry->d_name) + "/status");
    if (!text) continue;
    Observed thread;
    thread.pid = static_cast<pid_t>(*number);
    if (auto parsed = ParseStatus(*text, &thread); !parsed) return Fail(parsed.error());
    threads.push_back(std::move(thread));
  }
  if (threads.empty()) return Fail("it has ended", folder);
  return threads;
}

}  // namespace nodeward
