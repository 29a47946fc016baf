#include "supervise/own_confinement.h"

#include <unistd.h>

#include "base/text.h"
#include "host/observed.h"
#include "measures/capabilities.h"
#include "supervise/own_capabilities.h"
#include "supervise/own_domain.h"

namespace nodeward {

ExplainedMeasure ExplainOwnConfinement(const Profile& profile, const HostReport& host) {
  ExplainedMeasure row;
  row.name = "supervisor";
  row.what = "nodeward's own process: no programs, no mounts, no tracing of strangers";
  const auto kept = CapabilityNames(OwnCapabilities(profile, host));
  row.lines.push_back(kept.empty() ? "no capability" : "keeps " + JoinWords(kept));
  row.lines.push_back(
      "its own system call filter; the keeper, which starts the application, "
      "has none");
  const std::string why = WhyNoOwnDomain(profile, host);
  row.state = why.empty() ? "full" : "partial";
  row.lines.push_back(why.empty() ? "its own Landlock domain: the application's files, the vault, "
                                    "event files, /proc, control groups"
                                  : "no Landlock domain of its own: " + why);
  return row;
}

std::vector<Field> OwnConfinementFields(bool domain) {
  std::vector<Field> fields;
  const auto observed = Observe(getpid());
  if (!observed) return fields;
  fields.push_back({"supervisor.capabilities", CapabilityNames(observed->cap_permitted)});
  fields.push_back({"supervisor.seccomp_mode", std::int64_t{observed->seccomp_mode}});
  fields.push_back({"supervisor.landlock", domain});
  return fields;
}

}  // namespace nodeward
