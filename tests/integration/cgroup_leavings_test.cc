// What supervisors left behind that did not end in order, and what others own beside it.
#include <sys/stat.h>

#include "integration/cgroup_fixture.h"

namespace nodeward {
namespace {

class LeavingsTest : public CgroupTest {
 protected:
  // A group below our own, as a supervisor with this marker would have made it, with one process.
  std::string Leave(const std::string& name, const Process& inside) {
    const std::string directory = OwnDirectory("pids") + "/" + name;
    EXPECT_TRUE(MakeGroup(directory));
    EXPECT_TRUE(WriteCgroupFile(directory + "/cgroup.procs", std::to_string(inside.pid())));
    return directory;
  }
};

TEST_F(LeavingsTest, OfADeadSupervisorAreRemoved) {
  Process supervisor(Forever);
  const auto marker = MarkerOf(supervisor.pid());
  ASSERT_TRUE(marker);
  supervisor.End();
  Process inside(Forever);
  const std::string directory = Leave(marker->Name(), inside);
  ASSERT_EQ(mkdir((directory + "/below").c_str(), 0755), 0);
  Pids(16);
  Establish();
  EXPECT_FALSE(Exists(directory));
  EXPECT_TRUE(inside.AllGone());
}

TEST_F(LeavingsTest, OfAPidUsedAnewAreRemoved) {
  Process other(Forever);
  auto marker = MarkerOf(other.pid());
  ASSERT_TRUE(marker);
  --marker->start;
  Process inside(Forever);
  const std::string directory = Leave(marker->Name(), inside);
  Pids(16);
  Establish();
  EXPECT_FALSE(Exists(directory));
  EXPECT_TRUE(inside.AllGone());
  EXPECT_TRUE(other.Lives()) << "the process that has the pid now has nothing to do with it";
}

TEST_F(LeavingsTest, OfAZombieAreRemoved) {
  Process supervisor(Forever);
  const auto marker = MarkerOf(supervisor.pid());
  ASSERT_TRUE(marker);
  kill(supervisor.pid(), SIGKILL);
  siginfo_t info{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(supervisor.pid()), &info, WEXITED | WNOWAIT), 0);
  Process inside(Forever);
  const std::string directory = Leave(marker->Name(), inside);
  Pids(16);
  Establish();
  EXPECT_FALSE(Exists(directory));
}

TEST_F(LeavingsTest, GroupsOfOthersAreLeftAlone) {
  Process supervisor(Forever);
  const auto living = MarkerOf(supervisor.pid());
  ASSERT_TRUE(living);
  auto foreign = *living;  // a dead pid, but of another pid namespace: nobody here can tell
  foreign.pid = 4194303;
  foreign.pid_namespace = 1;
  Process inside(Forever);
  Process inside_foreign(Forever);
  Process inside_stranger(Forever);
  const std::vector<std::string> kept = {Leave(living->Name(), inside),
                                         Leave(foreign.Name(), inside_foreign),
                                         Leave("nodeward-4194303-1-x", inside_stranger)};
  Pids(16);
  Establish();
  for (const auto& directory : kept) EXPECT_TRUE(Exists(directory)) << directory;
  EXPECT_TRUE(inside.Lives() && inside_foreign.Lives() && inside_stranger.Lives());
  for (const auto& directory : kept) EXPECT_TRUE(EndGroup(directory));
}

}  // namespace
}  // namespace nodeward
