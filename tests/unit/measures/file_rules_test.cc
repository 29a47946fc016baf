// [filesystem] as rules over real paths: made-up trees, a made-up command. Links of another user
// want root to make them.
#include "measures/file_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "support/scratch_folder.h"
#include "unit/host/elf_builder.h"

namespace nodeward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr uid_t kApplication = 54321;
constexpr uid_t kOther = 54322;

TextList ListOf(std::vector<std::string> entries) {
  std::vector<Text> list;
  std::uint32_t line = 1;
  for (std::string& entry : entries) {
    list.push_back({std::move(entry), {.file = "app.toml", .line = line++, .column = 3}});
  }
  return list;
}

class FileRulesTest : public testing::Test {
 protected:
  FileRulesTest() {
    for (const char* name : {"bin", "lib", "app", "data"}) scratch_.MakeFolder(name);
    scratch_.Write("lib/ld.so", test::BuildElf({}), 0755);
    scratch_.Write("lib/liba.so", test::BuildElf({}));
    plan_.path = scratch_.Write("bin/node",
                                test::BuildElf({.interpreter = scratch_ / "lib/ld.so",
                                                .needed = {"liba.so"},
                                                .runpath = "$ORIGIN/../lib"}),
                                0755);
    plan_.command = {"node", "server.js"};
    plan_.identity.workdir = scratch_ / "app";
    plan_.identity.uid = kApplication;
    host_.uid = 0;
  }

  Result<FileRules> Resolve() const { return ResolveFileRules(profile_, host_, plan_); }

  // "rwxl PATH" (or "rwxl/ PATH" for a folder) of the rules that lie in the scratch folder.
  std::vector<std::string> Own() const {
    const auto found = Resolve();
    if (!found) return {"error: " + FormatError(found.error())};
    std::vector<std::string> own;
    for (const FileRule& rule : found->policy.rules()) {
      if (!rule.path.starts_with(scratch_.path())) continue;
      std::string text;
      text += rule.read ? 'r' : '-';
      text += rule.write ? 'w' : '-';
      text += rule.exec ? 'x' : '-';
      text += rule.list ? 'l' : '-';
      if (rule.folder) text += '/';
      own.push_back(text + " " + rule.path.substr(scratch_.path().size()));
    }
    return own;
  }
  // The same without the command's own.
  std::vector<std::string> Asked() const {
    std::vector<std::string> own = Own();
    std::erase_if(own, [](const std::string& rule) {
      return rule.find(" /bin/") != std::string::npos || rule.find(" /lib/") != std::string::npos;
    });
    return own;
  }
  Error Refused() const {
    const auto found = Resolve();
    EXPECT_FALSE(found);
    return found ? Error{} : found.error();
  }
  std::string Link(const std::string& target, const std::string& name) const {
    std::filesystem::create_symlink(target, scratch_ / name);
    return scratch_ / name;
  }
  void Give(const std::string& path, uid_t owner) const {
    ASSERT_EQ(lchown(path.c_str(), owner, owner), 0) << path << ": want root";
  }

  test::ScratchFolder scratch_;
  Profile profile_;
  HostReport host_;
  LaunchPlan plan_;
};

TEST_F(FileRulesTest, WithoutListsTheCommandAlone) {
  EXPECT_THAT(Own(), ElementsAre("r-x- /bin/node", "r-x- /lib/ld.so", "r--- /lib/liba.so"));
  profile_.filesystem.exec = ListOf({});
  profile_.filesystem.read = ListOf({});
  EXPECT_THAT(Own(), ElementsAre("r-x- /bin/node", "r-x- /lib/ld.so", "r--- /lib/liba.so"))
      << "an empty list is as good: what is executed first must be there";
  EXPECT_FALSE(AllowsExecution(profile_));
}

TEST_F(FileRulesTest, EachListGrantsItsOwn) {
  for (const char* name : {"read", "write", "exec", "list"}) {
    scratch_.Write("data/" + std::string(name), "");
  }
  profile_.filesystem.read = ListOf({scratch_ / "data/read"});
  profile_.filesystem.write = ListOf({scratch_ / "data/write"});
  profile_.filesystem.exec = ListOf({scratch_ / "data/exec"});
  profile_.filesystem.list = ListOf({scratch_ / "data/list"});
  EXPECT_THAT(Asked(), ElementsAre("r-x- /data/exec", "---l /data/list", "r--- /data/read",
                                   "rw-- /data/write"));
  EXPECT_TRUE(AllowsExecution(profile_));
}

TEST_F(FileRulesTest, WhatSeveralEntriesGrantIsAddedUp) {
  Link("data", "same");
  profile_.filesystem.read = ListOf({scratch_ / "data", scratch_ / "data/"});
  profile_.filesystem.write = ListOf({scratch_ / "./same"});
  profile_.filesystem.list = ListOf({scratch_ / "data/../data"});
  EXPECT_THAT(Asked(), ElementsAre("rw-l/ /data"));
  profile_.filesystem.exec = ListOf({scratch_ / "data"});
  EXPECT_THAT(Asked(), ElementsAre("rwxl/ /data"));
  const auto found = Resolve();
  ASSERT_TRUE(found);
  const FileRule* rule = found->policy.Find(FileAccess::kWrite, scratch_ / "data/x");
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->written, scratch_ / "data") << "as the first entry has it";
}

TEST_F(FileRulesTest, WhatAnEntryGrantsOnTheCommandStays) {
  profile_.filesystem.write = ListOf({scratch_ / "bin/node"});
  EXPECT_THAT(Own(), ElementsAre("rwx- /bin/node", "r-x- /lib/ld.so", "r--- /lib/liba.so"));
  const auto found = Resolve();
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->policy.Find(FileAccess::kWrite, scratch_ / "bin/node")->implied)
      << "the profile asks for it";
}

TEST_F(FileRulesTest, AbsentAndOptional) {
  for (const char* entry : {"gone", "gone/*", "data/gone/more"}) {
    profile_.filesystem.read = ListOf({"?" + (scratch_ / entry)});
    EXPECT_THAT(Asked(), IsEmpty()) << entry;
    profile_.filesystem.read = ListOf({"/", scratch_ / entry});
    const Error error = Refused();
    EXPECT_THAT(error.what, HasSubstr("[filesystem] \"" + (scratch_ / entry) + "\""));
    EXPECT_EQ(error.where, "app.toml:2:3");
    EXPECT_THAT(error.hint, HasSubstr("\"?" + (scratch_ / entry) + "\""));
  }
  profile_.filesystem.read = ListOf({"?" + (scratch_ / "data")});
  EXPECT_THAT(Asked(), ElementsAre("r---/ /data")) << "optional, and there";
}

TEST_F(FileRulesTest, OptionalCoversNothingButAbsence) {
  Link("loop", "loop");
  for (const std::string& entry :
       {scratch_ / "loop", scratch_ / "loop/*", scratch_ / "bin/node/x", scratch_ / "bin/node/*",
        std::string("/proc/self/environ"), "/" + std::string(300, 'n')}) {
    profile_.filesystem.read = ListOf({"?" + entry});
    EXPECT_THAT(Refused().what, HasSubstr("[filesystem] \"?" + entry + "\"")) << entry;
  }
}

TEST_F(FileRulesTest, AStarIsWhatLiesInTheFolderNow) {
  EXPECT_THAT((profile_.filesystem.read = ListOf({scratch_ / "data/*"}), Asked()), IsEmpty());
  scratch_.Write("data/b", "");
  scratch_.Write("data/.hidden", "");
  scratch_.MakeFolder("data/a");
  scratch_.Write("data/a/deep", "");
  Link("../app", "data/link");
  EXPECT_THAT(Asked(),
              ElementsAre("r---/ /app", "r--- /data/.hidden", "r---/ /data/a", "r--- /data/b"));
  const auto found = Resolve();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->policy.Find(FileAccess::kRead, scratch_ / "data"), nullptr);
  EXPECT_EQ(found->policy.Find(FileAccess::kRead, scratch_ / "data/later"), nullptr);
  EXPECT_NE(found->policy.Find(FileAccess::kRead, scratch_ / "data/a/later"), nullptr);
}

TEST_F(FileRulesTest, AStarOfAFileIsAnError) {
  scratch_.Write("data/file", "");
  profile_.filesystem.read = ListOf({scratch_ / "data/file/*"});
  const Error error = Refused();
  EXPECT_THAT(error.what, HasSubstr("ENOTDIR"));
  EXPECT_EQ(error.where, "app.toml:1:3");
}

TEST_F(FileRulesTest, StarsOfNamesAreNames) {
  scratch_.Write("data/*", "");
  scratch_.Write("data/x", "");
  profile_.filesystem.read = ListOf({scratch_ / "data/*/../*"});
  EXPECT_THAT(Refused().what, HasSubstr("ENOTDIR")) << "the file \"*\" is no folder";
}

TEST_F(FileRulesTest, PlantedLinksRefuseTheLaunch) {
  scratch_.MakeFolder("data/own");
  Link("/etc", "data/own/roots");
  const std::string link = Link("/etc/shadow", "data/link");
  Give(link, kApplication);
  Give(scratch_ / "data/own", kApplication);
  for (const std::string& entry :
       {link, "?" + link, scratch_ / "data/*", scratch_ / "data/own/roots", scratch_ / "data/own/*",
        scratch_ / "data/own/roots/*"}) {
    profile_.filesystem.read = ListOf({entry});
    EXPECT_THAT(Refused().what, HasSubstr("could have planted")) << entry;
  }
  // Its own files: who could plant them could read what they lead to as well.
  host_.uid = kApplication;
  profile_.filesystem.read = ListOf({link});
  EXPECT_TRUE(Resolve());
}

TEST_F(FileRulesTest, LinksInAFolderOfEverybody) {
  scratch_.MakeFolder("shared", 01777);
  const std::string link = Link("../data", "shared/link");
  profile_.filesystem.write = ListOf({link});
  EXPECT_THAT(Asked(), ElementsAre("rw--/ /data")) << "root's own";
  Give(link, kOther);
  EXPECT_THAT(Refused().what, HasSubstr("could have planted"));
}

TEST_F(FileRulesTest, NamesOfAnyBytes) {
  for (const std::string name :
       {"\xff\xfe", "new\nline", "\xed\xa0\x80", "quo\"te", "?x", "@app"}) {
    scratch_.Write("data/" + name, "");
    profile_.filesystem.read = ListOf({scratch_ / ("data/" + name)});
    EXPECT_THAT(Asked(), ElementsAre("r--- /data/" + name));
  }
  profile_.filesystem.read = ListOf({scratch_ / "data/*"});
  EXPECT_EQ(Asked().size(), 6u);
  profile_.filesystem.read = ListOf({scratch_ / "data/\xff"});
  EXPECT_THAT(Refused().what, HasSubstr("\xff\""));
}

TEST_F(FileRulesTest, LongNames) {
  const std::string name(255, 'n');
  scratch_.MakeFolder("data/" + name);
  std::string path = scratch_ / "data";
  while (path.size() < 4096) path += "/" + name + "/..";
  profile_.filesystem.read = ListOf({path + "/" + name});
  EXPECT_THAT(Asked(), ElementsAre("r---/ /data/" + name));
  profile_.filesystem.read = ListOf({"/" + std::string(4096, 'n')});
  EXPECT_THAT(Refused().what, HasSubstr("ENAMETOOLONG"));
}

TEST_F(FileRulesTest, TenThousandRulesAndNoMore) {
  for (int i = 0; i < 10000; ++i) {
    ASSERT_EQ(mknod((scratch_ / ("data/" + std::to_string(i))).c_str(), S_IFREG | 0644, 0), 0);
  }
  profile_.filesystem.read = ListOf({scratch_ / "data/*"});
  EXPECT_EQ(Asked().size(), 10000u);
  profile_.filesystem.write = ListOf({scratch_ / "data/*"});
  EXPECT_EQ(Asked().size(), 10000u) << "of the same files";
  scratch_.Write("data/one-more", "");
  profile_.filesystem.write = {};
  Error error = Refused();
  EXPECT_THAT(error.what, HasSubstr("more than 10000 rules"));
  EXPECT_EQ(error.where, "app.toml:1:3");
  std::filesystem::remove(scratch_ / "data/one-more");
  profile_.filesystem.exec = ListOf({scratch_ / "data/*", scratch_ / "app"});
  error = Refused();
  EXPECT_THAT(error.what, HasSubstr("more than 10000 rules"));
  EXPECT_EQ(error.where, "app.toml:2:3") << "the entry that is one too many";
}

TEST_F(FileRulesTest, AppIsTheWorkingFolderAsTheListSays) {
  profile_.filesystem.read = ListOf({"@app"});
  EXPECT_THAT(Asked(), ElementsAre("r---/ /app"));
  profile_.filesystem.write = ListOf({"@app"});
  EXPECT_THAT(Asked(), ElementsAre("rw--/ /app"));
  plan_.identity.workdir = "/";
  const auto found = Resolve();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->policy.Find(FileAccess::kRead, "/root"), nullptr);
  EXPECT_THAT(found->warnings, ElementsAre(HasSubstr("does not open")));
}

TEST_F(FileRulesTest, NodeIsReadAndNeverMore) {
  profile_.filesystem.read = ListOf({"@node"});
  const auto found = Resolve();
  ASSERT_TRUE(found);
  const auto allows = [&](FileAccess access, const std::string& path) {
    return found->policy.Find(access, path) != nullptr;
  };
  EXPECT_TRUE(allows(FileAccess::kRead, "/dev/urandom"));
  EXPECT_FALSE(allows(FileAccess::kWrite, "/dev/urandom"));
  EXPECT_TRUE(allows(FileAccess::kWrite, "/dev/null"));
  EXPECT_FALSE(allows(FileAccess::kRead, "/etc/shadow"));
  EXPECT_FALSE(allows(FileAccess::kExec, scratch_ / "lib/liba.so"));
  EXPECT_FALSE(allows(FileAccess::kExec, "/bin/sh"));
  EXPECT_FALSE(allows(FileAccess::kRead, scratch_ / "app"));
}

TEST_F(FileRulesTest, NodeInExecIsTheCommandAlone) {
  profile_.filesystem.exec = ListOf({"@node"});
  EXPECT_THAT(Own(), ElementsAre("r-x- /bin/node", "r-x- /lib/ld.so", "r--- /lib/liba.so"));
  EXPECT_EQ(Resolve()->policy.Find(FileAccess::kRead, "/dev/urandom"), nullptr);
  EXPECT_FALSE(AllowsExecution(profile_));
  profile_.filesystem.exec = ListOf({"@node", "@node-child"});
  EXPECT_TRUE(AllowsExecution(profile_));
  EXPECT_THAT(Own(), ElementsAre("r-x- /bin/node", "r-x- /lib/ld.so", "r--- /lib/liba.so"));
}

TEST_F(FileRulesTest, ACommandThatIsNoProgramIsAnError) {
  plan_.path = scratch_.Write("bin/text", "hello", 0755);
  EXPECT_EQ(Refused().exit_code, 126);
}

}  // namespace
}  // namespace nodeward
