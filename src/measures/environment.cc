#include "measures/environment.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "measures/always.h"
#include "measures/delivery.h"
#include "measures/rows.h"

namespace nodeward {
namespace {

constexpr std::array<std::string_view, 22> kDangerous = {
    "NODE_OPTIONS",
    "NODE_PATH",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "NODE_EXTRA_CA_CERTS",
    "NODE_REPL_EXTERNAL_MODULE",
    "NODE_V8_COVERAGE",
    "NODE_COMPILE_CACHE",
    "OPENSSL_CONF",
    "OPENSSL_MODULES",
    "OPENSSL_ENGINES",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "BASH_ENV",
    "ENV",
    "GCONV_PATH",
    "LOCPATH",
    "NLSPATH",
    "GLIBC_TUNABLES",
    "HOSTALIASES",
    "RES_OPTIONS",
    "LOCALDOMAIN",
    "NODE_CHANNEL_FD",
};
constexpr std::array<std::string_view, 4> kDangerousPrefixes = {"LD_", "npm_config_", "NPM_CONFIG_",
                                                                "MALLOC_"};

// A service manager's words to nodeward, which answers them itself: the application gets its own or
// none, whatever a profile passes.
constexpr std::array<std::string_view, 6> kOfService = {
    "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID"};

// execve(2): MAX_ARG_STRLEN, 32 pages, for one "NAME=value" with its NUL.
constexpr std::size_t kMaxVariable = 32 * 4096 - 1;

using Variables = std::map<std::string, PlannedVariable, std::less<>>;

const std::vector<Text>& PassList(const Profile& profile) {
  static const std::vector<Text> kNone;
  return profile.environment.pass ? *profile.environment.pass : kNone;
}

bool Passes(const Profile& profile, std::string_view name) {
  const auto& patterns = PassList(profile);
  if (IsDangerousVariable(name)) {  // by its own name alone, never by a star
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const Text& pattern) { return pattern.value == name; });
  }
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const Text& pattern) { return MatchesPass(pattern.value, name); });
}

void AddInherited(const Profile& profile, const LaunchPlan& plan, Variables& variables) {
  for (const std::string& entry : plan.inherited_environment) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) continue;  // firejail CVE-2016-10122
    std::string name = entry.substr(0, equals);
    if (std::ranges::find(kOfService, name) != kOfService.end()) continue;
    if (!Passes(profile, name) || variables.contains(name)) continue;  // as getenv(3): the first
    PlannedVariable variable{name, entry.substr(equals + 1), nullptr, "pass"};
    variables.emplace(std::move(name), std::move(variable));
  }
}

void AddOwn(const PlannedIdentity& identity, Variables& variables) {
  const auto add = [&](std::string name, std::string value) {
    PlannedVariable variable{name, std::move(value), nullptr, "nodeward"};
    variables.try_emplace(std::move(name), std::move(variable));
  };
  add("HOME", identity.home);
  if (!identity.user.empty()) {
    add("USER", identity.user);
    add("LOGNAME", identity.user);
  }
}

// Over what the profile sets: a socket or number of somebody else's would only mislead.
void AddService(const PlannedService& service, Variables& variables) {
  const auto add = [&](std::string name, std::string value, OwnNumber number = OwnNumber::kNone) {
    PlannedVariable variable{name, std::move(value), nullptr, "nodeward", number};
    variables.insert_or_assign(std::move(name), std::move(variable));
  };
  if (!service.notify_socket.empty()) {
    add("NOTIFY_SOCKET", service.notify_socket);
    if (!service.watchdog_usec.empty()) {
      add("WATCHDOG_USEC", service.watchdog_usec);
      add("WATCHDOG_PID", "", OwnNumber::kPid);
    }
  }
  if (service.sockets > 0) {
    add("LISTEN_FDS", std::to_string(service.sockets));
    add("LISTEN_PID", "", OwnNumber::kPid);
    if (!service.socket_names.empty()) add("LISTEN_FDNAMES", service.socket_names);
  }
}

// Secrets beat what is passed, and what is set may not go by a secret's name: one of them would be
// lost unseen.
Result<void> AddSecrets(const Profile& profile, LaunchPlan& plan, Variables& variables) {
  const auto clash = [&](const std::string& name) -> Result<void> {
    const auto set = profile.environment.set.find(name);
    if (set == profile.environment.set.end()) return {};
    return Fail("\"" + name + "\" is both in the vault and in [environment] set",
                set->second.where.Text(), "leave it out of [environment] set");
  };
  for (const PlannedSecret& secret : plan.secrets) {
    if (auto apart = clash(secret.name); !apart) return apart;
    variables.erase(secret.name);
  }
  auto delivered = DeliverSecrets(profile, plan);
  if (!delivered) return Fail(delivered.error());
  for (PlannedVariable& variable : *delivered) {
    if (auto apart = clash(variable.name); !apart) return apart;
    std::string name = variable.name;
    variables.insert_or_assign(std::move(name), std::move(variable));
  }
  return {};
}

Result<void> CheckSizes(const Variables& variables) {
  for (const auto& [name, variable] : variables) {
    const std::size_t value =
        variable.secret != nullptr ? variable.secret->size() : variable.text.size();
    if (name.size() + 1 + value > kMaxVariable) {
      return Fail("the environment variable \"" + name +
                  "\" is larger than the 128 KiB that Linux "
                  "can hand over");
    }
  }
  return {};
}

Explanation ExplainEnvironment(const Profile& profile, const HostReport&) {
  std::vector<std::string> passed;
  for (const Text& pattern : PassList(profile)) passed.push_back(pattern.value);
  Explanation explanation;
  explanation.what = passed.empty() ? "nothing is inherited" : "inherits only " + JoinWords(passed);
  for (const auto& [name, value] : profile.environment.set) {
    explanation.lines.push_back("sets " + name + "=" + value.value);
  }
  explanation.lines.push_back("sets HOME, USER and LOGNAME for the user that it runs as");
  return explanation;
}

Result<void> PrepareEnvironment(const Profile& profile, const HostReport&, LaunchPlan& plan) {
  Variables variables;
  AddInherited(profile, plan, variables);
  for (const auto& [name, value] : plan.script_environment) {
    variables.insert_or_assign(name, PlannedVariable{name, value, nullptr, "package.json"});
  }
  for (const auto& [name, value] : profile.environment.set) {
    variables.insert_or_assign(name, PlannedVariable{name, value.value, nullptr, "set"});
  }
  AddOwn(plan.identity, variables);
  AddService(plan.service, variables);
  if (auto added = AddSecrets(profile, plan, variables); !added) return added;
  if (auto checked = CheckSizes(variables); !checked) return checked;
  plan.environment.clear();
  for (auto& [name, variable] : variables) plan.environment.push_back(std::move(variable));
  return {};
}

Result<void> VerifyEnvironment(const LaunchPlan&, const Observed&) { return {}; }

}  // namespace

bool IsDangerousVariable(std::string_view name) {
  return std::count(kDangerous.begin(), kDangerous.end(), name) > 0 ||
         std::any_of(kDangerousPrefixes.begin(), kDangerousPrefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

bool MatchesPass(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  pattern.remove_suffix(1);
  return name.starts_with(pattern);
}

const Measure kEnvironmentMeasure = {
    .name = "environment",
    .section = "environment",
    .wanted = Always,
    .support = AlwaysFull,
    .explain = ExplainEnvironment,
    .prepare = PrepareEnvironment,
    .establish = nullptr,
    .apply = nullptr,
    .verify = VerifyEnvironment,
};

}  // namespace nodeward
