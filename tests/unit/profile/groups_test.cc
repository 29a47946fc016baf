#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "profile/embedded.h"
#include "profile/load.h"
#include "profile/names.h"
#include "profile/syscall_groups.h"

namespace nodeward {
namespace {

bool Has(std::span<const std::string_view> list, std::string_view name) {
  return std::binary_search(list.begin(), list.end(), name);
}

TEST(SyscallGroups, EachHasAPurposeAndSortedUniqueNames) {
  std::set<std::string> names;
  for (const SyscallGroup& group : SyscallGroups()) {
    EXPECT_TRUE(names.emplace(group.name).second) << group.name;
    EXPECT_FALSE(group.purpose.empty()) << group.name;
    EXPECT_EQ(group.purpose.find('\n'), std::string_view::npos) << group.name;
    EXPECT_TRUE(std::is_sorted(group.calls.begin(), group.calls.end())) << group.name;
    EXPECT_EQ(std::adjacent_find(group.calls.begin(), group.calls.end()), group.calls.end());
    for (const std::string_view call : group.calls) {
      EXPECT_EQ(call.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"),
                std::string_view::npos)
          << group.name << ": " << call;
    }
  }
  EXPECT_EQ(SyscallGroups().front().name, "default");
}

TEST(SyscallGroups, DefaultHasWhatNodeNeedsAndNoMore) {
  const SyscallGroup* group = FindSyscallGroup("default");
  ASSERT_NE(group, nullptr);
  EXPECT_EQ(group->calls.size(), 136u);
  for (const char* name : {"socketpair", "getppid", "rseq", "statx", "ppoll", "epoll_pwait"}) {
    EXPECT_TRUE(Has(group->calls, name)) << name;
  }
  for (const char* name : {"mount",
                           "ptrace",
                           "init_module",
                           "bpf",
                           "unshare",
                           "setns",
                           "setuid",
                           "setresuid",
                           "capset",
                           "keyctl",
                           "userfaultfd",
                           "memfd_create",
                           "execveat",
                           "process_vm_readv",
                           "io_uring_setup",
                           "tkill",
                           "pidfd_send_signal",
                           "kexec_load",
                           "perf_event_open",
                           "open_by_handle_at"}) {
    EXPECT_FALSE(Has(group->calls, name)) << name;
  }
}

TEST(SyscallGroups, LaunchCallsAreAllowedByDefault) {
  for (const std::string_view call : LaunchCalls()) {
    EXPECT_TRUE(Has(FindSyscallGroup("default")->calls, call)) << call;
  }
  EXPECT_TRUE(Has(LaunchCalls(), "execve"));
}

TEST(SyscallGroups, ProbesAreNotInTheDefaultGroup) {
  EXPECT_TRUE(Has(OptionalProbes(), "clone3"));
  EXPECT_TRUE(Has(OptionalProbes(), "io_uring_setup"));
  for (const std::string_view call : OptionalProbes()) {
    EXPECT_FALSE(Has(FindSyscallGroup("default")->calls, call)) << call;
  }
}

TEST(SyscallGroups, UnknownGroupIsNull) {
  EXPECT_EQ(FindSyscallGroup("defualt"), nullptr);
  EXPECT_EQ(FindSyscallGroup(""), nullptr);
  EXPECT_EQ(FindSyscallGroup("@default"), nullptr);
}

TEST(BuiltinProfiles, AreTheProfiles) {
  ASSERT_EQ(BuiltinProfiles().size(), 2u);
  EXPECT_EQ(BuiltinProfiles()[1].name, "strict");
  EXPECT_EQ(BuiltinProfiles()[0].name, "default");
  EXPECT_NE(BuiltinProfiles()[0].text.find("[syscalls]"), std::string_view::npos);
}

TEST(CapabilityNames, StandAtTheKernelsNumbers) {
  const auto names = CapabilityNames();
  ASSERT_EQ(names.size(), 41u);
  EXPECT_EQ(names[0], "chown");
  EXPECT_EQ(names[8], "setpcap");
  EXPECT_EQ(names[10], "net_bind_service");
  EXPECT_EQ(names[21], "sys_admin");
  EXPECT_EQ(names[40], "checkpoint_restore");
}

}  // namespace
}  // namespace nodeward
