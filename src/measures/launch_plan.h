// LaunchPlan: all decisions of one launch, in memory that the parent owns. Each measure's prepare()
// fills its part; launch/arena.cc copies it into the ChildProgram that the child reads.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/secret_buffer.h"
#include "launch/child_program.h"

namespace nodeward {

struct PlannedIdentity {
  bool change = false;
  uid_t uid = 0;
  gid_t gid = 0;
  bool set_groups = false;
  std::vector<gid_t> groups;
  mode_t umask = 0077;
  std::string workdir;  // empty: stays
  std::string user;     // for messages and USER, LOGNAME; empty when the uid has no name
  std::string home;     // from the passwd file, or "/"
};

// A value of the environment: plain text, or a secret that stays in its locked buffer.
struct PlannedVariable {
  std::string name;
  std::string text;
  const SecretBuffer* secret = nullptr;  // owned by the vault's Secrets, which outlive the launch
  std::string origin;                    // "pass", "set", "vault", "nodeward"
};

// One cgroup hierarchy in which the application gets a group of its own.
struct PlannedCgroup {
  std::string directory;                 // absolute path of the group
  std::vector<std::string> controllers;  // "memory", "cpu", "pids"
  bool v2 = false;
};

struct PlannedFilter {
  std::vector<sock_filter> code;
  bool listener = false;      // notified: each refusal is seen
  bool kill = false;          // on_violation = "kill"
  int last_call = 0;          // highest number of the table; above it ENOSYS
};

// Processes that the application must not signal; known after the keeper was forked.
struct Protected {
  pid_t supervisor = 0;
  pid_t supervisor_group = 0;
  pid_t keeper = 0;
};

struct LaunchPlan {
  Protected guarded;
  bool terminal = false;  // stdin is the controlling terminal and nodeward is in its foreground
  PlannedIdentity identity;
  ChildCapabilities capabilities{};
  std::vector<ChildLimit> limits;
  std::vector<PlannedVariable> environment;  // sorted by name, each once
  std::vector<PlannedCgroup> cgroups;
  std::vector<int> kept_fds;
  PlannedFilter filter;
  std::vector<std::string> warnings;  // for the operator, told once at start

  std::vector<std::string> command;  // as given
  std::string path;                  // absolute path of the command's file
};

}  // namespace nodeward
