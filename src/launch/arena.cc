#include "launch/arena.h"

#include <linux/sched.h>
#include <string.h>
#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <utility>

#include "kernel/landlock.h"
#include "measures/child_applies.h"
#include "measures/measure.h"

namespace nodeward {
namespace {

constexpr std::size_t kSize = 8u << 20;

ChildIdentity Identity(const PlannedIdentity& planned, const char* workdir) {
  ChildIdentity identity = {};
  identity.change = planned.change;
  identity.uid = planned.uid;
  identity.gid = planned.gid;
  identity.set_groups = planned.set_groups;
  identity.group_count = static_cast<std::uint32_t>(std::min(planned.groups.size(), kMaxGroups));
  std::copy_n(planned.groups.begin(), identity.group_count, identity.groups);
  identity.umask = planned.umask;
  identity.workdir = workdir;
  return identity;
}

unsigned Flags(const PlannedNamespaces& planned) {
  unsigned flags = 0;
  if (planned.mount || planned.pid) flags |= CLONE_NEWNS;  // a PID namespace wants its own /proc
  if (planned.ipc) flags |= CLONE_NEWIPC;
  if (planned.uts) flags |= CLONE_NEWUTS;
  if (planned.net) flags |= CLONE_NEWNET;
  return flags;
}

std::size_t SizeOf(const PlannedMemoryFile& file) {
  std::size_t size = 0;
  for (const PlannedSecret& secret : file.contents) {
    size += secret.value->size() + (file.records ? secret.name.size() + 2 : 0);
  }
  return size;
}

std::size_t NeededFor(const LaunchPlan& plan) {
  std::size_t size = sizeof(ChildProgram) + 4096 + plan.filter.code.size() * sizeof(sock_filter);
  for (const PlannedMemoryFile& file : plan.memory_files) {
    size += SizeOf(file) + file.name.size() + 32;
  }
  for (const PlannedVariable& variable : plan.environment) {
    const std::size_t value =
        variable.secret != nullptr ? variable.secret->size() : variable.text.size();
    size += variable.name.size() + value + 32;  // room for a number among it
  }
  for (const std::string& argument : plan.command) size += argument.size() + 32;
  for (const PlannedCgroup& group : plan.cgroups) size += group.directory.size() + 32;
  const PlannedNamespaces& namespaces = plan.namespaces;
  for (const std::string& path : namespaces.writable) size += path.size() + 32;
  for (const std::string& path : namespaces.private_folders) size += path.size() + 32;
  for (const PlannedMountRule& rule : namespaces.rules) size += rule.path.size() + 32;
  return size + plan.path.size() + plan.identity.workdir.size();
}

}  // namespace

Result<Arena> Arena::Create() {
  void* base = mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return Fail("cannot map memory for the launch: " + DescribeErrno(errno));
  madvise(base, kSize, MADV_DONTDUMP);
  return Arena(base);
}

Arena::Arena(Arena&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)), used_(other.used_), locked_(other.locked_) {}

Arena::~Arena() {
  if (base_ == nullptr) return;
  Wipe();
  munmap(base_, kSize);
}

void* Arena::Allocate(std::size_t size, std::size_t alignment) {
  const std::size_t start = (used_ + alignment - 1) / alignment * alignment;
  used_ = start + size;
  return static_cast<char*>(base_) + start;
}

const char* Arena::Copy(std::string_view text) {
  char* copy = Array<char>(text.size() + 1);
  std::copy(text.begin(), text.end(), copy);
  copy[text.size()] = '\0';
  return copy;
}

char* const* Arena::Environment(const std::vector<PlannedVariable>& variables,
                                ChildProgram& child) {
  char** list = Array<char*>(variables.size() + 1);
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const PlannedVariable& variable = variables[i];
    const std::string_view value =
        variable.secret != nullptr ? variable.secret->view() : std::string_view(variable.text);
    const bool own = variable.number != OwnNumber::kNone;
    char* entry = Array<char>(variable.name.size() + value.size() + (own ? kNumberRoom : 0) + 2);
    list[i] = entry;
    entry = std::copy(variable.name.begin(), variable.name.end(), entry);
    *entry++ = '=';
    entry = std::copy(value.begin(), value.end(), entry);
    *entry = '\0';
    if (variable.number == OwnNumber::kPid && child.own_pid_count < kMaxOwnPids) {
      child.own_pids[child.own_pid_count++] = entry;
    }
    if (variable.number == OwnNumber::kMemoryFile) {
      child.memory_files[variable.memory_file].number = entry;
    }
    if (variable.number == OwnNumber::kUpdates) child.updates_number = entry;
  }
  list[variables.size()] = nullptr;
  return list;
}

void Arena::MemoryFiles(const std::vector<PlannedMemoryFile>& planned, ChildProgram& child) {
  for (const PlannedMemoryFile& file : planned) {
    ChildMemoryFile& made = child.memory_files[child.memory_file_count++];
    made.name = Copy(file.name);
    made.size = SizeOf(file);
    char* to = Array<char>(made.size);
    made.contents = to;
    for (const auto& [name, value] : file.contents) {
      if (file.records) to = std::copy(name.begin(), name.end(), to);
      if (file.records) *to++ = '=';
      to = std::copy(value->view().begin(), value->view().end(), to);
      if (file.records) *to++ = '\0';
    }
  }
}

char* const* Arena::Arguments(const std::vector<std::string>& command) {
  char** list = Array<char*>(command.size() + 1);
  for (std::size_t i = 0; i < command.size(); ++i) list[i] = const_cast<char*>(Copy(command[i]));
  list[command.size()] = nullptr;
  return list;
}

void Arena::CopyPaths(const std::vector<std::string>& paths, std::size_t room, const char** list,
                      std::uint32_t* count) {
  for (const std::string& path : paths) {
    if (*count < room) list[(*count)++] = Copy(path);
  }
}

ChildNamespaces Arena::Namespaces(const LaunchPlan& plan) {
  const PlannedNamespaces& planned = plan.namespaces;
  ChildNamespaces child = {};
  child.user = planned.user;
  child.pid = planned.pid;
  child.enter = Flags(planned);
  child.ids = {kernel::OwnIdLine(plan.identity.uid), kernel::OwnIdLine(plan.identity.gid)};
  ChildMounts& mounts = child.mounts;
  mounts.own_proc = planned.pid;
  mounts.own_tree = planned.mount;
  CopyPaths(planned.writable, kMaxWritable, mounts.writable, &mounts.writable_count);
  CopyPaths(planned.private_folders, kMaxPrivateFolders, mounts.private_folders,
            &mounts.private_count);
  for (const PlannedMountRule& rule : planned.rules) {
    if (mounts.rule_count == kMaxMountRules) break;
    mounts.rules[mounts.rule_count++] = {Copy(rule.path), rule.rights};
  }
  return child;
}

Result<void> Arena::Pack(const LaunchPlan& plan, const std::vector<std::uint32_t>& steps) {
  const std::size_t needed = NeededFor(plan);
  if (needed > kSize) return Fail("the environment and arguments are larger than 8 MiB");
  locked_ = mlock(base_, needed) == 0;
  used_ = 0;
  ChildProgram& child = *new (Array<ChildProgram>(1)) ChildProgram{};
  for (const std::uint32_t index : steps) {
    child.steps[child.step_count++] = {Measures()[index].apply, index};
    child.filtered = Measures()[index].apply == ApplySeccomp;
  }
  child.keeper = plan.guarded.keeper;
  child.control = plan.control;
  child.gate = -1;
  child.updates = -1;
  child.null_stdin = plan.null_stdin;
  child.relay_stdout = plan.relay_stdout;
  child.relay_stderr = plan.relay_stderr;
  child.session = {plan.terminal, 0, plan.guarded.supervisor_group, false};
  child.namespaces = Namespaces(plan);
  for (const PlannedCgroup& group : plan.cgroups) {
    child.cgroup_procs[child.cgroup_count++] = Copy(group.directory + "/cgroup.procs");
  }
  for (std::uint32_t i = 0; i < Measures().size(); ++i) {
    if (Measures()[i].apply == ApplyNamespaces) child.namespaces.measure = i;
  }
  child.limit_count = static_cast<std::uint32_t>(plan.limits.size());
  std::copy(plan.limits.begin(), plan.limits.end(), child.limits);
  child.capabilities = plan.capabilities;
  const std::string& workdir = plan.identity.workdir;
  child.identity = Identity(plan.identity, workdir.empty() ? nullptr : Copy(workdir));
  child.kept_fd_count = static_cast<std::uint32_t>(plan.kept_fds.size());
  std::copy(plan.kept_fds.begin(), plan.kept_fds.end(), child.kept_fds);
  child.landlock = {-1, plan.landlock.abi >= 7 ? kernel::kLandlockLogApplication : 0};
  sock_filter* code = Array<sock_filter>(plan.filter.code.size());
  std::copy(plan.filter.code.begin(), plan.filter.code.end(), code);
  child.filter = {code, static_cast<std::uint16_t>(plan.filter.code.size()), plan.filter.flags};
  child.path = Copy(plan.path);
  child.argv = Arguments(plan.command);
  MemoryFiles(plan.memory_files, child);
  child.envp = Environment(plan.environment, child);
  child.shared = base_;
  child.shared_size = kSize;
  child.shared_used = used_;
  return {};
}

void Arena::Wipe() {
  explicit_bzero(base_, used_);
  munlock(base_, kSize);
  madvise(base_, kSize, MADV_REMOVE);
  used_ = 0;
}

}  // namespace nodeward
