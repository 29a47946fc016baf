// The child's part of each measure. All are child-safe: they run between clone and execve in a copy
// of the keeper, allocate nothing, and answer 0 or a positive errno.
#pragma once

namespace nodeward {

struct ChildProgram;

// Own session; on a terminal an own process group that becomes the terminal's foreground.
int ApplySession(const ChildProgram& program) noexcept;
// Writes itself into each cgroup.procs.
int ApplyCgroup(const ChildProgram& program) noexcept;
// Enters the planned namespaces, and makes the own tree of mounts. Needs CAP_SYS_ADMIN there.
int ApplyNamespaces(const ChildProgram& program) noexcept;
// prlimit64 for each planned limit.
int ApplyLimits(const ChildProgram& program) noexcept;
// Empties the bounding set but for the kept ones (needs CAP_SETPCAP, so before the user changes),
// and sets SECBIT_KEEP_CAPS so that the kept ones survive the change.
int ApplyBounding(const ChildProgram& program) noexcept;
// setgroups, setresgid, setresuid, proof that root cannot come back; umask; working directory.
int ApplyIdentity(const ChildProgram& program) noexcept;
// Ambient set, locked securebits, then the kept capabilities alone.
int ApplyCapabilities(const ChildProgram& program) noexcept;
// PR_SET_PDEATHSIG SIGKILL, then compares the parent. A change of credentials clears it, so later.
int ApplyParentDeath(const ChildProgram& program) noexcept;
int ApplyNoNewPrivs(const ChildProgram& program) noexcept;
// landlock_restrict_self(2) with the ruleset that the supervisor made.
int ApplyLandlock(const ChildProgram& program) noexcept;
// Marks every descriptor above 2 that the profile does not name close-on-exec.
int ApplyDescriptors(const ChildProgram& program) noexcept;
// Makes the sealed files in memory, which stay open, and writes their numbers into the environment.
int ApplyDelivery(const ChildProgram& program) noexcept;
// Installs the filter. The listener's number, or -1, goes to ChildListener().
int ApplySeccomp(const ChildProgram& program) noexcept;

}  // namespace nodeward
