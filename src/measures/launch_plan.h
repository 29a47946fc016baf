// LaunchPlan: all decisions of one launch, in memory that the parent owns. Each measure's prepare()
// fills its part; launch/arena.cc copies it into the ChildProgram that the child reads.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/secret_buffer.h"
#include "launch/child_program.h"
#include "policy/file_policy.h"
#include "policy/network_policy.h"

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

// A number that only the application's process knows, and writes behind a variable's text itself.
enum class OwnNumber { kNone, kPid, kMemoryFile, kUpdates };

// A value of the environment: plain text, or a secret that stays in its locked buffer.
struct PlannedVariable {
  std::string name;
  std::string text;
  const SecretBuffer* secret = nullptr;  // owned by the vault's Secrets, which outlive the launch
  std::string origin;                    // "pass", "set", "vault", "nodeward"
  OwnNumber number = OwnNumber::kNone;
  std::size_t memory_file = 0;  // kMemoryFile: which of LaunchPlan::memory_files
};

// A secret by its name; the value is the vault's.
struct PlannedSecret {
  std::string name;
  const SecretBuffer* value = nullptr;
};

// A sealed file in the application's memory: one value as it is, or records "NAME=value", each
// with a NUL behind it.
struct PlannedMemoryFile {
  std::string name;  // as /proc/PID/fd shows it
  std::vector<PlannedSecret> contents;
  bool records = false;
};

// One value of a cgroup: `value` goes into `file`, which `controller` owns.
struct CgroupSetting {
  std::string controller;  // "memory"
  std::string file;        // "memory.max"
  std::string value;       // as the kernel shows it when read back
};

// One cgroup hierarchy in which the application gets a group of its own.
struct PlannedCgroup {
  std::string directory;                 // absolute path of the group
  std::vector<std::string> controllers;  // "memory", "cpu", "pids"
  bool v2 = false;
  std::string mount;                    // where the hierarchy is mounted; `directory` lies below
  std::string membership;               // the group as /proc/PID/cgroup names it
  bool kill = false;                    // v2: the group has cgroup.kill
  std::vector<CgroupSetting> settings;  // in the order of writing
};

struct PlannedFilter {
  std::vector<sock_filter> code;
  bool listener = false;        // notified: each refusal is seen
  bool kill = false;            // on_violation = "kill"
  bool permissive = false;      // told and let through
  unsigned flags = 0;           // SECCOMP_FILTER_FLAG_*
  std::vector<int> supervised;  // calls that the supervisor decides, by number
  int filters_before = 0;       // filters that nodeward itself runs under
};

// The ruleset is made from it right before each launch (measures/landlock.h).
struct PlannedLandlock {
  bool wanted = false;
  int abi = 0;
  std::uint64_t files = 0;  // rights that are refused wherever no rule grants them
  std::uint64_t net = 0;
  std::uint64_t scoped = 0;
  bool root_listed =
      false;  // a rule opens "/": the child cannot prove itself by failing to open it
};

// What the supervisor decides about sockets.
struct PlannedNetwork {
  bool wanted = false;
  bool permissive = false;  // told and let through
  bool handles = false;     // sockets are passed between processes
  bool fetches = false;     // sockets can be fetched from the application (pidfd_getfd)
  NetworkPolicy policy;
};

// A rule on a path that the own mounts replace, so that only the child can open it.
struct PlannedMountRule {
  std::string path;
  std::uint64_t rights = 0;  // Landlock's
};

// [namespaces], as they are made here.
struct PlannedNamespaces {
  bool user = false;  // an own user namespace, to make the others in
  bool pid = false;
  bool mount = false;
  bool ipc = false;
  bool uts = false;
  bool net = false;
  std::vector<std::string> writable;  // real paths; everything else is read-only
  std::vector<std::string> private_folders;
  std::vector<PlannedMountRule> rules;
};

// Processes that the application must not signal; known after the keeper was forked.
struct Protected {
  pid_t supervisor = 0;
  pid_t supervisor_group = 0;
  pid_t keeper = 0;
  std::vector<pid_t>
      threads;  // the supervisor's: kill(2) takes any thread's number for its process
};

// What a service manager gave nodeward (sd_notify(3), sd_listen_fds(3)), as far as the application
// gets it.
struct PlannedService {
  std::string notify_socket;  // the application's own, or empty
  std::string watchdog_usec;  // nodeward's, for an application that has such a socket, or empty
  int sockets = 0;            // descriptors from 3 on
  std::string socket_names;
};

struct LaunchPlan {
  Protected guarded;
  int control = -1;       // the child's end of the socket to the supervisor
  int null_stdin = -1;    // /dev/null in place of a standard input that leads where events go
  int relay_stdout = -1;  // what becomes the application's 1 and 2; -1: inherited as they are
  int relay_stderr = -1;
  bool terminal = false;  // stdin is the controlling terminal and nodeward is in its foreground
  PlannedIdentity identity;
  ChildCapabilities capabilities{};
  std::vector<ChildLimit> limits;
  std::vector<std::string> inherited_environment;  // nodeward's own, as "NAME=value"
  // What a script of package.json sets for its command: over "pass", beneath "set" and the vault.
  std::vector<std::pair<std::string, std::string>> script_environment;
  std::vector<PlannedSecret> secrets;        // the vault's; `deliver` says which way they go
  std::vector<PlannedVariable> environment;  // sorted by name, each once
  std::vector<PlannedMemoryFile> memory_files;
  int updates = -1;  // the application's end of the pipe for new secrets, for the next launch
  std::string updates_target;  // what /proc/PID/fd/N of it leads to
  std::string preload;  // real path of nodeward's own module, for `deliver` in memory; or empty
  std::vector<PlannedCgroup> cgroups;
  // Groups that nodeward itself runs in and whose limits hold for the application, too: read only,
  // for their counters. Others may live in them.
  std::vector<PlannedCgroup> inherited_cgroups;
  std::vector<int> kept_fds;
  PlannedService service;
  PlannedNamespaces namespaces;
  FilePolicy files;  // what [filesystem] allows; judged for events, enforced by `landlock`
  PlannedLandlock landlock;
  PlannedNetwork network;
  PlannedFilter filter;
  std::vector<std::string> warnings;  // for the operator, told once at start

  std::vector<std::string> command;  // as given
  std::string path;                  // absolute path of the command's file
};

}  // namespace nodeward
