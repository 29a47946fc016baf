// The supervisor's own Landlock domain: which files nodeward itself reaches once it supervises. The
// application runs beneath it, so it holds at least what the application is given; the supervisor
// may look into the application then, and into nobody else (ptrace(2): a domain reaches the
// processes beneath it alone). Entered by the launcher before the keeper is forked: entered later,
// the application would be out of its sight.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/plan.h"

namespace nodeward {

struct OwnRule {
  std::string path;          // absent ones are passed over
  std::uint64_t rights = 0;  // Landlock's
};

// What nodeward needs: the application's rules and the folders that they are in, so that what is
// replaced before a restart is reached; vault and identity; event files; /proc, /etc, /usr; the
// control groups; and, to remove them, nodeward's own sockets. Any folder may be listed: names
// alone, and the application's own domain shows by it.
std::vector<OwnRule> OwnRules(const Plan& plan);

// Why none is entered on this host, for this profile; empty when it is.
std::string WhyNoOwnDomain(const Profile& profile, const HostReport& host);

class OwnDomain {
 public:
  OwnDomain() = default;  // none
  // The calling process has one thread. Gives none where WhyNoOwnDomain() says why.
  static Result<OwnDomain> Enter(const Plan& plan);

  bool entered() const { return entered_; }
  // Before a restart: whether all that the application's rules lead to now lies within. What was
  // replaced at a place that the domain does not cover is out of reach for every process beneath.
  Result<void> Check(const Plan& plan) const;

 private:
  // Landlock knows files by inode, and grants what lies beneath.
  struct Granted {
    dev_t device;
    ino_t inode;
    std::uint64_t rights;
  };
  std::uint64_t RightsAt(const std::string& path) const;

  bool entered_ = false;
  std::uint64_t handled_ = 0;
  std::vector<Granted> granted_;
};

}  // namespace nodeward
