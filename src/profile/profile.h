// The profile as values: what an operator asked for. Pure data; no system calls, no policy.
// Written by profile/keys.cc, one document over the other, the most basic first (that is the
// merge); read by plan/ and measures/. An absent optional means that no profile said it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nodeward {

// A place in a profile, for errors that are found after parsing. line 0: no line ("--set").
struct Where {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;  // counts characters (code points), from 1
  std::uint32_t width = 0;   // characters to underline; 0: not known
  std::string Text() const;  // "app.toml:14:1"
};

template <class T>
struct Located {
  T value{};
  Where where;
};

template <class T>
using Setting = std::optional<Located<T>>;
using Text = Located<std::string>;
using TextList = std::optional<std::vector<Text>>;  // a list that is present and empty denies

enum class Enforcement { kStrict, kBestEffort, kPermissive };
enum class OnViolation { kDeny, kKill };
enum class RestartWhen { kNever, kOnFailure, kAlways };
enum class ReadyWhen { kExec, kListen, kHealth, kNotify };
enum class OnUnhealthy { kRestart, kExit, kEvent };
enum class EventFormat { kJson, kText };
enum class Deliver { kEnv, kMemory, kFile };

// What a vault that changed does to the application that runs.
struct OnChange {
  enum Kind { kRestart, kSignal, kUpdate };
  Kind kind = kRestart;
  int signal = 0;  // kSignal
};

// "512M" or "25%" of the machine; bytes are multiplied out, percent stays until the host is known.
struct Size {
  std::uint64_t bytes = 0;
  std::optional<double> percent;
};

// A resource limit. Unlimited is the maximum of the type.
struct LimitPair {
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
};

using Milliseconds = std::chrono::milliseconds;

struct ProcessSection {
  Setting<Enforcement> enforcement;
  Setting<std::string> user;  // name or number
  Setting<std::string> group;
  TextList groups;
  Setting<std::string> workdir;
  Setting<std::uint32_t> umask;
  TextList descriptors;  // numbers of inherited descriptors that reach the application
};

struct EnvironmentSection {
  TextList pass;                    // "NAME" or "PREFIX*"
  std::map<std::string, Text> set;  // merges key by key
};

struct CapabilitiesSection {
  Setting<Enforcement> enforcement;
  TextList keep;  // lower case, without "cap_"
};

struct SyscallsSection {
  Setting<Enforcement> enforcement;
  TextList allow;  // "@group" or a call's name
  TextList deny;
  Setting<OnViolation> on_violation;
};

// Entries are absolute paths, "@node" or "@app"; "?" before a path marks it as optional, and a last
// part "*" means all that lies beneath, the folder itself aside.
struct FilesystemSection {
  Setting<Enforcement> enforcement;
  TextList read;
  TextList write;  // and read
  TextList exec;   // and read
  TextList list;   // folders whose names may be listed, here and beneath
};

struct NetworkSection {
  Setting<Enforcement> enforcement;
  TextList listen;        // "3000", "8000-8010", "127.0.0.1:3000", "unix:/run/app.sock"
  TextList connect;       // "@loopback", "10.0.0.0/8:*", "*.example.com:443", "unix:/run/db.sock"
  Setting<bool> handles;  // sockets are passed between processes: see measures/network.cc
  Setting<std::string> dns;  // "open": questions to name servers are not looked at
};

struct NodeSection {
  Setting<Enforcement> enforcement;
  Setting<bool> addons;
};

// Each: a namespace of the application's own.
struct NamespacesSection {
  Setting<Enforcement> enforcement;
  Setting<bool> user;   // where nodeward lacks the privilege to make the others without
  Setting<bool> pid;    // with its own /proc
  Setting<bool> mount;  // read-only but for [filesystem] write; private /tmp
  Setting<bool> ipc;
  Setting<bool> uts;
  Setting<bool> net;  // loopback alone
};

struct LimitsSection {
  Setting<Enforcement> enforcement;
  Setting<Size> memory;
  Setting<Size> swap;
  Setting<double> cpu;  // processors
  Setting<std::uint64_t> pids;
  Setting<LimitPair> files;          // descriptors
  Setting<LimitPair> core;           // bytes
  Setting<LimitPair> stack;          // bytes
  Setting<LimitPair> file_size;      // bytes
  Setting<LimitPair> locked_memory;  // bytes
};

// What a secret's value has to be like. The parts that no profile says are not asked for.
struct SecretRule {
  std::optional<std::uint64_t> min_length;  // bytes
  std::optional<std::string> pattern;       // a POSIX extended regular expression
  std::optional<std::uint32_t> max_age;     // days
};

struct SecretsSection {
  Setting<Enforcement> enforcement;
  TextList vaults;                // absolute: relative paths count from the profile's folder; later
                                  // ones win
  Setting<std::string> identity;  // likewise; or "fd:3", an inherited descriptor
  Setting<std::string> passphrase;  // "fd:4"
  TextList require;
  std::map<std::string, SecretRule> rules;  // by the secret's name; merges part by part
  Setting<Deliver> deliver;
  Setting<bool> watch;
  Setting<OnChange> on_change;
  TextList inherit;    // scripts that get the secrets as child processes, too
  Setting<bool> mask;  // in what the application prints; absent: where there is a vault
};

struct Backoff {
  Milliseconds initial{200};
  Milliseconds max{30000};
};

struct GiveUp {
  std::uint32_t restarts = 5;
  Milliseconds within{60000};
};

// As written; ParseHttpCheck and ParseTcpCheck read the first two.
struct HealthSection {
  Setting<std::string> http;
  Setting<std::string> tcp;
  Setting<Milliseconds> interval;
  Setting<Milliseconds> timeout;
  Setting<Milliseconds> start;
  Setting<std::uint64_t> failures;
  Setting<OnUnhealthy> on_unhealthy;
};

struct SuperviseSection {
  Setting<std::string> name;  // by which `status` finds the supervisor
  Setting<RestartWhen> restart;
  Setting<Backoff> backoff;
  Setting<GiveUp> give_up;
  Setting<int> stop_signal;
  Setting<Milliseconds> stop_timeout;
  Setting<Milliseconds> stop_delay;
  Setting<ReadyWhen> ready;
  Setting<bool> notify;                      // a NOTIFY_SOCKET of the application's own
  Setting<std::string> termination_message;  // absolute
  HealthSection health;
};

struct EventsSection {
  Setting<EventFormat> format;
  Setting<bool> all_files;  // files = "all": refused opens for reading are told, too
  TextList to;              // "stderr", "file:/absolute/path", "syslog", "journal"
};

struct Profile {
  std::string path;                // the file as given, or "built-in default"
  std::vector<std::string> files;  // absolute: every file that was read, built-in ones aside
  Setting<std::string> extends;
  Setting<Enforcement> enforcement;

  ProcessSection process;
  EnvironmentSection environment;
  CapabilitiesSection capabilities;
  SyscallsSection syscalls;
  FilesystemSection filesystem;
  NetworkSection network;
  NodeSection node;
  LimitsSection limits;
  NamespacesSection namespaces;
  SecretsSection secrets;
  SuperviseSection supervise;
  EventsSection events;
};

}  // namespace nodeward
