// Each key's values: what is taken, and the whole message of what is not.
#include "profile/keys.h"

#include <gtest/gtest.h>

#include <csignal>
#include <limits>

#include "unit/profile/profile_testing.h"

namespace nodeward {
namespace {

TEST(Keys, ReadsEveryAvailableKey) {
  const auto applied = ApplyText(R"(
version = 1
extends = "default"
enforcement = "best-effort"
[process]
enforcement = "permissive"
user = "node"
group = 1000
groups = ["video", 44]
workdir = "/app"
umask = "0027"
[environment]
pass = ["NODE_ENV", "OTEL_*", "*"]
set = { NODE_ENV = "production", EMPTY = "" }
[capabilities]
enforcement = "strict"
keep = ["net_bind_service"]
[syscalls]
enforcement = "strict"
allow = ["@default", "@process", "mount"]
deny = ["@debug", "chmod"]
on_violation = "kill"
[limits]
enforcement = "best-effort"
memory = "512M"
swap = "10%"
cpu = 1.5
pids = 64
files = 4096
core = "0"
stack = { soft = "8M", hard = "unlimited" }
file_size = "unlimited"
locked_memory = 65536
[secrets]
vault = "app.vault.age"
identity = "/run/keys/identity.txt"
require = ["DB_PASSWORD"]
deliver = "memory"
watch = true
on_change = "signal:HUP"
inherit = ["jobs/run.js"]
[supervise]
restart = "always"
backoff = { initial = "1s", max = "1min" }
give_up = { restarts = 3, within = "10s" }
stop_signal = "INT"
stop_timeout = "0s"
[events]
format = "text"
to = ["stderr", "file:/var/log/nodeward.log", "syslog", "journal"]
)");
  ASSERT_EQ(Printed(applied.errors), "");
  const Profile& p = applied.profile;
  EXPECT_EQ(p.extends->value, "default");
  EXPECT_EQ(p.enforcement->value, Enforcement::kBestEffort);
  EXPECT_EQ(p.process.enforcement->value, Enforcement::kPermissive);
  EXPECT_EQ(p.process.user->value, "node");
  EXPECT_EQ(p.process.user->where.Text(), "app.toml:7:8");
  EXPECT_EQ(p.process.group->value, "1000");
  EXPECT_EQ(p.process.groups->at(1).value, "44");
  EXPECT_EQ(p.process.workdir->value, "/app");
  EXPECT_EQ(p.process.umask->value, 027u);
  EXPECT_EQ(p.environment.pass->size(), 3u);
  EXPECT_EQ(p.environment.set.at("EMPTY").value, "");
  EXPECT_EQ(p.capabilities.keep->at(0).value, "net_bind_service");
  EXPECT_EQ(p.syscalls.allow->at(2).value, "mount");
  EXPECT_EQ(p.syscalls.allow->at(2).where.Text(), "app.toml:20:34");
  EXPECT_EQ(p.syscalls.deny->size(), 2u);
  EXPECT_EQ(p.syscalls.on_violation->value, OnViolation::kKill);
  EXPECT_EQ(p.limits.memory->value.bytes, 512u << 20);
  EXPECT_EQ(p.limits.swap->value.percent, 10.0);
  EXPECT_EQ(p.limits.cpu->value, 1.5);
  EXPECT_EQ(p.limits.pids->value, 64u);
  EXPECT_EQ(p.limits.files->value.hard, 4096u);
  EXPECT_EQ(p.limits.core->value.soft, 0u);
  EXPECT_EQ(p.limits.stack->value.soft, 8u << 20);
  EXPECT_EQ(p.limits.stack->value.hard, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(p.limits.file_size->value.soft, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(p.limits.locked_memory->value.soft, 65536u);
  EXPECT_EQ(p.secrets.vaults->front().value, "/etc/nodeward/app.vault.age");
  EXPECT_EQ(p.secrets.identity->value, "/run/keys/identity.txt");
  EXPECT_EQ(p.secrets.require->at(0).value, "DB_PASSWORD");
  EXPECT_EQ(p.secrets.deliver->value, Deliver::kMemory);
  EXPECT_TRUE(p.secrets.watch->value);
  EXPECT_EQ(p.secrets.on_change->value.kind, OnChange::kSignal);
  EXPECT_EQ(p.secrets.on_change->value.signal, SIGHUP);
  EXPECT_EQ(p.secrets.inherit->at(0).value, "jobs/run.js");
  EXPECT_EQ(p.supervise.restart->value, RestartWhen::kAlways);
  EXPECT_EQ(p.supervise.backoff->value.max, Milliseconds(60000));
  EXPECT_EQ(p.supervise.give_up->value.restarts, 3u);
  EXPECT_EQ(p.supervise.give_up->value.within, Milliseconds(10000));
  EXPECT_EQ(p.supervise.stop_signal->value, SIGINT);
  EXPECT_EQ(p.supervise.stop_timeout->value, Milliseconds(0));
  EXPECT_EQ(p.events.format->value, EventFormat::kText);
  EXPECT_EQ(p.events.to->at(1).value, "file:/var/log/nodeward.log");
}

TEST(Keys, WordsFollowTheirEnumerations) {
  EXPECT_EQ(ApplyText("enforcement = \"strict\"").profile.enforcement->value, Enforcement::kStrict);
  EXPECT_EQ(ApplyText("enforcement = \"permissive\"").profile.enforcement->value,
            Enforcement::kPermissive);
  const auto restart = [](const std::string& word) {
    return ApplyText("[supervise]\nrestart = \"" + word + "\"").profile.supervise.restart->value;
  };
  EXPECT_EQ(restart("never"), RestartWhen::kNever);
  EXPECT_EQ(restart("on-failure"), RestartWhen::kOnFailure);
  EXPECT_EQ(ApplyText("[syscalls]\non_violation = \"deny\"").profile.syscalls.on_violation->value,
            OnViolation::kDeny);
  EXPECT_EQ(ApplyText("[events]\nformat = \"json\"").profile.events.format->value,
            EventFormat::kJson);
}

TEST(Keys, EmptyListsArePresentAndEmpty) {
  const auto applied = ApplyText(
      "[environment]\npass = []\n[syscalls]\nallow = []\ndeny = []\n"
      "[network]\nlisten = []\nconnect = []\n");
  ASSERT_EQ(Printed(applied.errors), "");
  ASSERT_TRUE(applied.profile.environment.pass.has_value());
  EXPECT_TRUE(applied.profile.environment.pass->empty());
  ASSERT_TRUE(applied.profile.syscalls.allow.has_value());
  EXPECT_TRUE(applied.profile.syscalls.allow->empty());
  EXPECT_FALSE(applied.profile.capabilities.keep.has_value());
}

// A refused value, and the one line that it is refused with.
struct Refusal {
  const char* section;
  const char* line;
  const char* message;  // after "app.toml:2:COLUMN: "
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.line; }

class Refused : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithItsMessage) {
  const Refusal& refusal = GetParam();
  const auto applied =
      ApplyText("[" + std::string(refusal.section) + "]\n" + std::string(refusal.line) + "\n");
  ASSERT_EQ(applied.errors.size(), 1u) << Printed(applied.errors);
  EXPECT_EQ(applied.errors[0].what, refusal.message);
  EXPECT_EQ(applied.errors[0].where.rfind("app.toml:2:", 0), 0u) << applied.errors[0].where;
  EXPECT_EQ(applied.errors[0].excerpt.rfind(std::string(refusal.line) + "\n", 0), 0u);
}

constexpr const char* kNothing = "limits.memory: 0 would leave nothing to work with";

INSTANTIATE_TEST_SUITE_P(
    Values, Refused,
    ::testing::Values(
        Refusal{"process", "user = \"\"", "process.user: must not be empty"},
        Refusal{"process", "user = \"a:b\"",
                "process.user: \"a:b\" is neither a name nor a number"},
        Refusal{"process", "user = -1", "process.user: \"-1\" is neither a name nor a number"},
        Refusal{"process", "user = 4294967295", "process.user: \"4294967295\" is too large"},
        Refusal{"process", "user = \"a\\u0001\"",
                "process.user: \"a\x01\" has a control character"},
        Refusal{"process", "user = true", "process.user: must be a string, not true or false"},
        Refusal{"process", "groups = [\"\"]", "process.groups: must not be empty"},
        Refusal{"process", "descriptors = [2]", "process.descriptors: 2 is not between 3 and 1023"},
        Refusal{"process", "descriptors = [\"3\"]",
                "process.descriptors: must be a descriptor's number, not a string"},
        Refusal{"process", "groups = \"a\"", "process.groups: must be a list, not a string"},
        Refusal{"process", "workdir = \"app\"", "process.workdir: \"app\" is not an absolute path"},
        Refusal{"process", "workdir = \"/proc/self/fd/7\"",
                "process.workdir: \"/proc/self/fd/7\" lies in /proc"},
        Refusal{"process", "workdir = \"/app/../dev//fd/7\"",
                "process.workdir: \"/app/../dev//fd/7\" lies in /dev/fd"},
        Refusal{"process", "umask = 27", "process.umask: must be a string of octal digits"},
        Refusal{"process", "umask = \"8\"",
                "process.umask: \"8\" is not an octal mask of at most 0777"},
        Refusal{"environment", "pass = [\"\"]", "environment.pass: must not be empty"},
        Refusal{"environment", "pass = [\"A*B\"]",
                "environment.pass: \"A*B\" has a * that is not at its end"},
        Refusal{"environment", "pass = [\"A=B\"]",
                "environment.pass: \"A=B\" is not a variable's name or PREFIX*"},
        Refusal{"environment", "pass = [1]",
                "environment.pass: must be a string, not a whole number"},
        Refusal{"environment", "set = [\"A=B\"]", "environment.set: must be a table, not a list"},
        Refusal{"environment", "set = { \"1A\" = \"x\" }",
                "environment.set: \"1A\" is not a variable's name"},
        Refusal{"environment", "set = { \"\" = \"x\" }",
                "environment.set: \"\" is not a variable's name"},
        Refusal{"environment", "set = { A = \"x\\u0000y\" }",
                "environment.set: the value of A has a NUL"},
        Refusal{"environment", "set = { PORT = 3000 }",
                "environment.set: the value of PORT must be a string, not a whole number"},
        Refusal{"capabilities", "keep = [\"CAP_NET_RAW\"]",
                "capabilities.keep: \"CAP_NET_RAW\" is not a capability's name"},
        Refusal{"capabilities", "keep = [\"\"]", "capabilities.keep: must not be empty"},
        Refusal{"capabilities", "keep = [\"all\"]",
                "capabilities.keep: \"all\" is not a capability's name"},
        Refusal{"syscalls", "allow = [\"\"]", "syscalls.allow: must not be empty"},
        Refusal{"syscalls", "allow = \"@default\"", "syscalls.allow: must be a list, not a string"},
        Refusal{"syscalls", "allow = [\"@defualt\"]",
                "syscalls.allow: there is no group \"@defualt\""},
        Refusal{"syscalls", "allow = [\"@\"]", "syscalls.allow: there is no group \"@\""},
        Refusal{"syscalls", "allow = [\"*\"]",
                "syscalls.allow: \"*\" is not the name of a system call or @group"},
        Refusal{"syscalls", "deny = [\"execve\"]",
                "syscalls.deny: \"execve\" is needed to start and end any program"},
        Refusal{"syscalls", "deny = [\"@default\"]",
                "syscalls.deny: \"@default\" holds \"close\", which is needed to start and end any "
                "program"},
        Refusal{"syscalls", "on_violation = \"log\"",
                "syscalls.on_violation: \"log\" is none of \"deny\" and \"kill\""},
        Refusal{"limits", "memory = 0", kNothing}, Refusal{"limits", "memory = \"0M\"", kNothing},
        Refusal{"limits", "memory = \"0%\"", kNothing},
        Refusal{"limits", "memory = -1", "limits.memory: -1 is negative"},
        Refusal{"limits", "memory = 1.5",
                "limits.memory: must be a size, not a number with a fraction"},
        Refusal{"limits", "memory = \"8589934592G\"",
                "limits.memory: \"8589934592G\" is too large"},
        Refusal{"limits", "memory = \"unlimited\"", "limits.memory: \"unlimited\" is not a size"},
        Refusal{"limits", "memory = 2024-01-01", "limits.memory: must be a size, not a date"},
        Refusal{"limits", "cpu = 0", "limits.cpu: must be from 0.01 to 65536 processors"},
        Refusal{"limits", "cpu = -1.5", "limits.cpu: must be from 0.01 to 65536 processors"},
        Refusal{"limits", "cpu = nan", "limits.cpu: must be from 0.01 to 65536 processors"},
        Refusal{"limits", "cpu = inf", "limits.cpu: must be from 0.01 to 65536 processors"},
        Refusal{"limits", "cpu = \"2\"",
                "limits.cpu: must be a number of processors, not a string"},
        Refusal{"limits", "pids = 0", "limits.pids: must be from 1 to 4194304"},
        Refusal{"limits", "pids = -4", "limits.pids: -4 is negative"},
        Refusal{"limits", "pids = 4194305", "limits.pids: must be from 1 to 4194304"},
        Refusal{"limits", "files = 0", "limits.files: 0 would leave nothing to work with"},
        Refusal{"limits", "files = \"4K\"", "limits.files: \"4K\" is not a whole number"},
        Refusal{"limits", "files = { soft = 1 }",
                "limits.files: a table here has exactly the keys soft and hard"},
        Refusal{"limits", "files = { soft = 1, hard = 2, weak = 3 }",
                "limits.files: a table here has exactly the keys soft and hard"},
        Refusal{"limits", "files = { soft = 9, hard = 2 }", "limits.files: soft is more than hard"},
        Refusal{"limits", "core = \"10%\"",
                "limits.core: \"10%\": a share of the machine has no meaning here"},
        Refusal{"limits", "stack = 0", "limits.stack: 0 would leave nothing to work with"},
        Refusal{"secrets", "vault = \"\"", "secrets.vault: must not be empty"},
        Refusal{"secrets", "vault = \"keys/\"", "secrets.vault: \"keys/\" is a folder"},
        Refusal{"secrets", "require = [\"A-B\"]",
                "secrets.require: \"A-B\" is not a variable's name"},
        Refusal{"secrets", "inherit = [\"a.js:b.js\"]",
                "secrets.inherit: \"a.js:b.js\" has a colon"},
        Refusal{"secrets", "on_change = \"later\"",
                "secrets.on_change: \"later\" is none of restart, update and signal:NAME"},
        Refusal{"secrets", "on_change = \"signal:STOP\"",
                "secrets.on_change: \"STOP\" would pause the application, not end it"},
        Refusal{
            "supervise", "restart = \"sometimes\"",
            "supervise.restart: \"sometimes\" is none of \"never\", \"on-failure\" and \"always\""},
        Refusal{"supervise", "backoff = { initial = \"0s\" }",
                "supervise.backoff.initial: must be longer than 0"},
        Refusal{"supervise", "backoff = \"1s\"",
                "supervise.backoff: must be a table, not a string"},
        Refusal{"supervise", "backoff = { first = \"1s\" }",
                "unknown key \"first\" in [supervise.backoff]"},
        Refusal{"supervise", "give_up = { restarts = 0 }",
                "supervise.give_up.restarts: must be from 1 to 4194304"},
        Refusal{"supervise", "stop_timeout = 8",
                "supervise.stop_timeout: a duration needs its unit: ms, s, min or h"},
        Refusal{"supervise", "stop_timeout = \"9999h\"",
                "supervise.stop_timeout: \"9999h\" is longer than 240h"},
        Refusal{"supervise", "stop_signal = \"SIGSTOP\"",
                "supervise.stop_signal: \"SIGSTOP\" would pause the application, not end it"},
        Refusal{"events", "to = []", "events.to: an empty list would leave every violation untold"},
        Refusal{"events", "to = [\"file:events.log\"]",
                "events.to: \"file:events.log\" needs the absolute path of a file"},
        Refusal{"events", "to = [\"file:/\"]",
                "events.to: \"file:/\" needs the absolute path of a file"},
        Refusal{"events", "to = [\"stdout\"]",
                "events.to: \"stdout\" is none of stderr, file:PATH, syslog and journal"},
        Refusal{"events", "format = \"\"",
                "events.format: \"\" is none of \"json\" and \"text\""}));

TEST(Keys, RefusesByNameWhatThisVersionLacks) {
  for (const Key& key : Keys()) {
    if (key.set != nullptr) continue;
    const std::string path(key.path);
    const auto applied =
        ApplyText(path + " = " + (key.example.empty() ? "{}" : std::string(key.example)));
    ASSERT_EQ(applied.errors.size(), 1u) << path;
    EXPECT_EQ(applied.errors[0].what, "\"" + path + "\" is not available in this version");
  }
}

TEST(Keys, EachExampleIsTaken) {
  for (const Key& key : Keys()) {
    if (key.set == nullptr) continue;
    const auto applied = ApplyText(std::string(key.path) + " = " + std::string(key.example));
    EXPECT_EQ(Printed(applied.errors), "") << key.path;
  }
}

TEST(Keys, UnknownOnesNameTheNearest) {
  const auto applied = ApplyText("memory = 1\nenforcment = 1\nzzz = 1\n[limits]\nmemroy = 1\n");
  ASSERT_EQ(applied.errors.size(), 4u);
  EXPECT_EQ(applied.errors[0].hint, "memory below [limits]");
  EXPECT_EQ(applied.errors[1].hint, "enforcement");
  EXPECT_EQ(applied.errors[2].hint, "");
  EXPECT_EQ(applied.errors[3].hint, "memory");
  EXPECT_EQ(applied.errors[3].what, "unknown key \"memroy\" in [limits]");
}

TEST(Keys, SectionsWithoutEnforcementRefuseIt) {
  for (const char* section : {"environment", "supervise", "events"}) {
    const auto applied = ApplyText("[" + std::string(section) + "]\nenforcement = \"strict\"\n");
    ASSERT_EQ(applied.errors.size(), 1u) << section;
    EXPECT_EQ(applied.errors[0].what.rfind("unknown key \"enforcement\"", 0), 0u);
  }
}

TEST(Keys, AQuotedNameWithADotIsNoPath) {
  const auto applied = ApplyText("\"limits.pids\" = 5\n");
  ASSERT_EQ(applied.errors.size(), 1u);
  EXPECT_EQ(applied.errors[0].what, "unknown key \"limits.pids\"");
  EXPECT_FALSE(applied.profile.limits.pids.has_value());
}

TEST(Keys, ASectionMustBeATable) {
  EXPECT_EQ(ApplyText("process = 1\n").errors.at(0).what,
            "process: must be a table, not a whole number");
  EXPECT_EQ(ApplyText("[[process]]\nuser = \"a\"\n").errors.at(0).what,
            "process: must be a table, not a list");
}

TEST(Keys, VersionOneOnly) {
  EXPECT_EQ(ApplyText("version = 2").errors.at(0).what,
            "version: this nodeward reads version 1 only");
  EXPECT_EQ(ApplyText("version = \"1\"").errors.at(0).what,
            "version: must be a whole number, not a string");
}

// The whole picture that an operator sees, once.
TEST(Keys, AllErrorsAtOnceInTheOrderOfTheFile) {
  const auto applied = ApplyText(R"([limits]
memroy = "512M"
cpu    = -1
[capabilities]
keep = ["CAP_NET_RAW"]
[node]
heap = "auto"
)");
  EXPECT_EQ(Printed(applied.errors),
            R"(nodeward: app.toml:2:1: unknown key "memroy" in [limits]
memroy = "512M"
^~~~~~
  try: memory
nodeward: app.toml:3:10: limits.cpu: must be from 0.01 to 65536 processors
cpu    = -1
         ^~
  try: cpu = 1.5
nodeward: app.toml:5:9: capabilities.keep: "CAP_NET_RAW" is not a capability's name
keep = ["CAP_NET_RAW"]
        ^~~~~~~~~~~~~
  try: keep = ["net_raw"]
nodeward: app.toml:7:1: "node.heap" is not available in this version
heap = "auto"
^~~~
  try: remove it
)");
}

TEST(Keys, TextOfTheProfileCannotActOnTheTerminal) {
  const auto applied = ApplyText("\"\\u001b[2Jx\" = 1\n[process]\nuser = \"a\\u009b:\"\n");
  const std::string printed = Printed(applied.errors);
  EXPECT_EQ(printed.find('\x1b'), std::string::npos);
  EXPECT_EQ(printed.find("\xc2\x9b"), std::string::npos);
  EXPECT_NE(printed.find("\\x1b[2Jx"), std::string::npos) << printed;
}

}  // namespace
}  // namespace nodeward
