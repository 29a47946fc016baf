#include "profile/health_target.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace nodeward {
namespace {

constexpr std::string_view kLoopback = "127.0.0.1";
constexpr std::size_t kLongestPath = 1024;

tl::unexpected<Complaint> Refuse(std::string_view text, const std::string& why) {
  return tl::unexpected<Complaint>({"\"" + std::string(text) + "\" " + why, {}});
}

std::optional<std::string> LoopbackNumber(std::string_view host) {
  if (host.empty() || host == "localhost") return std::string(kLoopback);
  const std::string text(host);
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127) return text;
  if (text == "[::1]") return "::1";
  return std::nullopt;
}

std::optional<std::uint16_t> Port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// "HOST:PORT" or "PORT".
Amount<HealthTarget> Authority(std::string_view whole, std::string_view text, bool needs_port) {
  const std::size_t colon = text.rfind(':');
  const bool bracket = text.ends_with(']');
  const bool has_port = !bracket && colon != std::string_view::npos;
  HealthTarget target;
  std::string_view host = has_port ? text.substr(0, colon) : text;
  std::string_view port = has_port ? text.substr(colon + 1) : "80";
  if (!has_port && needs_port) {
    port = text;
    host = "";
  }
  const auto number = Port(port);
  if (!number) return Refuse(whole, "has no port from 1 to 65535");
  const auto address = LoopbackNumber(host);
  if (!address) return Refuse(whole, "is not on loopback: 127.0.0.1, [::1] or localhost");
  target.port = *number;
  target.address = *address;
  return target;
}

}  // namespace

std::string HealthTarget::Authority() const {
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

Amount<HealthTarget> ParseHttpCheck(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return Refuse(url, "is not an http:// address");
  const std::string_view rest = url.substr(kScheme.size());
  const std::size_t slash = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view path = rest.substr(slash);
  const bool printable =
      std::ranges::all_of(path, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
  if (!printable || path.size() > kLongestPath) {
    return Refuse(url, "has a path that is no plain text of at most 1 KiB");
  }
  if (slash == 0) return Refuse(url, "names no host");
  auto target = Authority(url, rest.substr(0, slash), false);
  if (!target) return target;
  target->path = path.starts_with('/') ? std::string(path) : "/" + std::string(path);
  return target;
}

Amount<HealthTarget> ParseTcpCheck(std::string_view text) { return Authority(text, text, true); }

}  // namespace nodeward
