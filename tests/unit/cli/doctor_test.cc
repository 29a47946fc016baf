#include "cli/doctor.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "cli/doctor_findings.h"
#include "unit/cli/doctor_hosts.h"

namespace nodeward {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

TEST(DoctorTest, AFullMachineLacksNothing) {
  for (const Finding& finding : Diagnose(Machine())) {
    EXPECT_NE(finding.standing, Standing::kNo) << finding.key << ": " << finding.value;
    EXPECT_NE(finding.standing, Standing::kPartly) << finding.key << ": " << finding.value;
  }
}

TEST(DoctorTest, EveryFindingIsCompleteAndItsKeyUnique) {
  for (const HostReport& host : {Machine(), Docker(), Unprivileged(), HostReport{}}) {
    std::set<std::string> keys;
    const Findings all = Diagnose(host);
    for (const Finding& finding : all) {
      EXPECT_TRUE(keys.insert(finding.key).second) << finding.key;
      EXPECT_FALSE(finding.title.empty()) << finding.key;
      EXPECT_FALSE(finding.value.empty()) << finding.key;
      EXPECT_FALSE(finding.meaning.empty()) << finding.key;
      EXPECT_EQ(finding.meaning.find('\n'), std::string::npos) << finding.key;
      EXPECT_TRUE(finding.facts.is_object()) << finding.key;
    }
  }
}

TEST(DoctorTest, TellsEverythingThatWasAskedFor) {
  const Findings all = Diagnose(Machine());
  for (const char* key : {"kernel", "seccomp", "user_notification", "wake_up_flags", "landlock",
                          "cgroup", "capabilities", "cap_setpcap", "namespaces", "container",
                          "yama", "terminals", "memory", "swap"}) {
    EXPECT_NE(std::ranges::find(all, key, &Finding::key), all.end()) << key;
  }
}

TEST(DoctorKernelTest, OldOrForeignMachines) {
  HostReport host = Machine();
  host.kernel_major = 5;
  host.kernel_minor = 10;
  EXPECT_FINDING(Find(host, "kernel"), "partly", "older than Landlock");
  host = Machine();
  host.machine = "riscv64";
  EXPECT_FINDING(Find(host, "kernel"), "no", "x86_64 and aarch64");
}

TEST(DoctorKernelTest, SeccompAndWhoIsInTheWay) {
  EXPECT_FINDING(Find(Docker(), "seccomp"), "yes", "what that one refuses is not observable");
  HostReport host = Machine();
  host.seccomp = {};
  host.seccomp.why_no_notif = "another listener";
  EXPECT_FINDING(Find(host, "seccomp"), "no", "strict refuses");
  EXPECT_FINDING(Find(host, "user_notification"), "no", "cannot see");
  EXPECT_THAT(Find(host, "user_notification").value, HasSubstr("another listener"));
  EXPECT_FINDING(Find(host, "wake_up_flags"), "info", "only with user notification");
}

TEST(DoctorKernelTest, WakeUpFlagsSayWhichKernelHasThem) {
  HostReport host = Machine();
  host.seccomp.sync_wake_up = false;
  EXPECT_FINDING(Find(host, "wake_up_flags"), "partly", "Linux 6.6");
  host.seccomp.wait_killable = false;
  EXPECT_FINDING(Find(host, "wake_up_flags"), "partly", "Linux 5.19");
  EXPECT_THAT(Find(host, "wake_up_flags").meaning, HasSubstr("Linux 6.6"));
  host.seccomp.sync_wake_up = true;
  EXPECT_FINDING(Find(host, "wake_up_flags"), "partly", "counted twice");
}

TEST(DoctorKernelTest, LandlockConfinesFiles) {
  EXPECT_EQ(Find(Machine(), "landlock").value, "ABI 6");
  EXPECT_FINDING(Find(Machine(), "landlock"), "yes", "confined by rules");
  HostReport host = Machine();
  host.landlock_abi = 0;
  EXPECT_FINDING(Find(host, "landlock"), "no", "cannot be confined here");
}

TEST(DoctorKernelTest, YamaAndTerminals) {
  EXPECT_FINDING(Find(Machine(), "yama"), "yes", "the kernel too");
  HostReport host = Machine();
  host.yama_scope = -1;
  EXPECT_FINDING(Find(host, "yama"), "info", "refuses ptrace");
  EXPECT_TRUE(Find(host, "yama").facts["ptrace_scope"].is_null());
  host.legacy_tiocsti = true;
  EXPECT_FINDING(Find(host, "terminals"), "yes", "the filter refuses it");
}

TEST(DoctorProcessTest, TheThreeSituationsOfAUser) {
  EXPECT_FINDING(Find(Machine(), "user"), "yes", "never as root");
  EXPECT_FINDING(Find(Docker(), "user"), "yes", "never as root");
  EXPECT_FINDING(Find(Unprivileged(), "user"), "partly", "this same user");
  HostReport host = Machine();
  host.cap_effective &= ~Bit(CAP_SETGID);
  EXPECT_FINDING(Find(host, "user"), "no", "docker run --user");
}

TEST(DoctorProcessTest, CapabilitiesAreNamed) {
  EXPECT_EQ(Find(Machine(), "capabilities").value, "all held");
  EXPECT_EQ(Find(Unprivileged(), "capabilities").value, "none held");
  const Finding docker = Find(Docker(), "capabilities");
  EXPECT_THAT(docker.value, HasSubstr("net_bind_service"));
  EXPECT_THAT(docker.value, Not(HasSubstr("sys_admin")));
  EXPECT_EQ(docker.facts["effective"].size(), 14u);
  HostReport host = Machine();
  host.cap_effective &= ~Bit(CAP_SYS_RESOURCE);
  EXPECT_EQ(Find(host, "capabilities").value, "all held but sys_resource");
}

TEST(DoctorProcessTest, AbsentSetpcapIsNoGap) {
  EXPECT_FINDING(Find(Machine(), "cap_setpcap"), "yes", "bounding set is emptied");
  EXPECT_FINDING(Find(Unprivileged(), "cap_setpcap"), "yes", "takes its meaning away");
  EXPECT_EQ(Find(Unprivileged(), "cap_setpcap").value, "absent");
}

TEST(DoctorProcessTest, KillIsNeededOnlyForAnotherUser) {
  HostReport host = Machine();
  host.cap_effective &= ~Bit(CAP_KILL);
  EXPECT_FINDING(Find(host, "cap_kill"), "no", "--cap-add KILL");
  EXPECT_FINDING(Find(Unprivileged(), "cap_kill"), "yes", "not needed");
}

TEST(DoctorProcessTest, OwnNamespaces) {
  HostReport host = Machine();
  EXPECT_FINDING(Find(host, "own_namespaces"), "info", "where a profile asks");
  host.namespaces = {
      .tried = true, .in_user = false, .user = -1, .others = 0, .mounts = 0, .proc = 0};
  EXPECT_FINDING(Find(host, "own_namespaces"), "yes", "[namespaces] holds;");
  host.namespaces.in_user = true;
  host.namespaces.user = 0;
  EXPECT_FINDING(Find(host, "own_namespaces"), "yes", "user = true");
  host.namespaces.proc = 1;
  EXPECT_FINDING(Find(host, "own_namespaces"), "info", "no weaker");
  EXPECT_EQ(Find(host, "own_namespaces").value, "refused: an own /proc ([namespaces] pid)");
  host.namespaces.user = 1;
  EXPECT_EQ(Find(host, "own_namespaces").value, "refused: a user namespace");
}

TEST(DoctorProcessTest, NamespacesAndContainer) {
  EXPECT_FINDING(Find(Machine(), "namespaces"), "info", "machine's own");
  EXPECT_FINDING(Find(Docker(), "namespaces"), "info", "root outside");
  EXPECT_FINDING(Find(Docker(), "container"), "info", "hold beside");
  HostReport host = Machine();
  host.initial_user_namespace = false;
  EXPECT_FINDING(Find(host, "namespaces"), "info", "ordinary user outside");
  host.setgroups_allowed = false;
  EXPECT_FINDING(Find(host, "namespaces"), "partly", "setgroups(2)");
  host = Machine();
  host.container = "docker";  // an image that was started as a machine
  EXPECT_FINDING(Find(host, "container"), "info", "not counted upon");
}

TEST(DoctorProcessTest, WhereItStandsDecidesTheRestart) {
  EXPECT_FINDING(Find(Machine(), "started_as"), "info", "on-failure by default");
  EXPECT_FINDING(Find(Docker(), "started_as"), "info", "restart is never");
  HostReport host = Machine();
  host.under_systemd = true;
  EXPECT_FINDING(Find(host, "started_as"), "info", "systemd restarts");
  host.under_systemd = false;
  host.container = "kubernetes";
  EXPECT_FINDING(Find(host, "started_as"), "info", "Kubernetes restarts");
}

TEST(DoctorLimitsTest, CgroupsWritable) {
  HostReport host = Machine();
  EXPECT_EQ(Find(host, "cgroup").value, "v2; writable: memory, cpu and pids");
  EXPECT_FINDING(Find(host, "cgroup"), "yes", "memory, cpu and pids can be enforced");
  host.cgroup.version = CgroupVersion::kV1;
  host.cgroup.controllers.erase("cpu");
  EXPECT_EQ(Find(host, "cgroup").value,
            "v1; writable: memory and pids; not writable: cpu (absent)");
  EXPECT_FINDING(Find(host, "cgroup"), "partly", "memory and pids can be enforced");
}

TEST(DoctorLimitsTest, CgroupsReadOnlyNameWhatHelps) {
  EXPECT_FINDING(Find(Docker(), "cgroup"), "no",
                 "docker run -m 512m --memory-swap 512m --cpus 1.5 --pids-limit 64");
  EXPECT_THAT(Find(Docker(), "cgroup").value, HasSubstr("memory (read-only file system)"));
  EXPECT_FINDING(Find(Unprivileged(), "cgroup"), "no", "Delegate=yes");
  HostReport host = Machine();
  host.cgroup = {};
  EXPECT_FINDING(Find(host, "cgroup"), "no", "only where an inherited limit");
}

TEST(DoctorLimitsTest, InheritedLimits) {
  EXPECT_EQ(Find(Machine(), "inherited_limits").value, "none");
  const Finding docker = Find(Docker(), "inherited_limits");
  EXPECT_THAT(docker.value, HasSubstr("memory 512M"));
  EXPECT_THAT(docker.value, HasSubstr("cpu 1.5"));
  EXPECT_THAT(docker.value, HasSubstr("pids 64"));
  EXPECT_EQ(docker.facts["memory"], 512ull << 20);
  EXPECT_TRUE(Find(Machine(), "inherited_limits").facts["memory"].is_null());
  EXPECT_TRUE(Find(Machine(), "inherited_limits").facts["cpu"].is_null());
}

TEST(DoctorLimitsTest, Swap) {
  EXPECT_FINDING(Find(Machine(), "swap"), "yes", "can be enforced");
  EXPECT_FINDING(Find(Docker(), "swap"), "no", "inherited limit");
  HostReport host = Machine();
  AddControllers(&host, false, true);
  EXPECT_FINDING(Find(host, "swap"), "no", "swapaccount=1");
  host.cgroup.memsw = true;
  EXPECT_FINDING(Find(host, "swap"), "yes", "can be enforced");
  host = Unprivileged();
  host.swap_total = 0;
  EXPECT_FINDING(Find(host, "swap"), "yes", "holds by itself");
}

TEST(DoctorLimitsTest, OpenFiles) {
  EXPECT_FINDING(Find(Machine(), "open_files"), "info", "any number");
  EXPECT_FINDING(Find(Docker(), "open_files"), "info", "at most 524288");
  EXPECT_FINDING(Find(HostReport{}, "open_files"), "no", "prlimit64");
}

TEST(DoctorTextTest, OneFactAndBeneathItWhatItMeans) {
  const Finding fact{.key = "k",
                     .title = "kernel",
                     .standing = Standing::kYes,
                     .value = "6.1",
                     .meaning = "new enough"};
  EXPECT_THAT(DoctorText({fact}, false), HasSubstr("\n  yes     kernel              6.1\n"
                                                   "                              new enough\n"));
}

TEST(DoctorTextTest, ValueAndMeaningAreEscaped) {
  const Finding fact{.key = "k", .title = "kernel", .value = "a\nb", .meaning = "c\x1b[2J"};
  EXPECT_THAT(DoctorText({fact}, false), AllOf(HasSubstr("a\\nb\n"), Not(HasSubstr("\x1b"))));
}

TEST(DoctorTextTest, ColourOnlyWhenAsked) {
  EXPECT_THAT(DoctorText(Diagnose(Docker()), false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(DoctorText(Diagnose(Docker()), true), HasSubstr("\x1b[31mno "));
}

TEST(DoctorTextTest, SaysWhatNobodySees) {
  EXPECT_THAT(DoctorText(Diagnose(Machine()), false), HasSubstr("not observable here: refused"));
  HostReport host = Machine();
  host.seccomp.user_notif = false;
  EXPECT_THAT(DoctorText(Diagnose(host), false), HasSubstr("unseen refusals     all"));
}

TEST(DoctorTextTest, NothingFromOutsideActsOnTheTerminal) {
  HostReport host = Docker();
  host.kernel_release = "6.1\x1b[2J";
  host.cgroup.controllers["memory"].why_not = "no\nyes     seccomp";
  const std::string text = DoctorText(Diagnose(host), false);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\nyes     seccomp")));
}

TEST(DoctorJsonTest, IsOneObjectWithFactsAndMeanings) {
  const std::string text = DoctorJson(Diagnose(Docker()));
  EXPECT_THAT(text, EndsWith("}\n"));
  const auto json = nlohmann::ordered_json::parse(text);
  EXPECT_EQ(json["kernel"]["release"], "6.12.9-amd64");
  EXPECT_EQ(json["landlock"]["abi"], 6);
  EXPECT_EQ(json["user_notification"]["available"], true);
  EXPECT_EQ(json["cgroup"]["version"], "v2");
  EXPECT_EQ(json["cgroup"]["standing"], "no");
  EXPECT_EQ(json["cgroup"]["controllers"]["memory"]["why_not"], "read-only file system");
  EXPECT_EQ(json["cgroup"]["controllers"]["memory"]["writable"], false);
  EXPECT_EQ(json["container"]["runtime"], "docker");
  EXPECT_EQ(json.begin().key(), "kernel");
  for (const auto& [key, finding] : json.items()) {
    EXPECT_TRUE(finding.contains("standing") && finding.contains("meaning")) << key;
  }
}

TEST(DoctorJsonTest, FactsNeverReplaceWhatEveryFindingHas) {
  for (const HostReport& host : {Machine(), Docker(), HostReport{}}) {
    for (const Finding& finding : Diagnose(host)) {
      for (const char* name : {"standing", "value", "meaning"}) {
        EXPECT_FALSE(finding.facts.contains(name)) << finding.key;
      }
    }
  }
}

TEST(DoctorJsonTest, PathsThatAreNotUtf8DoNotStopIt) {
  HostReport host = Machine();
  host.cgroup.controllers["memory"].path = "/a\xff\nb";
  const std::string text = DoctorJson(Diagnose(host));
  EXPECT_TRUE(nlohmann::ordered_json::accept(text));
}

TEST(RunDoctorTest, PrintsToTheStandardOutput) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(RunDoctor(true, Machine()), 0);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), DoctorJson(Diagnose(Machine())));
  testing::internal::CaptureStdout();
  EXPECT_EQ(RunDoctor(false, Machine()), 0);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), DoctorText(Diagnose(Machine()), false));
}

int RunIntoFullDisk() {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  if (full < 0 || ::dup2(full, STDOUT_FILENO) < 0) return 1;
  return RunDoctor(false, Machine());
}

TEST(RunDoctorDeathTest, AReportThatWasNotWrittenIsAFailure) {
  EXPECT_EXIT(::_exit(RunIntoFullDisk()), testing::ExitedWithCode(125), "could not be written");
}

}  // namespace
}  // namespace nodeward
