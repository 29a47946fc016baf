// Result<T> and Error: how every fallible function of nodeward answers.
// Used in the parent only; nothing here is child-safe (it allocates).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace nodeward {

// Exit codes of nodeward itself, as `docker run` and `env` taught them.
inline constexpr int kExitRefused = 125;        // nodeward could not do what was asked
inline constexpr int kExitNotExecutable = 126;  // the command could not be executed
inline constexpr int kExitNotFound = 127;       // the command was not found

// One thing that went wrong, for an operator: what happened, where, and what to do.
struct [[nodiscard]] Error {
  std::string what;          // "unknown key \"memroy\""
  std::string where = {};    // "app.toml:14:1", a path, or empty
  std::string hint = {};     // the line that fixes it, or empty
  std::string excerpt = {};  // source text with the offending part underlined, or empty
  int exit_code = kExitRefused;
};

// Several at once: validation reports all that it finds.
using Errors = std::vector<Error>;

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> Fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

inline tl::unexpected<Error> Fail(std::string what, std::string where = {}, std::string hint = {}) {
  return tl::unexpected<Error>(Error{std::move(what), std::move(where), std::move(hint)});
}

// "EPERM (Operation not permitted)". `error` is a positive errno value.
std::string DescribeErrno(int error);

// An error as printed: "nodeward: WHERE: WHAT", the excerpt, and "  try: HINT". Ends in a newline.
// Control characters are escaped, so that nothing in a profile can act on the terminal.
std::string FormatError(const Error& error);

}  // namespace nodeward
