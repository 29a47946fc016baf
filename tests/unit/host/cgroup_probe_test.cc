// ProbeCgroup over made-up /proc and /sys trees.
#include "host/cgroup_probe.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace nodeward {
namespace {

namespace fs = std::filesystem;

// A tree below a folder of its own, removed with it.
class Tree {
 public:
  Tree() {
    std::string pattern = fs::temp_directory_path() / "nodeward-cgroup-XXXXXX";
    root_ = mkdtemp(pattern.data());
    fs::permissions(root_, fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
  }
  ~Tree() { fs::remove_all(root_); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  Tree& File(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
    return *this;
  }
  Tree& Membership(const std::string& text) { return File("/proc/self/cgroup", text); }
  Tree& Mounts(const std::string& text) { return File("/proc/self/mountinfo", text); }
  // A v2 group as the kernel shows one.
  Tree& Group(const std::string& path, const std::string& controllers,
              const std::string& subtree = "") {
    return File(path + "/cgroup.controllers", controllers + "\n")
        .File(path + "/cgroup.subtree_control", subtree + "\n")
        .File(path + "/cgroup.type", "domain\n")
        .File(path + "/cgroup.procs", std::to_string(getpid()) + "\n")
        .File(path + "/cgroup.kill", "");
  }
  CgroupReport Probe() const { return ProbeCgroup(root_); }
  const std::string& root() const { return root_; }

 private:
  std::string root_;
};

constexpr char kV2Mount[] = "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";

TEST(CgroupProbe, NothingMounted) {
  Tree tree;
  tree.Membership("0::/\n").Mounts("20 1 0:20 / / rw - ext4 /dev/vda rw\n");
  const CgroupReport report = tree.Probe();
  EXPECT_EQ(report.version, CgroupVersion::kNone);
  EXPECT_TRUE(report.controllers.empty());
}

TEST(CgroupProbe, NoProcAtAll) {
  const Tree tree;
  EXPECT_EQ(tree.Probe().version, CgroupVersion::kNone);
}

// Controllers on v1 at paths of their own, beside a v2 hierarchy without controllers.
TEST(CgroupProbe, Hybrid) {
  Tree tree;
  tree.Membership("4:memory:/a/b\n2:cpu,cpuacct:/\n8:pids:/c\n0::/\n")
      .Mounts(
          "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
          "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
          "39 31 0:36 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
          "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n")
      .File("/sys/fs/cgroup/unified/cgroup.controllers", "\n")
      .File("/sys/fs/cgroup/memory/a/b/memory.memsw.limit_in_bytes", "9223372036854771712\n")
      .File("/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n")
      .File("/sys/fs/cgroup/pids/c/pids.max", "max\n")
      .File("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n")
      .File("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  const CgroupReport report = tree.Probe();
  EXPECT_EQ(report.version, CgroupVersion::kHybrid);
  ASSERT_EQ(report.controllers.size(), 3u);
  EXPECT_EQ(report.controllers.at("memory").path, "/a/b");
  EXPECT_EQ(report.controllers.at("pids").path, "/c");
  EXPECT_EQ(report.controllers.at("cpu").mount, "/sys/fs/cgroup/cpu,cpuacct");
  EXPECT_EQ(report.controllers.at("cpu").path, "/");
  for (const auto& [name, controller] : report.controllers) {
    EXPECT_TRUE(controller.writable) << name << ": " << controller.why_not;
    EXPECT_FALSE(controller.v2);
  }
  EXPECT_TRUE(report.memsw);
  EXPECT_FALSE(report.kill);
  EXPECT_EQ(report.inherited.memory, UINT64_MAX);
  EXPECT_EQ(report.inherited.swap, UINT64_MAX);
  EXPECT_EQ(report.inherited.pids, UINT64_MAX);
  EXPECT_EQ(report.inherited.cpu, 0);
}

TEST(CgroupProbe, V1WithoutMemswAndWithLimitsAbove) {
  Tree tree;
  tree.Membership("4:memory:/a/b\n")
      .Mounts("35 31 0:32 / /mnt/with\\040blank rw - cgroup cgroup rw,memory\n")
      .File("/mnt/with blank/a/memory.limit_in_bytes", "1073741824\n")
      .File("/mnt/with blank/a/b/memory.limit_in_bytes", "2147483648\n");
  const CgroupReport report = tree.Probe();
  EXPECT_EQ(report.version, CgroupVersion::kV1);
  EXPECT_EQ(report.controllers.at("memory").mount, "/mnt/with blank");
  EXPECT_FALSE(report.memsw);
  EXPECT_EQ(report.inherited.memory, 1073741824u);
}

// Stock Docker on a v1 host: /proc/self/cgroup tells the host's path, the mount shows only its end.
TEST(CgroupProbe, V1ContainerReadOnly) {
  Tree tree;
  tree.Membership("4:memory:/docker/abc\n2:cpu:/docker/abc\n8:pids:/docker/abc\n")
      .Mounts(
          "1 0 0:1 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
          "2 0 0:2 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n"
          "3 0 0:3 /docker/abc /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids\n")
      .File("/sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n")
      .File("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes", "805306368\n")
      .File("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "150000\n")
      .File("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
      .File("/sys/fs/cgroup/pids/pids.max", "64\n");
  const CgroupReport report = tree.Probe();
  const CgroupController& memory = report.controllers.at("memory");
  EXPECT_EQ(memory.path, "/");
  EXPECT_EQ(memory.membership, "/docker/abc");
  EXPECT_FALSE(memory.writable);
  EXPECT_EQ(memory.why_not, "/sys/fs/cgroup/memory is mounted read-only");
  EXPECT_EQ(report.inherited.memory, 536870912u);
  EXPECT_EQ(report.inherited.swap, 268435456u) << "memory and swap together, less the memory";
  EXPECT_DOUBLE_EQ(report.inherited.cpu, 1.5);
  EXPECT_EQ(report.inherited.pids, 64u);
}

TEST(CgroupProbe, OwnGroupOutsideOfWhatIsMounted) {
  Tree tree;
  tree.Membership("8:pids:/docker/abcd\n")
      .Mounts("3 0 0:3 /docker/abc /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n")
      .File("/sys/fs/cgroup/pids/pids.max", "64\n");
  const CgroupReport report = tree.Probe();
  EXPECT_FALSE(report.controllers.at("pids").writable);
  EXPECT_NE(report.controllers.at("pids").why_not.find("not visible"), std::string::npos);
  EXPECT_EQ(report.inherited.pids, UINT64_MAX) << "another container's limit is not ours";
}

TEST(CgroupProbe, OutsideOfTheCgroupNamespace) {
  Tree tree;
  tree.Membership("0::/../other\n").Mounts(kV2Mount).Group("/sys/fs/cgroup", "memory pids");
  EXPECT_FALSE(tree.Probe().controllers.at("pids").writable);
}

// A mount made outside of our cgroup namespace: its root lies above ours.
TEST(CgroupProbe, MountFromOutsideTheCgroupNamespace) {
  Tree tree;
  tree.Membership("0::/\n")
      .Mounts("31 23 0:28 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
      .Group("/sys/fs/cgroup", "memory pids");
  EXPECT_FALSE(tree.Probe().controllers.at("pids").writable);
}

TEST(CgroupProbe, TheWritableOfTwoMountsIsChosen) {
  Tree tree;
  tree.Membership("8:pids:/a\n")
      .Mounts(
          "3 0 0:3 / /ro rw - cgroup cgroup ro,pids\n"
          "4 0 0:3 / /rw rw - cgroup cgroup rw,pids\n"
          "5 0 0:3 /b /elsewhere rw - cgroup cgroup rw,pids\n")
      .File("/rw/a/pids.max", "max\n");
  EXPECT_EQ(tree.Probe().controllers.at("pids").mount, "/rw");
  EXPECT_TRUE(tree.Probe().controllers.at("pids").writable);
}

TEST(CgroupProbe, V2DelegatedAndAlone) {
  Tree tree;
  tree.Membership("0::/system.slice/app.service\n")
      .Mounts(kV2Mount)
      .File("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n")
      .Group("/sys/fs/cgroup/system.slice", "cpu memory pids", "cpu memory pids")
      .Group("/sys/fs/cgroup/system.slice/app.service", "cpu memory pids")
      .File("/sys/fs/cgroup/system.slice/memory.max", "8589934592\n")
      .File("/sys/fs/cgroup/system.slice/app.service/memory.max", "max\n")
      .File("/sys/fs/cgroup/system.slice/app.service/memory.swap.max", "0\n")
      .File("/sys/fs/cgroup/system.slice/app.service/cpu.max", "max 100000\n")
      .File("/sys/fs/cgroup/system.slice/cpu.max", "50000 100000\n")
      .File("/sys/fs/cgroup/system.slice/app.service/pids.max", "4915\n");
  const CgroupReport report = tree.Probe();
  EXPECT_EQ(report.version, CgroupVersion::kV2);
  for (const char* name : {"memory", "cpu", "pids"}) {
    EXPECT_TRUE(report.controllers.at(name).writable) << report.controllers.at(name).why_not;
    EXPECT_TRUE(report.controllers.at(name).v2);
  }
  EXPECT_TRUE(report.kill);
  EXPECT_TRUE(report.memsw);
  EXPECT_EQ(report.inherited.memory, 8589934592u);
  EXPECT_EQ(report.inherited.swap, 0u);
  EXPECT_DOUBLE_EQ(report.inherited.cpu, 0.5);
  EXPECT_EQ(report.inherited.pids, 4915u);
}

TEST(CgroupProbe, V2WithOthersInTheGroup) {
  Tree tree;
  tree.Membership("0::/a\n").Mounts(kV2Mount).Group("/sys/fs/cgroup/a", "memory pids");
  tree.File("/sys/fs/cgroup/cgroup.controllers", "memory pids\n")
      .File("/sys/fs/cgroup/a/cgroup.procs", "12\n" + std::to_string(getpid()) + "\n345\n");
  const CgroupController pids = tree.Probe().controllers.at("pids");
  EXPECT_FALSE(pids.writable);
  EXPECT_NE(pids.why_not.find("12 and 345"), std::string::npos) << pids.why_not;
  // What nodeward forked itself, as the trial of a filter that has not ended yet, is no other.
  const std::string self = std::to_string(getpid());
  tree.File("/proc/12/stat", "12 (odd) 1 (name) R " + self + " 1 1 0\n")
      .File("/proc/345/stat", "345 (other) S 1 1 1 0\n");
  const CgroupController mixed = tree.Probe().controllers.at("pids");
  EXPECT_NE(mixed.why_not.find("(345 first)"), std::string::npos) << mixed.why_not;
  tree.File("/proc/345/stat", "345 (other) S " + self + " 1 1 0\n");
  EXPECT_TRUE(tree.Probe().controllers.at("pids").writable);
  tree.File("/proc/345/stat", "345 (other) S 1 1 1 0\n");
  // Nobody needs to move where the controller is handed on already.
  tree.File("/sys/fs/cgroup/a/cgroup.subtree_control", "pids\n");
  EXPECT_TRUE(tree.Probe().controllers.at("pids").writable);
  EXPECT_FALSE(tree.Probe().controllers.at("memory").writable);
}

TEST(CgroupProbe, V2NotDelegatedAndThreaded) {
  Tree tree;
  tree.Membership("0::/a\n").Mounts(kV2Mount).Group("/sys/fs/cgroup/a", "memory");
  tree.File("/sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n");
  EXPECT_EQ(tree.Probe().controllers.at("pids").why_not,
            "the pids controller is not delegated to /sys/fs/cgroup/a");
  EXPECT_TRUE(tree.Probe().controllers.at("memory").writable);
  tree.File("/sys/fs/cgroup/a/cgroup.type", "threaded\n");
  EXPECT_FALSE(tree.Probe().controllers.at("memory").writable);
}

// The root of the whole hierarchy has neither cgroup.type nor limits, and may hold processes.
TEST(CgroupProbe, V2Root) {
  Tree tree;
  tree.Membership("0::/\n")
      .Mounts(kV2Mount)
      .File("/sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n")
      .File("/sys/fs/cgroup/cgroup.subtree_control", "\n")
      .File("/sys/fs/cgroup/cgroup.procs", "1\n2\n3\n")
      .File("/sys/fs/cgroup/init.scope/cgroup.kill", "");
  const CgroupReport report = tree.Probe();
  EXPECT_TRUE(report.controllers.at("memory").writable) << report.controllers.at("memory").why_not;
  EXPECT_TRUE(report.memsw);
  EXPECT_TRUE(report.kill);
}

// Whether the pids controller is writable, asked by a user who owns nothing of the tree.
bool WritableForNobody(const Tree& tree) {
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(2);
    _exit(tree.Probe().controllers["pids"].writable ? 1 : 0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) < 2) << status;
  return WEXITSTATUS(status) == 1;
}

TEST(CgroupProbe, ModesDecideForAUser) {
  Tree tree;
  tree.Membership("8:pids:/a\n")
      .Mounts("3 0 0:3 / /cg rw - cgroup cgroup rw,pids\n")
      .File("/cg/a/pids.max", "max\n");
  fs::permissions(tree.root() + "/cg/a", fs::perms(0555));
  EXPECT_FALSE(WritableForNobody(tree));
  fs::permissions(tree.root() + "/cg/a", fs::perms(0777));
  EXPECT_TRUE(WritableForNobody(tree));
}

TEST(CgroupProbe, GarbageIsNoLimitAndNoCrash) {
  Tree tree;
  tree.Membership("::\n8:pids\nx\n8:pids:/a\n\n")
      .Mounts(
          "- - -\n3 0\n3 0 0:3 / /cg\\04 rw - cgroup\n3 0 0:3 / /cg rw - cgroup cgroup rw,pids\n")
      .File("/cg/a/pids.max", "12x\n");
  EXPECT_EQ(tree.Probe().inherited.pids, UINT64_MAX);
  EXPECT_TRUE(tree.Probe().controllers.at("pids").writable);
}

}  // namespace
}  // namespace nodeward
