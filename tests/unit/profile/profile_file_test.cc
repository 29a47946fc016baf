#include "profile/profile_file.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "unit/profile/profile_testing.h"

namespace nodeward {
namespace {

class ProfileFileTest : public FolderTest {
 protected:
  static std::string Refusal(const std::string& path, bool privileged = false) {
    const auto file = ReadProfileFile(path, privileged);
    return file ? "(read)" : file.error().what;
  }
  static std::string Hint(const std::string& path) {
    const auto file = ReadProfileFile(path, true);
    return file ? "" : file.error().hint;
  }
};

TEST_F(ProfileFileTest, ReadsAll) {
  const auto file = ReadProfileFile(Write("a.toml", "version = 1\n"), true);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->text, "version = 1\n");
  EXPECT_NE(file->inode, 0u);
}

TEST_F(ProfileFileTest, SaysWhatIsNoFile) {
  EXPECT_EQ(Refusal(Path("gone.toml")), "profile not found");
  EXPECT_EQ(Refusal(folder_), "profile is a directory, not a regular file");
  EXPECT_EQ(Refusal("/dev/null"), "profile is a device, not a regular file");
  EXPECT_EQ(Refusal(Write("a.toml", "") + "/b.toml"),
            "profile not found: a part of its path is not a folder");
  std::filesystem::create_symlink("loop.toml", Path("loop.toml"));
  EXPECT_EQ(Refusal(Path("loop.toml")), "profile: too many symbolic links");
}

TEST_F(ProfileFileTest, AFifoDoesNotBlock) {
  ASSERT_EQ(::mkfifo(Path("fifo").c_str(), 0644), 0);
  EXPECT_EQ(Refusal(Path("fifo")), "profile is a FIFO, not a regular file");
}

TEST_F(ProfileFileTest, ASocketIsNoFile) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, Path("socket").c_str(), sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(Refusal(Path("socket")), "profile is a socket, not a regular file");
  ::close(fd);
}

TEST_F(ProfileFileTest, OneMebibyteAndNoMore) {
  EXPECT_EQ(Refusal(Write("a.toml", std::string(1 << 20, '#'))), "(read)");
  EXPECT_EQ(Refusal(Write("b.toml", std::string((1 << 20) + 1, '#'))),
            "profile is larger than 1 MiB");
}

TEST_F(ProfileFileTest, PermissionDenied) {
  const auto path = Write("a.toml", "");
  ::chmod(path.c_str(), 0);
  const pid_t child = ::fork();  // root reads everything, so somebody else asks
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) ::_exit(2);
    ::_exit(Refusal(path) == "profile: permission denied" ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(ProfileFileTest, RootRefusesWhatAnyoneMayWrite) {
  const auto path = Write("a.toml", "");
  ::chmod(path.c_str(), 0646);
  EXPECT_EQ(Refusal(path, true), "anyone may write this profile, and nodeward is root");
  EXPECT_EQ(Hint(path), "chmod go-w " + path);
  EXPECT_EQ(Refusal(path, false), "(read)");
}

TEST_F(ProfileFileTest, RootRefusesWhatAnotherGroupMayWrite) {
  const auto path = Write("a.toml", "");
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(path.c_str(), 0, 54321), 0);
  }
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  ::chmod(path.c_str(), 0664);
  EXPECT_EQ(Refusal(path, true), "group " + std::to_string(status.st_gid) +
                                     " may write this profile, and nodeward is root");
  EXPECT_EQ(Hint(path), "chmod g-w " + path);
  ::chmod(path.c_str(), 0644);
  EXPECT_EQ(Refusal(path, true), "(read)");
}

TEST_F(ProfileFileTest, RootRefusesAFolderThatAnyoneMayWrite) {
  const auto path = Write("a.toml", "");
  ::chmod(folder_.c_str(), 0777);
  EXPECT_EQ(Refusal(path, true),
            "anyone may replace this profile: its folder is writable by everyone, and nodeward is "
            "root");
  EXPECT_EQ(Hint(path), "chmod o-w " + folder_);
  ::chmod(folder_.c_str(), 01777);
  EXPECT_EQ(Refusal(path, true), "(read)");
}

TEST_F(ProfileFileTest, RootLooksBehindSymbolicLinks) {
  const auto real = Write("open/a.toml", "");
  ::chmod(Path("open").c_str(), 0777);
  std::filesystem::create_symlink(real, Path("link.toml"));
  EXPECT_NE(Refusal(Path("link.toml"), true), "(read)");
}

}  // namespace
}  // namespace nodeward
