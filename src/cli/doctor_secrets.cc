#include "cli/doctor_secrets.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/launch_inputs.h"
#include "cli/own_memory.h"
#include "cli/secret_places.h"
#include "cli/status.h"
#include "host/proc.h"
#include "judge/caller.h"
#include "plan/secrets.h"
#include "profile/load.h"

namespace nodeward {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kDockerSocket = "/var/run/docker.sock";
constexpr const char* kFolders[] = {"/tmp", "/var/tmp", "/dev/shm", "/var/log/journal",
                                    "/run/log/journal"};

// Whom to look at, and with which vault.
struct Subject {
  std::vector<pid_t> processes;
  std::string profile;
  uid_t user = 0;
};

Result<Subject> FindSubject(const DoctorSecretsOptions& options) {
  Subject subject;
  subject.profile = options.profile;
  auto first = ParseNumber(options.who);
  if (!first) {
    const auto answer = AskSupervisor(options.who, "json");
    if (!answer) return Fail(answer.error());
    const Json status = Json::parse(*answer, nullptr, false);
    if (status.is_discarded()) return Fail("the supervisor's answer cannot be read");
    first = status["supervisor"].value("pid", 0u);
    if (subject.profile.empty()) subject.profile = status.value("profile", "");
  }
  if (subject.profile.empty()) {
    return Fail("a process's number does not say which vault is its own", {},
                "nodeward doctor --secrets " + options.who + " -p PROFILE");
  }
  const auto pid = static_cast<pid_t>(*first);
  subject.processes = TreeOf(pid);
  subject.processes.insert(subject.processes.begin(), pid);
  for (const pid_t process : subject.processes) {  // the application's user: not nodeward's own
    struct stat facts {};
    Observed observed;
    const std::string proc = "/proc/" + std::to_string(process);
    if (ParseStatus(ReadProcFileOrEmpty(proc + "/status"), &observed)) {
      subject.user = std::max(subject.user, observed.uids[0]);
    } else if (stat(proc.c_str(), &facts) != 0 && process == pid) {
      return Fail("there is no process " + options.who);
    }
  }
  return subject;
}

std::vector<std::string> Folders(const Profile& profile) {
  std::vector<std::string> folders(std::begin(kFolders), std::end(kFolders));
  for (const Text& entry : profile.filesystem.write.value_or(std::vector<Text>{})) {
    std::string path = entry.value.starts_with('?') ? entry.value.substr(1) : entry.value;
    if (path.ends_with("/*")) path.resize(path.size() - 2);
    if (path.starts_with('/')) folders.push_back(std::move(path));
  }
  for (const Text& sink : profile.events.to.value_or(std::vector<Text>{})) {
    if (sink.value.starts_with("file:")) folders.push_back(sink.value.substr(5));
  }
  std::ranges::sort(folders);
  folders.erase(std::ranges::unique(folders).begin(), folders.end());
  // What lies beneath another one is looked at with it.
  std::erase_if(folders, [&](const std::string& folder) {
    return std::ranges::any_of(folders, [&](const std::string& other) {
      return folder != other && folder.starts_with(other + "/");
    });
  });
  return folders;
}

void PrintText(const SecretPlaces& places, const Secrets& secrets, const std::string& looked) {
  std::map<std::string, std::vector<const SecretPlace*>> by_name;
  for (const Secret& secret : secrets) by_name[secret.name];
  for (const SecretPlace& place : places.found()) by_name[place.secret].push_back(&place);
  for (const auto& [name, found] : by_name) {
    const auto& unsought = places.unsought();
    if (std::ranges::find(unsought, name) != unsought.end()) {
      std::printf("%s: not looked for, it is too short\n", name.c_str());
      continue;
    }
    std::printf("%s%s\n", name.c_str(), found.empty() ? ": found nowhere" : "");
    for (const SecretPlace* place : found) {
      std::printf("  %s: %s\n", place->where.c_str(), place->readers.c_str());
    }
  }
  std::printf("looked at: %s\n", looked.c_str());
}

void PrintJson(const SecretPlaces& places, const std::string& looked) {
  Json found = Json::array();
  for (const SecretPlace& place : places.found()) {
    found.push_back({{"secret", place.secret}, {"where", place.where}, {"readers", place.readers}});
  }
  const Json json = {{"found", found}, {"unsought", places.unsought()}, {"looked_at", looked}};
  std::printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

Result<int> Look(const DoctorSecretsOptions& options) {
  if (geteuid() != 0)
    return Fail("only root can look at every place", {}, "sudo nodeward doctor --secrets");
  const auto subject = FindSubject(options);
  if (!subject) return Fail(subject.error());
  const auto profile = LoadProfile({subject->profile, {}});
  if (!profile) return Fail(profile.error().front());
  PlannedIdentity user;
  user.uid = subject->user;
  HeldKeys none;
  const auto loaded = LoadSecrets(*profile, ProbeHost(), user, none, SecretsFor::kRestart);
  if (!loaded) return Fail(loaded.error());
  SecretPlaces places(loaded->secrets, subject->user);
  for (const pid_t pid : subject->processes) places.LookAtProcess(pid);
  const auto folders = Folders(*profile);
  for (const std::string& folder : folders) places.LookBeneath(folder);
  const bool docker = places.AskDocker(kDockerSocket);
  std::string looked = "environment, arguments, files in hand, memory and core dumps of " +
                       std::to_string(subject->processes.size()) + " processes; " +
                       std::to_string(places.files()) + " files in " + JoinWords(folders);
  if (places.skipped() > 0)
    looked += " (" + std::to_string(places.skipped()) + " left out: too many or too large)";
  if (!places.unread().empty()) looked += "; NOT to its end: " + JoinWords(places.unread());
  looked +=
      docker ? "; docker inspect" : "; no Docker engine answers at " + std::string(kDockerSocket);
  if (options.json) {
    PrintJson(places, looked);
  } else {
    PrintText(places, loaded->secrets, looked);
  }
  return std::ranges::any_of(places.found(), &SecretPlace::beyond) ? 1 : 0;
}

}  // namespace

int DoctorSecretsCommand(const DoctorSecretsOptions& options) {
  HideOwnMemory();
  const auto code = Look(options);
  return code ? *code : PrintErrors({code.error()});
}

}  // namespace nodeward
