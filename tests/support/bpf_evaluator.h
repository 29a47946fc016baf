// Runs a compiled seccomp filter the way the kernel does, without installing it: pure, for tests.
// Knows the instructions that seccomp(2) admits and fails on any other;
// Documentation/userspace-api/ seccomp_filter.rst and net/core/filter.c of the kernel are the
// source.
#pragma once

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>

namespace nodeward::test {

#if defined(__x86_64__)
inline constexpr std::uint32_t kNativeArch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
inline constexpr std::uint32_t kNativeArch = AUDIT_ARCH_AARCH64;
#endif

// One system call as a filter sees it.
inline seccomp_data CallOf(int number, std::uint64_t a = 0, std::uint64_t b = 0,
                           std::uint64_t c = 0, std::uint64_t d = 0, std::uint64_t e = 0,
                           std::uint64_t f = 0) {
  return {number, kNativeArch, 0x7f0000001000, {a, b, c, d, e, f}};
}

// A classic BPF machine. Throws std::runtime_error on what the kernel would refuse to load: an
// unknown instruction, a load outside seccomp_data or unaligned, a jump behind the end.
class BpfMachine {
 public:
  BpfMachine(std::span<const sock_filter> code, const seccomp_data& call)
      : code_(code), call_(call) {}

  std::uint32_t Run() {
    for (std::size_t at = 0;; ++at) {
      if (at >= code_.size()) Stop(at, "runs behind the end");
      const sock_filter& instruction = code_[at];
      switch (BPF_CLASS(instruction.code)) {
        case BPF_LD:
          accumulator_ = Load(instruction, at);
          break;
        case BPF_LDX:
          index_ = Load(instruction, at);
          break;
        case BPF_ST:
          Cell(instruction.k, at) = accumulator_;
          break;
        case BPF_STX:
          Cell(instruction.k, at) = index_;
          break;
        case BPF_ALU:
          accumulator_ = Compute(instruction, at);
          break;
        case BPF_JMP:
          at += Jump(instruction, at);
          break;
        case BPF_MISC:
          Move(instruction);
          break;
        case BPF_RET:
          return BPF_RVAL(instruction.code) == BPF_A ? accumulator_ : instruction.k;
      }
    }
  }

 private:
  [[noreturn]] static void Stop(std::size_t at, const std::string& why) {
    throw std::runtime_error("instruction " + std::to_string(at) + " " + why);
  }

  std::uint32_t& Cell(std::uint32_t number, std::size_t at) {
    if (number >= BPF_MEMWORDS) Stop(at, "uses memory that is not there");
    return memory_[number];
  }

  std::uint32_t Load(const sock_filter& instruction, std::size_t at) {
    const unsigned mode = BPF_MODE(instruction.code);
    if (mode == BPF_IMM) return instruction.k;
    if (mode == BPF_MEM) return Cell(instruction.k, at);
    if (mode != BPF_ABS || BPF_SIZE(instruction.code) != BPF_W) Stop(at, "loads in an unknown way");
    if (instruction.k % 4 != 0 || instruction.k + 4 > sizeof(call_)) Stop(at, "loads from outside");
    std::uint32_t value = 0;
    std::memcpy(&value, reinterpret_cast<const char*>(&call_) + instruction.k, sizeof(value));
    return value;
  }

  std::uint32_t Operand(const sock_filter& instruction) const {
    return BPF_SRC(instruction.code) == BPF_X ? index_ : instruction.k;
  }

  std::uint32_t Compute(const sock_filter& instruction, std::size_t at) const {
    const std::uint32_t operand = Operand(instruction);
    switch (BPF_OP(instruction.code)) {
      case BPF_ADD:
        return accumulator_ + operand;
      case BPF_SUB:
        return accumulator_ - operand;
      case BPF_AND:
        return accumulator_ & operand;
      case BPF_OR:
        return accumulator_ | operand;
      case BPF_XOR:
        return accumulator_ ^ operand;
      case BPF_LSH:
        return operand < 32 ? accumulator_ << operand : 0;
      case BPF_RSH:
        return operand < 32 ? accumulator_ >> operand : 0;
      case BPF_NEG:
        return 0 - accumulator_;
      default:
        Stop(at, "computes in an unknown way");
    }
  }

  // How many instructions are passed over.
  std::size_t Jump(const sock_filter& instruction, std::size_t at) const {
    const std::uint32_t operand = Operand(instruction);
    bool taken = false;
    switch (BPF_OP(instruction.code)) {
      case BPF_JA:
        return instruction.k;
      case BPF_JEQ:
        taken = accumulator_ == operand;
        break;
      case BPF_JGT:
        taken = accumulator_ > operand;
        break;
      case BPF_JGE:
        taken = accumulator_ >= operand;
        break;
      case BPF_JSET:
        taken = (accumulator_ & operand) != 0;
        break;
      default:
        Stop(at, "jumps in an unknown way");
    }
    return taken ? instruction.jt : instruction.jf;
  }

  void Move(const sock_filter& instruction) {
    if (BPF_MISCOP(instruction.code) == BPF_TAX) {
      index_ = accumulator_;
    } else {
      accumulator_ = index_;
    }
  }

  std::span<const sock_filter> code_;
  const seccomp_data& call_;
  std::uint32_t accumulator_ = 0;
  std::uint32_t index_ = 0;
  std::uint32_t memory_[BPF_MEMWORDS] = {};
};

// The SECCOMP_RET_* value with its data: SECCOMP_RET_ERRNO | ENOSYS.
inline std::uint32_t Evaluate(std::span<const sock_filter> code, const seccomp_data& call) {
  return BpfMachine(code, call).Run();
}

}  // namespace nodeward::test
