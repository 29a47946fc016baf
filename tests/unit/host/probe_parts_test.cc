#include "host/probe_parts.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace nodeward {
namespace {

using std::string_view_literals::operator""sv;

TEST(NameContainerTest, NoSignMeansNone) { EXPECT_EQ(NameContainer({}), ""); }

TEST(NameContainerTest, TheOrchestratorWinsOverTheRuntime) {
  EXPECT_EQ(NameContainer({.dockerenv = true}), "docker");
  EXPECT_EQ(NameContainer({.containerenv = true}), "podman");
  // podman makes both files for images that look for Docker's.
  EXPECT_EQ(NameContainer({.dockerenv = true, .containerenv = true}), "podman");
  EXPECT_EQ(NameContainer({.containerenv = true, .kubernetes = true}), "kubernetes");
  EXPECT_EQ(NameContainer({.systemd = "systemd-nspawn\n"}), "systemd-nspawn");
  EXPECT_EQ(NameContainer({.environment = "oci"}), "oci");
  EXPECT_EQ(NameContainer({.init_environment = "lxc"}), "lxc");
}

TEST(NameContainerTest, ANameThatCouldActOnATerminalIsNotRepeated) {
  EXPECT_EQ(NameContainer({.environment = "\x1b[31mdocker"}), "unknown");
  EXPECT_EQ(NameContainer({.environment = "a\nb"}), "unknown");
  EXPECT_EQ(NameContainer({.environment = std::string(33, 'a')}), "unknown");
}

TEST(FindInEnvironmentTest, TakesWholeNamesOnly) {
  constexpr std::string_view block = "PATH=/bin\0xcontainer=a\0container=lxc\0"sv;
  EXPECT_EQ(FindInEnvironment(block, "container"), "lxc");
  EXPECT_EQ(FindInEnvironment(block, "contain"), "");
  EXPECT_EQ(FindInEnvironment("container", "container"), "");
  EXPECT_EQ(FindInEnvironment("container=end", "container"), "end");
  EXPECT_EQ(FindInEnvironment("", "container"), "");
}

TEST(IsUnitTest, TheExecPidDecidesWhereItIsGiven) {
  EXPECT_TRUE(IsUnit({.exec_pid = "42"}, 42));
  // Inherited from a unit further up: a shell in a session, say.
  EXPECT_FALSE(IsUnit({.exec_pid = "41", .invocation_id = "a", .notify_socket = "b"}, 42));
  EXPECT_FALSE(IsUnit({.exec_pid = "42x"}, 42));
}

TEST(IsUnitTest, AnOlderSystemdIsKnownByBothVariables) {
  EXPECT_TRUE(IsUnit({.invocation_id = "a", .notify_socket = "b"}, 42));
  EXPECT_FALSE(IsUnit({.invocation_id = "a"}, 42));
  EXPECT_FALSE(IsUnit({.notify_socket = "b"}, 42));
  EXPECT_FALSE(IsUnit({}, 42));
}

TEST(ParseReleaseTest, TakesTheFirstTwoNumbers) {
  int major = -1;
  int minor = -1;
  EXPECT_TRUE(ParseRelease("6.1.0-32-cloud-amd64", &major, &minor));
  EXPECT_EQ(major, 6);
  EXPECT_EQ(minor, 1);
  EXPECT_TRUE(ParseRelease("7.2-rc1", &major, &minor));
  EXPECT_EQ(major, 7);
  EXPECT_EQ(minor, 2);
}

TEST(ParseReleaseTest, ZeroWhenItIsNoRelease) {
  for (const char* release : {"", "6", "6.", ".1", "x.1", "6.x", "99999999999999999999.1"}) {
    int major = -1;
    int minor = -1;
    EXPECT_FALSE(ParseRelease(release, &major, &minor)) << release;
    EXPECT_EQ(major, 0) << release;
    EXPECT_EQ(minor, 0) << release;
  }
}

TEST(ExplainNoNotifTest, SaysWhoIsInTheWay) {
  EXPECT_EQ(ExplainNoNotif(0), "");
  EXPECT_NE(ExplainNoNotif(EBUSY).find("another listener"), std::string::npos);
  EXPECT_NE(ExplainNoNotif(EINVAL).find("Linux 5.0"), std::string::npos);
  EXPECT_NE(ExplainNoNotif(EPERM).find("EPERM"), std::string::npos);
  EXPECT_NE(ExplainNoNotif(ENOSYS).find("ENOSYS"), std::string::npos);
  EXPECT_NE(ExplainNoNotif(ENOMEM).find("ENOMEM"), std::string::npos);
}

}  // namespace
}  // namespace nodeward
