#include "profile/amounts.h"

#include <array>
#include <charconv>
#include <csignal>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"

namespace nodeward {
namespace {

constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
constexpr std::int64_t kLongestMs = 240LL * 3600 * 1000;

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

tl::unexpected<Complaint> Complain(std::string what, std::string suggestion = {}) {
  return tl::unexpected<Complaint>(Complaint{std::move(what), std::move(suggestion)});
}

// "512M" in its two halves. `digits` may be empty.
struct Split {
  std::string_view digits;
  std::string_view unit;
};

Split SplitAmount(std::string_view text) {
  std::size_t end = text.find_first_not_of("0123456789");
  if (end == std::string_view::npos) end = text.size();
  return {text.substr(0, end), text.substr(end)};
}

std::optional<std::uint64_t> Number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value > kMost) {
    return std::nullopt;
  }
  return value;
}

// The unit that a habit from other programs means: "MB", "Mi", "m" -> "M".
std::string_view MeantSizeUnit(std::string_view unit) {
  if (unit.empty() || unit.size() > 3) return {};
  std::string lower;
  for (const char c : unit) lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  const std::string_view tail = std::string_view(lower).substr(1);
  if (!tail.empty() && tail != "b" && tail != "i" && tail != "ib") return {};
  switch (lower[0]) {
    case 'k':
      return "K";
    case 'm':
      return "M";
    case 'g':
      return "G";
    default:
      return {};
  }
}

Amount<Size> Percent(std::string_view text, std::string_view digits, bool allowed) {
  if (!allowed) return Complain(Quoted(text) + ": a share of the machine has no meaning here");
  const auto value = Number(digits);
  if (!value || *value > 100)
    return Complain(Quoted(text) + " is more than the machine has", "50%");
  return Size{0, static_cast<double>(*value)};
}

std::string_view MeantDurationUnit(std::string_view unit) {
  if (unit.empty() || unit == "sec" || unit == "S" || unit == "seconds") return "s";
  if (unit == "m" || unit == "minutes" || unit == "minute") return "min";
  if (unit == "H" || unit == "hours" || unit == "hour") return "h";
  if (unit == "MS" || unit == "msec") return "ms";
  return {};
}

}  // namespace

Amount<Size> ParseSize(std::string_view text, bool percent) {
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> kUnits = {
      {{"", 1}, {"K", 1ULL << 10}, {"M", 1ULL << 20}, {"G", 1ULL << 30}}};
  const auto [digits, unit] = SplitAmount(text);
  if (digits.empty()) return Complain(Quoted(text) + " is not a size");
  if (unit == "%") return Percent(text, digits, percent);
  for (const auto& [name, factor] : kUnits) {
    if (unit != name) continue;
    const auto value = Number(digits);
    if (!value || *value > kMost / factor) return Complain(Quoted(text) + " is too large");
    return Size{*value * factor, std::nullopt};
  }
  const std::string_view meant = MeantSizeUnit(unit);
  const std::string what = Quoted(text) + " is not a size: whole numbers, then K, M or G";
  if (meant.empty()) return Complain(what);
  return Complain(what, std::string(digits) + std::string(meant));
}

Amount<std::uint64_t> ParseCount(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return Complain(Quoted(text) + " is not a whole number");
  }
  const auto value = Number(text);
  if (!value) return Complain(Quoted(text) + " is too large");
  return *value;
}

Amount<Milliseconds> ParseDuration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kUnits = {
      {{"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}}};
  const auto [digits, unit] = SplitAmount(text);
  if (digits.empty()) return Complain(Quoted(text) + " is not a duration");
  for (const auto& [name, factor] : kUnits) {
    if (unit != name) continue;
    const auto value = Number(digits);
    if (!value || *value > static_cast<std::uint64_t>(kLongestMs / factor)) {
      return Complain(Quoted(text) + " is longer than 240h");
    }
    return Milliseconds(static_cast<std::int64_t>(*value) * factor);
  }
  const std::string_view meant = MeantDurationUnit(unit);
  const std::string what =
      unit.empty() ? Quoted(text) + " has no unit"
                   : Quoted(text) + " is not a duration: a whole number, then ms, s, min or h";
  if (meant.empty()) return Complain(what);
  return Complain(what, std::string(digits) + std::string(meant));
}

Amount<std::uint32_t> ParseUmask(std::string_view text) {
  const bool octal = !text.empty() && text.size() <= 4 &&
                     text.find_first_not_of("01234567") == std::string_view::npos;
  std::uint32_t value = 0;
  if (octal) std::from_chars(text.data(), text.data() + text.size(), value, 8);
  if (!octal || value > 0777) {
    return Complain(Quoted(text) + " is not an octal mask of at most 0777", "0077");
  }
  return value;
}

Amount<int> ParseStopSignal(std::string_view text) {
  const std::string_view name = text.starts_with("SIG") ? text.substr(3) : text;
  std::vector<std::string_view> known;
  int found = 0;
  for (int number = 1; number < 32; ++number) {
    const char* abbreviation = sigabbrev_np(number);
    if (abbreviation == nullptr) continue;
    known.emplace_back(abbreviation);
    if (name == abbreviation) found = number;
  }
  switch (found) {
    case 0: {
      const std::string_view near = Nearest(name, known);
      return Complain(Quoted(text) + " is not a signal's name",
                      near.empty() ? "SIGTERM" : "SIG" + std::string(near));
    }
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
      return Complain(Quoted(text) + " would pause the application, not end it", "SIGTERM");
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH:
      return Complain(Quoted(text) + " ends no application", "SIGTERM");
    default:
      return found;
  }
}

}  // namespace nodeward
