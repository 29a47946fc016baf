// `nodeward why connect`, `listen` and `resolve`: the rules of [network], asked as the supervisor
// asks them. No name server is asked: a name is judged as one that answers with a public address.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/why_answer.h"
#include "plan/plan.h"

namespace nodeward {

// `words`: HOST:PORT, [ADDRESS]:PORT or unix:PATH; then "udp" where it is not TCP.
Result<WhyAnswer> WhyConnect(const PlanRequest& request, const std::vector<std::string>& words);
// `words`: PORT, ADDRESS:PORT or unix:PATH.
Result<WhyAnswer> WhyListen(const PlanRequest& request, const std::vector<std::string>& words);
// `words`: NAME.
Result<WhyAnswer> WhyResolve(const PlanRequest& request, const std::vector<std::string>& words);

}  // namespace nodeward
