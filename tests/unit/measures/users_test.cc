// Users and groups from files made here.
#include "measures/users.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scratch_folder.h"

namespace nodeward {
namespace {

using testing::HasSubstr;

class UserFilesTest : public testing::Test {
 protected:
  test::ScratchFolder folder_;
  UserFiles files_{folder_.Write("passwd",
                                 "root:x:0:0:root:/root:/bin/bash\n"
                                 "node:x:1000:1001:Node,,,:/home/node:/bin/sh\n"
                                 "1000:x:2000:2001::/srv/digits:/bin/sh\n"
                                 "twin:x:1000:7:a second name:/twin:/bin/sh\n"
                                 "nohome:x:3000:3000:::/bin/sh\n"
                                 "no-newline:x:4000:4000::/last:/bin/sh"),
                   folder_.Write("group", "root:x:0:\nnode:x:1001:\nvideo:x:44:node,other\n")};
};

TEST_F(UserFilesTest, ByName) {
  const auto node = files_.FindUser("node");
  ASSERT_TRUE(node);
  EXPECT_EQ(node->uid, 1000u);
  EXPECT_EQ(node->gid, 1001u) << "the user's own group, not its uid again";
  EXPECT_EQ(node->name, "node");
  EXPECT_EQ(node->home, "/home/node");
  EXPECT_EQ(files_.FindUser("no-newline")->uid, 4000u);
  EXPECT_EQ(files_.FindUser("nohome")->home, "");
}

TEST_F(UserFilesTest, ByNumberTheFirstEntryCounts) {
  EXPECT_EQ(files_.FindUser(uid_t{1000})->name, "node");
  EXPECT_FALSE(files_.FindUser(uid_t{999}));
}

TEST_F(UserFilesTest, NamesAreCompletelyEqual) {
  for (const char* name : {"nod", "nodes", "Node", "", "x", "node:x"}) {
    EXPECT_FALSE(files_.FindUser(name)) << name;
  }
  EXPECT_FALSE(files_.FindUser(std::string_view("node\0", 5)));
}

TEST_F(UserFilesTest, ANameOfDigitsBeatsTheNumber) {
  EXPECT_EQ(files_.ResolveUser("1000")->uid, 2000u);
}

TEST_F(UserFilesTest, NumbersNeedNoEntry) {
  const auto user = files_.ResolveUser("65532");
  ASSERT_TRUE(user);
  EXPECT_EQ(user->uid, 65532u);
  EXPECT_EQ(user->gid, 65532u);
  EXPECT_EQ(user->name, "");
  EXPECT_EQ(user->home, "/");
  EXPECT_EQ(files_.ResolveUser("3000")->name, "nohome");
  EXPECT_EQ(files_.ResolveGroup("1234"), gid_t{1234});
}

TEST_F(UserFilesTest, WhatIsNoIdIsRefused) {
  // 4294967295 is (uid_t)-1: setresuid(2) would change nothing.
  for (const char* text : {"4294967295", "4294967296", "-1", "+1", " 1", "1 ", "0x10", "1e3", ""}) {
    EXPECT_FALSE(files_.ResolveUser(text)) << text;
    EXPECT_FALSE(files_.ResolveGroup(text)) << text;
  }
  EXPECT_EQ(files_.ResolveUser("4294967294")->uid, 4294967294u);
}

TEST_F(UserFilesTest, AMissingNameNamesTheFile) {
  const auto user = files_.ResolveUser("api");
  ASSERT_FALSE(user);
  EXPECT_THAT(user.error().what, HasSubstr("\"api\" in " + folder_ / "passwd"));
  EXPECT_THAT(user.error().hint, HasSubstr("adduser"));
  const auto group = files_.ResolveGroup("api");
  ASSERT_FALSE(group);
  EXPECT_THAT(group.error().what, HasSubstr("\"api\" in " + folder_ / "group"));
}

TEST_F(UserFilesTest, Groups) {
  EXPECT_EQ(files_.FindGroup("video"), gid_t{44});
  EXPECT_EQ(files_.ResolveGroup("video"), gid_t{44});
  EXPECT_FALSE(files_.FindGroup("other")) << "a member is no group";
}

TEST_F(UserFilesTest, WithoutFilesNumbersWorkStill) {
  const UserFiles none(folder_ / "absent", folder_ / "absent");
  EXPECT_FALSE(none.FindUser("root"));
  EXPECT_FALSE(none.ResolveUser("root"));
  EXPECT_EQ(none.ResolveUser("65532")->uid, 65532u);
  EXPECT_EQ(none.ResolveGroup("65532"), gid_t{65532});
}

TEST_F(UserFilesTest, MalformedLinesAreNobody) {
  const UserFiles broken(folder_.Write("broken",
                                       "\n#comment\nshort:x:1\nletters:x:ten:10::/:/\n"
                                       "fine:x:10:10::/fine:/bin/sh\n"),
                         folder_ / "group");
  EXPECT_FALSE(broken.FindUser("short"));
  EXPECT_FALSE(broken.FindUser("letters"));
  EXPECT_EQ(broken.FindUser("fine")->uid, 10u);
}

}  // namespace
}  // namespace nodeward
