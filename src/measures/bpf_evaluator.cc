#include "measures/bpf_evaluator.h"

#include <cstddef>
#include <cstring>
#include <optional>
#include <string>

namespace nodeward {
namespace {

// The kernel takes a shift by the register modulo the width; by a constant it is refused on load.
constexpr std::uint32_t kWidth = 32;

class Machine {
 public:
  Machine(std::span<const sock_filter> code, const seccomp_data& call) : code_(code), call_(call) {}

  Result<std::uint32_t> Run() {
    while (!answer_ && fault_ == nullptr) {
      if (at_ >= code_.size()) {
        fault_ = "lies behind the end";
        break;
      }
      const sock_filter& instruction = code_[at_];
      Execute(instruction);
      if (!answer_ && fault_ == nullptr) ++at_;
    }
    if (fault_ == nullptr) return *answer_;
    return Fail("this is no seccomp filter: instruction " + std::to_string(at_) + " " + fault_);
  }

 private:
  void Execute(const sock_filter& instruction) {
    switch (BPF_CLASS(instruction.code)) {
      case BPF_LD:
        return Load(instruction, accumulator_);
      case BPF_LDX:
        return Load(instruction, index_);
      case BPF_ST:
      case BPF_STX:
        return Store(instruction);
      case BPF_ALU:
        return Compute(instruction);
      case BPF_JMP:
        return Jump(instruction);
      case BPF_RET:
        return Return(instruction);
      default:
        return Move(instruction);
    }
  }

  // Opcodes are compared whole: one with stray bits is none.
  void Load(const sock_filter& instruction, std::uint32_t& to) {
    switch (instruction.code) {
      case BPF_LD | BPF_IMM:
      case BPF_LDX | BPF_IMM:
        to = instruction.k;
        return;
      case BPF_LD | BPF_MEM:
      case BPF_LDX | BPF_MEM:
        return LoadCell(instruction.k, to);
      case BPF_LD | BPF_W | BPF_LEN:
      case BPF_LDX | BPF_W | BPF_LEN:
        to = sizeof(seccomp_data);
        return;
      case BPF_LD | BPF_W | BPF_ABS:
        return LoadWord(instruction.k, to);
      default:
        fault_ = "loads in an unknown way";
    }
  }

  void LoadCell(std::uint32_t number, std::uint32_t& to) {
    if (number >= BPF_MEMWORDS || (stored_ >> number & 1u) == 0) {
      fault_ = "reads memory that was never written";
      return;
    }
    to = memory_[number];
  }

  void LoadWord(std::uint32_t offset, std::uint32_t& to) {
    if (offset % sizeof(to) != 0 || offset > sizeof(call_) - sizeof(to)) {
      fault_ = "loads from outside of the call";
      return;
    }
    std::memcpy(&to, reinterpret_cast<const char*>(&call_) + offset, sizeof(to));
  }

  void Store(const sock_filter& instruction) {
    const bool index = instruction.code == BPF_STX;
    if ((!index && instruction.code != BPF_ST) || instruction.k >= BPF_MEMWORDS) {
      fault_ = "stores where no memory is";
      return;
    }
    memory_[instruction.k] = index ? index_ : accumulator_;
    stored_ |= 1u << instruction.k;
  }

  void Compute(const sock_filter& instruction) {
    const bool by_index = BPF_SRC(instruction.code) == BPF_X;
    const std::uint32_t operand = by_index ? index_ : instruction.k;
    switch (instruction.code & ~BPF_X) {
      case BPF_ALU | BPF_ADD:
        accumulator_ += operand;
        return;
      case BPF_ALU | BPF_SUB:
        accumulator_ -= operand;
        return;
      case BPF_ALU | BPF_MUL:
        accumulator_ *= operand;
        return;
      case BPF_ALU | BPF_DIV:
        return Divide(operand, by_index);
      case BPF_ALU | BPF_AND:
        accumulator_ &= operand;
        return;
      case BPF_ALU | BPF_OR:
        accumulator_ |= operand;
        return;
      case BPF_ALU | BPF_XOR:
        accumulator_ ^= operand;
        return;
      case BPF_ALU | BPF_LSH:
      case BPF_ALU | BPF_RSH:
        return Shift(instruction, operand, by_index);
      default:
        return Negate(instruction);
    }
  }

  // By a zero in the register the kernel ends the program with 0, SECCOMP_RET_KILL_THREAD.
  void Divide(std::uint32_t operand, bool by_index) {
    if (operand != 0) {
      accumulator_ /= operand;
    } else if (by_index) {
      answer_ = SECCOMP_RET_KILL_THREAD;
    } else {
      fault_ = "divides by zero";
    }
  }

  void Shift(const sock_filter& instruction, std::uint32_t operand, bool by_index) {
    if (!by_index && operand >= kWidth) {
      fault_ = "shifts by more than a word";
      return;
    }
    const std::uint32_t by = operand % kWidth;
    accumulator_ = BPF_OP(instruction.code) == BPF_LSH ? accumulator_ << by : accumulator_ >> by;
  }

  void Negate(const sock_filter& instruction) {
    if (instruction.code != (BPF_ALU | BPF_NEG)) {
      fault_ = "computes in an unknown way";
      return;
    }
    accumulator_ = 0 - accumulator_;
  }

  void Jump(const sock_filter& instruction) {
    const std::uint32_t operand = BPF_SRC(instruction.code) == BPF_X ? index_ : instruction.k;
    bool taken = false;
    if (instruction.code == (BPF_JMP | BPF_JA)) {
      at_ += instruction.k;
      return;
    }
    switch (instruction.code & ~BPF_X) {
      case BPF_JMP | BPF_JEQ:
        taken = accumulator_ == operand;
        break;
      case BPF_JMP | BPF_JGT:
        taken = accumulator_ > operand;
        break;
      case BPF_JMP | BPF_JGE:
        taken = accumulator_ >= operand;
        break;
      case BPF_JMP | BPF_JSET:
        taken = (accumulator_ & operand) != 0;
        break;
      default:
        fault_ = "jumps in an unknown way";
        return;
    }
    at_ += taken ? instruction.jt : instruction.jf;
  }

  void Return(const sock_filter& instruction) {
    if (instruction.code == (BPF_RET | BPF_K)) {
      answer_ = instruction.k;
    } else if (instruction.code == (BPF_RET | BPF_A)) {
      answer_ = accumulator_;
    } else {
      fault_ = "returns in an unknown way";
    }
  }

  void Move(const sock_filter& instruction) {
    if (instruction.code == (BPF_MISC | BPF_TAX)) {
      index_ = accumulator_;
    } else if (instruction.code == (BPF_MISC | BPF_TXA)) {
      accumulator_ = index_;
    } else {
      fault_ = "moves in an unknown way";
    }
  }

  std::span<const sock_filter> code_;
  const seccomp_data& call_;
  std::uint64_t at_ = 0;  // wide enough that no jump wraps: 4096 instructions and 2^32
  std::optional<std::uint32_t> answer_;
  const char* fault_ = nullptr;
  std::uint32_t accumulator_ = 0;
  std::uint32_t index_ = 0;
  std::uint32_t memory_[BPF_MEMWORDS] = {};
  std::uint32_t stored_ = 0;  // bit N: word N was written
};

}  // namespace

Result<std::uint32_t> EvaluateFilter(std::span<const sock_filter> code, const seccomp_data& call) {
  return Machine(code, call).Run();
}

}  // namespace nodeward
