// profile × host × command: what a launch is made of, and what refuses it. Nothing is started.
#include "plan/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <signal.h>

#include "profile/load.h"
#include "support/scratch_folder.h"
#include "unit/host/elf_builder.h"
#include "unit/vault/support.h"

namespace nodeward {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Root with all that the default profile asks for.
HostReport Root() {
  HostReport host;
  host.cap_effective = host.cap_permitted = host.cap_bounding = (std::uint64_t{1} << 41) - 1;
  host.seccomp.filter = host.seccomp.user_notif = true;
  host.memory_available = std::uint64_t{1} << 30;
  host.landlock_abi = 9;
  host.pidfd_getfd = true;
  return host;
}

class PlanTest : public testing::Test {
 protected:
  PlanTest() {
    unsetenv("CREDENTIALS_DIRECTORY");
    chmod(folder_.path().c_str(), 0755);
    node_ = folder_.Write("node", test::BuildElf({.dynamic = false}), 0755);
    // The scratch folder lies in /tmp, which the default profile lets the application write to:
    // what governs the launch could not lie there.
    request_.profile = *LoadProfile({"default", {"process.user=\"54321\"", "filesystem.write=[]"}});
    request_.host = Root();
    request_.command = {"node", "server.js"};
    request_.environment = {"PATH=" + folder_.path(), "PORT=80", "SECRET=x"};
  }

  tl::expected<Plan, Errors> Make(LaunchPlan seed = {}, bool open_vault = true) {
    return MakePlan(std::move(request_), std::move(seed), open_vault);
  }

  void AddVault(const std::string& plaintext) {
    const std::string identity = folder_ / "id.txt";
    const std::string vault = folder_ / "app.age";
    const std::string plain = folder_.Write("plain.toml", plaintext, 0600);
    ASSERT_EQ(test::Run("umask 077; age-keygen -o " + identity + " && age -r $(age-keygen -y " +
                        identity + ") -o " + vault + " " + plain),
              0);
    request_.profile.secrets.vaults = {{{.value = vault}}};
    request_.profile.secrets.identity = {{.value = identity}};
  }

  test::ScratchFolder folder_;
  std::string node_;
  PlanRequest request_;
};

std::vector<std::string> Names(const std::vector<std::uint32_t>& indices) {
  std::vector<std::string> names;
  for (const std::uint32_t index : indices) names.emplace_back(Measures()[index].name);
  return names;
}

std::string Value(const Plan& plan, std::string_view name) {
  for (const PlannedVariable& variable : plan.launch.environment) {
    if (variable.name != name) continue;
    return variable.secret != nullptr ? std::string(variable.secret->view()) : variable.text;
  }
  return "(absent)";
}

TEST_F(PlanTest, TheDefaultLaunch) {
  LaunchPlan seed;
  seed.guarded = {.supervisor = 4100, .supervisor_group = 4100, .keeper = 4101};
  const auto plan = Make(std::move(seed));
  ASSERT_TRUE(plan) << FormatError(plan.error().front());
  EXPECT_THAT(Names(plan->steps),
              ElementsAre("session", "limits", "bounding", "identity", "capabilities",
                          "parent_death", "no_new_privs", "landlock", "descriptors", "seccomp"));
  EXPECT_THAT(Names(plan->kept), Contains("environment"));
  EXPECT_THAT(Names(plan->kept), Contains("network"));
  EXPECT_EQ(plan->launch.path, node_);
  EXPECT_THAT(plan->launch.command, ElementsAre("node", "server.js"));
  EXPECT_EQ(plan->launch.identity.uid, 54321u);
  EXPECT_EQ(plan->launch.guarded.keeper, 4101) << "what the caller knew stays";
  EXPECT_FALSE(plan->launch.filter.code.empty());
  EXPECT_TRUE(plan->launch.filter.listener);
  EXPECT_EQ(Value(*plan, "PORT"), "80");
  EXPECT_EQ(Value(*plan, "SECRET"), "(absent)");
}

TEST_F(PlanTest, TheCommandIsSearchedAlongTheApplicationsPath) {
  request_.profile.environment.set["PATH"] = {"/nowhere", {}};
  const auto plan = Make();
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().front().exit_code, 127);
  EXPECT_THAT(plan.error().front().what, HasSubstr("(/nowhere)"));
}

TEST_F(PlanTest, AShellIsAWarning) {
  request_.command = {folder_.Write("sh", test::BuildElf({.dynamic = false}), 0755), "-c",
                      "node server.js"};
  const auto plan = Make();
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->launch.warnings, ElementsAre(HasSubstr("is a shell")));
}

TEST_F(PlanTest, StrictRefusesEveryGapAtOnce) {
  request_.host.seccomp.user_notif = false;
  request_.host.cap_effective &= ~(std::uint64_t{1} << CAP_SETUID);
  const auto plan = Make();
  ASSERT_FALSE(plan);
  ASSERT_EQ(plan.error().size(), 3u);
  EXPECT_THAT(plan.error()[0].what, HasSubstr("identity: "));
  EXPECT_THAT(plan.error()[1].what, HasSubstr("network: "));
  EXPECT_THAT(plan.error()[2].what, HasSubstr("seccomp: "));
}

TEST_F(PlanTest, BestEffortGoesOnWithoutWhatIsAbsent) {
  request_.profile.enforcement = {{.value = Enforcement::kBestEffort}};
  request_.host.seccomp.filter = request_.host.seccomp.user_notif = false;
  const auto plan = Make();
  ASSERT_TRUE(plan);
  EXPECT_THAT(Names(plan->steps), Not(Contains("seccomp")));
  EXPECT_THAT(Names(plan->kept), Not(Contains("seccomp"))) << "nothing to verify";
}

TEST_F(PlanTest, NothingGoesOnWithoutProc) {
  request_.host.proc = false;
  request_.profile.enforcement = {{.value = Enforcement::kPermissive}};
  auto plan = Make();
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().front().what, HasSubstr("there is no /proc here"));
}

TEST_F(PlanTest, BestEffortNeverGoesOnAsRoot) {
  request_.profile.enforcement = {{.value = Enforcement::kBestEffort}};
  request_.host.cap_effective = 0;
  const auto plan = Make();
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().front().what, HasSubstr("would run as root"));
}

TEST_F(PlanTest, RestartIsDecidedByWhatSurrounds) {
  const auto restart = [&](auto change) {
    PlanRequest request = request_;
    change(request.host);
    return MakePlan(std::move(request), {}, false)->supervise.restart;
  };
  EXPECT_EQ(restart([](HostReport&) {}), RestartWhen::kOnFailure);
  EXPECT_EQ(restart([](HostReport& host) { host.pid1 = true; }), RestartWhen::kNever);
  EXPECT_EQ(restart([](HostReport& host) { host.under_systemd = true; }), RestartWhen::kNever);
  EXPECT_EQ(restart([](HostReport& host) { host.container = "kubernetes"; }), RestartWhen::kNever);
  EXPECT_EQ(restart([](HostReport& host) { host.container = "docker"; }), RestartWhen::kOnFailure);
  request_.profile.supervise.restart = {{.value = RestartWhen::kAlways}};
  EXPECT_EQ(restart([](HostReport& host) { host.pid1 = true; }), RestartWhen::kAlways);
}

TEST_F(PlanTest, SupervisionTakesEachKey) {
  request_.profile.supervise.backoff = {{.value = {Milliseconds(5), Milliseconds(50)}}};
  request_.profile.supervise.give_up = {{.value = {3, Milliseconds(700)}}};
  request_.profile.supervise.stop_signal = {{.value = SIGINT}};
  request_.profile.supervise.stop_timeout = {{.value = Milliseconds(900)}};
  const SupervisePlan supervise = Make()->supervise;
  EXPECT_EQ(supervise.backoff.initial, Milliseconds(5));
  EXPECT_EQ(supervise.backoff.max, Milliseconds(50));
  EXPECT_EQ(supervise.give_up.restarts, 3u);
  EXPECT_EQ(supervise.give_up.within, Milliseconds(700));
  EXPECT_EQ(supervise.stop_signal, SIGINT);
  EXPECT_EQ(supervise.stop_timeout, Milliseconds(900));
}

TEST_F(PlanTest, SecretsReachTheEnvironment) {
  AddVault("TOKEN = \"abc\"\n");
  const auto plan = Make();
  ASSERT_TRUE(plan) << FormatError(plan.error().front());
  EXPECT_EQ(Value(*plan, "TOKEN"), "abc");
}

TEST_F(PlanTest, WithoutSecretsTheVaultStaysShut) {
  request_.profile.secrets.vaults = {{{.value = folder_ / "absent.age"}}};
  const auto plan = Make({}, false);
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->secrets.secrets, IsEmpty());
}

TEST_F(PlanTest, AVaultThatDoesNotOpenRefusesTheLaunch) {
  request_.profile.secrets.vaults = {{{.value = folder_ / "absent.age"}}};
  request_.profile.secrets.identity = {{.value = folder_.Write("id.txt", "", 0400)}};
  const auto plan = Make();
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().front().what, HasSubstr("cannot read the vault"));
}

TEST_F(PlanTest, SecretsAreForgottenAndReadAnew) {
  AddVault("TOKEN = \"abc\"\n");
  auto plan = Make();
  ASSERT_TRUE(plan) << FormatError(plan.error().front());
  ForgetSecrets(*plan);
  EXPECT_THAT(plan->secrets.secrets, IsEmpty());
  EXPECT_EQ(Value(*plan, "TOKEN"), "(absent)") << "a dangling buffer must not stay";
  ASSERT_TRUE(Refresh(*plan));
  EXPECT_EQ(Value(*plan, "TOKEN"), "abc");
  EXPECT_EQ(Value(*plan, "PORT"), "80");
  std::filesystem::remove(folder_ / "app.age");
  ForgetSecrets(*plan);
  EXPECT_FALSE(Refresh(*plan)) << "a restart reads the vault again";
}

}  // namespace
}  // namespace nodeward
