// The judge of watches, asked about calls of this very process and of children: with instances that
// it fetches, and with instances that it made itself.
#include "judge/inotify_judge.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <sys/syscall.h>

#include <cerrno>
#include <climits>
#include <filesystem>
#include <fstream>

#include "base/unique_fd.h"
#include "support/scratch_folder.h"
#include "unit/judge/waiting_call.h"

namespace nodeward {
namespace {

using test::Child;
using test::Continues;
using test::ErrorOf;
using test::WaitingCall;

constexpr std::uint64_t kPath = 0x10000;

std::size_t Instances() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry.path(), gone) == "anon_inode:inotify") ++count;
  }
  return count;
}

// Names of the events that wait.
std::vector<std::string> Seen(int instance) {
  alignas(inotify_event) char buffer[4096];
  std::vector<std::string> names;
  const ssize_t size = read(instance, buffer, sizeof(buffer));
  for (ssize_t at = 0; at < size;) {
    const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
    names.emplace_back(event->len > 0 ? event->name : "");
    at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
  }
  return names;
}

class InotifyJudgeTest : public testing::TestWithParam<bool> {
 protected:
  InotifyJudgeTest() {
    for (const char* name : {"app", "list", "other"}) scratch_.MakeFolder(name);
    for (const char* name : {"app/file", "list/file", "other/file"}) scratch_.Write(name, "");
    files_ =
        FilePolicy({{.path = scratch_ / "app", .read = true, .folder = true, .written = "@app"},
                    {.path = scratch_ / "list", .list = true, .folder = true, .written = "/l"}});
    judge_ = Make();
  }
  std::unique_ptr<InotifyJudge> Make(bool permissive = false) {
    Stance standing;
    standing.same_user = true;
    // The application is this process: a child of its parent.
    return std::make_unique<InotifyJudge>(
        InotifyOptions{files_, permissive, GetParam(), getppid(), standing, {"@node"}});
  }
  // A new instance, as the application gets it.
  UniqueFd Instance(int flags = IN_NONBLOCK) {
    if (!GetParam()) return UniqueFd(inotify_init1(flags | IN_CLOEXEC));
    WaitingCall call(Call(SYS_inotify_init1, flags | IN_CLOEXEC));
    Notified notified = call.Get();
    UniqueFd given;
    notified.answer_with = [&](int fd, bool close_on_exec) {
      EXPECT_TRUE(close_on_exec);
      given.reset(fcntl(fd, F_DUPFD_CLOEXEC, 3));
      return 0;
    };
    EXPECT_EQ(judge_->Rule(notified).answer, Ruling::Answer::kAnswered);
    return given;
  }
  Ruling Watch(int instance, const std::string& path, std::uint32_t mask = IN_CREATE | IN_ATTRIB) {
    WaitingCall call(Call(SYS_inotify_add_watch, instance, kPath, mask));
    call.memory().PlaceString(kPath, path);
    return call.Judged(*judge_);
  }
  bool Watches(int instance, const std::string& path) {
    const Ruling ruling = Watch(instance, path);
    return ruling.answer == Ruling::Answer::kValue && ruling.value > 0 && !ruling.refusal;
  }

  test::ScratchFolder scratch_;
  FilePolicy files_;
  std::unique_ptr<InotifyJudge> judge_;
};

INSTANTIATE_TEST_SUITE_P(BothSources, InotifyJudgeTest, testing::Bool(),
                         [](const auto& source) { return source.param ? "Kept" : "Fetched"; });

TEST_P(InotifyJudgeTest, AsksForInstancesOnlyWhereItMakesThem) {
  EXPECT_EQ(judge_->Calls().size() > 1, GetParam());
}

TEST_P(InotifyJudgeTest, WhatMayBeReadOrListedIsWatched) {
  const UniqueFd instance = Instance();
  ASSERT_TRUE(instance.valid());
  EXPECT_TRUE(Watches(instance.get(), scratch_ / "app"));
  EXPECT_TRUE(Watches(instance.get(), scratch_ / "list"));
  EXPECT_TRUE(Watches(instance.get(), scratch_ / "app/file"));
  scratch_.Write("app/new", "");
  EXPECT_THAT(Seen(instance.get()), testing::Contains("new"));
}

TEST_P(InotifyJudgeTest, WhatNoRuleNamesIsToldAndRefused) {
  std::filesystem::create_symlink("../other", scratch_ / "app/link");
  const UniqueFd instance = Instance();
  for (const std::string& path : {scratch_ / "other", scratch_ / "app/link"}) {
    const Ruling ruling = Watch(instance.get(), path);
    EXPECT_EQ(ErrorOf(ruling), EACCES);
    ASSERT_TRUE(ruling.refusal);
    EXPECT_EQ(ruling.refusal->code, "NW211");
    EXPECT_EQ(ruling.refusal->deed, "to watch " + (scratch_ / "other"));
    EXPECT_EQ(ruling.refusal->hint,
              "[filesystem] read = [\"@node\", \"" + (scratch_ / "other") + "\"]");
  }
  EXPECT_EQ(ErrorOf(Watch(instance.get(), scratch_.path())), EACCES) << "above a rule";
  scratch_.Write("other/new", "");
  EXPECT_TRUE(Seen(instance.get()).empty());
}

TEST_P(InotifyJudgeTest, ALinkMayBeWatchedItself) {
  std::filesystem::create_symlink("../other", scratch_ / "app/link");
  const UniqueFd instance = Instance();
  const Ruling ruling = Watch(instance.get(), scratch_ / "app/link", IN_ATTRIB | IN_DONT_FOLLOW);
  EXPECT_EQ(ruling.answer, Ruling::Answer::kValue);
  scratch_.Write("other/new", "");
  EXPECT_TRUE(Seen(instance.get()).empty()) << "not where it leads";
  std::filesystem::remove(scratch_ / "app/link");
  EXPECT_FALSE(Seen(instance.get()).empty());
}

TEST_P(InotifyJudgeTest, EachInstanceIsItself) {
  const UniqueFd one = Instance();
  const UniqueFd other = Instance();
  const UniqueFd again(fcntl(other.get(), F_DUPFD_CLOEXEC, 3));
  EXPECT_TRUE(Watches(again.get(), scratch_ / "app"));
  scratch_.Write("app/new", "");
  EXPECT_TRUE(Seen(one.get()).empty());
  EXPECT_FALSE(Seen(other.get()).empty());
}

TEST_P(InotifyJudgeTest, TheKernelsOwnErrors) {
  const UniqueFd instance = Instance();
  EXPECT_EQ(ErrorOf(Watch(instance.get(), scratch_ / "app/gone")), ENOENT);
  EXPECT_EQ(ErrorOf(Watch(instance.get(), scratch_ / "app/file", IN_CREATE | IN_ONLYDIR)), ENOTDIR);
  EXPECT_EQ(ErrorOf(Watch(instance.get(), scratch_ / "app", 0)), EINVAL);
  EXPECT_EQ(ErrorOf(Watch(-1, scratch_ / "app")), EBADF);
  EXPECT_EQ(ErrorOf(Watch(INT_MAX, scratch_ / "app")), EBADF);
  const UniqueFd file(open((scratch_ / "app/file").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(ErrorOf(Watch(file.get(), scratch_ / "app")), EINVAL);
  WaitingCall unreadable(Call(SYS_inotify_add_watch, instance.get(), kPath, IN_CREATE));
  EXPECT_EQ(ErrorOf(unreadable.Judged(*judge_)), EFAULT);
}

TEST_P(InotifyJudgeTest, PermissiveTellsAndLeavesItToTheKernel) {
  judge_ = Make(true);
  const UniqueFd instance(inotify_init1(IN_CLOEXEC));
  const Ruling ruling = Watch(instance.get(), scratch_ / "other");
  EXPECT_TRUE(Continues(ruling));
  ASSERT_TRUE(ruling.refusal);
  EXPECT_TRUE(ruling.refusal->permitted);
  EXPECT_TRUE(Continues(Watch(instance.get(), scratch_ / "app")));
  WaitingCall made(Call(SYS_inotify_init1, 0));
  EXPECT_TRUE(Continues(made.Judged(*judge_)));
}

TEST_P(InotifyJudgeTest, AnEndedCallWatchesNothing) {
  const UniqueFd instance = Instance();
  WaitingCall call(Call(SYS_inotify_add_watch, instance.get(), kPath, IN_CREATE));
  call.memory().PlaceString(kPath, scratch_ / "app");
  call.End();
  EXPECT_EQ(ErrorOf(call.Judged(*judge_)), EACCES);
}

class KeptInstances : public InotifyJudgeTest {};
INSTANTIATE_TEST_SUITE_P(Alone, KeptInstances, testing::Values(true));

TEST_P(KeptInstances, OneThatTheSupervisorDidNotMakeIsRefused) {
  const UniqueFd own(inotify_init1(IN_CLOEXEC));
  EXPECT_EQ(ErrorOf(Watch(own.get(), scratch_ / "app")), EACCES);
  inotify_add_watch(own.get(), scratch_.path().c_str(), IN_CREATE);
  EXPECT_EQ(ErrorOf(Watch(own.get(), scratch_ / "app")), EACCES) << "a mark of its own";
}

TEST_P(KeptInstances, WithoutItsMarkAnInstanceIsUnknown) {
  const UniqueFd instance = Instance();
  ASSERT_EQ(inotify_rm_watch(instance.get(), 1), 0);
  EXPECT_EQ(ErrorOf(Watch(instance.get(), scratch_ / "app")), EACCES);
}

TEST(KeptInstancesSource, WhatTheApplicationClosedIsLetGo) {
  std::vector<pid_t> processes;
  const auto source = KeepingInotifySource([&] { return processes; });
  const std::size_t before = Instances();
  Fetched held = source->Make(0);
  ASSERT_EQ(held.error, 0);
  const int number = held.fd.get();
  const Child application;  // it inherits the one, and none of those that follow
  processes.push_back(application.pid());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(source->Make(0).error, 0);
  EXPECT_LE(Instances() - before, 2 + 32u) << "of a hundred";
  WaitingCall call(Call(SYS_inotify_add_watch, number), application.pid());
  EXPECT_EQ(source->Fetch(call.Get(), number).error, 0) << "what is held stays";
}

}  // namespace
}  // namespace nodeward
