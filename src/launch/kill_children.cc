#include "launch/kill_children.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace nodeward {
namespace {

using File = std::unique_ptr<FILE, int (*)(FILE*)>;
using Folder = std::unique_ptr<DIR, int (*)(DIR*)>;

// 0 when `text` is no number.
pid_t Number(const char* text) { return static_cast<pid_t>(std::strtol(text, nullptr, 10)); }

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
  char word[32];
  for (int next = std::getc(file.get()); next != EOF; next = std::getc(file.get())) {
    std::size_t length = 0;
    for (; next != ' ' && next != EOF; next = std::getc(file.get())) {
      if (length + 1 < sizeof(word)) word[length++] = static_cast<char>(next);
    }
    word[length] = '\0';
    KillOne(Number(word), except);
  }
  return true;
}

pid_t ParentOf(const char* pid) {
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/%.20s/status", pid);
  const File file(std::fopen(path, "re"), &std::fclose);
  if (!file) return -1;
  char line[128];
  while (std::fgets(line, sizeof(line), file.get()) != nullptr) {
    if (std::strncmp(line, "PPid:\t", 6) == 0) return Number(line + 6);
  }
  return -1;
}

void KillByWalking(pid_t except) {
  const Folder folder(opendir("/proc"), &closedir);
  if (!folder) return;
  while (const dirent* entry = readdir(folder.get())) {
    const pid_t pid = Number(entry->d_name);
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
