// The main program against libseccomp's own compilation of the same rules: each call that is tried
// must get the same answer from both.
#include <gtest/gtest.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>

#include "measures/seccomp_prelude.h"
#include "measures/seccomp_program.h"
#include "profile/syscall_groups.h"
#include "unit/measures/seccomp_testing.h"

namespace nodeward {
namespace {

using test::CallOf;
using test::DefaultProfile;
using test::Evaluate;
using test::PolicyOf;

constexpr std::uint32_t kOtherwise = SECCOMP_RET_USER_NOTIF;

std::vector<sock_filter> Export(scmp_filter_ctx context) {
  const int file = memfd_create("filter", MFD_CLOEXEC);
  EXPECT_EQ(seccomp_export_bpf(context, file), 0);
  std::vector<sock_filter> code(static_cast<std::size_t>(lseek(file, 0, SEEK_END)) /
                                sizeof(sock_filter));
  const auto size = static_cast<ssize_t>(code.size() * sizeof(sock_filter));
  EXPECT_EQ(pread(file, code.data(), static_cast<std::size_t>(size), 0), size);
  close(file);
  return code;
}

// libseccomp's program for the same calls.
std::vector<sock_filter> Reference(const std::vector<AnsweredCall>& calls) {
  const std::unique_ptr<void, void (*)(void*)> context(seccomp_init(SCMP_ACT_NOTIFY),
                                                       seccomp_release);
  seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  for (const AnsweredCall& call : calls) {
    if (call.shapes.empty()) {
      EXPECT_EQ(seccomp_rule_add(context.get(), call.answer, call.number, 0), 0) << call.number;
    }
    for (const auto& shape : call.shapes) {
      std::vector<scmp_arg_cmp> tests;
      for (const ArgumentCondition& condition : shape) {
        tests.push_back({condition.index, SCMP_CMP_MASKED_EQ, condition.mask, condition.value});
      }
      EXPECT_EQ(seccomp_rule_add_array(context.get(), call.answer, call.number,
                                       static_cast<unsigned>(tests.size()), tests.data()),
                0)
          << call.number;
    }
  }
  return Export(context.get());
}

// Every rule that there is, whatever profile would ask for it.
std::vector<AnsweredCall> AllRules(bool children, const Supervision& supervision) {
  std::vector<ArgumentRule> rules = ArgumentRules(children);
  for (const SupervisedCall& asked : SupervisedCalls(supervision)) {
    rules.insert(rules.end(), asked.passes.begin(), asked.passes.end());
  }
  std::vector<AnsweredCall> calls;
  std::vector<std::string> names;
  for (const ArgumentRule& rule : rules) {
    const int number = SyscallNumber(std::string(rule.call));
    if (number < 0) continue;
    const auto held = std::ranges::find(calls, number, &AnsweredCall::number);
    if (held == calls.end()) {
      calls.push_back({number, SECCOMP_RET_ALLOW, {rule.conditions}});
    } else {
      held->shapes.push_back(rule.conditions);
    }
  }
  for (const SyscallGroup& group : SyscallGroups()) {
    for (const std::string_view name : group.calls) names.emplace_back(name);
  }
  for (const std::string& name : names) {
    const int number = SyscallNumber(name);
    if (number < 0 || std::ranges::count(calls, number, &AnsweredCall::number) > 0) continue;
    const bool probe = std::ranges::count(OptionalProbes(), name) > 0;
    calls.push_back({number, probe ? SECCOMP_RET_ERRNO | 38u : SECCOMP_RET_ALLOW, {}});
  }
  return calls;
}

// A call with arguments that lie at the edges of the conditions on it.
seccomp_data Try(const AnsweredCall& call, std::mt19937_64& random) {
  seccomp_data data = CallOf(call.number);
  for (auto& argument : data.args) argument = random() % 2 == 0 ? random() : random() % 64;
  if (call.shapes.empty()) return data;
  for (const ArgumentCondition& condition : call.shapes[random() % call.shapes.size()]) {
    auto& argument = data.args[condition.index];
    argument = (argument & ~condition.mask) | condition.value;
    if (random() % 4 == 0) argument ^= std::uint64_t{1} << random() % 64;
  }
  return data;
}

void ExpectSame(const std::vector<AnsweredCall>& calls, unsigned seed) {
  const auto own = MakeProgram(calls, kOtherwise);
  const auto reference = Reference(calls);
  std::mt19937_64 random(seed);
  std::array<int, 3> seen{};
  for (int round = 0; round < 200000; ++round) {
    seccomp_data data = Try(calls[random() % calls.size()], random);
    if (round % 5 == 0) data.nr = static_cast<int>(random() % 700);
    if (round % 97 == 0) data.nr = static_cast<int>(random());
    if (round % 89 == 0) data.arch = static_cast<std::uint32_t>(random());
    const std::uint32_t answer = Evaluate(own, data);
    ASSERT_EQ(answer, Evaluate(reference, data))
        << "seed " << seed << ", call " << data.nr << ", arch " << std::hex << data.arch << "("
        << data.args[0] << ", " << data.args[1] << ", " << data.args[2] << ", " << data.args[3]
        << ", " << data.args[4] << ")";
    ++seen[answer == SECCOMP_RET_ALLOW ? 0 : answer == kOtherwise ? 1 : 2];
  }
  for (const int count : seen) EXPECT_GT(count, 1000) << "allowed, notified, anything else";
}

TEST(SeccompProgram, AnswersAsLibseccompsDoes) {
  Supervision all;
  all.execution = all.writes = all.mappings = all.signals = all.network = all.sockets = true;
  ExpectSame(AllRules(false, {}), 1);
  ExpectSame(AllRules(true, {}), 2);
  ExpectSame(AllRules(true, all), 3);
}

TEST(SeccompProgram, OfRandomCallsToo) {
  std::mt19937_64 random(4);
  for (unsigned seed = 5; seed < 15; ++seed) {
    std::vector<AnsweredCall> calls = AllRules(seed % 2 == 0, {});
    std::erase_if(calls, [&](const AnsweredCall&) { return random() % 2 == 0; });
    calls.push_back({SyscallNumber("clone3"), SECCOMP_RET_ERRNO | 38u, {}});
    std::shuffle(calls.begin(), calls.end(), random);
    ExpectSame(calls, seed);
  }
}

TEST(SeccompProgram, NoCallAtAllIsRefused) {
  const auto code = MakeProgram({}, kOtherwise);
  for (const int number : {0, 1, 59, 500}) EXPECT_EQ(Evaluate(code, CallOf(number)), kOtherwise);
}

TEST(SeccompProgram, TheFirstOfTwoAnswersCounts) {
  const auto code = MakeProgram({{5, SECCOMP_RET_ALLOW, {}}, {5, SECCOMP_RET_LOG, {}}}, kOtherwise);
  EXPECT_EQ(Evaluate(code, CallOf(5)), SECCOMP_RET_ALLOW);
}

}  // namespace
}  // namespace nodeward
