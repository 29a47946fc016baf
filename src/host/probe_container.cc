#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "host/probe_parts.h"
#include "host/proc.h"

namespace nodeward {
namespace {

// The name goes into events and onto terminals, and whoever made the container chose it: anything
// that does not look like a runtime's name is told as "unknown".
std::string PlainName(std::string_view name) {
  if (!name.empty() && name.back() == '\n') name.remove_suffix(1);
  const bool plain = name.size() <= 32 && std::ranges::all_of(name, [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                     });
  return plain ? std::string(name) : "unknown";
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

bool Exists(const char* path) { return ::access(path, F_OK) == 0; }

}  // namespace

std::string NameContainer(const ContainerSigns& signs) {
  // The orchestrator says more than the runtime beneath it.
  if (signs.kubernetes) return "kubernetes";
  if (signs.containerenv) return "podman";
  if (signs.dockerenv) return "docker";
  for (const std::string* name : {&signs.systemd, &signs.environment, &signs.init_environment}) {
    if (!name->empty()) return PlainName(*name);
  }
  return {};
}

std::string FindInEnvironment(std::string_view block, std::string_view name) {
  while (!block.empty()) {
    const std::size_t end = std::min(block.find('\0'), block.size());
    const std::string_view entry = block.substr(0, end);
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=') {
      return std::string(entry.substr(name.size() + 1));
    }
    block.remove_prefix(std::min(end + 1, block.size()));
  }
  return {};
}

std::string ProbeContainer() {
  ContainerSigns signs;
  signs.kubernetes = std::getenv("KUBERNETES_SERVICE_HOST") != nullptr;
  signs.containerenv = Exists("/run/.containerenv");
  signs.dockerenv = Exists("/.dockerenv");
  signs.systemd = ReadProcFileOrEmpty("/run/systemd/container");
  signs.environment = Environment("container");
  if (NameContainer(signs).empty()) {
    signs.init_environment = FindInEnvironment(ReadProcFileOrEmpty("/proc/1/environ"), "container");
  }
  return NameContainer(signs);
}

bool IsUnit(const UnitSigns& signs, pid_t self) {
  if (signs.exec_pid != nullptr)
    return ParseNumber(signs.exec_pid) == static_cast<std::uint64_t>(self);
  return signs.invocation_id != nullptr && signs.notify_socket != nullptr;
}

}  // namespace nodeward
