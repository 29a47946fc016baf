#include "cli/why_syscall.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/text.h"
#include "decode/decode.h"
#include "decode/table.h"
#include "decode/words.h"
#include "events/codes.h"
#include "judge/answer.h"
#include "kernel/architecture.h"
#include "measures/bpf_evaluator.h"
#include "measures/rows.h"
#include "measures/seccomp_filter.h"
#include "plan/decide.h"
#include "profile/syscall_groups.h"

namespace nodeward {
namespace {

constexpr std::size_t kArguments = 6;

bool IsForeign(int number) {
  return kernel::kForeignNumbers && static_cast<std::uint32_t>(number) >= *kernel::kForeignNumbers;
}

// All that decides about one call.
struct Case {
  const Profile& profile;
  FilterPolicy policy;
  PlannedFilter filter;
  seccomp_data call;
  std::string name;
  bool arguments;  // some were given
};

bool Names(const Text& entry, const std::string& call) {
  if (!entry.value.starts_with('@')) return entry.value == call;
  const SyscallGroup* group = FindSyscallGroup(entry.value.substr(1));
  return group != nullptr && std::ranges::binary_search(group->calls, call);
}

const Text* FindEntry(const TextList& list, const std::string& call) {
  if (!list) return nullptr;
  const auto found =
      std::ranges::find_if(*list, [&](const Text& entry) { return Names(entry, call); });
  return found == list->end() ? nullptr : &*found;
}

bool Contains(const std::vector<std::string>& sorted, const std::string& call) {
  return std::ranges::binary_search(sorted, call);
}

Result<int> ParseCall(const std::string& word) {
  int number = -1;
  const bool hex = word.starts_with("0x");
  const char* end = word.data() + word.size();
  const auto parsed = std::from_chars(word.data() + (hex ? 2 : 0), end, number, hex ? 16 : 10);
  if (parsed.ec == std::errc() && parsed.ptr == end && number >= 0) return number;
  number = CallNumber(word);
  if (number < 0) number = SyscallNumber(word);
  if (number >= 0) return number;
  std::vector<std::string_view> known;
  for (int i = 0; i < 512; ++i) {
    if (!CallName(i).empty()) known.push_back(CallName(i));
  }
  const std::string_view nearest = Nearest(word, known);
  return Fail("this machine has no system call \"" + word + "\"", {},
              nearest.empty() ? "its number" : "nodeward why syscall " + std::string(nearest));
}

Result<seccomp_data> ParseQuestion(const std::vector<std::string>& words) {
  if (words.empty()) return Fail("which system call?", {}, "nodeward why syscall mount");
  if (words.size() > 1 + kArguments) return Fail("a system call has six arguments at most");
  const auto number = ParseCall(words.front());
  if (!number) return Fail(number.error());
  seccomp_data call = CallOf(*number);
  for (std::size_t i = 1; i < words.size(); ++i) {
    const int index = static_cast<int>(i) - 1;
    const auto value = ParseArgument(call, index, words[i]);
    if (!value) {
      const auto names = ArgumentNames(call, index);
      const std::string_view nearest = Nearest(words[i], names);
      return Fail("\"" + words[i] + "\" is no number and no known name of argument " +
                      std::to_string(i) + " of " + words.front(),
                  {}, std::string(nearest));
    }
    call.args[index] = *value;
  }
  return call;
}

std::vector<std::string> Written(const TextList& list) {
  std::vector<std::string> words;
  for (const Text& entry : list.value_or(std::vector<Text>{})) words.push_back(entry.value);
  return words;
}

std::string HintFor(const Case& asked) {
  return AllowHint(asked.call, Written(asked.profile.syscalls.allow),
                   Written(asked.profile.filesystem.exec));
}

// The rule that allows a call by name.
void ExplainAllowed(const Case& asked, WhyAnswer& answer) {
  if (const Text* entry = FindEntry(asked.profile.syscalls.allow, asked.name)) {
    DecideBy(answer, *entry, "[syscalls] allow");
  } else if (std::ranges::count(LaunchCalls(), asked.name) > 0) {
    answer.rule = "nodeward itself: no program starts or ends without it";
  }
}

// A hint that the profile's own validation refuses is none: clone3 has no line.
void SuggestLine(const Case& asked, WhyAnswer& answer) {
  Profile changed = asked.profile;
  if (!changed.syscalls.allow) changed.syscalls.allow.emplace();
  changed.syscalls.allow->push_back({asked.name, {}});
  if (const auto policy = ResolvePolicy(changed); !policy) {
    answer.notes.push_back(policy.error().what);
    return;
  }
  answer.hint = HintFor(asked);
}

void ExplainRefused(const Case& asked, WhyAnswer& answer) {
  if (Contains(asked.policy.allow, asked.name)) {
    ExplainAllowed(asked, answer);
    answer.rule += answer.rule.empty() ? "" : ", ";
    answer.rule += "but not with these arguments";
    answer.hint = HintFor(asked);
    return;
  }
  if (const Text* entry = FindEntry(asked.profile.syscalls.deny, asked.name)) {
    DecideBy(answer, *entry, "[syscalls] deny");
    answer.hint = "[syscalls] deny without \"" + entry->value + "\"";
    return;
  }
  answer.rule = "no entry of [syscalls] allow names it";
  const TextList& allow = asked.profile.syscalls.allow;
  if (allow && !allow->empty()) answer.where = allow->front().where.Text();
  SuggestLine(asked, answer);
}

void ExplainMissing(const Case& asked, WhyAnswer& answer) {
  answer.verdict = "answered with ENOSYS, as by an older kernel; no event";
  if (Contains(asked.policy.probes, asked.name)) {
    answer.rule = "a probe that Node.js and the C library make and can do without";
    SuggestLine(asked, answer);
  } else {
    answer.rule = "it is beyond the table of system calls that nodeward knows";
  }
}

// The supervisor's answer: SECCOMP_RET_USER_NOTIF.
void ExplainNotified(const Case& asked, bool by_target, WhyAnswer& answer) {
  if (by_target) {
    answer.allowed = true;
    answer.verdict = "allowed for some targets: nodeward looks at each";
    ExplainAllowed(asked, answer);
    answer.notes.push_back("ask about the target: nodeward why open, exec, connect or listen");
    return;
  }
  const std::string error = strerrorname_np(AnswerFor(asked.call.nr));
  answer.allowed = asked.filter.permissive;
  answer.verdict = asked.filter.permissive ? "let through, and told (permissive)"
                   : asked.filter.kill     ? "answered by ending the process, and told"
                                           : "refused with " + error + ", and told";
  answer.code = asked.filter.permissive ? codes::kCallPermitted
                : asked.filter.kill     ? codes::kCallKilled
                                        : codes::kCallDenied;
  ExplainRefused(asked, answer);
}

void ExplainVerdict(const Case& asked, std::uint32_t verdict, WhyAnswer& answer) {
  const auto shapes = PassingArguments(
      asked.call.nr, Contains(asked.policy.allow, "fork") || Contains(asked.policy.allow, "vfork"));
  const bool by_target = std::ranges::count(asked.filter.supervised, asked.call.nr) > 0;
  switch (verdict & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
      answer.allowed = true;
      answer.verdict = "allowed";
      ExplainAllowed(asked, answer);
      break;
    case SECCOMP_RET_LOG:
      answer.allowed = true;
      answer.verdict = "let through, unseen (permissive)";
      ExplainRefused(asked, answer);
      break;
    case SECCOMP_RET_USER_NOTIF:
      ExplainNotified(asked, by_target, answer);
      break;
    case SECCOMP_RET_ERRNO:
      if ((verdict & SECCOMP_RET_DATA) == ENOSYS) return ExplainMissing(asked, answer);
      answer.verdict = "refused with EPERM, unseen";
      ExplainRefused(asked, answer);
      break;
    default:
      answer.verdict = "answered by ending the process";
      if (!IsForeign(asked.call.nr)) return ExplainRefused(asked, answer);
      answer.rule =
          "the numbers of another architecture (x32) reach what nodeward does not look at";
  }
  if (answer.allowed && asked.arguments) return;
  for (const std::string& shape : shapes) answer.notes.push_back("passes: " + shape);
}

// What this host makes of the filter before any call is asked about.
void TellHost(const Profile& profile, const HostReport& host, WhyAnswer& answer) {
  const Support support = kSeccompMeasure.support(profile, host);
  const Gap gap = GapOf(support);
  if (gap.missing.empty()) return;
  const bool refuses = Decide(EnforcementFor(profile, "syscalls"), support) == Outcome::kRefuse;
  if (!refuses && std::holds_alternative<Unavailable>(support)) {
    answer.allowed = true;
    answer.verdict = "allowed here: " + gap.missing;
    return;
  }
  answer.notes.push_back((refuses ? "run would not start here: " : "on this host: ") + gap.missing);
}

bool IsGuarded(const std::string& name) {
  return name == "kill" || name == "tgkill" || name == "tkill" || name == "pidfd_open" ||
         name == "rt_sigqueueinfo" || name == "rt_tgsigqueueinfo";
}

}  // namespace

Result<WhyAnswer> WhySyscall(const Profile& profile, const HostReport& host,
                             const std::vector<std::string>& words) {
  const auto call = ParseQuestion(words);
  if (!call) return Fail(call.error());
  auto policy = ResolvePolicy(profile);
  if (!policy) return Fail(policy.error());
  LaunchPlan plan;
  if (auto prepared = kSeccompMeasure.prepare(profile, host, plan); !prepared) {
    return Fail(prepared.error());
  }
  const auto verdict = EvaluateFilter(plan.filter.code, *call);
  if (!verdict) return Fail(verdict.error());
  const std::string_view known = CallName(call->nr);
  Case asked{profile,
             std::move(*policy),
             std::move(plan.filter),
             *call,
             known.empty() ? words.front() : std::string(known),
             words.size() > 1};
  WhyAnswer answer;
  ExplainVerdict(asked, *verdict, answer);
  if (answer.allowed && IsGuarded(asked.name)) {
    answer.notes.push_back("towards nodeward's own processes it is refused in any case");
  }
  TellHost(profile, host, answer);
  return answer;
}

}  // namespace nodeward
