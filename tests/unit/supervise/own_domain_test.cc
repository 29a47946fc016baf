// The supervisor's own Landlock domain. Each entry is in a process of its own: there is no way
// back.
#include "supervise/own_domain.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

#include "host/report.h"
#include "measures/landlock_rights.h"
#include "profile/load.h"
#include "support/scratch_folder.h"
#include "unit/judge/waiting_call.h"

namespace nodeward {
namespace {

int OpenError(const std::string& path, int flags) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (fd < 0) return errno;
  close(fd);
  return 0;
}

class OwnDomainTest : public testing::Test {
 protected:
  OwnDomainTest() {
    plan_.host = ProbeHost();
    plan_.profile =
        *LoadProfile({"default", {"events.to=[\"file:" + (folder_ / "log/e.json") + "\"]"}});
    for (const char* name : {"app", "log", "deep/release"}) {
      std::filesystem::create_directories(folder_ / name);
    }
    file_ = folder_.Write("app/file", "text", 0644);
    other_.MakeFolder("kept");
    secret_ = other_.Write("kept/secret", "text", 0644);
    FileRule read{.path = folder_ / "app", .read = true, .folder = true};
    plan_.launch.files = FilePolicy({read});
  }
  // `attempt` runs inside the domain; its answer.
  int Inside(const std::function<int(const OwnDomain&)>& attempt) {
    const pid_t child = fork();
    if (child == 0) {
      const auto domain = OwnDomain::Enter(plan_);
      _exit(domain ? attempt(*domain) : 255);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  test::ScratchFolder folder_;
  test::ScratchFolder other_;  // of which no rule knows
  Plan plan_;
  std::string file_;
  std::string secret_;
};

TEST_F(OwnDomainTest, TheApplicationsFilesAndNoOthers) {
  EXPECT_EQ(OpenError(secret_, O_RDONLY), 0) << "outside, it may";
  EXPECT_EQ(Inside([&](const OwnDomain&) { return OpenError(secret_, O_RDONLY); }), EACCES);
  EXPECT_EQ(Inside([&](const OwnDomain&) { return OpenError(file_, O_RDONLY); }), 0);
  EXPECT_EQ(Inside([&](const OwnDomain&) { return OpenError(file_, O_WRONLY); }), EACCES);
}

TEST_F(OwnDomainTest, ItsOwnSocketsAreRemovedAndNoneIsMade) {
  const std::string folder = other_.MakeFolder("sockets");
  const auto remove = [&](const OwnDomain&) {
    return unlink((folder + "/api.sock").c_str()) == 0 ? 0 : errno;
  };
  other_.Write("sockets/api.sock", "");
  EXPECT_EQ(Inside(remove), EACCES) << "without the plan's word";
  plan_.supervise.sockets = folder;
  EXPECT_EQ(Inside(remove), 0);
  other_.Write("sockets/api.sock", "");
  EXPECT_EQ(Inside([&](const OwnDomain&) { return OpenError(folder + "/api.sock", O_RDONLY); }),
            EACCES);
  EXPECT_EQ(
      Inside([&](const OwnDomain&) { return OpenError(folder + "/other", O_WRONLY | O_CREAT); }),
      EACCES);
  EXPECT_EQ(Inside([&](const OwnDomain&) {
              return mkfifo((folder + "/pipe").c_str(), 0600) == 0 ? 0 : errno;
            }),
            EACCES);
}

TEST_F(OwnDomainTest, EventFilesAreMadeAnew) {
  EXPECT_EQ(Inside([&](const OwnDomain&) {
              return OpenError(folder_ / "log/e.json", O_WRONLY | O_CREAT | O_APPEND);
            }),
            0);
  EXPECT_EQ(Inside([&](const OwnDomain&) {
              return OpenError(other_ / "kept/e.json", O_WRONLY | O_CREAT | O_APPEND);
            }),
            EACCES);
}

TEST_F(OwnDomainTest, TheVaultsFolderIsRead) {
  plan_.profile.secrets.vaults = {{{.value = secret_}}};
  plan_.profile.secrets.identity = {{.value = secret_}};
  EXPECT_EQ(Inside([&](const OwnDomain&) { return OpenError(secret_, O_RDONLY); }), 0);
  EXPECT_EQ(Inside([&](const OwnDomain&) { return OpenError(secret_, O_WRONLY); }), EACCES);
}

TEST_F(OwnDomainTest, NobodyElseIsTraced) {
  const test::Child stranger;
  const auto seize = [&](const OwnDomain&) {
    return ptrace(PTRACE_SEIZE, stranger.pid(), 0, 0) == 0 ? 0 : errno;
  };
  EXPECT_EQ(seize({}), 0) << "outside, it may";
  EXPECT_EQ(Inside(seize), EPERM);
}

TEST_F(OwnDomainTest, WhatIsReplacedNearbyIsReachedElsewhereNot) {
  FileRule rule{.path = folder_ / "deep/release", .read = true, .folder = true};
  FileRule elsewhere{.path = other_ / "kept", .read = true, .folder = true};
  plan_.launch.files = FilePolicy({rule});
  std::filesystem::rename(folder_ / "deep/release", folder_ / "deep/old");
  std::filesystem::create_directory(folder_ / "deep/release");
  EXPECT_EQ(Inside([&](const OwnDomain& domain) { return domain.Check(plan_) ? 0 : 1; }), 0);
  EXPECT_EQ(Inside([&](const OwnDomain& domain) {
              plan_.launch.files = FilePolicy({elsewhere});
              return domain.Check(plan_) ? 0 : 1;
            }),
            1);
}

TEST_F(OwnDomainTest, NoneWhereTheApplicationWouldBeHeldBack) {
  plan_.profile.filesystem.enforcement = {{.value = Enforcement::kPermissive}};
  EXPECT_NE(WhyNoOwnDomain(plan_.profile, plan_.host), "");
  EXPECT_EQ(Inside([&](const OwnDomain& domain) {
              return domain.entered() ? 1 : OpenError(secret_, O_RDONLY);
            }),
            0);
  plan_.host.landlock_abi = 0;
  plan_.profile.filesystem.enforcement.reset();
  EXPECT_EQ(WhyNoOwnDomain(plan_.profile, plan_.host), "this kernel has no Landlock");
}

// Nothing as wide as a whole tree of configuration or devices comes with a rule's surroundings.
TEST_F(OwnDomainTest, SurroundingsStayNarrow) {
  const auto grants = [&](const FileRule& rule) {
    plan_.launch.files = FilePolicy({rule});
    std::vector<std::string> paths;
    for (const OwnRule& own : OwnRules(plan_)) paths.push_back(own.path);
    return paths;
  };
  const auto has = [&](const FileRule& rule, const std::string& path) {
    return std::ranges::count(grants(rule), path) > 0;
  };
  EXPECT_TRUE(
      has({.path = "/srv/app/releases/7", .read = true, .folder = true}, "/srv/app/releases"));
  EXPECT_TRUE(has({.path = "/opt/node/bin/node", .exec = true}, "/opt/node/bin"));
  EXPECT_FALSE(has({.path = "/srv/app", .read = true, .folder = true}, "/srv"));
  EXPECT_TRUE(has({.path = "/opt/app/config/a.json", .read = true}, "/opt/app/config"));
  EXPECT_FALSE(has({.path = "/dev/null", .read = true, .write = true}, "/dev"));
  EXPECT_FALSE(has({.path = "/data/app.db", .write = true}, "/data"));
}

}  // namespace
}  // namespace nodeward
