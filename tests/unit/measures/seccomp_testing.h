// What the tests of the filter share: profiles' policies, compiled once, and verdicts by name.
#pragma once

#include <gtest/gtest.h>

#include <cerrno>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "measures/bpf_evaluator.h"
#include "measures/seccomp_filter.h"
#include "profile/load.h"

namespace nodeward::test {

// Stand-ins for the processes that the application must never signal. The supervisor's group is not
// its pid, as under a shell.
inline const Protected kGuarded = {
    .supervisor = 4100, .supervisor_group = 4000, .keeper = 4101, .threads = {4110, 4111}};

inline constexpr std::uint32_t kAllow = SECCOMP_RET_ALLOW;
inline constexpr std::uint32_t kNotify = SECCOMP_RET_USER_NOTIF;
inline constexpr std::uint32_t kNoSuchCall = SECCOMP_RET_ERRNO | ENOSYS;
inline constexpr std::uint32_t kKillProcess = SECCOMP_RET_KILL_PROCESS;

using nodeward::CallOf;

// The filter's answer; a program that the kernel would not load is a defect.
inline std::uint32_t Evaluate(std::span<const sock_filter> code, const seccomp_data& call) {
  const auto answer = EvaluateFilter(code, call);
  if (!answer) throw std::runtime_error(answer.error().what);
  return *answer;
}

// The embedded default profile, with --set arguments.
inline Profile DefaultProfile(std::vector<std::string> overrides = {}) {
  auto profile = LoadProfile({"default", std::move(overrides)});
  if (!profile) throw std::runtime_error(FormatError(profile.error().front()));
  return *profile;
}

inline FilterPolicy PolicyOf(const Profile& profile,
                             DefaultAnswer answer = DefaultAnswer::kNotify) {
  auto policy = ResolvePolicy(profile);
  if (!policy) throw std::runtime_error(policy.error().what);
  policy->guarded = kGuarded;
  policy->answer = answer;
  return *policy;
}

// A compiled filter that answers for calls by their names.
class Filter {
 public:
  explicit Filter(const FilterPolicy& policy) {
    auto compiled = CompileFilter(policy);
    if (!compiled) throw std::runtime_error(compiled.error().what);
    compiled_ = std::move(*compiled);
  }

  template <class... Arguments>
  std::uint32_t operator()(const std::string& name, Arguments... arguments) const {
    const int number = SyscallNumber(name);
    if (number < 0) throw std::runtime_error("this machine has no " + name);
    return Evaluate(compiled_.code, CallOf(number, static_cast<std::uint64_t>(arguments)...));
  }
  std::uint32_t operator()(const seccomp_data& call) const {
    return Evaluate(compiled_.code, call);
  }
  int last_call() const { return compiled_.last_call; }
  std::size_t length() const { return compiled_.code.size(); }

 private:
  CompiledFilter compiled_;
};

// The default profile's.
inline const Filter& DefaultFilter() {
  static const Filter filter(PolicyOf(DefaultProfile()));
  return filter;
}

// The default profile's with @process.
inline const Filter& ProcessFilter() {
  static const Filter filter(
      PolicyOf(DefaultProfile({"syscalls.allow=[\"@default\", \"@process\"]"})));
  return filter;
}

// Garbage above an int argument, which the kernel never looks at.
inline constexpr std::uint64_t kGarbage = 0xdeadbeef00000000;

}  // namespace nodeward::test
