// The half of network_policy.h that is about names: which may be asked for.
#include <algorithm>
#include <array>

#include "policy/network_policy.h"
#include "policy/rule_text.h"

namespace nodeward {
namespace {

// The labels of `text` from the last to the first, joined by `separator`.
std::string Backwards(std::string_view text, std::string_view separator) {
  std::string joined;
  while (true) {
    const std::size_t dot = text.rfind('.');
    joined += text.substr(dot == std::string_view::npos ? 0 : dot + 1);
    if (dot == std::string_view::npos) return joined;
    joined += separator;
    text = text.substr(0, dot);
  }
}

// The address that a reverse lookup is about: all of its labels, in their one notation (RFC 1035,
// 3.5; RFC 3596, 2.5).
std::optional<IpAddress> AddressAsked(std::string_view name) {
  constexpr std::string_view kFour = ".in-addr.arpa";
  constexpr std::string_view kSix = ".ip6.arpa";
  if (name.ends_with(kFour))
    return ParseIp(Backwards(name.substr(0, name.size() - kFour.size()), "."));
  if (!name.ends_with(kSix)) return std::nullopt;
  const std::string_view labels = name.substr(0, name.size() - kSix.size());
  if (labels.size() != 63) return std::nullopt;
  std::string text;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if ((labels[i] == '.') != (i % 2 == 1)) return std::nullopt;
  }
  const std::string nibbles = Backwards(labels, "");
  for (std::size_t i = 0; i < nibbles.size(); i += 4) {
    if (i > 0) text += ':';
    text += nibbles.substr(i, 4);
  }
  return ParseIp(text);
}

bool IsOfSearch(std::string_view name, const std::vector<std::string>& search) {
  return std::ranges::any_of(search, [&](const std::string& text) {
    const auto domain = ParseHostName(text);
    return domain && domain->find('.') != std::string::npos &&
           (name == *domain || IsBelow(name, *domain));
  });
}

}  // namespace

bool NetworkPolicy::Lists(std::string_view name) const {
  const auto host = ParseHostName(name);
  return host && std::ranges::any_of(connect_, [&](const ConnectRule& rule) {
           return rule.kind == RuleKind::kName && rule.name.Matches(*host);
         });
}

// A rule on @public, at any port: data may leave, with names or without.
const ConnectRule* NetworkPolicy::PublicRule() const {
  const auto found = std::ranges::find_if(connect_, [](const ConnectRule& rule) {
    return rule.kind == RuleKind::kClass && rule.of == AddressClass::kPublic;
  });
  return found == connect_.end() ? nullptr : &*found;
}

bool NetworkPolicy::AsksBack(std::string_view name) const {
  const auto address = AddressAsked(name);
  return address && std::ranges::any_of(connect_, [&](const ConnectRule& rule) {
           return rule.CoversAddress(*address);
         });
}

Verdict NetworkPolicy::Ask(std::string_view name, const std::vector<std::string>& search) const {
  if (dns_open_) return Allowed("dns = \"open\"", false);
  if (const ConnectRule* rule = PublicRule()) return Allowed(rule->written, false);
  const auto host = ParseHostName(name);
  if (!host) return {false, {}, host.error().what, {}};
  for (const ConnectRule& rule : connect_) {
    if (rule.kind == RuleKind::kName && rule.name.Matches(*host)) {
      return Allowed(rule.written, false);
    }
  }
  if (IsPrivateName(*host) || IsOfSearch(*host, search) || AsksBack(*host)) {
    return Allowed({}, true);
  }
  return {false,
          {},
          "no rule of connect lists the name " + *host + ": a question for it could carry data out",
          ConnectLine(*host + ":443")};
}

bool NetworkPolicy::ListsNames() const {
  return std::ranges::any_of(connect_,
                             [](const ConnectRule& rule) { return rule.kind == RuleKind::kName; });
}

std::vector<std::string> NetworkPolicy::Names() const {
  std::vector<std::string> names;
  for (const ConnectRule& rule : connect_) {
    if (rule.kind == RuleKind::kName && !rule.name.wildcard) names.push_back(rule.name.name);
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool NetworkPolicy::dns_open() const { return dns_open_; }

}  // namespace nodeward
