#include "measures/seccomp_program.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <cstddef>
#include <span>

#include "kernel/architecture.h"

namespace nodeward {
namespace {

constexpr std::uint32_t kNoNumber = UINT32_MAX;  // -1: a tracer's "skip this call"

sock_filter Load(std::size_t offset) {
  return {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
}
sock_filter Jump(std::uint16_t test, std::uint32_t value, std::size_t yes, std::size_t no) {
  return {static_cast<std::uint16_t>(BPF_JMP | BPF_K | test), static_cast<std::uint8_t>(yes),
          static_cast<std::uint8_t>(no), value};
}
sock_filter Return(std::uint32_t value) { return {BPF_RET | BPF_K, 0, 0, value}; }

// Numbers from `first` to the next span's first that share an answer.
struct Span {
  std::uint32_t first = 0;
  std::uint32_t answer = 0;
  const AnsweredCall* shaped = nullptr;  // a single number whose arguments decide
};

class Program {
 public:
  explicit Program(std::uint32_t otherwise) : otherwise_(otherwise) {}

  std::vector<sock_filter> Take() { return std::move(code_); }

  void RefuseForeign() {
    code_.push_back(Load(offsetof(seccomp_data, arch)));
    code_.push_back(Jump(BPF_JEQ, kernel::kAuditArch, 1, 0));
    code_.push_back(Return(SECCOMP_RET_KILL_PROCESS));
    code_.push_back(Load(offsetof(seccomp_data, nr)));
    if (!kernel::kForeignNumbers) return;
    code_.push_back(Jump(BPF_JGE, *kernel::kForeignNumbers, 0, 2));
    code_.push_back(Jump(BPF_JEQ, kNoNumber, 1, 0));
    code_.push_back(Return(SECCOMP_RET_KILL_PROCESS));
  }

  // A binary search for the number. Conditional jumps reach 255 instructions, a plain one all.
  void Search(std::span<const Span> spans) {
    if (spans.size() == 1) return Answer(spans.front());
    const std::size_t middle = spans.size() / 2;
    code_.push_back(Jump(BPF_JGE, spans[middle].first, 0, 1));
    const std::size_t skip = code_.size();
    code_.push_back({BPF_JMP | BPF_JA, 0, 0, 0});
    Search(spans.first(middle));
    code_[skip].k = static_cast<std::uint32_t>(code_.size() - skip - 1);
    Search(spans.subspan(middle));
  }

 private:
  void Answer(const Span& span) {
    if (span.shaped == nullptr) return code_.push_back(Return(span.answer));
    for (const auto& shape : span.shaped->shapes) AppendShape(shape, span.answer);
    code_.push_back(Return(otherwise_));
  }

  // Answers when all conditions hold, and falls through to the next shape when one does not.
  void AppendShape(const std::vector<ArgumentCondition>& conditions, std::uint32_t answer) {
    std::vector<sock_filter> tests;
    for (const ArgumentCondition& condition : conditions) {
      // Little-endian: the low word comes first.
      const std::size_t low =
          offsetof(seccomp_data, args) + condition.index * sizeof(std::uint64_t);
      AppendWord(tests, low, static_cast<std::uint32_t>(condition.mask),
                 static_cast<std::uint32_t>(condition.value));
      AppendWord(tests, low + sizeof(std::uint32_t),
                 static_cast<std::uint32_t>(condition.mask >> 32),
                 static_cast<std::uint32_t>(condition.value >> 32));
    }
    for (std::size_t i = 0; i < tests.size(); ++i) {
      if (BPF_CLASS(tests[i].code) != BPF_JMP) continue;
      tests[i].jf = static_cast<std::uint8_t>(tests.size() - i);  // over the Return below
    }
    code_.insert(code_.end(), tests.begin(), tests.end());
    code_.push_back(Return(answer));
  }

  static void AppendWord(std::vector<sock_filter>& tests, std::size_t offset, std::uint32_t mask,
                         std::uint32_t value) {
    if (mask == 0) return;
    tests.push_back(Load(offset));
    if (mask != UINT32_MAX) tests.push_back({BPF_ALU | BPF_AND | BPF_K, 0, 0, mask});
    tests.push_back(Jump(BPF_JEQ, value, 0, 0));
  }

  const std::uint32_t otherwise_;
  std::vector<sock_filter> code_;
};

// All numbers from 0 on; neighbours with the same plain answer are one.
std::vector<Span> SpansOf(const std::vector<AnsweredCall>& calls, std::uint32_t otherwise) {
  std::vector<Span> spans;
  const auto put = [&](std::uint32_t first, std::uint32_t answer, const AnsweredCall* shaped) {
    const bool same = !spans.empty() && spans.back().shaped == nullptr && shaped == nullptr &&
                      spans.back().answer == answer;
    if (!same) spans.push_back({first, answer, shaped});
  };
  std::uint32_t next = 0;
  for (const AnsweredCall& call : calls) {
    const auto number = static_cast<std::uint32_t>(call.number);
    if (number < next) continue;
    if (number > next) put(next, otherwise, nullptr);
    put(number, call.answer, call.shapes.empty() ? nullptr : &call);
    next = number + 1;
  }
  put(next, otherwise, nullptr);
  return spans;
}

}  // namespace

std::vector<sock_filter> MakeProgram(std::vector<AnsweredCall> calls, std::uint32_t otherwise) {
  std::erase_if(calls, [](const AnsweredCall& call) { return call.number < 0; });
  std::ranges::stable_sort(calls, {}, &AnsweredCall::number);
  const std::vector<Span> spans = SpansOf(calls, otherwise);
  Program program(otherwise);
  program.RefuseForeign();
  program.Search(spans);
  return program.Take();
}

}  // namespace nodeward
