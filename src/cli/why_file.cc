#include "cli/why_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>

#include "cli/asked_path.h"
#include "decode/profile_line.h"
#include "events/codes.h"
#include "judge/ruling.h"
#include "measures/file_rules.h"
#include "measures/rows.h"
#include "plan/command.h"
#include "plan/decide.h"

namespace nodeward {
namespace {

// The launch as far as files go: who, where, which command, which rules.
struct Scene {
  const Profile& profile;
  LaunchPlan plan;
  std::string workdir;
};

std::string_view Variable(const LaunchPlan& plan, std::string_view name) {
  for (const PlannedVariable& variable : plan.environment) {
    if (variable.name == name) return variable.text;
  }
  return name == "PATH" ? kDefaultPath : std::string_view();
}

std::string CurrentFolder() {
  std::array<char, PATH_MAX> here{};
  return getcwd(here.data(), here.size()) != nullptr ? here.data() : "/";
}

// As plan/plan.cc prepares them. The command is node: what a question leaves out.
Result<Scene> MakeScene(const PlanRequest& request, WhyAnswer& answer) {
  Scene scene{request.profile, {}, {}};
  scene.plan.inherited_environment = request.environment;
  for (const Measure* measure : {&kIdentityMeasure, &kEnvironmentMeasure}) {
    auto prepared = measure->prepare(request.profile, request.host, scene.plan);
    if (!prepared) return Fail(prepared.error());
  }
  scene.workdir = scene.plan.identity.workdir;
  if (scene.workdir.empty()) scene.workdir = CurrentFolder();
  auto command = ResolveCommand("node", Variable(scene.plan, "PATH"), scene.workdir);
  if (command) {
    scene.plan.path = *command;
  } else {
    answer.notes.emplace_back("there is no node in PATH here: \"@node\" lacks the interpreter");
  }
  auto files = ResolveFileRules(request.profile, request.host, scene.plan);
  if (!files) return Fail(files.error());
  scene.plan.files = std::move(files->policy);
  return scene;
}

struct List {
  FileAccess access;
  std::string_view key;
  const TextList FilesystemSection::*entries;
};
constexpr List kRead{FileAccess::kRead, "read", &FilesystemSection::read};
constexpr List kWrite{FileAccess::kWrite, "write", &FilesystemSection::write};
constexpr List kExec{FileAccess::kExec, "exec", &FilesystemSection::exec};
constexpr List kList{FileAccess::kList, "list", &FilesystemSection::list};

// What made the rule: one entry of a list, or nodeward itself. An entry of another list counts too:
// what is written or executed is read as well.
void ExplainRule(const Scene& scene, const FileRule& rule, const List& asked, WhyAnswer& answer) {
  const std::string reach = rule.path + (rule.folder ? " and what lies beneath" : "");
  for (const List& list : {asked, kRead, kWrite, kExec, kList}) {
    for (const Text& entry :
         (scene.profile.filesystem.*list.entries).value_or(std::vector<Text>{})) {
      if (entry.value != rule.written) continue;
      DecideBy(answer, entry, "[filesystem] " + std::string(list.key));
      if (entry.value.starts_with('@') || entry.value.ends_with('*')) {
        answer.rule += ": " + reach;
      }
      return;
    }
  }
  answer.rule = "nodeward itself: " + rule.written + ", " + rule.path;
}

void ExplainAbsence(const Scene& scene, const List& list, WhyAnswer& answer) {
  const TextList& entries = scene.profile.filesystem.*list.entries;
  answer.rule = "no entry of [filesystem] " + std::string(list.key) + " covers it";
  if (entries && !entries->empty()) answer.where = entries->front().where.Text();
}

std::string LineFor(const Scene& scene, const List& list, const std::string& added) {
  std::vector<std::string> present;
  for (const Text& entry : (scene.profile.filesystem.*list.entries).value_or(std::vector<Text>{})) {
    present.push_back(entry.value);
  }
  return LineWith("filesystem", list.key, present, added);
}

std::string Who(const Scene& scene) {
  const PlannedIdentity& who = scene.plan.identity;
  return "user " + (who.user.empty() ? std::to_string(who.uid) : who.user);
}

bool OverridesModes(const Profile& profile) {
  const auto keep = profile.capabilities.keep.value_or(std::vector<Text>{});
  return std::ranges::any_of(keep, [](const Text& name) { return name.value.starts_with("dac_"); });
}

// Owner and mode, which the kernel asks first. Those of a process are its own, and not this one's.
void TellMode(const Scene& scene, const AskedPath& path, mode_t wanted, WhyAnswer& answer) {
  if (path.real.starts_with("/proc/") || OverridesModes(scene.profile)) return;
  const std::string refused = RefusedByMode(path, wanted, scene.plan.identity);
  if (refused.empty()) return;
  if (answer.allowed) {
    answer.verdict = "the rules allow it, but the file's owner and mode refuse it to " + Who(scene);
    answer.allowed = false;
    answer.notes.push_back(refused);
  } else {
    answer.notes.push_back("owner and mode would refuse it to " + Who(scene) + ", too: " + refused);
  }
}

void TellPath(const std::string& written, const AskedPath& path, WhyAnswer& answer) {
  if (path.linked) answer.notes.push_back("a link leads to " + path.real);
  if (!path.exists) {
    answer.notes.push_back("there is no " + path.real + " now" +
                           (path.placed ? "" : ", and no folder for it"));
  }
  if (written.starts_with("/proc/self") || written.starts_with("/proc/thread-self")) {
    answer.notes.emplace_back("links of /proc lead elsewhere for each process that follows them");
  }
}

// "permissive", and a host without Landlock.
void TellForce(const PlanRequest& request, WhyAnswer& answer) {
  const Enforcement enforcement = EnforcementFor(request.profile, "filesystem");
  const Support support = kLandlockMeasure.support(request.profile, request.host);
  const Gap gap = GapOf(support);
  if (enforcement == Enforcement::kPermissive && !answer.allowed) {
    answer.allowed = true;
    answer.verdict = "let through ([filesystem] is permissive)";
  } else if (Decide(enforcement, support) == Outcome::kRefuse) {
    answer.notes.push_back("run would not start here: " + gap.missing);
  } else if (!answer.allowed && std::holds_alternative<Unavailable>(support)) {
    answer.allowed = true;
    answer.verdict = "allowed here: " + gap.missing;
  }
}

void JudgeOpen(const Scene& scene, const AskedPath& path, bool write, WhyAnswer& answer) {
  const List& list = write ? kWrite : kRead;
  const FileRule* rule = scene.plan.files.Find(list.access, path.real);
  if (rule == nullptr && !write && path.folder) {
    rule = scene.plan.files.Find(FileAccess::kList, path.real);
  }
  answer.allowed = rule != nullptr;
  if (rule != nullptr) {
    answer.verdict = "allowed";
    return ExplainRule(scene, *rule, list, answer);
  }
  const bool all = scene.profile.events.all_files && scene.profile.events.all_files->value;
  const bool told = scene.plan.filter.listener && (write || all);
  answer.verdict = told ? "refused with EACCES, and told" : "refused with EACCES, unseen";
  if (told) answer.code = codes::kOpenRefused;
  if (!write && !all) {
    answer.notes.emplace_back("[events] files = \"all\" tells of refused reading, too");
  }
  ExplainAbsence(scene, list, answer);
  const std::string wanted =
      path.exists ? path.real : path.real.substr(0, std::max<std::size_t>(path.real.rfind('/'), 1));
  answer.hint = LineFor(scene, list, wanted);
}

void JudgeExec(const Scene& scene, const AskedPath& path, WhyAnswer& answer) {
  const FileRule* rule = scene.plan.files.Find(FileAccess::kExec, path.real);
  const bool children = AllowsExecution(scene.profile);
  if (rule != nullptr && (children || rule->implied)) {
    answer.allowed = true;
    answer.verdict = children ? "allowed" : "allowed once: as the command that nodeward starts";
    return ExplainRule(scene, *rule, kExec, answer);
  }
  answer.verdict = "refused with EACCES, and told";
  answer.code = codes::kExecRefused;
  ExplainAbsence(scene, kExec, answer);
  if (!children) answer.rule = "[filesystem] exec lets the application start no other program";
  answer.hint = LineFor(scene, kExec, rule != nullptr ? "@node-child" : path.real);
}

// Whether refusals are told depends on the filter's listener.
Result<void> PrepareFilter(const PlanRequest& request, Scene& scene) {
  return kSeccompMeasure.prepare(request.profile, request.host, scene.plan);
}

}  // namespace

Result<WhyAnswer> WhyOpen(const PlanRequest& request, const std::vector<std::string>& words) {
  const bool write = words.size() == 2 && words[1] == "write";
  if (words.empty() || words.size() > 2 || (words.size() == 2 && !write && words[1] != "read")) {
    return Fail("open what, and how?", {}, "nodeward why open /etc/shadow, or … write");
  }
  WhyAnswer answer;
  auto scene = MakeScene(request, answer);
  if (!scene) return Fail(scene.error());
  if (auto prepared = PrepareFilter(request, *scene); !prepared) return Fail(prepared.error());
  const auto path = ResolveAsked(words[0], scene->workdir);
  if (!path) return Fail(path.error());
  JudgeOpen(*scene, *path, write, answer);
  TellForce(request, answer);
  TellPath(words[0], *path, answer);
  TellMode(*scene, *path, write ? kMayWrite : kMayRead, answer);
  return answer;
}

Result<WhyAnswer> WhyExec(const PlanRequest& request, const std::vector<std::string>& words) {
  if (words.size() != 1) return Fail("execute what?", {}, "nodeward why exec /bin/sh");
  WhyAnswer answer;
  auto scene = MakeScene(request, answer);
  if (!scene) return Fail(scene.error());
  std::string written = words[0];
  if (written.find('/') == std::string::npos) {
    auto found = ResolveCommand(written, Variable(scene->plan, "PATH"), scene->workdir);
    if (!found) return Fail(found.error().what, found.error().where, "its whole path");
    written = *found;
  }
  const auto path = ResolveAsked(written, scene->workdir);
  if (!path) return Fail(path.error());
  JudgeExec(*scene, *path, answer);
  TellForce(request, answer);
  TellPath(written, *path, answer);
  TellMode(*scene, *path, kMayExecute, answer);
  return answer;
}

}  // namespace nodeward
