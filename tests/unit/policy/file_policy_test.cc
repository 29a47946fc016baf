// Which rule covers which path, and for which access.
#include "policy/file_policy.h"

#include <gtest/gtest.h>

namespace nodeward {
namespace {

FilePolicy Policy() {
  return FilePolicy(
      {{.path = "/srv/app", .read = true, .folder = true, .written = "@app"},
       {.path = "/tmp", .read = true, .write = true, .folder = true, .written = "/tmp"},
       {.path = "/usr/bin/node", .exec = true, .written = "@node"},
       {.path = "/srv", .list = true, .folder = true, .written = "/srv"},
       {.path = "/dev/null", .read = true, .write = true, .written = "(own)"}});
}

std::string Rule(FileAccess access, std::string_view path) {
  const FilePolicy policy = Policy();
  const FileRule* rule = policy.Find(access, path);
  return rule == nullptr ? "none" : rule->written;
}

TEST(FilePolicy, AFolderCoversWhatLiesBeneath) {
  EXPECT_EQ(Rule(FileAccess::kRead, "/srv/app"), "@app");
  EXPECT_EQ(Rule(FileAccess::kRead, "/srv/app/a/b.js"), "@app");
  EXPECT_EQ(Rule(FileAccess::kRead, "/srv/app2"), "none");
  EXPECT_EQ(Rule(FileAccess::kRead, "/srv/ap"), "none");
  EXPECT_EQ(Rule(FileAccess::kRead, "/srv"), "none");
  EXPECT_EQ(Rule(FileAccess::kRead, "srv/app"), "none");
  EXPECT_EQ(Rule(FileAccess::kRead, ""), "none");
}

TEST(FilePolicy, AFileCoversItselfAlone) {
  EXPECT_EQ(Rule(FileAccess::kExec, "/usr/bin/node"), "@node");
  EXPECT_EQ(Rule(FileAccess::kExec, "/usr/bin/node/x"), "none");
  EXPECT_EQ(Rule(FileAccess::kExec, "/usr/bin/node2"), "none");
  EXPECT_EQ(Rule(FileAccess::kWrite, "/dev/null"), "(own)");
}

TEST(FilePolicy, EachAccessByItself) {
  EXPECT_EQ(Rule(FileAccess::kWrite, "/srv/app/x"), "none");
  EXPECT_EQ(Rule(FileAccess::kExec, "/srv/app/x"), "none");
  EXPECT_EQ(Rule(FileAccess::kWrite, "/tmp/x"), "/tmp");
  EXPECT_EQ(Rule(FileAccess::kExec, "/tmp/x"), "none");
  EXPECT_EQ(Rule(FileAccess::kRead, "/usr/bin/node"), "none");
  EXPECT_EQ(Rule(FileAccess::kList, "/srv/other"), "/srv");
  EXPECT_EQ(Rule(FileAccess::kRead, "/srv/other"), "none");
  EXPECT_EQ(Rule(FileAccess::kList, "/srv/app/x"), "@app");
}

TEST(FilePolicy, TheRootCoversEverything) {
  const FilePolicy policy({{.path = "/", .read = true, .folder = true, .written = "/"}});
  EXPECT_NE(policy.Find(FileAccess::kRead, "/"), nullptr);
  EXPECT_NE(policy.Find(FileAccess::kRead, "/etc/shadow"), nullptr);
  EXPECT_EQ(policy.Find(FileAccess::kWrite, "/etc/shadow"), nullptr);
}

TEST(FilePolicy, NoRulesAllowNothing) {
  EXPECT_EQ(FilePolicy().Find(FileAccess::kRead, "/"), nullptr);
  EXPECT_EQ(FilePolicy(std::vector<FileRule>{}).Find(FileAccess::kList, "/tmp"), nullptr);
}

}  // namespace
}  // namespace nodeward
