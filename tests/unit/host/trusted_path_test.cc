// Where a path leads, and whose links are followed. Links of another user want root to make them.
#include "host/trusted_path.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "support/scratch_folder.h"

namespace nodeward {
namespace {

using testing::HasSubstr;

constexpr uid_t kApplication = 54321;
constexpr uid_t kOther = 54322;

class TrustedPathTest : public testing::Test {
 protected:
  TrustedPathTest() {
    scratch_.MakeFolder("folder");
    scratch_.Write("folder/file", "");
  }
  // A link in the scratch folder.
  std::string Link(const std::string& target, const std::string& name) const {
    std::filesystem::create_symlink(target, scratch_ / name);
    return scratch_ / name;
  }
  static std::string Real(const std::string& path) {
    const auto found = ResolveTrusted(path, std::nullopt);
    return found ? found->real : "error: " + found.error().what;
  }
  std::string Here(std::string_view name) const { return scratch_ / name; }
  test::ScratchFolder scratch_;
};

TEST_F(TrustedPathTest, PartsThatSayNothingAreLeftOut) {
  EXPECT_EQ(Real("/"), "/");
  EXPECT_EQ(Real("//"), "/");
  EXPECT_EQ(Real("/.."), "/");
  EXPECT_EQ(Real("/../../."), "/");
  EXPECT_EQ(Real(Here("folder//./file")), Here("folder/file"));
  EXPECT_EQ(Real(Here("folder/../folder/")), Here("folder"));
}

TEST_F(TrustedPathTest, SaysWhatIsThere) {
  const auto folder = ResolveTrusted(Here("folder"), std::nullopt);
  ASSERT_TRUE(folder);
  EXPECT_TRUE(folder->folder);
  EXPECT_TRUE(folder->links.empty());
  EXPECT_FALSE(ResolveTrusted(Here("folder/file"), std::nullopt)->folder);
  EXPECT_TRUE(ResolveTrusted("/", std::nullopt)->folder);
  const auto up = ResolveTrusted(Here("folder/.."), std::nullopt);
  ASSERT_TRUE(up);
  EXPECT_TRUE(up->folder);
  EXPECT_EQ(up->real, scratch_.path());
}

TEST_F(TrustedPathTest, AFileHasNoParts) {
  for (const char* name : {"folder/file/..", "folder/file/.", "folder/file/../file", "folder/file/",
                           "folder/file//", "folder/file/x"}) {
    const auto found = ResolveTrusted(Here(name), std::nullopt);
    ASSERT_FALSE(found) << name << " leads to " << found->real;
    EXPECT_THAT(found.error().what, HasSubstr("ENOTDIR")) << name;
    EXPECT_FALSE(NotFound(found.error()));
  }
}

TEST_F(TrustedPathTest, LinksAreFollowed) {
  Link("folder", "relative");
  Link(Here("folder/file"), "absolute");
  Link("relative/../absolute", "chain");
  Link("/", "root");
  EXPECT_EQ(Real(Here("relative")), Here("folder"));
  EXPECT_EQ(Real(Here("relative/file")), Here("folder/file"));
  EXPECT_EQ(Real(Here("absolute")), Here("folder/file"));
  EXPECT_EQ(Real(Here("chain")), Here("folder/file"));
  EXPECT_EQ(Real(Here("root")), "/");
  EXPECT_THAT(ResolveTrusted(Here("chain"), std::nullopt)->links,
              testing::ElementsAre(Here("chain"), Here("relative"), Here("absolute")));
  EXPECT_TRUE(ResolveTrusted(Here("root"), std::nullopt)->folder);
}

TEST_F(TrustedPathTest, DotsInATargetClimbFromWhereTheLinkLies) {
  scratch_.MakeFolder("folder/deep");
  std::filesystem::create_symlink("../../folder/file", Here("folder/deep/up"));
  EXPECT_EQ(Real(Here("folder/deep/up")), Here("folder/file"));
  std::filesystem::create_symlink("deep/..", Here("folder/back"));
  EXPECT_EQ(Real(Here("folder/back")), Here("folder"));
  EXPECT_TRUE(ResolveTrusted(Here("folder/back"), std::nullopt)->folder);
  // As in the kernel, ".." after a link climbs from where the link leads.
  scratch_.MakeFolder("other");
  Link("folder/deep", "away");
  EXPECT_EQ(Real(Here("away/..")), Here("folder"));
  std::string climb = "file";
  for (int i = 0; i < 60; ++i) climb.insert(0, "../");
  Link(climb + "/../etc", "far");
  EXPECT_THAT(Real(Here("far")), HasSubstr("error: ")) << "/file is not there";
  climb.resize(180);
  Link(climb + "etc", "top");
  EXPECT_EQ(Real(Here("top")), "/etc");
}

TEST_F(TrustedPathTest, LoopsEnd) {
  Link("b", "a");
  Link("a", "b");
  Link("self/x", "self");
  for (const char* name : {"a", "b", "self", "self/x/y"}) {
    const auto found = ResolveTrusted(Here(name), std::nullopt);
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().what, HasSubstr("ELOOP")) << name;
  }
}

TEST_F(TrustedPathTest, AsManyLinksAsTheKernelTakes) {
  Link("folder/file", "link0");
  for (int i = 1; i <= 40; ++i) Link("link" + std::to_string(i - 1), "link" + std::to_string(i));
  EXPECT_EQ(Real(Here("link39")), Here("folder/file"));
  EXPECT_EQ(access(Here("link39").c_str(), F_OK), 0) << "the kernel agrees";
  EXPECT_THAT(Real(Here("link40")), HasSubstr("ELOOP"));
  EXPECT_NE(access(Here("link40").c_str(), F_OK), 0) << "the kernel agrees";
}

TEST_F(TrustedPathTest, AbsenceIsTold) {
  Link("nowhere", "dangling");
  for (const std::string& path :
       {Here("absent"), Here("absent/x"), Here("dangling"), Here("folder/../absent/../folder")}) {
    const auto found = ResolveTrusted(path, std::nullopt);
    ASSERT_FALSE(found) << path;
    EXPECT_TRUE(NotFound(found.error())) << path;
    EXPECT_EQ(found.error().where, path);
    EXPECT_EQ(found.error().hint, "");
  }
}

TEST_F(TrustedPathTest, LinksOfProcAreNotFollowed) {
  for (const std::string path : {"/proc/self", "/proc/self/status", "/proc/thread-self/comm"}) {
    const auto found = ResolveTrusted(path, std::nullopt);
    ASSERT_FALSE(found) << found->real;
    EXPECT_THAT(found.error().what, HasSubstr("link of /proc"));
    EXPECT_FALSE(NotFound(found.error())) << "no \"?\" leaves it out";
  }
  const std::string own = "/proc/" + std::to_string(getpid());
  EXPECT_THAT(Real(own + "/root/etc"), HasSubstr("link of /proc"));
  EXPECT_THAT(Real(own + "/fd/0"), HasSubstr("link of /proc"));
  EXPECT_EQ(Real(own + "/status"), own + "/status");
  Link("/proc/self/root", "through");
  EXPECT_THAT(Real(Here("through")), HasSubstr("link of /proc"));
}

TEST_F(TrustedPathTest, LongNames) {
  const std::string name(255, 'n');
  scratch_.MakeFolder(name);
  std::string path = scratch_.path();
  while (path.size() < 3500) path += "/" + name + "/..";
  path += "/" + name;
  EXPECT_EQ(Real(path), Here(name));
  EXPECT_THAT(Real(Here(std::string(256, 'n'))), HasSubstr("ENAMETOOLONG"));
  EXPECT_THAT(Real("/" + std::string(4096, 'n')), HasSubstr("ENAMETOOLONG"));
  // Walked part by part: a path that no single call could take.
  std::string long_path = scratch_.path();
  while (long_path.size() < 20000) long_path += "/" + name + "/..";
  EXPECT_EQ(Real(long_path), scratch_.path());
  // The longest target that a link can have.
  std::string target = "./";
  while (target.size() < 4095 - std::string("folder").size()) target += "/";
  Link(target + "folder", "long");
  EXPECT_EQ(Real(Here("long")), Here("folder"));
}

TEST_F(TrustedPathTest, DepthIsBoundedByDescriptorsAndGivesThemBack) {
  std::string path = scratch_.path();
  for (int i = 0; i < 200; ++i) {
    path += "/d";
    ASSERT_EQ(mkdir(path.c_str(), 0755), 0);
  }
  const int before = open("/", O_PATH | O_CLOEXEC);
  close(before);
  EXPECT_EQ(Real(path), path);
  const int after = open("/", O_PATH | O_CLOEXEC);
  close(after);
  EXPECT_EQ(after, before) << "a descriptor stayed open";
}

TEST_F(TrustedPathTest, AnyBytesAreAName) {
  for (const std::string name : {"\xff\xfe", "a\nb", "\xc3\x28", " ", "*", "\x7f\x01"}) {
    scratch_.Write(name, "");
    EXPECT_EQ(Real(Here(name)), Here(name));
  }
  Link("\xff\xfe", "\xf0\x28");
  EXPECT_EQ(Real(Here("\xf0\x28")), Here("\xff\xfe"));
}

// ---- Whose link it is. All of it as root, who alone can make files of others.

class PlantedLinks : public TrustedPathTest {
 protected:
  void SetUp() override { ASSERT_EQ(geteuid(), 0u) << "the tests of planted links want root"; }
  void Give(const std::string& path, uid_t owner) const {
    ASSERT_EQ(lchown(path.c_str(), owner, owner), 0) << path;
  }
  static bool Refuses(const std::string& path, std::optional<uid_t> untrusted = kApplication) {
    const auto found = ResolveTrusted(path, untrusted);
    if (found) return false;
    EXPECT_THAT(found.error().what, HasSubstr("could have planted"));
    EXPECT_FALSE(NotFound(found.error())) << "no \"?\" leaves it out";
    return true;
  }
};

TEST_F(PlantedLinks, ALinkOfTheApplicationsUser) {
  const std::string link = Link("/etc/passwd", "link");
  EXPECT_FALSE(Refuses(link));
  Give(link, kApplication);
  EXPECT_TRUE(Refuses(link));
  EXPECT_FALSE(Refuses(link, std::nullopt)) << "its own files: nobody is told apart";
  Give(link, kOther);
  EXPECT_FALSE(Refuses(link)) << "a third user's, in a folder of root's";
}

TEST_F(PlantedLinks, ALinkOfRootInAFolderOfTheApplication) {
  scratch_.MakeFolder("own");
  Link("/etc", "own/link");
  Give(Here("own"), kApplication);
  EXPECT_TRUE(Refuses(Here("own/link")));
  EXPECT_TRUE(Refuses(Here("own/link/passwd"))) << "in the middle";
  EXPECT_FALSE(Refuses(Here("own"))) << "the folder itself is no link";
}

TEST_F(PlantedLinks, AFolderThatEverybodyMayWriteTo) {
  for (const mode_t mode : {01777u, 0777u, 0702u}) {
    const std::string folder = "shared" + std::to_string(mode);
    scratch_.MakeFolder(folder, mode);
    const std::string link = Link("/etc/passwd", folder + "/link");
    EXPECT_FALSE(Refuses(link)) << "root's";
    Give(link, kOther);
    EXPECT_TRUE(Refuses(link)) << "anybody's";
    EXPECT_FALSE(Refuses(link, std::nullopt));
  }
}

TEST_F(PlantedLinks, ALinkBehindALink) {
  scratch_.MakeFolder("own");
  Link("/etc/passwd", "own/second");
  Give(Here("own/second"), kApplication);
  EXPECT_TRUE(Refuses(Link("own/second", "first")));
  EXPECT_TRUE(Refuses(Link("folder/../own/second", "dots")));
}

TEST_F(PlantedLinks, FilesAndFoldersOfTheApplicationAreNoLinks) {
  Give(Here("folder"), kApplication);
  Give(Here("folder/file"), kApplication);
  EXPECT_FALSE(Refuses(Here("folder/file")));
}

}  // namespace
}  // namespace nodeward
