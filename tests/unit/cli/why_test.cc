// What `why` answers, and by which line. The decisions are those of the code that enforces; here is
// tested that they are asked rightly and told with their place.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/asked_path.h"
#include "cli/why_file.h"
#include "cli/why_network.h"
#include "cli/why_syscall.h"
#include "kernel/architecture.h"
#include "profile/load.h"
#include "support/scratch_folder.h"

namespace nodeward {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Words = std::vector<std::string>;

// A current kernel, and an unprivileged user: nothing of the machine matters.
PlanRequest Ask(std::vector<std::string> overrides = {}) {
  auto profile = LoadProfile({"default", std::move(overrides)});
  if (!profile) throw std::runtime_error(FormatError(profile.error().front()));
  PlanRequest request;
  request.profile = std::move(*profile);
  request.host.uid = request.host.gid = 65532;
  request.host.seccomp.filter = request.host.seccomp.user_notif = true;
  request.host.landlock_abi = 6;
  request.environment = {"PATH=/usr/bin:/bin"};
  return request;
}

WhyAnswer Syscall(const Words& words, std::vector<std::string> overrides = {}) {
  const PlanRequest request = Ask(std::move(overrides));
  auto answer = WhySyscall(request.profile, request.host, words);
  if (!answer) throw std::runtime_error(answer.error().what);
  return *answer;
}

TEST(WhySyscall, AllowedByAGroupWithItsLine) {
  const WhyAnswer answer = Syscall({"read"});
  EXPECT_TRUE(answer.allowed);
  EXPECT_EQ(answer.rule, "\"@default\" in [syscalls] allow");
  EXPECT_THAT(answer.where, StartsWith("built-in default:"));
  EXPECT_EQ(answer.hint, "");
}

TEST(WhySyscall, RefusedWithTheLineThatAllows) {
  const WhyAnswer answer = Syscall({"mount"});
  EXPECT_FALSE(answer.allowed);
  EXPECT_EQ(answer.verdict, "refused with EPERM, and told");
  EXPECT_EQ(answer.code, "NW201");
  EXPECT_EQ(answer.hint, "[syscalls] allow = [\"@default\", \"mount\"]");
  EXPECT_TRUE(Syscall({"mount"}, {"syscalls.allow=[\"@default\", \"mount\"]"}).allowed);
}

TEST(WhySyscall, ADeniedCallNamesTheDenial) {
  const WhyAnswer answer = Syscall({"mkdirat"}, {"syscalls.deny=[\"mkdirat\"]"});
  EXPECT_FALSE(answer.allowed);
  EXPECT_EQ(answer.rule, "\"mkdirat\" in [syscalls] deny");
  EXPECT_THAT(answer.where, StartsWith("--set syscalls.deny"));
}

TEST(WhySyscall, ArgumentsByNameAndNumber) {
  EXPECT_TRUE(Syscall({"socket", "AF_UNIX", "SOCK_STREAM|SOCK_CLOEXEC"}).allowed);
  EXPECT_TRUE(Syscall({"socket", "1", "0x80001"}).allowed);
  const WhyAnswer raw = Syscall({"socket", "AF_INET", "SOCK_RAW", "IPPROTO_ICMP"});
  EXPECT_FALSE(raw.allowed);
  EXPECT_THAT(raw.rule, HasSubstr("but not with these arguments"));
  EXPECT_THAT(raw.notes, Contains(HasSubstr("socket(AF_INET, SOCK_STREAM")));
  EXPECT_THAT(raw.hint, HasSubstr("no profile line allows socket(AF_INET, SOCK_RAW"));
  EXPECT_TRUE(Syscall({"fcntl", "3", "F_SETFL", "O_NONBLOCK"}).allowed);
  EXPECT_FALSE(Syscall({"fcntl", "3", "F_SETFL", "O_ASYNC"}).allowed);
}

TEST(WhySyscall, AForkAsksForItsGroup) {
  const WhyAnswer fork = Syscall({"clone", "SIGCHLD"});
  EXPECT_EQ(fork.verdict, "refused with EACCES, and told");
  EXPECT_EQ(fork.hint, "[filesystem] exec = [\"@node\", \"@node-child\"]");
  EXPECT_TRUE(
      Syscall({"clone", "SIGCHLD"}, {"syscalls.allow=[\"@default\", \"@process\"]"}).allowed);
}

TEST(WhySyscall, ProbesAndNumbersBeyondTheTable) {
  for (const char* probe : {"clone3", "600", "0x3fffffff"}) {
    const WhyAnswer answer = Syscall({probe});
    EXPECT_FALSE(answer.allowed) << probe;
    EXPECT_THAT(answer.verdict, HasSubstr("ENOSYS"));
    EXPECT_EQ(answer.hint, "") << probe;
  }
  // x32's, where there is such a table.
  EXPECT_EQ(Syscall({"0x40000001"}).verdict == "answered by ending the process",
            kernel::kForeignNumbers.has_value());
}

TEST(WhySyscall, KillAndPermissive) {
  const WhyAnswer kill = Syscall({"mount"}, {"syscalls.on_violation=kill"});
  EXPECT_EQ(kill.code, "NW203");
  const WhyAnswer permissive = Syscall({"mount"}, {"syscalls.enforcement=permissive"});
  EXPECT_TRUE(permissive.allowed);
  EXPECT_EQ(permissive.code, "NW202");
}

TEST(WhySyscall, WithoutNotificationsNobodyTells) {
  PlanRequest request = Ask();
  request.host.seccomp.user_notif = false;
  request.host.seccomp.why_no_notif = "an old kernel";
  const auto answer = WhySyscall(request.profile, request.host, {"mount"});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->verdict, "refused with EPERM, unseen");
  EXPECT_THAT(answer->notes, Contains(StartsWith("run would not start here")));
}

TEST(WhySyscall, ACallDecidedByItsTargetSaysSo) {
  const WhyAnswer answer = Syscall({"execve"});
  EXPECT_THAT(answer.verdict, HasSubstr("nodeward looks at each"));
}

TEST(WhySyscall, NonsenseIsAnErrorWithTheNearestName) {
  const PlanRequest request = Ask();
  const auto ask = [&](const Words& words) {
    const auto answer = WhySyscall(request.profile, request.host, words);
    return answer ? std::string("answered") : answer.error().what + "|" + answer.error().hint;
  };
  EXPECT_THAT(ask({"montu"}), HasSubstr("|nodeward why syscall mount"));
  EXPECT_THAT(ask({"socket", "AF_INTE"}), HasSubstr("|AF_INET"));
  for (const Words& words : {Words{}, Words{""}, Words{"-1"}, Words{"99999999999"},
                             Words{"read", "1", "2", "3", "4", "5", "6", "7"}, Words{"socket", "|"},
                             Words{"socket", "0x"}, Words{"socket", "1x"}}) {
    EXPECT_NE(ask(words), "answered");
  }
}

// --- files

class WhyFiles : public testing::Test {
 protected:
  WhyFiles() {
    chmod(at_.c_str(), 0755);
    mkdir((at_ + "/data").c_str(), 0755);
    mkdir((at_ + "/closed").c_str(), 0700);
    Write(at_ + "/data/open", 0644);
    Write(at_ + "/data/mine", 0600);
    std::filesystem::create_symlink(at_ + "/data/open", at_ + "/link");
    std::filesystem::create_symlink("loop", at_ + "/loop");
  }
  static void Write(const std::string& path, mode_t mode) {
    FILE* file = fopen(path.c_str(), "w");
    if (file == nullptr) throw std::runtime_error(path);
    fclose(file);
    chmod(path.c_str(), mode);
  }
  // Only `data` may be read, and nothing written.
  WhyAnswer Open(const Words& words) {
    auto answer =
        WhyOpen(Ask({"filesystem.read=[\"" + at_ + "/data\"]", "filesystem.write=[]"}), words);
    if (!answer) throw std::runtime_error(answer.error().what);
    return *answer;
  }
  test::ScratchFolder folder_;
  const std::string at_ = folder_.path();
};

TEST_F(WhyFiles, AllowedByTheEntryWithItsLine) {
  const WhyAnswer answer = Open({at_ + "/data/open"});
  EXPECT_TRUE(answer.allowed);
  EXPECT_EQ(answer.rule, "\"" + at_ + "/data\" in [filesystem] read");
  EXPECT_THAT(answer.where, StartsWith("--set filesystem.read"));
}

TEST_F(WhyFiles, RefusedWithTheLineThatAllows) {
  const WhyAnswer answer = Open({at_ + "/data/open", "write"});
  EXPECT_FALSE(answer.allowed);
  EXPECT_EQ(answer.code, "NW211");
  EXPECT_EQ(answer.hint, "[filesystem] write = [\"" + at_ + "/data/open\"]");
}

TEST_F(WhyFiles, ALinkIsFollowedAndTold) {
  const WhyAnswer answer = Open({at_ + "/link"});
  EXPECT_TRUE(answer.allowed);
  EXPECT_THAT(answer.notes, ElementsAre("a link leads to " + at_ + "/data/open"));
}

TEST_F(WhyFiles, WhatIsNotThereIsJudgedWhereItWouldBe) {
  const WhyAnswer answer = Open({at_ + "/data/../other/new", "write"});
  EXPECT_FALSE(answer.allowed);
  EXPECT_EQ(answer.hint, "[filesystem] write = [\"" + at_ + "/other\"]");
  EXPECT_THAT(answer.notes, Contains(HasSubstr("no folder for it")));
}

TEST_F(WhyFiles, NonsenseIsAnError) {
  const PlanRequest request = Ask();
  for (const Words& words : {Words{}, Words{""}, Words{at_ + "/loop"}, Words{"/x", "append"},
                             Words{std::string(5000, 'a')}, Words{"/x", "read", "write"}}) {
    EXPECT_FALSE(WhyOpen(request, words).has_value());
  }
}

TEST_F(WhyFiles, ModesAreThoseOfTheApplicationsUser) {
  PlannedIdentity stranger;
  stranger.uid = stranger.gid = getuid() + 1;
  const auto refused = [&](const std::string& name, mode_t wanted) {
    return RefusedByMode(*ResolveAsked(name, at_), wanted, stranger);
  };
  EXPECT_EQ(refused("data/open", kMayRead), "");
  EXPECT_THAT(refused("data/open", kMayWrite), HasSubstr("mode 0644"));
  EXPECT_THAT(refused("data/mine", kMayRead), HasSubstr("mode 0600"));
  EXPECT_THAT(refused("data/new", kMayWrite), HasSubstr("/data belongs to"));
  EXPECT_THAT(refused("closed/x", kMayRead), HasSubstr("/closed belongs to"));
  stranger.uid = getuid();
  EXPECT_EQ(refused("data/mine", kMayRead), "");
}

TEST(WhyExec, OnlyTheCommandByDefault) {
  const auto shell = WhyExec(Ask(), {"/bin/sh"});
  ASSERT_TRUE(shell.has_value());
  EXPECT_FALSE(shell->allowed);
  EXPECT_EQ(shell->code, "NW212");
  EXPECT_THAT(shell->hint, StartsWith("[filesystem] exec = [\"@node\", \"/"));
  const auto listed = WhyExec(Ask({"filesystem.exec=[\"@node\", \"/bin/sh\"]"}), {"sh"});
  ASSERT_TRUE(listed.has_value());
  EXPECT_TRUE(listed->allowed);
  EXPECT_EQ(listed->rule, "\"/bin/sh\" in [filesystem] exec");
}

// --- network

WhyAnswer Connect(const Words& words, std::vector<std::string> overrides = {}) {
  auto answer = WhyConnect(Ask(std::move(overrides)), words);
  if (!answer) throw std::runtime_error(answer.error().what);
  return *answer;
}

TEST(WhyConnect, AddressesNamesAndSockets) {
  EXPECT_TRUE(Connect({"10.0.0.1:5432"}).allowed);
  EXPECT_TRUE(Connect({"[::1]:80", "udp"}).allowed);
  EXPECT_TRUE(Connect({"localhost:80"}).allowed);
  EXPECT_EQ(Connect({"8.8.8.8:53", "udp"}).code, "NW223");
  EXPECT_EQ(Connect({"169.254.169.254:80"}).code, "NW221");
  EXPECT_EQ(Connect({"unix:/run/docker.sock"}).code, "NW225");
  const std::string rule = "network.connect=[\"*.example.com:443\"]";
  const WhyAnswer name = Connect({"api.example.com:443"}, {rule});
  EXPECT_TRUE(name.allowed);
  EXPECT_EQ(name.rule, "\"*.example.com:443\" in [network] connect");
  EXPECT_FALSE(Connect({"example.com:443"}, {rule}).allowed);
  EXPECT_FALSE(Connect({"api.example.com:80"}, {rule}).allowed);
  EXPECT_THAT(Connect({"evil.org:443"}, {rule}).rule, Not(HasSubstr("8.8.8.8")));
}

TEST(WhyConnect, NonsenseIsAnError) {
  for (const char* word :
       {"", "foo", "foo:0", "foo:65536", "0x7f.1:80", "a b:80", ":80", "[::1:80"}) {
    EXPECT_FALSE(WhyConnect(Ask(), {word}).has_value()) << word;
  }
}

TEST(WhyListen, ByTheDefaultPort) {
  PlanRequest request = Ask();
  request.environment.push_back("PORT=3000");
  EXPECT_TRUE(WhyListen(request, {"3000"})->allowed);
  const auto other = WhyListen(request, {"4000"});
  EXPECT_FALSE(other->allowed);
  EXPECT_EQ(other->code, "NW222");
  EXPECT_FALSE(WhyListen(request, {"localhost:3000"}).has_value());
}

TEST(WhyResolve, ListedNamesOnly) {
  const auto refused = WhyResolve(Ask(), {"evil.example.org"});
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->code, "NW224");
  EXPECT_TRUE(WhyResolve(Ask({"network.dns=open"}), {"evil.example.org"})->allowed);
}

}  // namespace
}  // namespace nodeward
