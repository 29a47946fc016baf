#include "cli/launch_inputs.h"

#include <unistd.h>

#include <cstdio>

#include "measures/namespaces.h"
#include "profile/load.h"

namespace nodeward {

int PrintErrors(const Errors& errors) {
  for (const Error& error : errors) std::fputs(FormatError(error).c_str(), stderr);
  return errors.empty() ? kExitRefused : errors.front().exit_code;
}

tl::expected<PlanRequest, Errors> MakeRequest(const RunOptions& options) {
  PlanRequest request;
  request.host = ProbeHost();  // first: it forks, and each page that is written by then is copied
  auto profile = LoadProfile({options.profile, options.overrides});
  if (!profile) return tl::unexpected(profile.error());
  request.profile = std::move(*profile);
  if (WantsNamespaces(request.profile)) request.host.namespaces = ProbeNamespaces(request.host);
  request.command = options.command;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    request.environment.emplace_back(*entry);
  }
  return request;
}

}  // namespace nodeward
