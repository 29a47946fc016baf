// Small pure functions on text that more than one floor needs. Allocates; parent only.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nodeward {

// The candidate nearest to `word` by edit distance, or empty when none is near enough to be meant
// (more than a third of the word's length away).
std::string_view Nearest(std::string_view word, std::span<const std::string_view> candidates);

// `text` with control characters, DEL, C1 controls, Unicode line and direction controls and invalid
// UTF-8 bytes written as \n, \t, \x1b, \u202e …: safe on a terminal and on one line.
// A backslash stays as it is unless `escape_backslash`.
std::string EscapeForTerminal(std::string_view text, bool escape_backslash = false);

// [A-Za-z_][A-Za-z0-9_]*: POSIX's environment names, with lower case as Linux programs use it.
bool IsEnvironmentName(std::string_view name);

// `text` without spaces and tabs around it.
std::string_view Trim(std::string_view text);

// Whether `text` is well-formed UTF-8 (no overlong forms, no surrogates).
bool IsUtf8(std::string_view text);

// `a, b and c`.
std::string JoinWords(const std::vector<std::string>& words);

// A size for people: "512M", "1.5G", "37K", "12 bytes". Units of 1024.
std::string FormatSize(unsigned long long bytes);

}  // namespace nodeward
