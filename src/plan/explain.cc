#include "plan/explain.h"

#include <unistd.h>

#include "base/text.h"
#include "measures/measure.h"
#include "measures/rows.h"
#include "plan/masking.h"
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

// Judges the files as a launch would; the vault stays closed.
void JudgeSecretFiles(const Profile& profile, const HostReport& host, ExplainedMeasure& row) {
  LaunchPlan who;
  if (!kIdentityMeasure.prepare(profile, host, who)) return;  // its own row says why
  const auto checked = CheckSecretFiles(profile, host, who.identity);
  if (!checked) {
    row.state = "unavailable";
    row.missing = checked.error().where + ": " + checked.error().what;
    row.hint = checked.error().hint;
    row.refuses = true;
  } else if (!checked->empty()) {
    row.state = "partial";
    row.missing = JoinWords(*checked);
  }
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
  if (!profile.secrets.vault) return row;
  row.state = "full";
  const IdentitySource source = FindIdentity(profile);
  row.what = "from " + profile.secrets.vault->value + " into the environment";
  row.lines.push_back(source.path.empty()
                          ? "opened with a passphrase, asked on the terminal"
                          : "opened with " + source.path + " (" + source.origin + ")");
  std::vector<std::string> names;
  for (const Text& name : profile.secrets.require.value_or(std::vector<Text>{})) {
    names.push_back(name.value);
  }
  if (!names.empty()) row.lines.push_back("required: " + JoinWords(names));
  row.lines.push_back("a process of the same user can read /proc/PID/environ");
  row.lines.push_back(ExplainMask(profile));
  JudgeSecretFiles(profile, host, row);
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
