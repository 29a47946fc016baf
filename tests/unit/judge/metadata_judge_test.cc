// The judge of modes, owners and times, asked about calls of this very process and of children.
#include "judge/metadata_judge.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <climits>
#include <filesystem>

#include "base/unique_fd.h"
#include "support/scratch_folder.h"
#include "unit/judge/waiting_call.h"

namespace nodeward {
namespace {

using test::Child;
using test::Continues;
using test::ErrorOf;
using test::WaitingCall;
using testing::HasSubstr;

constexpr std::uint64_t kPath = 0x10000;
constexpr std::uint64_t kTimes = 0x20000;

class MetadataJudgeTest : public testing::Test {
 protected:
  MetadataJudgeTest() {
    for (const char* name : {"app", "data"}) scratch_.MakeFolder(name);
    scratch_.Write("app/file", "", 0600);
    scratch_.Write("data/file", "", 0600);
    files_ =
        FilePolicy({{.path = scratch_ / "app", .read = true, .folder = true, .written = "@app"},
                    {.path = scratch_ / "data",
                     .read = true,
                     .write = true,
                     .folder = true,
                     .written = "/d"}});
  }
  MetadataOptions Options(bool permissive = false) {
    Stance standing;
    standing.same_user = true;
    standing.capabilities = ~std::uint64_t{0};  // whatever the test has, its children have
    return {files_, permissive, standing, {"/tmp"}};
  }
  Ruling Judge(WaitingCall& call, bool permissive = false) {
    MetadataJudge judge(Options(permissive));
    return call.Judged(judge);
  }
  Ruling Chmod(const std::string& path, mode_t mode, int folder = AT_FDCWD,
               bool permissive = false) {
    WaitingCall call(Call(SYS_fchmodat, folder, kPath, mode));
    call.memory().PlaceString(kPath, path);
    return Judge(call, permissive);
  }
  static struct stat Facts(const std::string& path) {
    struct stat facts {};
    EXPECT_EQ(lstat(path.c_str(), &facts), 0) << path;
    return facts;
  }
  static mode_t ModeOf(const std::string& path) { return Facts(path).st_mode & 07777; }

  test::ScratchFolder scratch_;
  FilePolicy files_;
};

bool Done(const Ruling& ruling) {
  return ruling.answer == Ruling::Answer::kValue && ruling.value == 0 && !ruling.refusal;
}

TEST_F(MetadataJudgeTest, WhatMayBeWrittenIsChangedHere) {
  EXPECT_TRUE(Done(Chmod(scratch_ / "data/file", 0640)));
  EXPECT_EQ(ModeOf(scratch_ / "data/file"), 0640u);
  EXPECT_TRUE(Done(Chmod(scratch_ / "data", 0711))) << "the folder itself";
  EXPECT_EQ(ModeOf(scratch_ / "data"), 0711u);
}

TEST_F(MetadataJudgeTest, WhatMayOnlyBeReadIsToldAndRefused) {
  const Ruling ruling = Chmod(scratch_ / "app/file", 0666);
  EXPECT_EQ(ErrorOf(ruling), EACCES);
  ASSERT_TRUE(ruling.refusal);
  EXPECT_EQ(ruling.refusal->kind, "file");
  EXPECT_EQ(ruling.refusal->code, "NW211");
  EXPECT_EQ(ruling.refusal->deed, "to change the mode of " + (scratch_ / "app/file"));
  EXPECT_EQ(ruling.refusal->target, scratch_ / "app/file");
  EXPECT_EQ(ruling.refusal->hint,
            "[filesystem] write = [\"/tmp\", \"" + (scratch_ / "app/file") + "\"]");
  EXPECT_EQ(ModeOf(scratch_ / "app/file"), 0600u);
}

TEST_F(MetadataJudgeTest, PermissiveTellsAndLeavesItToTheKernel) {
  const Ruling ruling = Chmod(scratch_ / "app/file", 0666, AT_FDCWD, true);
  EXPECT_TRUE(Continues(ruling));
  ASSERT_TRUE(ruling.refusal);
  EXPECT_TRUE(ruling.refusal->permitted);
  const Ruling allowed = Chmod(scratch_ / "data/file", 0666, AT_FDCWD, true);
  EXPECT_TRUE(Continues(allowed));
  EXPECT_FALSE(allowed.refusal);
  EXPECT_TRUE(Continues(Chmod(scratch_ / "gone", 0666, AT_FDCWD, true)));
  EXPECT_EQ(ModeOf(scratch_ / "data/file"), 0600u) << "by the kernel, not here";
}

TEST_F(MetadataJudgeTest, TheKernelsOwnErrors) {
  std::filesystem::create_symlink("loop", scratch_ / "data/loop");
  EXPECT_EQ(ErrorOf(Chmod(scratch_ / "data/gone", 0600)), ENOENT);
  EXPECT_EQ(ErrorOf(Chmod(scratch_ / "data/file/", 0600)), ENOTDIR);
  EXPECT_EQ(ErrorOf(Chmod(scratch_ / "data/file/x", 0600)), ENOTDIR);
  EXPECT_EQ(ErrorOf(Chmod(scratch_ / "data/loop", 0600)), ELOOP);
  EXPECT_EQ(ErrorOf(Chmod("", 0600)), ENOENT);
  EXPECT_EQ(ErrorOf(Chmod("file", 0600, INT_MAX)), EBADF);
  EXPECT_EQ(ErrorOf(Chmod("file", 0600, -1)), EBADF);
  EXPECT_EQ(ErrorOf(Chmod(std::string(5000, 'x'), 0600)), ENAMETOOLONG);
  EXPECT_EQ(ErrorOf(Chmod("/" + std::string(300, 'x'), 0600)), ENAMETOOLONG);
  WaitingCall unreadable(Call(SYS_fchmodat, AT_FDCWD, kPath, 0600));
  EXPECT_EQ(ErrorOf(Judge(unreadable)), EFAULT);
}

TEST_F(MetadataJudgeTest, RelativePathsCountFromTheirFolderAndMayClimb) {
  const UniqueFd data(open((scratch_ / "data").c_str(), O_PATH | O_CLOEXEC));
  EXPECT_TRUE(Done(Chmod("file", 0640, data.get())));
  EXPECT_TRUE(Done(Chmod("../data/./file", 0604, data.get())));
  EXPECT_EQ(ModeOf(scratch_ / "data/file"), 0604u);
  EXPECT_EQ(ErrorOf(Chmod("../app/file", 0604, data.get())), EACCES);
}

TEST_F(MetadataJudgeTest, ALinkIsJudgedByWhereItLeads) {
  std::filesystem::create_symlink("../app/file", scratch_ / "data/link");
  std::filesystem::create_symlink("../data", scratch_ / "app/link");
  EXPECT_EQ(ErrorOf(Chmod(scratch_ / "data/link", 0666)), EACCES);
  EXPECT_TRUE(Done(Chmod(scratch_ / "app/link/file", 0640)));
  EXPECT_TRUE(Done(Chmod(scratch_ / "app/link/", 0700)));
  EXPECT_EQ(ModeOf(scratch_ / "data"), 0700u);
}

// The links of /proc are the caller's: here of a child that stands in other places.
TEST_F(MetadataJudgeTest, SelfIsTheCaller) {
  const UniqueFd own(open((scratch_ / "app/file").c_str(), O_RDWR | O_CLOEXEC));
  const Child child(false, [&] {
    if (chdir((scratch_ / "data").c_str()) != 0) _exit(1);
    const int fd = open("file", O_RDONLY);
    if (dup2(fd, own.get()) < 0) _exit(1);
  });
  std::filesystem::create_symlink("/proc/self/cwd/file", scratch_ / "data/link");
  const std::string number = std::to_string(own.get());
  const std::string paths[] = {"/proc/self/cwd/file",
                               "/proc/self/fd/" + number,
                               "/proc/thread-self/fd/" + number,
                               "/proc/" + std::to_string(child.pid()) + "/fd/" + number,
                               "/proc/self/root" + (scratch_ / "data/file"),
                               "/proc/../proc/self/../self/fd/" + number,
                               "/dev/fd/" + number,
                               scratch_ / "data/link",
                               "file"};
  mode_t mode = 0600;
  for (const std::string& path : paths) {
    WaitingCall call(Call(SYS_fchmodat, AT_FDCWD, kPath, ++mode), child.pid());
    call.memory().PlaceString(kPath, path);
    EXPECT_TRUE(Done(Judge(call))) << path;
    EXPECT_EQ(ModeOf(scratch_ / "data/file"), mode) << path;
  }
  // This process's own links are a stranger's to the child.
  WaitingCall call(Call(SYS_fchmodat, AT_FDCWD, kPath, 0666), child.pid());
  call.memory().PlaceString(kPath, "/proc/" + std::to_string(getpid()) + "/fd/" + number);
  EXPECT_EQ(ErrorOf(Judge(call)), EACCES);
  EXPECT_EQ(ModeOf(scratch_ / "app/file"), 0600u);
}

TEST_F(MetadataJudgeTest, TheYoungestCall) {
  std::filesystem::create_symlink("../data/file", scratch_ / "data/link");
  const auto change = [&](const std::string& path, int folder, int flags) {
    WaitingCall call(Call(kFchmodat2, folder, kPath, 0640, flags));
    call.memory().PlaceString(kPath, path);
    return Judge(call);
  };
  EXPECT_TRUE(Done(change(scratch_ / "data/link", AT_FDCWD, 0)));
  EXPECT_EQ(ModeOf(scratch_ / "data/file"), 0640u);
  EXPECT_EQ(ErrorOf(change(scratch_ / "data/link", AT_FDCWD, AT_SYMLINK_NOFOLLOW)), EOPNOTSUPP);
  const UniqueFd bare(open((scratch_ / "app/file").c_str(), O_PATH | O_CLOEXEC));
  EXPECT_EQ(ErrorOf(change("", bare.get(), AT_EMPTY_PATH)), EACCES);
  EXPECT_EQ(ErrorOf(change(scratch_ / "data/file", AT_FDCWD, AT_REMOVEDIR)), EINVAL);
}

TEST_F(MetadataJudgeTest, ADescriptorIsJudgedByWhatItIs) {
  const auto change = [&](int fd, mode_t mode) {
    WaitingCall call(Call(SYS_fchmod, fd, mode));
    return Judge(call);
  };
  const UniqueFd readable(open((scratch_ / "app/file").c_str(), O_RDONLY | O_CLOEXEC));
  const UniqueFd writable(open((scratch_ / "data/file").c_str(), O_RDONLY | O_CLOEXEC));
  const UniqueFd bare(open((scratch_ / "data/file").c_str(), O_PATH | O_CLOEXEC));
  EXPECT_EQ(ErrorOf(change(readable.get(), 0666)), EACCES);
  EXPECT_TRUE(Done(change(writable.get(), 0640)));
  EXPECT_EQ(ModeOf(scratch_ / "data/file"), 0640u);
  EXPECT_EQ(ErrorOf(change(bare.get(), 0666)), EBADF) << "O_PATH, as the kernel has it";
  EXPECT_EQ(ErrorOf(change(-1, 0666)), EBADF);
  EXPECT_EQ(ErrorOf(change(AT_FDCWD, 0666)), EBADF);
  EXPECT_EQ(ErrorOf(change(INT_MAX, 0666)), EBADF);
}

TEST_F(MetadataJudgeTest, ADeletedFileLiesWhereItLay) {
  const UniqueFd written(open((scratch_ / "data/file").c_str(), O_RDONLY | O_CLOEXEC));
  const UniqueFd read(open((scratch_ / "app/file").c_str(), O_RDONLY | O_CLOEXEC));
  std::filesystem::remove(scratch_ / "data/file");
  std::filesystem::remove(scratch_ / "app/file");
  WaitingCall one(Call(SYS_fchmod, written.get(), 0604));
  EXPECT_TRUE(Done(Judge(one)));
  WaitingCall other(Call(SYS_fchmod, read.get(), 0604));
  EXPECT_EQ(ErrorOf(Judge(other)), EACCES);
  // A name is no deletion.
  scratch_.Write("app/file (deleted)", "", 0600);
  scratch_.Write("data/file (deleted)", "", 0600);
  EXPECT_EQ(ErrorOf(Chmod(scratch_ / "app/file (deleted)", 0604)), EACCES);
  EXPECT_TRUE(Done(Chmod(scratch_ / "data/file (deleted)", 0604)));
}

TEST_F(MetadataJudgeTest, WhatLiesInNoFolderIsTheApplicationsOwn) {
  const UniqueFd memory(memfd_create("x", MFD_CLOEXEC));
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd in(ends[0]);
  const UniqueFd out(ends[1]);
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  for (const UniqueFd* fd : {&memory, &in, &socket}) {
    WaitingCall call(Call(SYS_fchmod, fd->get(), 0640));
    EXPECT_TRUE(Done(Judge(call))) << fd->get();
    struct stat facts {};
    ASSERT_EQ(fstat(fd->get(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777, 0640u);
  }
}

TEST_F(MetadataJudgeTest, Owners) {
  std::filesystem::create_symlink("../app/file", scratch_ / "data/link");
  const auto at = [&](const std::string& path, int folder, int flags) {
    WaitingCall call(Call(SYS_fchownat, folder, kPath, getuid(), getgid(), flags));
    call.memory().PlaceString(kPath, path);
    return Judge(call);
  };
  EXPECT_TRUE(Done(at(scratch_ / "data/file", AT_FDCWD, 0)));
  const Ruling ruling = at(scratch_ / "data/link", AT_FDCWD, 0);
  EXPECT_EQ(ErrorOf(ruling), EACCES);
  EXPECT_THAT(ruling.refusal->deed, HasSubstr("the owner of " + (scratch_ / "app/file")));
  EXPECT_TRUE(Done(at(scratch_ / "data/link", AT_FDCWD, AT_SYMLINK_NOFOLLOW))) << "the link";
  EXPECT_EQ(ErrorOf(at(scratch_ / "data/file", AT_FDCWD, AT_REMOVEDIR)), EINVAL);
  const UniqueFd read(open((scratch_ / "app/file").c_str(), O_PATH | O_CLOEXEC));
  const UniqueFd written(open((scratch_ / "data/file").c_str(), O_PATH | O_CLOEXEC));
  EXPECT_EQ(ErrorOf(at("", read.get(), AT_EMPTY_PATH)), EACCES);
  EXPECT_TRUE(Done(at("", written.get(), AT_EMPTY_PATH)));
  EXPECT_EQ(ErrorOf(at("", written.get(), 0)), ENOENT);
  WaitingCall bare(Call(SYS_fchown, written.get(), getuid(), getgid()));
  EXPECT_EQ(ErrorOf(Judge(bare)), EBADF);
}

TEST_F(MetadataJudgeTest, Times) {
  const std::array<timespec, 2> times{timespec{1000, 5}, timespec{2000, 7}};
  const auto at = [&](const std::string& path, int folder, int flags,
                      const std::array<timespec, 2>& to) {
    WaitingCall call(Call(SYS_utimensat, folder, path == "NULL" ? 0 : kPath, kTimes, flags));
    call.memory().PlaceString(kPath, path);
    call.memory().PlaceObject(kTimes, to);
    return Judge(call);
  };
  EXPECT_TRUE(Done(at(scratch_ / "data/file", AT_FDCWD, 0, times)));
  EXPECT_EQ(Facts(scratch_ / "data/file").st_atim.tv_sec, 1000);
  EXPECT_EQ(Facts(scratch_ / "data/file").st_mtim.tv_nsec, 7);
  EXPECT_EQ(ErrorOf(at(scratch_ / "app/file", AT_FDCWD, 0, times)), EACCES);
  // Of the link itself.
  std::filesystem::create_symlink("../app/file", scratch_ / "data/link");
  EXPECT_TRUE(Done(at(scratch_ / "data/link", AT_FDCWD, AT_SYMLINK_NOFOLLOW, times)));
  EXPECT_EQ(Facts(scratch_ / "data/link").st_mtim.tv_sec, 2000);
  EXPECT_NE(Facts(scratch_ / "app/file").st_mtim.tv_sec, 2000);
  // Of a descriptor: without a path, or an empty one.
  const UniqueFd read(open((scratch_ / "app/file").c_str(), O_RDONLY | O_CLOEXEC));
  const UniqueFd written(open((scratch_ / "data/file").c_str(), O_RDONLY | O_CLOEXEC));
  const std::array<timespec, 2> later{timespec{0, UTIME_OMIT}, timespec{3000, 0}};
  EXPECT_EQ(ErrorOf(at("NULL", read.get(), 0, later)), EACCES);
  EXPECT_TRUE(Done(at("NULL", written.get(), 0, later)));
  EXPECT_EQ(Facts(scratch_ / "data/file").st_mtim.tv_sec, 3000);
  EXPECT_EQ(Facts(scratch_ / "data/file").st_atim.tv_sec, 1000);
  EXPECT_EQ(ErrorOf(at("NULL", AT_FDCWD, 0, later)), EFAULT);
  EXPECT_EQ(ErrorOf(at("NULL", written.get(), AT_SYMLINK_NOFOLLOW, later)), EINVAL);
  EXPECT_EQ(ErrorOf(at(scratch_ / "data/file", AT_FDCWD, 0x10000, later)), EINVAL);
  EXPECT_EQ(ErrorOf(at(scratch_ / "data/file", AT_FDCWD, 0, {timespec{0, -1}, {}})), EINVAL);
  // utimensat(2): nothing to do, not even to look at the path.
  const std::array<timespec, 2> none{timespec{0, UTIME_OMIT}, timespec{0, UTIME_OMIT}};
  EXPECT_TRUE(Done(at(scratch_ / "app/file", AT_FDCWD, 0, none)));
  WaitingCall unreadable(Call(SYS_utimensat, AT_FDCWD, kPath, kTimes, 0));
  unreadable.memory().PlaceString(kPath, scratch_ / "data/file");
  EXPECT_EQ(ErrorOf(Judge(unreadable)), EFAULT);
}

#ifdef SYS_chmod
TEST_F(MetadataJudgeTest, TheOlderCalls) {
  const std::array<timeval, 2> times{timeval{1000, 5}, timeval{2000, 7}};
  const std::array<timeval, 2> wrong{timeval{1000, 1000000}, timeval{}};
  const std::array<long, 2> seconds{3000, 4000};
  const auto call = [&](const std::string& path, seccomp_data data, std::string_view memory) {
    WaitingCall waiting(data);
    waiting.memory().PlaceString(kPath, scratch_ / path);
    waiting.memory().Place(kTimes, memory);
    return Judge(waiting);
  };
  const auto bytes = [](const auto& object) {
    return std::string_view(reinterpret_cast<const char*>(&object), sizeof(object));
  };
  const seccomp_data changes[] = {
      Call(SYS_chmod, kPath, 0640),    Call(SYS_chown, kPath, getuid(), getgid()),
      Call(SYS_lchown, kPath, -1, -1), Call(SYS_utime, kPath, 0),
      Call(SYS_utimes, kPath, 0),      Call(SYS_futimesat, AT_FDCWD, kPath, 0),
      Call(SYS_utimes, kPath, kTimes), Call(SYS_futimesat, AT_FDCWD, kPath, kTimes)};
  for (const seccomp_data& change : changes) {
    EXPECT_TRUE(Done(call("data/file", change, bytes(times)))) << change.nr;
    EXPECT_EQ(ErrorOf(call("app/file", change, bytes(times))), EACCES) << change.nr;
  }
  EXPECT_EQ(ModeOf(scratch_ / "data/file"), 0640u);
  EXPECT_EQ(Facts(scratch_ / "data/file").st_mtim.tv_nsec, 7000);
  EXPECT_EQ(ErrorOf(call("data/file", Call(SYS_utimes, kPath, kTimes), bytes(wrong))), EINVAL);
  EXPECT_TRUE(Done(call("data/file", Call(SYS_utime, kPath, kTimes), bytes(seconds))));
  EXPECT_EQ(Facts(scratch_ / "data/file").st_mtim.tv_sec, 4000);
}
#endif

TEST_F(MetadataJudgeTest, AnEndedCallChangesNothing) {
  const UniqueFd file(open((scratch_ / "data/file").c_str(), O_RDONLY | O_CLOEXEC));
  WaitingCall by_descriptor(Call(SYS_fchmod, file.get(), 0666));
  by_descriptor.End();
  EXPECT_EQ(ErrorOf(Judge(by_descriptor)), EACCES);
  WaitingCall by_path(Call(SYS_fchmodat, AT_FDCWD, kPath, 0666));
  by_path.memory().PlaceString(kPath, scratch_ / "data/file");
  by_path.End();
  EXPECT_EQ(ErrorOf(Judge(by_path)), EACCES);
  EXPECT_EQ(ModeOf(scratch_ / "data/file"), 0600u) << "whose descriptor is it by now?";
}

// Where the application has mounts of its own every path is walked part by part.
TEST_F(MetadataJudgeTest, WalkedPartByPartItIsTheSame) {
  std::filesystem::create_symlink("../app/./file", scratch_ / "data/link");
  std::filesystem::create_symlink(scratch_ / "data", scratch_ / "app/link");
  std::filesystem::create_symlink("loop", scratch_ / "data/loop");
  const UniqueFd data(open((scratch_ / "data").c_str(), O_PATH | O_CLOEXEC));
  const struct {
    std::string path;
    int error;
  } rows[] = {{scratch_ / "data/file", 0},
              {scratch_ / "data//.//file", 0},
              {scratch_ / "app/link/file", 0},
              {"/../../.." + (scratch_ / "data/file"), 0},
              {"file", 0},
              {"../data/file", 0},
              {"../../../../../../../.." + (scratch_ / "data/file"), 0},
              {scratch_ / "data/link", EACCES},
              {"../app/file", EACCES},
              {scratch_ / "data/file/", ENOTDIR},
              {scratch_ / "data/file/..", ENOTDIR},
              {scratch_ / "data/loop", ELOOP},
              {scratch_ / "data/gone", ENOENT},
              {scratch_ / "gone/../data/file", ENOENT}};
  mode_t mode = 0600;
  for (const auto& row : rows) {
    WaitingCall call(Call(SYS_fchmodat, data.get(), kPath, ++mode));
    call.memory().PlaceString(kPath, row.path);
    Notified notified = call.Get();
    notified.own_root = true;
    MetadataJudge judge(Options());
    const Ruling ruling = judge.Rule(notified);
    EXPECT_EQ(ErrorOf(ruling), row.error) << row.path;
    if (row.error == 0) {
      EXPECT_EQ(ModeOf(scratch_ / "data/file"), mode) << row.path;
    }
  }
}

}  // namespace
}  // namespace nodeward
