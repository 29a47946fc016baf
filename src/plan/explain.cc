#include "plan/explain.h"

#include <unistd.h>

#include "base/text.h"
#include "measures/measure.h"
#include "measures/rows.h"
#include "plan/masking.h"
#include "plan/secret_rules.h"
#include "plan/secrets.h"

namespace nodeward {
namespace {

std::string StateOf(const Decision& decision) {
  if (decision.outcome == Outcome::kSkip) return "off";
  if (std::holds_alternative<Full>(decision.support)) return "full";
  return std::holds_alternative<Partial>(decision.support) ? "partial" : "unavailable";
}

ExplainedMeasure ExplainOne(const Profile& profile, const HostReport& host,
                            const Decision& decision) {
  const Measure& measure = Measures()[decision.measure];
  ExplainedMeasure row;
  row.name = measure.name;
  row.state = StateOf(decision);
  if (decision.outcome == Outcome::kSkip) {
    row.what = "not asked for";
    return row;
  }
  Explanation explanation = measure.explain(profile, host);
  row.what = std::move(explanation.what);
  row.lines = std::move(explanation.lines);
  Gap gap = GapOf(decision.support);
  row.missing = std::move(gap.missing);
  row.hint = std::move(gap.hint);
  row.refuses = decision.outcome == Outcome::kRefuse;
  return row;
}

void Refuse(const Error& error, ExplainedMeasure& row) {
  row.state = "unavailable";
  row.missing = (error.where.empty() ? "" : error.where + ": ") + error.what;
  row.hint = error.hint;
  row.refuses = true;
}

// The names that each vault gives, and those that a later one gives instead.
void TellOrigins(const std::vector<std::string>& vaults, const Secrets& secrets,
                 ExplainedMeasure& row) {
  constexpr std::size_t kShown = 50;
  for (const std::string& vault : vaults) {
    std::vector<std::string> names;
    std::size_t more = 0;
    for (const Secret& secret : secrets) {
      if (secret.vault != vault) continue;
      if (names.size() < kShown) {
        names.push_back(secret.name);
      } else {
        ++more;
      }
    }
    if (more > 0) names.push_back(std::to_string(more) + " more");
    row.lines.push_back("from " + vault + ": " + (names.empty() ? "none" : JoinWords(names)));
  }
}

// Judges the files as a launch would, and opens the vaults where nobody has to be asked: the names,
// and what is wrong with them, are known by no other way.
void JudgeSecrets(const Profile& profile, const HostReport& host, ExplainedMeasure& row) {
  LaunchPlan who;
  if (!kIdentityMeasure.prepare(profile, host, who)) return;  // its own row says why
  const auto checked = CheckSecretFiles(profile, host, who.identity);
  if (!checked) return Refuse(checked.error(), row);
  if (!checked->empty()) {
    row.state = "partial";
    row.missing = JoinWords(*checked);
  }
  const IdentitySource source = FindIdentity(profile);
  if (source.path.empty() || source.identity_fd || source.passphrase_fd) return;
  HeldKeys none;
  const auto loaded = LoadSecrets(profile, host, who.identity, none);
  if (!loaded) return Refuse(loaded.error(), row);
  TellOrigins(VaultPaths(profile), loaded->secrets, row);
  for (const std::string& warning : loaded->warnings) row.lines.push_back("warning: " + warning);
}

std::string ExplainMask(const Profile& profile) {
  if (!WantsMask(profile)) return "not masked in what the application prints";
  std::string terminals;
  if (isatty(STDOUT_FILENO) == 1) terminals = "standard output";
  if (isatty(STDERR_FILENO) == 1) {
    terminals += terminals.empty() ? "standard error" : " and standard error";
  }
  return "masked in standard output and error, but on a terminal" +
         (terminals.empty() ? std::string() : ": " + terminals + " would not be, here");
}

ExplainedMeasure ExplainSecrets(const Profile& profile, const HostReport& host) {
  ExplainedMeasure row;
  row.name = "secrets";
  row.state = "off";
  row.what = "no vault";
  const auto vaults = VaultPaths(profile);
  if (vaults.empty()) return row;
  row.state = "full";
  const IdentitySource source = FindIdentity(profile);
  row.what = "from " + JoinWords(vaults);
  if (vaults.size() > 1) row.lines.push_back("of a name in several vaults, the last one counts");
  row.lines.push_back("opened with " + Describe(source));
  row.lines.push_back(
      "looked for in this order: [secrets] identity, $CREDENTIALS_DIRECTORY, /run/secrets, a "
      "passphrase");
  std::vector<std::string> names;
  for (const Text& name : profile.secrets.require.value_or(std::vector<Text>{})) {
    names.push_back(name.value);
  }
  if (!names.empty()) row.lines.push_back("required: " + JoinWords(names));
  for (const auto& [name, rule] : profile.secrets.rules) {
    row.lines.push_back(name + ": " + DescribeRule(rule));
  }
  const auto& deliver = profile.secrets.deliver;
  if (!deliver || deliver->value == Deliver::kEnv) {
    row.lines.push_back(
        "into the environment: a process of the same user can read /proc/PID/environ");
  }
  row.lines.push_back(ExplainMask(profile));
  JudgeSecrets(profile, host, row);
  return row;
}

}  // namespace

std::vector<ExplainedMeasure> ExplainAll(const Profile& profile, const HostReport& host) {
  std::vector<ExplainedMeasure> rows;
  for (const Decision& decision : DecideAll(profile, host)) {
    rows.push_back(ExplainOne(profile, host, decision));
  }
  rows.push_back(ExplainSecrets(profile, host));
  return rows;
}

}  // namespace nodeward
