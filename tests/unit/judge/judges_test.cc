// The judges of programs, files and native code, asked about calls of this very process and of
// children.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>

#include <cerrno>
#include <climits>
#include <filesystem>

#include "base/unique_fd.h"
#include "judge/exec_judge.h"
#include "judge/file_judge.h"
#include "judge/mapping_judge.h"
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

// Rules, and files beside them.
class JudgesTest : public testing::Test {
 protected:
  JudgesTest() {
    for (const char* name : {"app", "data", "other"}) scratch_.MakeFolder(name);
    scratch_.Write("app/tool", "", 0755);
    scratch_.Write("other/tool", "", 0755);
    scratch_.Write("other/file", "");
    scratch_.Write("data/file", "");
    files_ = FilePolicy(
        {{.path = scratch_ / "app", .read = true, .exec = true, .folder = true, .written = "@app"},
         {.path = scratch_ / "data", .read = true, .write = true, .folder = true, .written = "/d"},
         {.path = scratch_ / "other", .list = true, .folder = true, .written = "/o"}});
  }
  Ruling Open(const std::string& path, int flags, int folder = AT_FDCWD, bool permissive = false) {
    WaitingCall call(Call(SYS_openat, folder, kPath, flags));
    call.memory().PlaceString(kPath, path);
    FileJudge judge({files_, permissive, false, {"@node"}, {"/tmp"}});
    return call.Judged(judge);
  }
  static std::string Told(const Ruling& ruling) {
    return ruling.refusal ? ruling.refusal->deed : "nothing";
  }

  test::ScratchFolder scratch_;
  FilePolicy files_;
};

// ---- Programs

class ExecJudgeTest : public JudgesTest {
 protected:
  Ruling Execute(ExecJudge& judge, const std::string& path, int number = SYS_execve,
                 pid_t tid = getpid()) {
    WaitingCall call(Call(number, kPath, 0, 0), tid);
    call.memory().PlaceString(kPath, path);
    return call.Judged(judge);
  }
  ExecOptions Options(bool children) { return {files_, children, false, {"@node"}}; }
};

TEST_F(ExecJudgeTest, TheLaunchPassesOnce) {
  ExecJudge judge(Options(false));
  judge.Expect(getpid());
  EXPECT_TRUE(Continues(Execute(judge, scratch_ / "app/tool")));
  EXPECT_EQ(ErrorOf(Execute(judge, scratch_ / "app/tool")), EACCES);
  judge.Expect(getpid());
  EXPECT_TRUE(Continues(Execute(judge, scratch_ / "app/tool"))) << "a restart";
}

TEST_F(ExecJudgeTest, NobodyElseTakesTheLaunchsPlace) {
  ExecJudge judge(Options(false));
  judge.Expect(getpid());
  const Child child;
  EXPECT_EQ(ErrorOf(Execute(judge, scratch_ / "app/tool", SYS_execve, child.pid())), EACCES);
  EXPECT_EQ(ErrorOf(Execute(judge, scratch_ / "app/tool", SYS_execveat)), EACCES);
  EXPECT_TRUE(Continues(Execute(judge, scratch_ / "app/tool"))) << "still expected";
  ExecJudge none(Options(false));
  EXPECT_EQ(ErrorOf(Execute(none, scratch_ / "app/tool")), EACCES) << "none was expected";
}

TEST_F(ExecJudgeTest, WithoutChildrenEveryPathIsRefused) {
  ExecJudge judge(Options(false));
  for (const std::string& path :
       {scratch_ / "app/tool", scratch_ / "other/tool", scratch_ / "gone", std::string()}) {
    const Ruling ruling = Execute(judge, path);
    EXPECT_EQ(ErrorOf(ruling), EACCES) << path;
    ASSERT_TRUE(ruling.refusal) << path;
    EXPECT_EQ(ruling.refusal->code, "NW212");
    EXPECT_FALSE(ruling.refusal->permitted);
  }
  WaitingCall unreadable(Call(SYS_execve, kPath, 0, 0));
  const Ruling ruling = unreadable.Judged(judge);
  EXPECT_EQ(ErrorOf(ruling), EACCES);
  EXPECT_EQ(Told(ruling), "to execute another program");
  EXPECT_EQ(ruling.refusal->hint, "") << "no line to write without a path";
}

TEST_F(ExecJudgeTest, WithChildrenTheRulesDecide) {
  ExecJudge judge(Options(true));
  EXPECT_TRUE(Continues(Execute(judge, scratch_ / "app/tool")));
  const Ruling ruling = Execute(judge, scratch_ / "app/../other/./tool");
  EXPECT_EQ(ErrorOf(ruling), EACCES);
  EXPECT_EQ(ruling.refusal->target, scratch_ / "other/tool");
  EXPECT_EQ(ruling.refusal->hint,
            "[filesystem] exec = [\"@node\", \"" + (scratch_ / "other/tool") + "\"]");
  EXPECT_EQ(ErrorOf(Execute(judge, scratch_ / "data/file")), EACCES) << "written, not executed";
  // Landlock answers for what is not there, and for what comes there meanwhile.
  EXPECT_TRUE(Continues(Execute(judge, scratch_ / "gone")));
}

TEST_F(ExecJudgeTest, ALinkIsJudgedByWhereItLeads) {
  ExecJudge judge(Options(true));
  std::filesystem::create_symlink("../other/tool", scratch_ / "app/link");
  std::filesystem::create_symlink("../app/tool", scratch_ / "other/link");
  EXPECT_EQ(ErrorOf(Execute(judge, scratch_ / "app/link")), EACCES);
  EXPECT_TRUE(Continues(Execute(judge, scratch_ / "other/link")));
}

TEST_F(ExecJudgeTest, ADescriptorIsNoProgramEvenWithChildren) {
  ExecJudge judge(Options(true));
  const Ruling ruling = Execute(judge, scratch_ / "app/tool", SYS_execveat);
  EXPECT_EQ(ErrorOf(ruling), EACCES);
  EXPECT_THAT(ruling.refusal->why, HasSubstr("never allowed"));
  const UniqueFd memory(memfd_create("x", 0));
  const std::string link = "/proc/self/fd/" + std::to_string(memory.get());
  EXPECT_EQ(ErrorOf(Execute(judge, link)), EACCES) << "nor by its link in /proc";
}

TEST_F(ExecJudgeTest, TheCommandAgainIsANodeChild) {
  ExecJudge judge(Options(false));
  EXPECT_THAT(Execute(judge, scratch_ / "app/tool").refusal->hint, HasSubstr("\"@node-child\"]"));
}

TEST_F(ExecJudgeTest, PermissiveTellsAndLetsThrough) {
  ExecOptions options = Options(false);
  options.permissive = true;
  ExecJudge judge(std::move(options));
  const Ruling ruling = Execute(judge, scratch_ / "other/tool");
  EXPECT_TRUE(Continues(ruling));
  ASSERT_TRUE(ruling.refusal);
  EXPECT_TRUE(ruling.refusal->permitted);
}

// ---- Opens

using FileJudgeTest = JudgesTest;

TEST_F(FileJudgeTest, WhatARuleAllowsIsNotTold) {
  EXPECT_EQ(Told(Open(scratch_ / "data/file", O_RDWR | O_TRUNC)), "nothing");
  EXPECT_EQ(Told(Open(scratch_ / "data/new", O_WRONLY | O_CREAT | O_EXCL)), "nothing");
  EXPECT_EQ(Told(Open(scratch_ / "app/tool", O_RDONLY)), "nothing");
  EXPECT_EQ(Told(Open(scratch_ / "other", O_RDONLY | O_DIRECTORY)), "nothing") << "listed";
}

TEST_F(FileJudgeTest, WhatNoRuleAllowsIsToldAndContinues) {
  const struct {
    std::string path;
    int flags;
    std::string deed;
    std::string hint;
  } rows[] = {
      {"app/tool", O_WRONLY, "to write ", "write = [\"/tmp\", \"@/app/tool\"]"},
      {"app/tool", O_RDWR, "to write ", "write = [\"/tmp\", \"@/app/tool\"]"},
      {"app/tool", O_TRUNC, "to write ", "write = [\"/tmp\", \"@/app/tool\"]"},
      {"app/new", O_CREAT, "to make ", "write = [\"/tmp\", \"@/app\"]"},
      {"other/file", O_RDONLY, "to read ", "read = [\"@node\", \"@/other/file\"]"},
      {"other/file", O_RDONLY | O_CREAT, "to read ", "read = [\"@node\", \"@/other/file\"]"},
  };
  for (const auto& row : rows) {
    const Ruling ruling = Open(scratch_ / row.path, row.flags);
    EXPECT_TRUE(Continues(ruling)) << "Landlock answers";
    EXPECT_EQ(Told(ruling), row.deed + (scratch_ / row.path)) << row.flags;
    ASSERT_TRUE(ruling.refusal);
    EXPECT_EQ(ruling.error, EACCES);
    std::string hint = row.hint;
    hint.replace(hint.find('@', hint.find(", ")), 1, scratch_.path());
    EXPECT_EQ(ruling.refusal->hint, "[filesystem] " + hint);
    EXPECT_EQ(ruling.refusal->target, scratch_ / row.path);
  }
}

TEST_F(FileJudgeTest, WhatFailsAnywayIsNotTold) {
  EXPECT_EQ(Told(Open(scratch_ / "app/gone", O_RDWR)), "nothing");
  EXPECT_EQ(Told(Open(scratch_ / "gone/gone", O_RDWR | O_CREAT)), "nothing");
  EXPECT_EQ(Told(Open("", O_RDWR | O_CREAT)), "nothing");
  EXPECT_EQ(Told(Open(scratch_ / "other/file", O_PATH)), "nothing") << "opens nothing";
  FileJudge judge({files_, false, false, {}, {}});
  WaitingCall unreadable(Call(SYS_openat, AT_FDCWD, kPath, O_RDWR));
  EXPECT_EQ(Told(unreadable.Judged(judge)), "nothing");
}

TEST_F(FileJudgeTest, RelativePathsCountFromTheirFolder) {
  const UniqueFd folder(open(scratch_.path().c_str(), O_PATH | O_CLOEXEC));
  EXPECT_EQ(Told(Open("app/tool", O_WRONLY, folder.get())), "to write " + (scratch_ / "app/tool"));
  EXPECT_EQ(Told(Open("data/../app/new", O_WRONLY | O_CREAT, folder.get())),
            "to make " + (scratch_ / "app/new"));
  EXPECT_EQ(Told(Open("data/new", O_WRONLY | O_CREAT, folder.get())), "nothing");
  EXPECT_EQ(Told(Open("app/tool", O_WRONLY, -1)), "nothing") << "EBADF";
  EXPECT_EQ(Told(Open("app/tool", O_WRONLY, INT_MAX)), "nothing");
}

TEST_F(FileJudgeTest, LinksAreFollowedWhereTheOpenFollowsThem) {
  std::filesystem::create_symlink("../app/tool", scratch_ / "data/link");
  EXPECT_EQ(Told(Open(scratch_ / "data/link", O_WRONLY)), "to write " + (scratch_ / "app/tool"));
  EXPECT_EQ(Told(Open(scratch_ / "data/link", O_WRONLY | O_NOFOLLOW)), "nothing");
  EXPECT_EQ(Told(Open(scratch_ / "data/link", O_WRONLY | O_CREAT | O_EXCL)), "nothing");
}

TEST_F(FileJudgeTest, AnEndedCallIsNotTold) {
  const UniqueFd folder(open(scratch_.path().c_str(), O_PATH | O_CLOEXEC));
  WaitingCall call(Call(SYS_openat, folder.get(), kPath, O_WRONLY));
  call.memory().PlaceString(kPath, "app/tool");
  call.End();
  FileJudge judge({files_, false, false, {}, {}});
  EXPECT_EQ(Told(call.Judged(judge)), "nothing") << "the folder may be another process's by now";
}

TEST_F(FileJudgeTest, PathsAreReadAsTheKernelReadsThem) {
  FileJudge judge({files_, false, false, {}, {}});
  const std::string place = scratch_ / "app/tool";
  // The string ends where readable memory does, across a page.
  WaitingCall across(Call(SYS_openat, AT_FDCWD, kPath + 4090, O_WRONLY));
  across.memory().PlaceString(kPath + 4090, place);
  EXPECT_EQ(Told(across.Judged(judge)), "to write " + place);
  // Without its NUL, and longer than a path: no path.
  WaitingCall endless(Call(SYS_openat, AT_FDCWD, kPath, O_WRONLY));
  endless.memory().Place(kPath, place + std::string(8000, '/'));
  EXPECT_EQ(Told(endless.Judged(judge)), "nothing");
  EXPECT_LE(endless.memory().total, 4096u);
  WaitingCall cut(Call(SYS_openat, AT_FDCWD, kPath, O_WRONLY));
  cut.memory().Place(kPath, place);
  EXPECT_EQ(Told(cut.Judged(judge)), "nothing");
  // 4095 bytes are a path still.
  WaitingCall longest(Call(SYS_openat, AT_FDCWD, kPath, O_WRONLY));
  longest.memory().PlaceString(kPath, std::string(4095 - place.size(), '/') + place);
  EXPECT_EQ(Told(longest.Judged(judge)), "to write " + place);
}

TEST_F(FileJudgeTest, SelfIsTheCaller) {
  const Child child;
  FileJudge judge({files_, false, false, {}, {}});
  WaitingCall call(Call(SYS_openat, AT_FDCWD, kPath, O_WRONLY), child.pid());
  call.memory().PlaceString(kPath, "/proc/self/oom_score_adj");
  EXPECT_EQ(Told(call.Judged(judge)),
            "to write /proc/" + std::to_string(child.pid()) + "/oom_score_adj");
}

#ifdef SYS_open
TEST_F(FileJudgeTest, TheOlderCalls) {
  FileJudge judge({files_, false, false, {}, {}});
  WaitingCall open(Call(SYS_open, kPath, O_WRONLY));
  open.memory().PlaceString(kPath, scratch_ / "app/tool");
  EXPECT_EQ(Told(open.Judged(judge)), "to write " + (scratch_ / "app/tool"));
  WaitingCall creat(Call(SYS_creat, kPath, 0));
  creat.memory().PlaceString(kPath, scratch_ / "app/new");
  EXPECT_EQ(Told(creat.Judged(judge)), "to make " + (scratch_ / "app/new"));
}
#endif

TEST_F(FileJudgeTest, CuttingWithoutWritingIsRefusedWhereLandlockLetsItPass) {
  const auto cut = [&](const std::string& path, int flags, bool permissive) {
    WaitingCall call(Call(SYS_openat, AT_FDCWD, kPath, flags));
    if (!path.empty()) call.memory().PlaceString(kPath, path);
    FileJudge judge({files_, permissive, true, {}, {}});
    return call.Judged(judge);
  };
  // Whatever the path says, which could be another one a moment later.
  for (const std::string& path :
       {scratch_ / "data/file", scratch_ / "app/tool", scratch_ / "gone", std::string()}) {
    EXPECT_EQ(ErrorOf(cut(path, O_RDONLY | O_TRUNC, false)), EACCES) << path;
    EXPECT_TRUE(Continues(cut(path, O_RDONLY | O_TRUNC, true))) << path;
    EXPECT_TRUE(Continues(cut(path, O_WRONLY | O_TRUNC, false))) << "Landlock's to refuse";
    EXPECT_TRUE(Continues(cut(path, O_RDONLY | O_CREAT, false))) << path;
  }
  EXPECT_EQ(Told(cut(scratch_ / "app/tool", O_TRUNC, false)),
            "to write " + (scratch_ / "app/tool"));
}

TEST_F(FileJudgeTest, PermissiveSaysSo) {
  const Ruling ruling = Open(scratch_ / "app/tool", O_WRONLY, AT_FDCWD, true);
  ASSERT_TRUE(ruling.refusal);
  EXPECT_TRUE(ruling.refusal->permitted);
}

// ---- Native code

class MappingJudgeTest : public JudgesTest {
 protected:
  MappingJudgeTest() {
    files_ =
        FilePolicy({{.path = scratch_ / "app", .read = true, .folder = true, .written = "@app"},
                    {.path = scratch_ / "data/file", .read = true, .written = "@node"},
                    {.path = scratch_ / "other",
                     .read = true,
                     .folder = true,
                     .implied = true,
                     .written = "the command"}});
  }
  Ruling Map(const std::string& path, bool permissive = false) {
    const UniqueFd file(open((scratch_ / path).c_str(), O_RDONLY | O_CLOEXEC));
    WaitingCall call(Call(SYS_mmap, 0, 4096, PROT_EXEC, MAP_PRIVATE, file.get(), 0));
    MappingJudge judge(files_, permissive);
    return call.Judged(judge);
  }
};

TEST_F(MappingJudgeTest, TheInterpretersOwnAlone) {
  EXPECT_TRUE(Continues(Map("data/file")));
  EXPECT_TRUE(Continues(Map("other/file")));
  scratch_.Write("data/file2", "");
  scratch_.MakeFolder("other2");
  scratch_.Write("other2/file", "");
  for (const char* path : {"app/tool", "data/file2", "other2/file"}) {
    const Ruling ruling = Map(path);
    EXPECT_EQ(ErrorOf(ruling), EACCES) << path;
    ASSERT_TRUE(ruling.refusal);
    EXPECT_EQ(ruling.refusal->target, scratch_ / path);
    EXPECT_EQ(ruling.refusal->code, "NW213");
  }
  EXPECT_TRUE(Continues(Map("app/tool", true)));
  EXPECT_TRUE(Map("app/tool", true).refusal->permitted);
}

TEST_F(MappingJudgeTest, WhatIsNoFileIsNotMapped) {
  MappingJudge judge(files_, false);
  for (const int fd : {-1, INT_MAX}) {
    WaitingCall call(Call(SYS_mmap, 0, 4096, PROT_EXEC, MAP_PRIVATE, fd, 0));
    EXPECT_EQ(ErrorOf(call.Judged(judge)), EBADF);
  }
  const UniqueFd memory(memfd_create("x", MFD_CLOEXEC));
  WaitingCall call(Call(SYS_mmap, 0, 4096, PROT_EXEC, MAP_PRIVATE, memory.get(), 0));
  EXPECT_EQ(ErrorOf(call.Judged(judge)), EACCES);
  const UniqueFd file(open((scratch_ / "other/file").c_str(), O_RDONLY | O_CLOEXEC));
  WaitingCall ended(Call(SYS_mmap, 0, 4096, PROT_EXEC, MAP_PRIVATE, file.get(), 0));
  ended.End();
  EXPECT_EQ(ErrorOf(ended.Judged(judge)), EBADF);
}

}  // namespace
}  // namespace nodeward
