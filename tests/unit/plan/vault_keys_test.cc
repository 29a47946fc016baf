// Keys on inherited descriptors: read once, closed, and in no forked process.
#include "plan/vault_keys.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "support/scratch_folder.h"

namespace nodeward {
namespace {

using testing::HasSubstr;

// A descriptor that holds this text, and nobody else has.
int Holding(std::string_view text) {
  const int descriptor = memfd_create("key", 0);
  EXPECT_EQ(write(descriptor, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  lseek(descriptor, 0, SEEK_SET);
  return descriptor;
}

std::string Refused(const IdentitySource& source) {
  HeldKeys held;
  const auto taken = TakeKeys(source, held);
  return taken ? "(taken)" : FormatError(taken.error());
}

TEST(VaultKeys, TakenOnceAndClosed) {
  IdentitySource source;
  source.identity_fd = Holding("identity\n");
  source.passphrase_fd = Holding("pass phrase \n\n");
  HeldKeys held;
  ASSERT_TRUE(TakeKeys(source, held));
  EXPECT_EQ(held.identity.view(), "identity\n");
  EXPECT_EQ(held.passphrase.view(), "pass phrase ");
  EXPECT_EQ(fcntl(*source.identity_fd, F_GETFD), -1);
  EXPECT_EQ(fcntl(*source.passphrase_fd, F_GETFD), -1);
  EXPECT_TRUE(TakeKeys(source, held)) << "the second time nothing is read";
  const auto keys = ReadVaultKeys(source, held, 0);
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->identity_file.view(), "identity\n");
  EXPECT_EQ(keys->passphrase()->view(), "pass phrase ");
}

TEST(VaultKeys, AForkedProcessHasZeros) {
  IdentitySource source;
  source.identity_fd = Holding(std::string(5000, 'k'));  // two pages
  HeldKeys held;
  ASSERT_TRUE(TakeKeys(source, held));
  const pid_t child = fork();
  if (child == 0) {
    const auto bytes = held.identity.view();
    _exit(std::ranges::count(bytes, '\0') == 5000 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(std::ranges::count(held.identity.view(), 'k'), 5000) << "here it stays";
}

TEST(VaultKeys, APipeIsReadToItsEnd) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    for (const char* part : {"one ", "two ", "three"}) {
      if (write(ends[1], part, std::string_view(part).size()) < 0) _exit(1);
    }
    _exit(0);
  }
  close(ends[1]);
  IdentitySource source;
  source.identity_fd = ends[0];
  HeldKeys held;
  ASSERT_TRUE(TakeKeys(source, held));
  EXPECT_EQ(held.identity.view(), "one two three");
  waitpid(child, nullptr, 0);
}

TEST(VaultKeys, WhatIsNoKeysDescriptor) {
  const test::ScratchFolder folder;
  const auto with = [](int descriptor) {
    IdentitySource source;
    source.identity_fd = descriptor;
    return Refused(source);
  };
  EXPECT_THAT(with(1000), HasSubstr("fd:1000: the vault's identity is to come from a descriptor "
                                    "that is not open"));
  EXPECT_THAT(with(memfd_create("own", MFD_CLOEXEC)), HasSubstr("that is not open"))
      << "of nodeward's own";
  EXPECT_THAT(with(open("/dev/zero", O_RDONLY)), HasSubstr("neither a file nor a pipe"));
  EXPECT_THAT(with(open("/", O_RDONLY)), HasSubstr("neither a file nor a pipe"));
  EXPECT_THAT(with(open(folder.Write("out", "x").c_str(), O_WRONLY)), HasSubstr("cannot be read"));
  EXPECT_THAT(with(open(folder.Write("path", "x").c_str(), O_PATH)), HasSubstr("cannot be read"));
  EXPECT_THAT(with(Holding("")), HasSubstr("the descriptor gave nothing"));
  EXPECT_THAT(with(Holding(std::string(70000, 'x'))), HasSubstr("too large"));
  IdentitySource both;
  both.identity_fd = both.passphrase_fd = Holding("x");
  EXPECT_THAT(Refused(both), HasSubstr("cannot both come from one descriptor"));
}

TEST(VaultKeys, FilesBehindDescriptors) {
  const test::ScratchFolder folder;
  const std::string path = folder.Write("identity", "x", 0400);
  const int descriptor = open(path.c_str(), O_RDONLY);
  EXPECT_EQ(FileBehind(descriptor), path);
  std::filesystem::remove(path);
  EXPECT_EQ(FileBehind(descriptor), "");
  EXPECT_EQ(FileBehind(Holding("x")), "");
  EXPECT_EQ(FileBehind(1000), "");
}

TEST(VaultKeys, TheProfileNamesDescriptors) {
  Profile profile;
  profile.secrets.identity = {{.value = "fd:3"}};
  profile.secrets.passphrase = {{.value = "fd:4"}};
  const IdentitySource source = FindIdentity(profile);
  EXPECT_EQ(source.identity_fd, 3);
  EXPECT_EQ(source.passphrase_fd, 4);
  EXPECT_EQ(source.path, "");
  EXPECT_EQ(source.origin, "profile");
  EXPECT_FALSE(source.Asks());
  EXPECT_EQ(Describe(source),
            "the identity that descriptor 3 holds (profile), or the passphrase "
            "that descriptor 4 holds (profile)");
}

}  // namespace
}  // namespace nodeward
