// The text of /proc: reading it, and pure parsers that never trust it. What a process chose itself
// (its name, paths) may hold anything; a line that a judgement needs and that is missing or
// malformed is an error, never a default, so that a verification cannot pass on what was not seen.
// Formats: proc(5), Documentation/filesystems/proc.rst. Parent only; allocates.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "host/observed.h"
#include "host/report.h"

namespace nodeward {

// A whole file (at most 1 MiB), `path` relative to the directory `dirfd` (AT_FDCWD: the working
// directory). Fails with the path and errno's words.
Result<std::string> ReadProcFile(int dirfd, const std::string& path);

// The same where absence is an answer: empty when it cannot be read.
std::string ReadProcFileOrEmpty(const std::string& path);

// A whole field as a number; nothing when it is empty, overflows or has anything beside digits.
std::optional<std::uint64_t> ParseNumber(std::string_view text, int base = 10);

// /proc/PID/status: identity, umask, capabilities, no_new_privs, seccomp, threads.
Result<void> ParseStatus(std::string_view text, Observed* out);

// /proc/PID/stat: parent, process group, session. The name in parentheses may hold spaces and
// parentheses of its own; the last closing one ends it.
Result<void> ParseStat(std::string_view text, Observed* out);

// /proc/PID/limits; "unlimited" is UINT64_MAX.
Result<void> ParseLimits(std::string_view text, Observed* out);

// /proc/PID/cgroup: "4:cpu,cpuacct:/path" counts for each controller; v2's "0::/path" has the name
// "".
Result<void> ParseCgroups(std::string_view text, Observed* out);

// /proc/PID/mountinfo, as far as a judgement needs it.
Result<void> ParseMounts(std::string_view text, Observed* out);

// /proc/PID/fdinfo/N: whether the line "flags:" (octal) has O_CLOEXEC.
Result<bool> ParseCloseOnExec(std::string_view text);

// /proc/meminfo: name -> bytes. Lines without a unit are left out.
std::map<std::string, std::uint64_t> ParseMeminfo(std::string_view text);

// /proc/self/uid_map: whether it maps every id onto itself, as the initial user namespace does.
bool IsFullIdentityMap(std::string_view text);

// /proc/self/uid_map or gid_map: the ids that there are. Empty where a line is not as it should be.
std::vector<IdRange> ParseIdMap(std::string_view text);

}  // namespace nodeward
