#include "measures/cgroup_group.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <memory>
#include <set>

#include "base/unique_fd.h"

namespace nodeward {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::seconds(1);
constexpr std::string_view kPrefix = "nodeward-";
constexpr std::string_view kSupervisorSuffix = "-supervisor";

int Remaining(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

template <class T>
bool TakeNumber(std::string_view* text, T* value) {
  const char* end = text->data() + text->size();
  const auto result = std::from_chars(text->data(), end, *value);
  if (result.ec != std::errc()) return false;
  text->remove_prefix(static_cast<std::size_t>(result.ptr - text->data()));
  return true;
}

bool TakeDash(std::string_view* text) {
  if (!text->starts_with('-')) return false;
  text->remove_prefix(1);
  return true;
}

std::uint64_t OwnPidNamespace() {
  struct stat status {};
  return stat("/proc/self/ns/pid", &status) == 0 ? status.st_ino : 0;
}

// proc_pid_stat(5): the name in brackets may hold anything, so the fields count from the last ')'.
std::vector<std::string> StatFields(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  const auto text = ReadCgroupFile(path);
  const std::size_t close = text ? text->rfind(')') : std::string::npos;
  if (close == std::string::npos) return {};
  std::vector<std::string> fields;
  std::string_view rest = std::string_view(*text).substr(close + 1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(" \n"), rest.size());
    if (end > 0) fields.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return fields;  // fields[0] is field 3, the state
}

std::vector<std::string> Subgroups(const std::string& directory) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(opendir(directory.c_str()), closedir);
  if (!stream) return names;
  while (const dirent* entry = readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

// The group and all below it, the deepest first, as rmdir wants them.
void Collect(const std::string& directory, std::vector<std::string>* all) {
  for (const auto& name : Subgroups(directory)) Collect(directory + "/" + name, all);
  all->push_back(directory);
}

std::set<pid_t> ProcessesOf(const std::vector<std::string>& groups) {
  std::set<pid_t> pids;
  for (const auto& group : groups) {
    for (const pid_t pid : CgroupProcesses(group)) pids.insert(pid);
  }
  return pids;
}

// One round of SIGKILL; returns when the signalled are gone, or at the deadline.
void KillRound(const std::vector<std::string>& groups, Clock::time_point deadline) {
  std::vector<std::pair<pid_t, UniqueFd>> held;
  for (const pid_t pid : ProcessesOf(groups)) {
    if (pid <= 1)
      continue;  // 0: a process of another pid namespace, which only cgroup.kill reaches
    UniqueFd fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    if (fd.valid()) held.emplace_back(pid, std::move(fd));
  }
  const std::set<pid_t> still = ProcessesOf(groups);
  std::vector<pollfd> waits;
  for (const auto& [pid, fd] : held) {
    if (!still.contains(pid)) continue;
    // SIGKILL cannot fail for want of memory; what refuses it (EPERM) is told by the rmdir.
    if (syscall(SYS_pidfd_send_signal, fd.get(), SIGKILL, nullptr, 0) == 0) {
      waits.push_back({fd.get(), POLLIN, 0});
    }
  }
  while (!waits.empty() && Remaining(deadline) > 0) {
    if (poll(waits.data(), waits.size(), Remaining(deadline)) < 0 && errno != EINTR) return;
    std::erase_if(waits, [](const pollfd& wait) { return wait.revents != 0; });
  }
}

bool IsGone(const CgroupMarker& marker) {
  if (kill(marker.pid, 0) != 0 && errno == ESRCH) return true;
  const auto fields = StatFields(marker.pid);
  // A zombie supervises nobody, and in a container pid 1 may never reap it.
  if (!fields.empty() && (fields[0] == "Z" || fields[0] == "X")) return true;
  const auto now = MarkerOf(marker.pid);
  // Not readable (hidepid): it exists, so it is taken for alive.
  return now && now->start != marker.start;
}

}  // namespace

std::string CgroupMarker::Name() const {
  return std::string(kPrefix) + std::to_string(pid) + "-" + std::to_string(start) + "-" +
         std::to_string(pid_namespace) + (supervisor ? std::string(kSupervisorSuffix) : "");
}

std::optional<CgroupMarker> ParseMarker(std::string_view name) {
  const std::string_view whole = name;
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  CgroupMarker marker;
  if (!TakeNumber(&name, &marker.pid) || !TakeDash(&name) || !TakeNumber(&name, &marker.start) ||
      !TakeDash(&name) || !TakeNumber(&name, &marker.pid_namespace)) {
    return std::nullopt;
  }
  marker.supervisor = name == kSupervisorSuffix;
  // Only what Name() writes: no leading zeros, no sign, nothing after.
  if (marker.pid <= 0 || marker.Name() != whole) return std::nullopt;
  return marker;
}

std::optional<CgroupMarker> MarkerOf(pid_t pid) {
  constexpr std::size_t kStart = 22 - 3;
  const auto fields = StatFields(pid);
  if (fields.size() <= kStart) return std::nullopt;
  CgroupMarker marker{.pid = pid, .pid_namespace = OwnPidNamespace()};
  std::string_view start = fields[kStart];
  if (!TakeNumber(&start, &marker.start)) return std::nullopt;
  return marker;
}

std::optional<std::string> ReadCgroupFile(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid()) return std::nullopt;
  std::string text;
  std::array<char, 4096> part{};
  while (text.size() < 65536) {
    const ssize_t size = read(fd.get(), part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::nullopt;
    if (size == 0) break;
    text.append(part.data(), static_cast<std::size_t>(size));
  }
  return text;
}

Result<void> WriteCgroupFile(const std::string& path, std::string_view value) {
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid()) return Fail("cannot be opened for writing: " + DescribeErrno(errno), path);
  ssize_t written = -1;
  do {
    written = write(fd.get(), value.data(), value.size());
  } while (written < 0 && errno == EINTR);
  if (written < 0) {
    return Fail("the kernel refuses \"" + std::string(value) + "\": " + DescribeErrno(errno), path);
  }
  return {};
}

std::vector<std::string> CgroupWords(const std::string& path) {
  std::vector<std::string> words;
  const std::string text = ReadCgroupFile(path).value_or("");
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(" \n"), rest.size());
    if (end > 0) words.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return words;
}

std::vector<pid_t> CgroupProcesses(const std::string& directory) {
  std::vector<pid_t> pids;
  for (const auto& word : CgroupWords(directory + "/cgroup.procs")) {
    std::string_view text = word;
    pid_t pid = 0;
    if (TakeNumber(&text, &pid)) pids.push_back(pid);
  }
  return pids;
}

Result<void> MakeGroup(const std::string& directory) {
  if (mkdir(directory.c_str(), 0755) != 0) {
    return Fail("cannot make a cgroup: " + DescribeErrno(errno), directory);
  }
  struct statfs status {};
  if (statfs(directory.c_str(), &status) != 0 ||
      (status.f_type != CGROUP_SUPER_MAGIC && status.f_type != CGROUP2_SUPER_MAGIC)) {
    rmdir(directory.c_str());
    return Fail("not in a cgroup file system; something else is mounted over it", directory);
  }
  return {};
}

Result<void> EndGroup(const std::string& directory) {
  const auto deadline = Clock::now() + kPatience;
  for (;;) {
    if (access(directory.c_str(), F_OK) != 0 && errno == ENOENT) return {};
    // cgroup.kill (Linux 5.14, v2) reaches also what forks faster than it can be listed. Elsewhere
    // the rounds below do: each process seen dies, and the list is read again until it is empty.
    if (access((directory + "/cgroup.kill").c_str(), W_OK) == 0) {
      static_cast<void>(WriteCgroupFile(directory + "/cgroup.kill", "1"));
    }
    std::vector<std::string> groups;
    Collect(directory, &groups);
    KillRound(groups, deadline);
    int error = 0;
    for (const auto& group : groups) {
      if (rmdir(group.c_str()) != 0 && errno != ENOENT) error = errno;
    }
    if (error == 0) return {};
    if (Remaining(deadline) == 0) {
      return Fail("cannot remove the cgroup: " + DescribeErrno(error) + "; " +
                      std::to_string(ProcessesOf(groups).size()) + " processes are left in it",
                  directory);
    }
    // A dead task leaves its group a moment after its pidfd says so; nothing announces that on v1.
    poll(nullptr, 0, 1);
  }
}

Result<void> EndLeavings(const std::string& parent, const CgroupMarker& own) {
  for (const auto& name : Subgroups(parent)) {
    const auto marker = ParseMarker(name);
    if (!marker || marker->pid_namespace != own.pid_namespace) continue;
    // Our own group from an earlier start of the application; the supervisor's own holds ourselves.
    if (*marker == own) {
      if (auto ended = EndGroup(parent + "/" + name); !ended) return ended;
    } else if (IsGone(*marker)) {
      // What cannot be killed now (a process in the kernel's hands) is tried again at the next
      // start; it must not keep a healthy application down.
      static_cast<void>(EndGroup(parent + "/" + name));
    }
  }
  return {};
}

}  // namespace nodeward
