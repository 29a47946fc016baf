#include "policy/host_name.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace nodeward {
namespace {

constexpr std::size_t kLongestName = 253;  // RFC 1035, 2.3.4, as text
constexpr std::size_t kLongestLabel = 63;

std::string Quoted(std::string_view text) { return "\"" + EscapeForTerminal(text) + "\""; }

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Why `label` is none, or empty.
std::string WrongLabel(std::string_view label) {
  if (label.empty()) return "has an empty label";
  if (label.size() > kLongestLabel) return "has a label of more than 63 characters";
  for (const char c : label) {
    if (static_cast<unsigned char>(c) >= 0x80) return "is not ASCII: write it in punycode (xn--…)";
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!good) return "has a character that no host name has";
  }
  if (label.front() == '-' || label.back() == '-') return "has a label with - at its edge";
  return {};
}

// inet_aton(3) and what browsers do: a last part that is a number makes the whole an IPv4 address.
bool IsNumber(std::string_view label) {
  if (label.starts_with("0x")) {
    return label.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos;
  }
  return label.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Result<std::string> ParseHostName(std::string_view text) {
  std::string name = Lower(text);
  if (name.ends_with('.')) name.pop_back();
  if (name.empty()) return Fail("a host name must not be empty");
  if (name.size() > kLongestName) return Fail("a host name has at most 253 characters");
  std::string_view rest = name;
  while (true) {
    const std::size_t dot = rest.find('.');
    const std::string_view label = rest.substr(0, dot);
    const std::string wrong = WrongLabel(label);
    if (!wrong.empty()) return Fail(Quoted(text) + " " + wrong);
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (IsNumber(rest)) {
    return Fail(Quoted(text) + " reads as an IPv4 address in another notation", {}, "127.0.0.1");
  }
  return name;
}

bool HostPattern::Matches(std::string_view host) const {
  return wildcard ? IsBelow(host, name) : host == name;
}

Result<HostPattern> ParseHostPattern(std::string_view text) {
  const bool wildcard = text.starts_with('*');
  if (!wildcard) {
    auto name = ParseHostName(text);
    if (!name) return Fail(std::move(name.error()));
    return HostPattern{std::move(*name), false};
  }
  if (text == "*") return Fail("\"*\" would be every name", {}, "@public");
  if (!text.starts_with("*.")) {
    return Fail(Quoted(text) + ": a * is a whole first label", {}, "*.example.com");
  }
  auto name = ParseHostName(text.substr(2));
  if (!name) return Fail(std::move(name.error()));
  const bool single = name->find('.') == std::string::npos;
  if (single && !IsPrivateName("x." + *name)) {
    return Fail(Quoted(text) + " would be a whole top-level domain", {}, "@public");
  }
  return HostPattern{std::move(*name), true};
}

bool IsBelow(std::string_view host, std::string_view domain) {
  return !domain.empty() && host.size() > domain.size() + 1 && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.';
}

bool IsPrivateName(std::string_view host) {
  constexpr std::array<std::string_view, 7> kPrivate = {"local",     "internal", "lan", "home.arpa",
                                                        "localhost", "test",     "svc"};
  if (host.empty()) return false;
  if (host.find('.') == std::string_view::npos) return true;
  return std::ranges::any_of(kPrivate, [&](std::string_view top) { return IsBelow(host, top); });
}

}  // namespace nodeward
