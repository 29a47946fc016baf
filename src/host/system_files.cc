#include "host/system_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>

#include "host/library_search.h"
#include "kernel/architecture.h"

namespace nodeward {
namespace {

struct Place {
  const char* path;
  const char* why;
  bool write = false;
};

// Seen with strace under Node 18 to 26 and Debian's build, in dns, https, Intl, os, crypto, workers
// and reports; and what other distributions have in their stead. Never a folder with private keys
// (/etc/ssl/private, /etc/pki/tls/private), hence the parts of /etc/ssl and /etc/pki, not the
// whole.
constexpr Place kPlaces[] = {
    {"/etc/ld.so.cache", "libraries"},
    {"/etc/ld.so.preload", "libraries"},
    {"/etc/hosts", "names"},
    {"/etc/resolv.conf", "names"},
    {"/etc/nsswitch.conf", "names"},
    {"/etc/host.conf", "names"},
    {"/etc/gai.conf", "names"},
    {"/etc/services", "names"},
    {"/etc/protocols", "names"},
    {"/etc/passwd", "users"},  // os.userInfo() fails without it
    {"/etc/group", "users"},
    {"/etc/localtime", "time zones"},
    {"/etc/timezone", "time zones"},
    {"/usr/share/zoneinfo", "time zones"},
    {"/usr/share/zoneinfo-icu", "time zones"},
    {"/usr/share/icu", "locale"},
    {"/usr/lib/locale", "locale"},
    {"/usr/share/locale/locale.alias", "locale"},
    {"/usr/lib64/gconv", "locale"},
    {"/etc/ssl/certs", "certificates"},
    {"/etc/ssl/cert.pem", "certificates"},
    {"/etc/ssl/ca-bundle.pem", "certificates"},
    {"/etc/ssl/openssl.cnf", "certificates"},
    {"/etc/ssl/openssl.cnf.d", "certificates"},
    {"/usr/share/ca-certificates", "certificates"},  // /etc/ssl/certs are links into it
    {"/usr/local/share/ca-certificates", "certificates"},
    {"/var/lib/ca-certificates", "certificates"},
    {"/etc/pki/ca-trust/extracted", "certificates"},
    {"/etc/pki/tls/certs", "certificates"},
    {"/etc/pki/tls/cert.pem", "certificates"},
    {"/etc/pki/tls/openssl.cnf", "certificates"},
    {"/etc/crypto-policies/back-ends", "certificates"},
    {"/usr/share/crypto-policies", "certificates"},
    {"/usr/share/nodejs", "node"},  // Debian's build ends at boot without it
    {"/usr/lib/nodejs", "node"},
    {"/usr/share/node_modules", "node"},
    {"/proc", "kernel"},  // whole: a rule on /proc/self holds one process, and breaks in a child
    {"/sys/fs/cgroup", "kernel"},
    {"/sys/devices/system/cpu", "kernel"},
    {"/dev/null", "device", true},
    {"/dev/zero", "device"},
    {"/dev/full", "device", true},
    {"/dev/random", "device"},
    {"/dev/urandom", "device"},
    {"/dev/tty", "device", true},
};

// Folders of services that write resolv.conf anew by rename, and that hold nothing but such files.
constexpr std::string_view kResolverFolders[] = {"/run/systemd/resolve", "/run/resolvconf"};

void Put(const std::string& path, const Place& place, std::vector<NodeFile>& files) {
  struct stat facts {};
  std::array<char, PATH_MAX> real{};
  if (stat(path.c_str(), &facts) != 0 || realpath(path.c_str(), real.data()) == nullptr) return;
  NodeFile file;
  file.path = real.data();
  if (file.path == "/") return;  // a link that leads there would open all
  file.write = place.write;
  file.folder = S_ISDIR(facts.st_mode);
  file.why = place.why;
  files.push_back(std::move(file));
}

void PutResolverFolder(std::vector<NodeFile>& files) {
  const auto names = std::ranges::find_if(
      files, [](const NodeFile& file) { return file.path.ends_with("resolv.conf"); });
  if (names == files.end()) return;
  const std::string folder = names->path.substr(0, names->path.rfind('/'));
  if (std::ranges::count(kResolverFolders, folder) == 0) return;
  files.push_back({.path = folder, .folder = true, .why = "names"});
}

}  // namespace

std::vector<NodeFile> SystemFiles() {
  std::vector<NodeFile> files;
  files.reserve(std::size(kPlaces) + 4);
  for (const Place& place : kPlaces) Put(place.path, place, files);
  const std::string libraries = "/usr/lib/" + std::string(kernel::kMultiarchName);
  Put(libraries + "/gconv", {nullptr, "locale"}, files);
  Put(libraries + "/nodejs", {nullptr, "node"}, files);
  PutResolverFolder(files);
  return files;
}

std::vector<std::string> ParsePreload(std::string_view text) {
  constexpr std::string_view kDividers = " \t\n:";
  std::vector<std::string> names;
  while (!text.empty() && names.size() < 64) {
    const std::size_t end = std::min(text.find_first_of(kDividers), text.size());
    if (end > 0) names.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return names;
}

}  // namespace nodeward
