#include "launch/kill_children.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace nodeward {
namespace {

using File = std::unique_ptr<FILE, int (*)(FILE*)>;
using Folder = std::unique_ptr<DIR, int (*)(DIR*)>;

void KillOne(pid_t pid, pid_t except) {
  if (pid > 1 && pid != except) kill(pid, SIGKILL);
}

// proc(5): /proc/PID/task/TID/children, with CONFIG_PROC_CHILDREN.
bool KillListed(pid_t except) {
  const pid_t self = getpid();
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/%d/task/%d/children", self, self);
  const File file(std::fopen(path, "re"), &std::fclose);
  if (!file) return false;
  int pid = 0;
  while (std::fscanf(file.get(), "%d", &pid) == 1) KillOne(pid, except);
  return true;
}

pid_t ParentOf(const char* pid) {
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/%.20s/status", pid);
  const File file(std::fopen(path, "re"), &std::fclose);
  if (!file) return -1;
  char line[128];
  int parent = -1;
  while (std::fgets(line, sizeof(line), file.get()) != nullptr) {
    if (std::sscanf(line, "PPid: %d", &parent) == 1) break;
  }
  return parent;
}

void KillByWalking(pid_t except) {
  const Folder folder(opendir("/proc"), &closedir);
  if (!folder) return;
  while (const dirent* entry = readdir(folder.get())) {
    const pid_t pid = std::atoi(entry->d_name);
    if (pid > 0 && ParentOf(entry->d_name) == getpid()) KillOne(pid, except);
  }
}

}  // namespace

void KillEachChild(pid_t except) {
  if (!KillListed(except)) KillByWalking(except);
}

void KillChildren(pid_t except) {
  for (;;) {
    KillEachChild(except);
    const pid_t reaped = waitpid(-1, nullptr, 0);
    if (reaped < 0 && errno != EINTR) return;
    if (reaped == except) return;
  }
}

}  // namespace nodeward
