#include "measures/seccomp_filter.h"

#include <linux/seccomp.h>
#include <seccomp.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <set>

#include "base/text.h"
#include "measures/file_rules.h"
#include "measures/seccomp_arguments.h"
#include "measures/seccomp_prelude.h"
#include "measures/seccomp_program.h"
#include "profile/syscall_groups.h"

namespace nodeward {
namespace {

using Names = std::set<std::string, std::less<>>;

// libseccomp knows the names of all architectures: a name that is unknown to it is a mistake, one
// that this machine lacks (open on arm64) is not.
bool IsKnownCall(const std::string& name) {
  return seccomp_syscall_resolve_name(name.c_str()) != __NR_SCMP_ERROR;
}

Error UnknownCall(const Text& text) {
  std::vector<std::string_view> known;
  for (const SyscallGroup& group : SyscallGroups()) {
    known.insert(known.end(), group.calls.begin(), group.calls.end());
  }
  const std::string_view nearest = Nearest(text.value, known);
  return {"there is no system call \"" + text.value + "\"", text.where.Text(),
          nearest.empty() ? "" : "\"" + std::string(nearest) + "\""};
}

Error UnknownGroup(const Text& text) {
  std::vector<std::string> names;
  for (const SyscallGroup& group : SyscallGroups()) names.push_back("@" + std::string(group.name));
  return {"there is no group of system calls \"" + text.value + "\"", text.where.Text(),
          "one of " + JoinWords(names)};
}

// clone3(2) takes its flags in memory, where no filter can look: allowing it would allow every
// namespace.
Result<void> RefuseUncheckable(const Profile& profile) {
  for (const Text& text : profile.syscalls.allow.value_or(std::vector<Text>{})) {
    if (text.value != "clone3") continue;
    return Fail("clone3 cannot be allowed: no filter sees its flags", text.where.Text(),
                "\"@process\": the C library then makes processes with clone");
  }
  return {};
}

Result<void> Collect(const std::optional<std::vector<Text>>& list, Names& names) {
  for (const Text& text : list.value_or(std::vector<Text>{})) {
    if (text.value.starts_with('@')) {
      const SyscallGroup* group = FindSyscallGroup(text.value.substr(1));
      if (group == nullptr) return Fail(UnknownGroup(text));
      names.insert(group->calls.begin(), group->calls.end());
    } else {
      if (!IsKnownCall(text.value)) return Fail(UnknownCall(text));
      names.insert(text.value);
    }
  }
  return {};
}

std::uint32_t Refusal(DefaultAnswer answer) {
  switch (answer) {
    case DefaultAnswer::kNotify:
      return SECCOMP_RET_USER_NOTIF;
    case DefaultAnswer::kErrno:
      return SECCOMP_RET_ERRNO | EPERM;
    case DefaultAnswer::kKill:
      return SECCOMP_RET_KILL_PROCESS;
    case DefaultAnswer::kLog:
      return SECCOMP_RET_LOG;
  }
  return SECCOMP_RET_KILL_PROCESS;
}

// The shapes that the rules give one call.
std::vector<std::vector<ArgumentCondition>> ShapesOf(std::string_view name,
                                                     const std::vector<ArgumentRule>& rules) {
  std::vector<std::vector<ArgumentCondition>> shapes;
  for (const ArgumentRule& rule : rules) {
    if (rule.call == name) shapes.push_back(rule.conditions);
  }
  return shapes;
}

// "@process", or one of its calls that make a process.
bool AllowsChildren(const FilterPolicy& policy) {
  return std::binary_search(policy.allow.begin(), policy.allow.end(), "fork") ||
         std::binary_search(policy.allow.begin(), policy.allow.end(), "vfork");
}

// What each call gets that does not get the default; notes which ones the supervisor decides.
std::vector<AnsweredCall> AnswersOf(const FilterPolicy& policy, std::vector<int>& supervised) {
  const std::vector<ArgumentRule> rules = ArgumentRules(AllowsChildren(policy));
  const std::vector<SupervisedCall> asked = SupervisedCalls(policy.supervision);
  std::vector<AnsweredCall> answers;
  for (const std::string& name : policy.allow) {
    const int number = SyscallNumber(name);
    if (number < 0) continue;  // another architecture's
    const auto call = std::ranges::find(asked, name, &SupervisedCall::call);
    if (call == asked.end()) {
      answers.push_back({number, SECCOMP_RET_ALLOW, ShapesOf(name, rules)});
      continue;
    }
    supervised.push_back(number);
    // Without a shape that passes, each one gets the default: it is asked about.
    if (call->passes.empty()) continue;
    answers.push_back({number, SECCOMP_RET_ALLOW, ShapesOf(name, call->passes)});
  }
  for (const std::string& name : policy.probes) {
    answers.push_back({SyscallNumber(name), SECCOMP_RET_ERRNO | ENOSYS, {}});
  }
  return answers;
}

// The highest number that libseccomp has a name for. Downwards: each look-up walks its whole table.
int LastKnownCall() {
  constexpr int kBeyondAnyTable = 512;  // x86-64: from here on x32 has its own
  for (int number = kBeyondAnyTable - 1; number > 0; --number) {
    char* name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
    const bool known = name != nullptr;
    std::free(name);  // libseccomp hands it over
    if (known) return number;
  }
  return 0;
}

std::vector<GuardedCall> Guards(const Protected& guarded) {
  if (guarded.supervisor <= 0) return {};
  const auto value = [](pid_t pid) { return static_cast<std::uint32_t>(pid); };
  // -1 is everything that may be signalled; a negative number is a group.
  GuardedCall kill{SyscallNumber("kill"),
                   {value(guarded.supervisor), value(guarded.keeper),
                    value(-guarded.supervisor_group), value(-guarded.keeper), value(-1)}};
  for (const pid_t thread : guarded.threads) kill.values.push_back(value(thread));
  const std::vector<std::uint32_t> groups{value(guarded.supervisor), value(guarded.keeper),
                                          value(-1)};
  std::vector<GuardedCall> guards{{SyscallNumber("tgkill"), groups},
                                  {SyscallNumber("rt_tgsigqueueinfo"), groups}};
  // Beyond kill and tgkill no group has them; a profile that names one does not mean nodeward.
  for (const char* name : {"tkill", "rt_sigqueueinfo", "pidfd_open"}) {
    guards.push_back({SyscallNumber(name), kill.values});
  }
  guards.push_back(std::move(kill));
  return guards;
}

}  // namespace

int SyscallNumber(const std::string& name) {
  const int number = seccomp_syscall_resolve_name(name.c_str());
  return number < 0 ? -1 : number;
}

Result<FilterPolicy> ResolvePolicy(const Profile& profile) {
  Names allow;
  Names deny;
  if (auto refused = RefuseUncheckable(profile); !refused) return Fail(refused.error());
  if (auto collected = Collect(profile.syscalls.allow, allow); !collected) {
    return Fail(collected.error());
  }
  if (auto collected = Collect(profile.syscalls.deny, deny); !collected) {
    return Fail(collected.error());
  }
  FilterPolicy policy;
  // A program that may be executed is of no use without a process to execute it in.
  if (AllowsExecution(profile)) {
    if (const SyscallGroup* process = FindSyscallGroup("process"); process != nullptr) {
      allow.insert(process->calls.begin(), process->calls.end());
    }
  }
  for (const std::string_view call : LaunchCalls()) {
    deny.erase(std::string(call));  // by a group; by name the profile's validation refuses it
    allow.emplace(call);
  }
  for (const std::string& call : deny) allow.erase(call);
  for (const std::string_view call : OptionalProbes()) {
    if (!allow.contains(call) && !deny.contains(call)) policy.probes.emplace_back(call);
  }
  policy.allow.assign(allow.begin(), allow.end());
  return policy;
}

Result<CompiledFilter> CompileFilter(const FilterPolicy& policy) {
  const std::uint32_t refusal = Refusal(policy.answer);
  CompiledFilter filter;
  const auto main = MakeProgram(AnswersOf(policy, filter.supervised), refusal);
  filter.last_call = LastKnownCall();
  filter.code = MakePrelude(filter.last_call, Guards(policy.guarded), refusal);
  filter.code.insert(filter.code.end(), main.begin(), main.end());
  if (filter.code.size() > BPF_MAXINSNS) {
    return Fail("the system call filter is longer than the kernel takes (4096 instructions)", {},
                "fewer calls in [syscalls] allow");
  }
  return filter;
}

}  // namespace nodeward
