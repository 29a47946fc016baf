// Merging: built-in profile, `extends`, --set.
#include "profile/load.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "unit/profile/profile_testing.h"

namespace nodeward {
namespace {

class LoadTest : public FolderTest {};

bool Passes(const Profile& profile, std::string_view pattern) {
  const auto& pass = *profile.environment.pass;
  return std::any_of(pass.begin(), pass.end(), [&](const Text& t) { return t.value == pattern; });
}

TEST_F(LoadTest, DefaultIsHardened) {
  const auto loaded = Load("default");
  ASSERT_TRUE(loaded.has_value()) << Printed(loaded.error());
  EXPECT_EQ(loaded->path, "built-in default");
  EXPECT_TRUE(loaded->files.empty());
  EXPECT_EQ(loaded->enforcement->value, Enforcement::kStrict);
  EXPECT_FALSE(loaded->process.user.has_value());
  EXPECT_EQ(loaded->process.umask->value, 077u);
  EXPECT_FALSE(loaded->process.groups.has_value());
  EXPECT_TRUE(loaded->capabilities.keep->empty());
  ASSERT_EQ(loaded->syscalls.allow->size(), 1u);
  EXPECT_EQ(loaded->syscalls.allow->at(0).value, "@default");
  EXPECT_EQ(loaded->syscalls.on_violation->value, OnViolation::kDeny);
  EXPECT_EQ(loaded->limits.core->value.hard, 0u);
  EXPECT_FALSE(loaded->limits.memory || loaded->limits.swap || loaded->limits.cpu ||
               loaded->limits.pids || loaded->limits.files || loaded->limits.stack);
  EXPECT_FALSE(loaded->supervise.restart.has_value());
  EXPECT_EQ(loaded->supervise.backoff->value.initial, Milliseconds(200));
  EXPECT_EQ(loaded->supervise.backoff->value.max, Milliseconds(30000));
  EXPECT_EQ(loaded->supervise.give_up->value.restarts, 5u);
  EXPECT_EQ(loaded->supervise.stop_signal->value, SIGTERM);
  EXPECT_EQ(loaded->supervise.stop_timeout->value, Milliseconds(8000));
  EXPECT_EQ(loaded->events.to->at(0).value, "stderr");
}

TEST_F(LoadTest, DefaultPassesNothingThatRunsCode) {
  const auto loaded = Load("default");
  ASSERT_TRUE(loaded.has_value());
  EXPECT_TRUE(Passes(*loaded, "PORT"));
  EXPECT_TRUE(Passes(*loaded, "LC_*"));
  for (const Text& pattern : *loaded->environment.pass) {
    EXPECT_NE(pattern.value, "*");
    for (const char* bad :
         {"NODE_OPTIONS", "NODE_PATH", "LD_PRELOAD", "NODE_EXTRA_CA_CERTS",
          "NODE_TLS_REJECT_UNAUTHORIZED", "OPENSSL_CONF", "BASH_ENV", "GCONV_PATH"}) {
      const bool prefix = pattern.value.ends_with('*') &&
                          std::string_view(bad).starts_with(
                              std::string_view(pattern.value).substr(0, pattern.value.size() - 1));
      EXPECT_FALSE(prefix || pattern.value == bad) << pattern.value;
    }
  }
}

TEST_F(LoadTest, AnEmptyProfileIsTheDefault) {
  const auto path = Write("empty.toml", "");
  const auto loaded = Load(path);
  ASSERT_TRUE(loaded.has_value()) << Printed(loaded.error());
  EXPECT_EQ(loaded->path, path);
  EXPECT_EQ(loaded->files, std::vector<std::string>{path});
  EXPECT_EQ(loaded->syscalls.allow->at(0).value, "@default");
  EXPECT_EQ(loaded->syscalls.allow->at(0).where.file, "built-in default");
}

TEST_F(LoadTest, ListsReplaceSetMergesTheRestOverrides) {
  Write("base.toml", R"(
[environment]
pass = ["A", "B"]
set = { X = "base", Y = "base" }
[limits]
memory = "1G"
pids = 10
[supervise]
backoff = { initial = "1s", max = "2s" }
)");
  const auto path = Write("app.toml", R"(
extends = "base.toml"
[environment]
pass = ["C"]
set = { Y = "app", Z = "app" }
[limits]
pids = 20
[supervise.backoff]
max = "5s"
)");
  const auto loaded = Load(path);
  ASSERT_TRUE(loaded.has_value()) << Printed(loaded.error());
  ASSERT_EQ(loaded->environment.pass->size(), 1u);
  EXPECT_EQ(loaded->environment.pass->at(0).value, "C");
  EXPECT_EQ(loaded->environment.set.at("X").value, "base");
  EXPECT_EQ(loaded->environment.set.at("Y").value, "app");
  EXPECT_EQ(loaded->environment.set.at("Z").value, "app");
  EXPECT_EQ(loaded->limits.memory->value.bytes, 1u << 30);
  EXPECT_EQ(loaded->limits.memory->where.file, Path("base.toml"));
  EXPECT_EQ(loaded->limits.pids->value, 20u);
  EXPECT_EQ(loaded->supervise.backoff->value.initial, Milliseconds(1000));
  EXPECT_EQ(loaded->supervise.backoff->value.max, Milliseconds(5000));
  EXPECT_EQ(loaded->process.umask->value, 077u);  // from the built-in default, below both
  EXPECT_EQ(loaded->files, (std::vector<std::string>{path, Path("base.toml")}));
}

TEST_F(LoadTest, AnEmptyListReplacesTheBase) {
  const auto path = Write("app.toml", "[environment]\npass = []\n[syscalls]\nallow = []\n");
  const auto loaded = Load(path);
  ASSERT_TRUE(loaded.has_value()) << Printed(loaded.error());
  EXPECT_TRUE(loaded->environment.pass->empty());
  EXPECT_TRUE(loaded->syscalls.allow->empty());
}

TEST_F(LoadTest, VaultsReplaceThoseOfTheBase) {
  Write("base.toml", "[secrets]\nvault = [\"a.age\", \"b.age\"]\n");
  const auto loaded =
      Load(Write("app.toml", "extends = \"base.toml\"\n[secrets]\nvault = [\"c.age\"]\n"));
  ASSERT_TRUE(loaded.has_value()) << Printed(loaded.error());
  ASSERT_EQ(loaded->secrets.vaults->size(), 1u);
  EXPECT_EQ(loaded->secrets.vaults->front().value, Path("c.age"));
}

TEST_F(LoadTest, RulesOnSecretsMergePartByPart) {
  Write("base.toml",
        "[secrets.rules]\nA = { min_length = 8, max_age = \"9d\" }\nB = { min_length = 1 }\n");
  const auto loaded = Load(
      Write("app.toml", "extends = \"base.toml\"\n[secrets.rules]\nA = { min_length = 16 }\n"));
  ASSERT_TRUE(loaded.has_value()) << Printed(loaded.error());
  EXPECT_EQ(loaded->secrets.rules.at("A").min_length, 16u);
  EXPECT_EQ(loaded->secrets.rules.at("A").max_age, 9u);
  EXPECT_EQ(loaded->secrets.rules.at("B").min_length, 1u);
}

TEST_F(LoadTest, ExtendsCountsFromTheExtendingFile) {
  Write("shared/base.toml", "extends = \"more/root.toml\"\n[limits]\npids = 7\n");
  Write("shared/more/root.toml", "[limits]\nmemory = \"64M\"\n[secrets]\nvault = \"v.age\"\n");
  const auto loaded = Load(Write("apps/app.toml", "extends = \"../shared/base.toml\"\n"));
  ASSERT_TRUE(loaded.has_value()) << Printed(loaded.error());
  EXPECT_EQ(loaded->limits.pids->value, 7u);
  EXPECT_EQ(loaded->limits.memory->value.bytes, 64u << 20);
  EXPECT_EQ(loaded->secrets.vaults->front().value, Path("shared/more/v.age"));
  EXPECT_EQ(loaded->extends->value, "../shared/base.toml");
}

TEST_F(LoadTest, ACircleIsToldWithItsChain) {
  Write("a.toml", "extends = \"b.toml\"\n");
  Write("b.toml", "extends = \"./c.toml\"\n");
  Write("c.toml", "extends = \"a.toml\"\n");
  EXPECT_EQ(
      Failure(Path("a.toml")),
      R"(nodeward: FOLDER/c.toml:1:11: extends: goes round in a circle: FOLDER/a.toml extends FOLDER/b.toml extends FOLDER/c.toml extends FOLDER/a.toml
extends = "a.toml"
          ^~~~~~~~
)");
}

TEST_F(LoadTest, ACircleBehindAnotherNameIsSeen) {
  const auto path = Write("a.toml", "extends = \"link.toml\"\n");
  std::filesystem::create_symlink("a.toml", Path("link.toml"));
  EXPECT_NE(Failure(path).find("circle: FOLDER/a.toml extends FOLDER/link.toml\n"),
            std::string::npos);
  EXPECT_NE(Failure(Write("self.toml", "extends = \"self.toml\"")).find("circle"),
            std::string::npos);
}

TEST_F(LoadTest, SixteenProfilesAndNoMore) {
  for (int i = 0; i < 20; ++i) {
    Write("p" + std::to_string(i) + ".toml", "extends = \"p" + std::to_string(i + 1) + ".toml\"\n");
  }
  EXPECT_NE(Failure(Path("p0.toml")).find("p15.toml:1:11: extends: more than 16 profiles"),
            std::string::npos);
  Write("p15.toml", "extends = \"default\"");
  EXPECT_NE(Failure(Path("p0.toml")).find("more than 16"), std::string::npos);
  EXPECT_EQ(Failure(Path("p1.toml")), "(loaded)");  // 15 files and the built-in one
}

TEST_F(LoadTest, AMissingBaseIsToldAtItsLine) {
  EXPECT_EQ(Failure(Write("a.toml", "version = 1\nextends = \"gone.toml\"\n")),
            R"(nodeward: FOLDER/a.toml:2:11: extends: profile not found (FOLDER/gone.toml)
extends = "gone.toml"
          ^~~~~~~~~~~
  try: nodeward profiles
)");
}

TEST_F(LoadTest, AnUnknownNameListsTheBuiltInOnes) {
  EXPECT_EQ(Failure("defualt"),
            "nodeward: there is no profile \"defualt\": neither a file nor built in (default and "
            "strict)\n"
            "  try: default\n");
  EXPECT_NE(Failure(Write("a.toml", "extends = \"webserver\"")).find("there is no profile"),
            std::string::npos);
}

TEST_F(LoadTest, ErrorsOfEveryFileAndOverrideAtOnce) {
  Write("base.toml", "[limits]\npids = 0\n");
  const auto path = Write("app.toml", "extends = \"base.toml\"\n[limits]\ncpu = 0\n");
  const auto loaded = Load(path, {"limits.memroy=1", "process.user="});
  ASSERT_FALSE(loaded.has_value());
  ASSERT_EQ(loaded.error().size(), 4u) << Printed(loaded.error());
  EXPECT_EQ(loaded.error()[0].where, Path("app.toml") + ":3:7");
  EXPECT_EQ(loaded.error()[1].where, Path("base.toml") + ":2:8");
  EXPECT_EQ(loaded.error()[2].where, "--set limits.memroy=1");
  EXPECT_EQ(loaded.error()[3].where, "--set process.user=");
}

TEST_F(LoadTest, SetTakesTomlAndPlainWords) {
  const auto loaded = Load(
      "default", {"process.user=node", "limits.memory=512M", "limits.cpu=1.5", "process.group=1000",
                  "syscalls.allow=[\"@default\",\"mount\"]", "environment.set.PORT=3000",
                  "environment.set.URL=http://h/?a=b#c", "supervise.backoff.max=10s",
                  "process.umask=0027", "supervise.restart=\"always\"", "limits.files=4096"});
  ASSERT_TRUE(loaded.has_value()) << Printed(loaded.error());
  EXPECT_EQ(loaded->process.user->value, "node");
  EXPECT_EQ(loaded->process.user->where.Text(), "--set process.user=node");
  EXPECT_EQ(loaded->limits.memory->value.bytes, 512u << 20);
  EXPECT_EQ(loaded->limits.cpu->value, 1.5);
  EXPECT_EQ(loaded->process.group->value, "1000");
  EXPECT_EQ(loaded->syscalls.allow->at(1).value, "mount");
  EXPECT_EQ(loaded->environment.set.at("PORT").value, "3000");
  EXPECT_EQ(loaded->environment.set.at("URL").value, "http://h/?a=b#c");
  EXPECT_EQ(loaded->supervise.backoff->value.initial, Milliseconds(200));
  EXPECT_EQ(loaded->supervise.backoff->value.max, Milliseconds(10000));
  EXPECT_EQ(loaded->process.umask->value, 027u);
  EXPECT_EQ(loaded->supervise.restart->value, RestartWhen::kAlways);
  EXPECT_EQ(loaded->limits.files->value.soft, 4096u);
}

TEST_F(LoadTest, LaterSetsWin) {
  const auto loaded = Load("default", {"limits.pids=1", "limits.pids=2"});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->limits.pids->value, 2u);
}

TEST_F(LoadTest, AValueCannotSetAnotherKey) {
  const auto loaded = Load("default", {"process.user=\"node\"\nenforcement = \"permissive\""});
  ASSERT_FALSE(loaded.has_value());
  EXPECT_NE(Printed(loaded.error()).find("control character"), std::string::npos);
  const auto table = Load("default", {"environment.set.A=1\n[capabilities]\nkeep=[\"bpf\"]"});
  ASSERT_TRUE(table.has_value()) << Printed(table.error());
  EXPECT_TRUE(table->capabilities.keep->empty());
}

TEST_F(LoadTest, SetErrorsNameTheArgument) {
  EXPECT_EQ(Failure("default", {"limits.memroy=1"}),
            "nodeward: --set limits.memroy=1: unknown key \"limits.memroy\"\n"
            "  try: --set limits.memory=1\n");
  EXPECT_EQ(Failure("default", {"pids=5"}),
            "nodeward: --set pids=5: unknown key \"pids\"\n  try: --set limits.pids=5\n");
  EXPECT_EQ(Failure("default", {"limits.cpu=-2"}),
            "nodeward: --set limits.cpu=-2: limits.cpu: must be from 0.01 to 65536 processors\n"
            "  try: --set 'limits.cpu=1.5'\n");
  EXPECT_EQ(Failure("default", {"environment.pass=FOO"}),
            "nodeward: --set environment.pass=FOO: environment.pass: must be a list, not a string\n"
            "  try: --set 'environment.pass=[\"NODE_ENV\", \"OTEL_*\"]'\n");
  EXPECT_EQ(Failure("default", {"limits={}", "node.eval=true"}),
            "nodeward: --set node.eval=true: \"node.eval\" is not available in this version\n"
            "  try: leave it out\n");
  for (const char* argument : {"limits.memory", "=5", "", ".=1", "limits..memory=1", "limits.=1",
                               "a.a.a.a.a.a.a.a.a.a.a.a=1", "extends=x", "limits=1"}) {
    EXPECT_NE(Failure("default", {argument}), "(loaded)") << argument;
  }
}

TEST_F(LoadTest, BackoffIsComparedAfterMerging) {
  const auto path = Write("a.toml", "[supervise]\nbackoff = { initial = \"1min\" }\n");
  EXPECT_EQ(
      Failure(path),
      R"(nodeward: FOLDER/a.toml:2:23: supervise.backoff: initial (60000ms) is longer than max (30000ms)
backoff = { initial = "1min" }
                      ^~~~~~
  try: supervise.backoff.max = "60000ms"
)");
  EXPECT_EQ(Failure(path, {"supervise.backoff.max=2min"}), "(loaded)");
}

TEST_F(LoadTest, SwapWithoutMemoryIsFine) {
  EXPECT_EQ(Failure("default", {"limits.swap=0"}), "(loaded)");
}

TEST_F(LoadTest, ASyntaxErrorIsToldBesideTheErrorsOfOthers) {
  const auto path = Write("a.toml", "[limits\n");
  const auto loaded = Load(path, {"limits.pids=0"});
  ASSERT_FALSE(loaded.has_value());
  ASSERT_EQ(loaded.error().size(), 2u);
  EXPECT_EQ(loaded.error()[0].where, path + ":1:8");
}

}  // namespace
}  // namespace nodeward
