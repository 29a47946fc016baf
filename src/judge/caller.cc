#include "judge/caller.h"

#include <fcntl.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/unique_fd.h"
#include "kernel/sys.h"

namespace nodeward {
namespace {

constexpr int kMostParents = 8;
// Deeper chains are not followed: a bound, not a rule. What lies deeper counts as a stranger.
constexpr int kDeepest = 1024;

}  // namespace

Caller ReadCaller(pid_t tid) {
  Caller caller;
  caller.process = tid;
  char path[40];
  std::snprintf(path, sizeof(path), "/proc/%d/status", tid);
  const UniqueFd file(kernel::Open(path, O_RDONLY | O_CLOEXEC));
  char text[512];
  const ssize_t size = file.valid() ? kernel::Read(file.get(), text, sizeof(text) - 1) : -1;
  if (size <= 0) return caller;
  text[size] = '\0';
  if (const char* name = std::strstr(text, "Name:\t")) {
    name += 6;
    caller.command.assign(name, std::strcspn(name, "\n"));
  }
  if (const char* tgid = std::strstr(text, "\nTgid:\t")) {
    caller.process = static_cast<pid_t>(std::strtol(tgid + 7, nullptr, 10));
  }
  if (const char* parent = std::strstr(text, "\nPPid:\t")) {
    caller.parent = static_cast<pid_t>(std::strtol(parent + 7, nullptr, 10));
  }
  return caller;
}

std::vector<std::string> ParentsOf(const Caller& caller, pid_t last) {
  std::vector<std::string> parents;
  for (pid_t next = caller.parent; next > 1 && next != last && parents.size() < kMostParents;) {
    const Caller parent = ReadCaller(next);
    parents.push_back(parent.command + " (" + std::to_string(next) + ")");
    next = parent.parent;
  }
  return parents;
}

bool DescendsFrom(pid_t process, pid_t ancestor) {
  for (int depth = 0; process > 0 && depth < kDeepest; ++depth) {
    if (process == ancestor) return true;
    process = ReadCaller(process).parent;
  }
  return false;
}

std::vector<pid_t> TreeOf(pid_t ancestor) {
  std::vector<pid_t> processes;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const auto pid = static_cast<pid_t>(std::strtol(entry.path().filename().c_str(), nullptr, 10));
    if (pid > 0 && pid != ancestor && DescendsFrom(pid, ancestor)) processes.push_back(pid);
  }
  return processes;
}

}  // namespace nodeward
