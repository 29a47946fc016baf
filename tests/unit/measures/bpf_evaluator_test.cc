// The evaluator against the kernel: each program is installed in a forked child, which makes one
// call, and the kernel's answer must be the evaluator's. Then programs that no kernel loads.
#include "measures/bpf_evaluator.h"

#include <gmock/gmock.h>
#include <linux/netlink.h>
#include <linux/prctl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <ostream>
#include <vector>

#include "unit/measures/seccomp_testing.h"

namespace nodeward {
namespace {

using Program = std::vector<sock_filter>;
using testing::HasSubstr;

constexpr int kNotLoaded = -2;
constexpr int kKilled = -3;

sock_filter Do(int code, std::uint32_t k = 0, unsigned yes = 0, unsigned no = 0) {
  return {static_cast<std::uint16_t>(code), static_cast<std::uint8_t>(yes),
          static_cast<std::uint8_t>(no), k};
}
sock_filter LoadArgument(int index) {
  return Do(BPF_LD | BPF_W | BPF_ABS,
            static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 8u * unsigned(index)));
}

// What the kernel makes of `call` under `code`: 0, an errno, kNotLoaded or kKilled.
int AskKernel(const Program& code, const seccomp_data& call) {
  void* shared =
      mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) throw std::runtime_error("no memory");
  auto* told = static_cast<int*>(shared);
  *told = kNotLoaded;
  const pid_t child = fork();
  if (child == 0) {
    const sock_fprog program{static_cast<unsigned short>(code.size()),
                             const_cast<sock_filter*>(code.data())};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0) {
      *told = kKilled;
      const long done = syscall(call.nr, call.args[0], call.args[1], call.args[2], call.args[3],
                                call.args[4], call.args[5]);
      *told = done < 0 ? errno : 0;
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  const int answer = *told;
  munmap(shared, sizeof(int));
  return answer;
}

// A program that computes from the two first arguments of getppid, answered as an errno; every
// other call is allowed. The index register holds the second argument, the accumulator the first.
Program Computing(const Program& body) {
  Program code = {Do(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                  Do(BPF_JMP | BPF_JEQ, SYS_getppid, 1, 0),
                  Do(BPF_RET, SECCOMP_RET_ALLOW),
                  LoadArgument(1),
                  Do(BPF_MISC | BPF_TAX),
                  LoadArgument(0)};
  code.insert(code.end(), body.begin(), body.end());
  code.push_back(Do(BPF_ALU | BPF_AND, 0xff));
  code.push_back(Do(BPF_ALU | BPF_ADD, 1000));  // never an errno of the kernel's own
  code.push_back(Do(BPF_ALU | BPF_OR, SECCOMP_RET_ERRNO));
  code.push_back(Do(BPF_RET | BPF_A));
  return code;
}

// An answer of the evaluator in the words of AskKernel.
int AskEvaluator(const Program& code, const seccomp_data& call) {
  const auto answer = EvaluateFilter(code, call);
  if (!answer) return kNotLoaded;
  if ((*answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO) {
    return static_cast<int>(*answer & SECCOMP_RET_DATA);
  }
  return *answer == SECCOMP_RET_ALLOW ? 0 : kKilled;
}

void ExpectAsTheKernel(const Program& body, std::uint64_t a = 0, std::uint64_t x = 0) {
  const Program code = Computing(body);
  const seccomp_data call = CallOf(SYS_getppid, a, x);
  EXPECT_EQ(AskEvaluator(code, call), AskKernel(code, call)) << a << " " << x;
}

TEST(BpfEvaluator, ComputesAsTheKernel) {
  for (const int op :
       {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_AND, BPF_OR, BPF_XOR, BPF_LSH, BPF_RSH}) {
    for (const std::uint32_t x : {0u, 1u, 3u, 31u, 32u, 33u, 0xffffffffu}) {
      SCOPED_TRACE(testing::Message() << "op " << op << " by " << x);
      ExpectAsTheKernel({Do(BPF_ALU | BPF_X | op)}, 0x1234abcd, x);
      ExpectAsTheKernel({Do(BPF_ALU | BPF_K | op, x)}, 0x1234abcd);
    }
  }
  ExpectAsTheKernel({Do(BPF_ALU | BPF_NEG)}, 7);
}

TEST(BpfEvaluator, JumpsAsTheKernel) {
  for (const int test : {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET}) {
    for (const std::uint64_t a : {1ull, 2ull, 3ull, 0xffffffffull}) {
      SCOPED_TRACE(testing::Message() << "test " << test);
      const Program steps = {Do(BPF_LD | BPF_IMM, 5), Do(BPF_JMP | BPF_JA, 1),
                             Do(BPF_LD | BPF_IMM, 6), Do(BPF_ALU | BPF_ADD, 1)};
      Program by_constant = {Do(BPF_JMP | BPF_K | test, 2, 2, 0)};
      Program by_index = {Do(BPF_JMP | BPF_X | test, 0, 2, 0)};
      by_constant.insert(by_constant.end(), steps.begin(), steps.end());
      by_index.insert(by_index.end(), steps.begin(), steps.end());
      ExpectAsTheKernel(by_constant, a);
      ExpectAsTheKernel(by_index, a, 2);
    }
  }
}

TEST(BpfEvaluator, MovesAsTheKernel) {
  ExpectAsTheKernel({Do(BPF_ST, 15), Do(BPF_LD | BPF_IMM, 1), Do(BPF_LD | BPF_MEM, 15)}, 42);
  ExpectAsTheKernel(
      {Do(BPF_STX, 0), Do(BPF_LDX | BPF_IMM, 1), Do(BPF_LDX | BPF_MEM, 0), Do(BPF_MISC | BPF_TXA)},
      42, 43);
  ExpectAsTheKernel({Do(BPF_LD | BPF_W | BPF_LEN)});
  ExpectAsTheKernel({Do(BPF_LDX | BPF_W | BPF_LEN), Do(BPF_MISC | BPF_TXA)});
}

// Refused by both: the kernel on load, the evaluator when it comes to it.
TEST(BpfEvaluator, RefusesWhatTheKernelRefuses) {
  const Program bodies[] = {
      {Do(BPF_ALU | BPF_K | BPF_DIV, 0)},
      {Do(BPF_ALU | BPF_K | BPF_LSH, 32)},
      {Do(BPF_ALU | BPF_K | BPF_MOD, 3)},
      {Do(BPF_ALU | 0xd0)},
      {Do(BPF_ALU | BPF_NEG | BPF_X)},
      {Do(BPF_LD | BPF_MEM, 3)},
      {Do(BPF_LD | BPF_MEM, 16)},
      {Do(BPF_ST, 16)},
      {Do(BPF_STX | BPF_X, 1)},
      {Do(BPF_LD | BPF_H | BPF_ABS, 0)},
      {Do(BPF_LD | BPF_B | BPF_ABS, 0)},
      {Do(BPF_LD | BPF_W | BPF_IND, 0)},
      {Do(BPF_LDX | BPF_MSH | BPF_B, 0)},
      {Do(BPF_LD | BPF_W | BPF_ABS, 2)},
      {Do(BPF_LD | BPF_W | BPF_ABS, 64)},
      {Do(BPF_LD | BPF_W | BPF_ABS, 0xfffffffc)},
      {Do(BPF_LD | BPF_W | BPF_ABS, 0xfffff000)},  // the kernel's own data (SKF_AD_OFF)
      {Do(BPF_JMP | BPF_JA, 100)},
      {Do(BPF_JMP | BPF_JA, 0xffffffff)},
      {Do(BPF_JMP | BPF_JEQ, 0, 255, 255)},
      {Do(BPF_JMP | 0x50, 0)},
      {Do(BPF_JMP | BPF_JA | BPF_X, 0)},
      {Do(BPF_MISC | 0x08)},
      {Do(BPF_RET | BPF_X)},
      {Do(0xffff)},
  };
  for (const Program& body : bodies) {
    const Program code = Computing(body);
    SCOPED_TRACE(testing::Message() << "code " << body.front().code << " k " << body.front().k);
    EXPECT_EQ(AskKernel(code, CallOf(SYS_getppid)), kNotLoaded);
    EXPECT_EQ(AskEvaluator(code, CallOf(SYS_getppid)), kNotLoaded);
  }
  EXPECT_EQ(AskEvaluator({}, CallOf(0)), kNotLoaded);
  EXPECT_EQ(AskEvaluator({Do(BPF_LD | BPF_IMM, 1)}, CallOf(0)), kNotLoaded);
  EXPECT_THAT(EvaluateFilter({}, CallOf(0)).error().what, HasSubstr("behind the end"));
}

TEST(BpfEvaluator, ADivisionByARegisterOfZeroKills) {
  const Program code = Computing({Do(BPF_ALU | BPF_X | BPF_DIV)});
  EXPECT_EQ(EvaluateFilter(code, CallOf(SYS_getppid, 1, 0)), SECCOMP_RET_KILL_THREAD);
  EXPECT_EQ(AskKernel(code, CallOf(SYS_getppid, 1, 0)), kKilled);
}

// The default profile's own filter, with calls that end harmlessly where they are let through: as
// EINVAL, EBADF or EFAULT, never as the filter's EPERM and ENOSYS.
TEST(BpfEvaluator, AnswersForTheDefaultFilterAsTheKernel) {
  const auto compiled =
      CompileFilter(test::PolicyOf(test::DefaultProfile(), DefaultAnswer::kErrno));
  ASSERT_TRUE(compiled.has_value());
  const seccomp_data calls[] = {
      CallOf(SYS_mount),
      CallOf(SYS_ptrace, 0x9999),
      CallOf(SYS_bpf, 999),
      CallOf(SYS_unshare, 0),
      CallOf(SYS_clone3),
      CallOf(SYS_io_uring_setup),
      CallOf(600),
      CallOf(0x3fffffff),
      CallOf(SYS_getppid),
      CallOf(SYS_read, ~0ull),
      CallOf(SYS_connect, ~0ull),
      CallOf(SYS_socket, AF_UNIX, SOCK_STREAM),
      CallOf(SYS_socket, AF_UNIX | test::kGarbage, SOCK_STREAM | SOCK_CLOEXEC),
      CallOf(SYS_socket, AF_PACKET, SOCK_RAW),
      CallOf(SYS_socket, AF_INET, SOCK_STREAM, 262),
      CallOf(SYS_socket, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE),
      CallOf(SYS_socket, AF_NETLINK, SOCK_RAW, NETLINK_AUDIT),
      CallOf(SYS_prctl, PR_GET_DUMPABLE),
      CallOf(SYS_prctl, PR_SET_DUMPABLE, 0),
      CallOf(SYS_ioctl, ~0ull, 0x5401),
      CallOf(SYS_ioctl, ~0ull, 0x5412),
      CallOf(SYS_prlimit64, 1, 99),
      CallOf(SYS_kill, 4100, 0),  // guarded: the supervisor
      CallOf(SYS_kill, ~0ull, 0),
      CallOf(SYS_clone, SIGCHLD),
  };
  int refused = 0;
  for (const seccomp_data& call : calls) {
    const auto answer = EvaluateFilter(compiled->code, call);
    ASSERT_TRUE(answer.has_value());
    const int kernel = AskKernel(compiled->code, call);
    SCOPED_TRACE(testing::Message() << "call " << call.nr << " " << call.args[0]);
    if (*answer == SECCOMP_RET_ALLOW) {
      EXPECT_TRUE(kernel >= 0 && kernel != EPERM && kernel != ENOSYS) << kernel;
    } else {
      ++refused;
      EXPECT_EQ(*answer & SECCOMP_RET_ACTION_FULL, SECCOMP_RET_ERRNO);
      EXPECT_EQ(static_cast<int>(*answer & SECCOMP_RET_DATA), kernel);
    }
  }
  EXPECT_GT(refused, 10);
}

}  // namespace
}  // namespace nodeward
