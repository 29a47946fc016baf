#include "launch/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "kernel/sys.h"
#include "launch/child_program.h"

namespace nodeward {
namespace {

using kernel::Call;

void Tell(const ChildProgram& program, const ControlReport& report) noexcept {
  kernel::Write(program.control, &report, sizeof(report));
}

[[noreturn]] void GiveUp(const ChildProgram& program, ChildStage stage, std::uint32_t measure,
                         int error) noexcept {
  ControlReport report = {};
  report.kind = ReportKind::kFailed;
  report.stage = stage;
  report.measure = measure;
  report.error = error;
  Tell(program, report);
  kernel::Exit(125);
}

int PlaceStdio(const ChildProgram& program) noexcept {
  const int wanted[] = {program.null_stdin, program.relay_stdout, program.relay_stderr};
  for (int fd = 0; fd < 3; ++fd) {
    if (wanted[fd] < 0) continue;
    const long status = Call(SYS_dup3, wanted[fd], fd, 0);
    if (status < 0) return static_cast<int>(-status);
  }
  return 0;
}

// A copy takes the shared memory's place, at the same addresses. Whoever may write to this process
// from now on (another one of the application's user) must not write to what the keeper will start
// its next child from, with all privileges.
int LeaveSharedMemory(const ChildProgram& program) noexcept {
  const long base = reinterpret_cast<long>(program.shared);
  const long size = static_cast<long>(program.shared_size);
  const long copy = Call(SYS_mmap, 0, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (copy < 0) return static_cast<int>(-copy);
  const char* from = static_cast<const char*>(program.shared);
  char* to = reinterpret_cast<char*>(copy);  // NOLINT(performance-no-int-to-ptr): mmap's answer
  for (std::size_t i = 0; i < program.shared_used; ++i) to[i] = from[i];
  const long moved = Call(SYS_mremap, copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, base);
  return moved == base ? 0 : static_cast<int>(-moved);
}

// Read from the kernel before the filter, independently of what the steps believe to have done.
ChildAttestation Attest() noexcept {
  ChildAttestation attested = {};
  attested.securebits = kernel::Prctl(PR_GET_SECUREBITS);
  kernel::Prctl(PR_GET_PDEATHSIG, reinterpret_cast<unsigned long>(&attested.parent_death_signal));
  const int root = kernel::Open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root >= 0) kernel::Close(root);
  attested.root_error = root < 0 ? -root : 0;
  return attested;
}

// sd_watchdog_enabled(3), sd_listen_fds(3): what is said there counts for the process of that
// number alone. It is the application's only now, and in its own PID namespace.
void WriteOwnPid(const ChildProgram& program) noexcept {
  for (std::uint32_t i = 0; i < program.own_pid_count; ++i) {
    WriteNumber(static_cast<int>(Call(SYS_getpid)), program.own_pids[i]);
  }
}

int EnterOuter(const ChildProgram& program) noexcept {
  if (program.namespaces.user) {
    // For a moment others of the same user may look; by then the keeper's memory is left.
    if (const int error = LeaveSharedMemory(program)) return error;
    if (const int status = kernel::EnterUserNamespace(program.namespaces.ids)) return -status;
  }
  if (!program.namespaces.pid) return 0;
  return static_cast<int>(-Call(SYS_unshare, CLONE_NEWPID));
}

}  // namespace

void EnterOuterNamespaces(const ChildProgram& program) noexcept {
  if (const int error = EnterOuter(program)) {
    GiveUp(program, ChildStage::kMeasure, program.namespaces.measure, error);
  }
}

void RunChild(const ChildProgram& program) noexcept {
  if (const int error = PlaceStdio(program)) GiveUp(program, ChildStage::kStdio, 0, error);
  if (!program.namespaces.pid) EnterOuterNamespaces(program);  // else the starter has
  WriteOwnPid(program);
  ControlReport ready = {};
  ready.kind = ReportKind::kReady;
  for (std::uint32_t i = 0; i < program.step_count; ++i) {
    const ChildStep& step = program.steps[i];
    if (i + 1 == program.step_count) {  // the filter is the last step
      ready.attested = Attest();
      if (const int error = LeaveSharedMemory(program)) {
        GiveUp(program, ChildStage::kStdio, 0, error);
      }
      // For the supervisor's look at /proc/PID. With a filter: right before it, and not earlier.
      if (!program.filtered) kernel::Prctl(PR_SET_DUMPABLE, 1);
    }
    if (const int error = step.apply(program)) {
      GiveUp(program, ChildStage::kMeasure, step.measure, error);
    }
  }
  Tell(program, ready);
  char released = 0;
  if (kernel::Read(program.gate, &released, 1) != 1) {
    GiveUp(program, ChildStage::kGate, 0, ECANCELED);
  }
  const long status =
      Call(SYS_execve, reinterpret_cast<long>(program.path), reinterpret_cast<long>(program.argv),
           reinterpret_cast<long>(program.envp));
  GiveUp(program, ChildStage::kExec, 0, static_cast<int>(-status));
}

}  // namespace nodeward
