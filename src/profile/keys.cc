#include "profile/keys.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "profile/reader.h"

namespace nodeward {
namespace {

// The words of each enumeration, in the order of its enumerators in profile.h.
constexpr std::array<std::string_view, 3> kEnforcement = {"strict", "best-effort", "permissive"};
constexpr std::array<std::string_view, 2> kOnViolation = {"deny", "kill"};
constexpr std::array<std::string_view, 3> kRestart = {"never", "on-failure", "always"};
constexpr std::array<std::string_view, 4> kReady = {"exec", "listen", "health", "notify"};
constexpr std::array<std::string_view, 3> kOnUnhealthy = {"restart", "exit", "event"};
constexpr std::array<std::string_view, 1> kDns = {"open"};
constexpr std::array<std::string_view, 2> kFiles = {"writes", "all"};
constexpr std::array<std::string_view, 2> kFormat = {"json", "text"};
constexpr std::array<std::string_view, 3> kDeliver = {"env", "memory", "file"};

template <class T>
Located<T> At(T value, const Where& where) {
  return {std::move(value), where};
}

// Row setters. Section and Member say where the value goes, Read how it is read.
template <auto Section, auto Member, auto Read>
void Put(Reader& reader, const Node& node, Profile& profile) {
  if (auto value = Read(reader, node)) {
    (profile.*Section).*Member = At(std::move(*value), node.where);
  }
}

template <auto Section, auto Member, auto ReadItem>
void PutList(Reader& reader, const Node& node, Profile& profile) {
  if (auto list = reader.List(node, ReadItem)) (profile.*Section).*Member = std::move(*list);
}

template <auto Section, auto Member, class Enum>
void PutWord(Reader& reader, const Node& node, Profile& profile) {
  if (const auto index = reader.Word(node)) {
    (profile.*Section).*Member = At(static_cast<Enum>(*index), node.where);
  }
}

void PutVersion(Reader& reader, const Node& node, Profile&) {
  if (node.kind != Node::Kind::kInteger) {
    reader.WrongKind(node, "a whole number");
  } else if (node.integer != 1) {
    reader.Wrong(node, "this nodeward reads version 1 only");
  }
}

void PutExtends(Reader& reader, const Node& node, Profile& profile) {
  if (node.where.line == 0) {
    reader.Complain(node.where, "extends cannot be set on the command line", "-p PROFILE");
  } else if (auto text = reader.PlainText(node)) {
    profile.extends = At(std::move(*text), node.where);
  }
}

void PutRootEnforcement(Reader& reader, const Node& node, Profile& profile) {
  if (const auto index = reader.Word(node)) {
    profile.enforcement = At(static_cast<Enforcement>(*index), node.where);
  }
}

// One, or a list of which later ones win.
void PutVaults(Reader& reader, const Node& node, Profile& profile) {
  std::vector<Text> vaults;
  if (node.kind == Node::Kind::kArray) {
    auto list = reader.List(node, ReadFilePath);
    if (!list) return;
    vaults = std::move(*list);
  } else if (node.kind != Node::Kind::kString && node.typed.empty()) {
    reader.WrongKind(node, "a string or a list of strings");
    return;
  } else if (auto path = ReadFilePath(reader, node)) {
    vaults.push_back({std::move(*path), node.where});
  } else {
    return;
  }
  for (auto vault = vaults.begin(); vault != vaults.end(); ++vault) {
    const auto same = [&](const Text& earlier) { return earlier.value == vault->value; };
    if (!std::any_of(vaults.begin(), vault, same)) continue;
    reader.Complain(vault->where, "secrets.vault: \"" + vault->value + "\" is listed twice",
                    "once, in the place where it wins");
    return;
  }
  profile.secrets.vaults = std::move(vaults);
}

void PutRules(Reader& reader, const Node& node, Profile& profile) {
  if (node.kind != Node::Kind::kTable) {
    reader.WrongKind(node, "a table");
    return;
  }
  for (const Member& member : node.members) {
    SecretRule rule;
    const auto known = profile.secrets.rules.find(member.name);
    if (known != profile.secrets.rules.end()) rule = known->second;
    ReadSecretRule(reader, member, rule);
    profile.secrets.rules.insert_or_assign(member.name, std::move(rule));
  }
}

void PutFiles(Reader& reader, const Node& node, Profile& profile) {
  if (const auto index = reader.Word(node)) profile.events.all_files = At(*index == 1, node.where);
}

void PutDns(Reader& reader, const Node& node, Profile& profile) {
  if (const auto index = reader.Word(node)) {
    profile.network.dns = At(std::string(kDns[*index]), node.where);
  }
}

void PutEnvironment(Reader& reader, const Node& node, Profile& profile) {
  if (node.kind != Node::Kind::kTable) {
    reader.WrongKind(node, "a table");
    return;
  }
  for (const Member& member : node.members) {
    if (!IsEnvironmentName(member.name)) {
      reader.Complain(member.where,
                      "environment.set: \"" + member.name + "\" is not a variable's name",
                      "letters, digits and _, not beginning with a digit");
      continue;
    }
    if (member.value.kind == Node::Kind::kInteger && member.value.typed.empty()) {
      const std::string digits = std::to_string(member.value.integer);
      reader.Complain(
          member.value.where,
          "environment.set: the value of " + member.name + " must be a string, not a whole number",
          member.name + " = \"" + digits + "\"");
      continue;
    }
    const auto value = reader.Text(member.value);
    if (!value) continue;
    if (value->find('\0') != std::string::npos) {
      reader.Complain(member.value.where,
                      "environment.set: the value of " + member.name + " has a NUL");
      continue;
    }
    profile.environment.set[member.name] = {*value, member.value.where};
  }
}

void PutSinks(Reader& reader, const Node& node, Profile& profile) {
  auto list = reader.List(node, ReadSink);
  if (!list) return;
  if (list->empty()) {
    reader.Wrong(node, "an empty list would leave every violation untold");
    return;
  }
  profile.events.to = std::move(*list);
}

// A part of a setting that is a struct: the parts that are not said keep what they had.
template <class T>
T& Part(Setting<T>& setting, const Where& where) {
  if (!setting) setting.emplace();
  setting->where = where;
  return setting->value;
}

template <auto Member>
void PutBackoff(Reader& reader, const Node& node, Profile& profile) {
  const auto pause = ReadPause(reader, node);
  if (pause) Part(profile.supervise.backoff, node.where).*Member = *pause;
}

void PutRestarts(Reader& reader, const Node& node, Profile& profile) {
  const auto count = ReadCount(reader, node);
  if (count)
    Part(profile.supervise.give_up, node.where).restarts = static_cast<std::uint32_t>(*count);
}

// Row setters of [supervise.health].
template <auto Member, auto Read>
void PutHealth(Reader& reader, const Node& node, Profile& profile) {
  if (auto value = Read(reader, node)) {
    profile.supervise.health.*Member = At(std::move(*value), node.where);
  }
}

void PutOnUnhealthy(Reader& reader, const Node& node, Profile& profile) {
  if (const auto index = reader.Word(node)) {
    profile.supervise.health.on_unhealthy = At(static_cast<OnUnhealthy>(*index), node.where);
  }
}

void PutWithin(Reader& reader, const Node& node, Profile& profile) {
  const auto pause = ReadPause(reader, node);
  if (pause) Part(profile.supervise.give_up, node.where).within = *pause;
}

template <auto Section, auto Member>
constexpr auto kPutEnforcement = &PutWord<Section, Member, Enforcement>;

using P = Profile;
constexpr auto kProcess = &P::process;
constexpr auto kCapabilities = &P::capabilities;
constexpr auto kSyscalls = &P::syscalls;
constexpr auto kFilesystem = &P::filesystem;
constexpr auto kNetwork = &P::network;
constexpr auto kLimits = &P::limits;
constexpr auto kNamespaces = &P::namespaces;
constexpr auto kSecrets = &P::secrets;
constexpr auto kSupervise = &P::supervise;

// In the order of interface.md.
constexpr Key kKeys[] = {
    {"version", KeyKind::kInteger, "1", PutVersion},
    {"extends", KeyKind::kText, "\"default\"", PutExtends},
    {"enforcement", KeyKind::kWord, "\"strict\"", PutRootEnforcement, kEnforcement},

    {"process.enforcement", KeyKind::kWord, "\"strict\"",
     kPutEnforcement<kProcess, &ProcessSection::enforcement>, kEnforcement},
    {"process.user", KeyKind::kName, "\"node\"", Put<kProcess, &ProcessSection::user, ReadAccount>},
    {"process.group", KeyKind::kName, "\"node\"",
     Put<kProcess, &ProcessSection::group, ReadAccount>},
    {"process.groups", KeyKind::kNameList, "[]",
     PutList<kProcess, &ProcessSection::groups, ReadAccount>},
    {"process.workdir", KeyKind::kText, "\"/app\"",
     Put<kProcess, &ProcessSection::workdir, ReadWorkdir>},
    {"process.umask", KeyKind::kText, "\"0077\"", Put<kProcess, &ProcessSection::umask, ReadUmask>},
    {"process.descriptors", KeyKind::kNumberList, "[3]",
     PutList<kProcess, &ProcessSection::descriptors, ReadDescriptor>},

    {"environment.pass", KeyKind::kList, "[\"NODE_ENV\", \"OTEL_*\"]",
     PutList<&P::environment, &EnvironmentSection::pass, ReadPattern>},
    {"environment.set", KeyKind::kMap, "{ NODE_ENV = \"production\" }", PutEnvironment},

    {"capabilities.enforcement", KeyKind::kWord, "\"strict\"",
     kPutEnforcement<kCapabilities, &CapabilitiesSection::enforcement>, kEnforcement},
    {"capabilities.keep", KeyKind::kList, "[\"net_bind_service\"]",
     PutList<kCapabilities, &CapabilitiesSection::keep, ReadCapability>},

    {"syscalls.enforcement", KeyKind::kWord, "\"strict\"",
     kPutEnforcement<kSyscalls, &SyscallsSection::enforcement>, kEnforcement},
    {"syscalls.allow", KeyKind::kList, "[\"@default\"]",
     PutList<kSyscalls, &SyscallsSection::allow, ReadAllowedCall>},
    {"syscalls.deny", KeyKind::kList, "[\"mount\"]",
     PutList<kSyscalls, &SyscallsSection::deny, ReadDeniedCall>},
    {"syscalls.on_violation", KeyKind::kWord, "\"deny\"",
     PutWord<kSyscalls, &SyscallsSection::on_violation, OnViolation>, kOnViolation},

    {"filesystem.enforcement", KeyKind::kWord, "\"strict\"",
     kPutEnforcement<kFilesystem, &FilesystemSection::enforcement>, kEnforcement},
    {"filesystem.read", KeyKind::kList, "[\"/app\"]",
     PutList<kFilesystem, &FilesystemSection::read, ReadPathRule>},
    {"filesystem.write", KeyKind::kList, "[\"/tmp\"]",
     PutList<kFilesystem, &FilesystemSection::write, ReadPathRule>},
    {"filesystem.exec", KeyKind::kList, "[\"@node\"]",
     PutList<kFilesystem, &FilesystemSection::exec, ReadPathRule>},
    {"filesystem.list", KeyKind::kList, "[\"/srv\"]",
     PutList<kFilesystem, &FilesystemSection::list, ReadPathRule>},

    {"network.enforcement", KeyKind::kWord, "\"strict\"",
     kPutEnforcement<kNetwork, &NetworkSection::enforcement>, kEnforcement},
    {"network.listen", KeyKind::kPortList, "[3000]",
     PutList<kNetwork, &NetworkSection::listen, ReadListen>},
    {"network.connect", KeyKind::kList, "[\"@loopback\", \"@private\"]",
     PutList<kNetwork, &NetworkSection::connect, ReadPeer>},
    {"network.handles", KeyKind::kBoolean, "true",
     Put<kNetwork, &NetworkSection::handles, ReadBoolean>},
    {"network.dns", KeyKind::kWord, "\"open\"", PutDns, kDns},

    {"limits.enforcement", KeyKind::kWord, "\"strict\"",
     kPutEnforcement<kLimits, &LimitsSection::enforcement>, kEnforcement},
    {"limits.memory", KeyKind::kSize, "\"512M\"", Put<kLimits, &LimitsSection::memory, ReadMemory>},
    {"limits.swap", KeyKind::kSize, "\"0\"", Put<kLimits, &LimitsSection::swap, ReadSwap>},
    {"limits.cpu", KeyKind::kNumber, "1.5", Put<kLimits, &LimitsSection::cpu, ReadCpu>},
    {"limits.pids", KeyKind::kInteger, "64", Put<kLimits, &LimitsSection::pids, ReadCount>},
    {"limits.files", KeyKind::kPair, "4096", Put<kLimits, &LimitsSection::files, ReadCountPair>},
    {"limits.core", KeyKind::kPair, "\"0\"", Put<kLimits, &LimitsSection::core, ReadSizePair>},
    {"limits.stack", KeyKind::kPair, "\"8M\"", Put<kLimits, &LimitsSection::stack, ReadStackPair>},
    {"limits.file_size", KeyKind::kPair, "\"1G\"",
     Put<kLimits, &LimitsSection::file_size, ReadSizePair>},
    {"limits.locked_memory", KeyKind::kPair, "\"64K\"",
     Put<kLimits, &LimitsSection::locked_memory, ReadSizePair>},

    {"secrets.enforcement", KeyKind::kWord, "\"strict\"",
     kPutEnforcement<kSecrets, &SecretsSection::enforcement>, kEnforcement},
    {"secrets.vault", KeyKind::kTexts, "\"app.vault.age\"", PutVaults},
    {"secrets.identity", KeyKind::kText, "\"identity.txt\"",
     Put<kSecrets, &SecretsSection::identity, ReadIdentity>},
    {"secrets.passphrase", KeyKind::kText, "\"fd:4\"",
     Put<kSecrets, &SecretsSection::passphrase, ReadKeyDescriptor>},
    {"secrets.require", KeyKind::kList, "[\"DB_PASSWORD\"]",
     PutList<kSecrets, &SecretsSection::require, ReadEnvironmentName>},
    {"secrets.rules", KeyKind::kRules, "{ JWT_SECRET = { min_length = 32 } }", PutRules},
    {"secrets.deliver", KeyKind::kWord, "\"env\"",
     PutWord<kSecrets, &SecretsSection::deliver, Deliver>, kDeliver},
    {"secrets.inherit", KeyKind::kList, "[\"child.js\"]",
     PutList<kSecrets, &SecretsSection::inherit, ReadScriptPath>},
    {"secrets.watch", KeyKind::kBoolean, "true",
     Put<kSecrets, &SecretsSection::watch, ReadBoolean>},
    {"secrets.on_change", KeyKind::kText, "\"restart\"",
     Put<kSecrets, &SecretsSection::on_change, ReadOnChange>},
    {"secrets.mask", KeyKind::kBoolean, "true", Put<kSecrets, &SecretsSection::mask, ReadBoolean>},

    {"node.enforcement", KeyKind::kWord, "\"strict\"",
     kPutEnforcement<&P::node, &NodeSection::enforcement>, kEnforcement},
    {"node.eval", KeyKind::kBoolean, "false", nullptr},
    {"node.addons", KeyKind::kBoolean, "true", Put<&P::node, &NodeSection::addons, ReadBoolean>},
    {"node.heap", KeyKind::kSize, "\"auto\"", nullptr},
    {"node.guard", KeyKind::kBoolean, "true", nullptr},

    {"namespaces.enforcement", KeyKind::kWord, "\"strict\"",
     kPutEnforcement<kNamespaces, &NamespacesSection::enforcement>, kEnforcement},
    {"namespaces.ipc", KeyKind::kBoolean, "true",
     Put<kNamespaces, &NamespacesSection::ipc, ReadBoolean>},
    {"namespaces.mount", KeyKind::kBoolean, "true",
     Put<kNamespaces, &NamespacesSection::mount, ReadBoolean>},
    {"namespaces.net", KeyKind::kBoolean, "true",
     Put<kNamespaces, &NamespacesSection::net, ReadBoolean>},
    {"namespaces.pid", KeyKind::kBoolean, "true",
     Put<kNamespaces, &NamespacesSection::pid, ReadBoolean>},
    {"namespaces.user", KeyKind::kBoolean, "true",
     Put<kNamespaces, &NamespacesSection::user, ReadBoolean>},
    {"namespaces.uts", KeyKind::kBoolean, "true",
     Put<kNamespaces, &NamespacesSection::uts, ReadBoolean>},

    {"supervise.name", KeyKind::kText, "\"api\"",
     Put<kSupervise, &SuperviseSection::name, ReadSupervisorName>},
    {"supervise.restart", KeyKind::kWord, "\"on-failure\"",
     PutWord<kSupervise, &SuperviseSection::restart, RestartWhen>, kRestart},
    {"supervise.backoff.initial", KeyKind::kDuration, "\"200ms\"", PutBackoff<&Backoff::initial>},
    {"supervise.backoff.max", KeyKind::kDuration, "\"30s\"", PutBackoff<&Backoff::max>},
    {"supervise.give_up.restarts", KeyKind::kInteger, "5", PutRestarts},
    {"supervise.give_up.within", KeyKind::kDuration, "\"1min\"", PutWithin},
    {"supervise.stop_signal", KeyKind::kText, "\"SIGTERM\"",
     Put<kSupervise, &SuperviseSection::stop_signal, ReadStopSignal>},
    {"supervise.stop_timeout", KeyKind::kDuration, "\"8s\"",
     Put<kSupervise, &SuperviseSection::stop_timeout, ReadDuration>},
    {"supervise.stop_delay", KeyKind::kDuration, "\"5s\"",
     Put<kSupervise, &SuperviseSection::stop_delay, ReadDuration>},
    {"supervise.ready", KeyKind::kWord, "\"listen\"",
     PutWord<kSupervise, &SuperviseSection::ready, ReadyWhen>, kReady},
    {"supervise.notify", KeyKind::kBoolean, "true",
     Put<kSupervise, &SuperviseSection::notify, ReadBoolean>},
    {"supervise.termination_message", KeyKind::kText, "\"/dev/termination-log\"",
     Put<kSupervise, &SuperviseSection::termination_message, ReadAbsolutePath>},
    {"supervise.health.http", KeyKind::kText, "\"http://127.0.0.1:3000/healthz\"",
     PutHealth<&HealthSection::http, ReadHttpCheck>},
    {"supervise.health.tcp", KeyKind::kText, "\"127.0.0.1:3000\"",
     PutHealth<&HealthSection::tcp, ReadTcpCheck>},
    {"supervise.health.command", KeyKind::kList, "[\"node\", \"check.js\"]", nullptr},
    {"supervise.health.interval", KeyKind::kDuration, "\"10s\"",
     PutHealth<&HealthSection::interval, ReadPause>},
    {"supervise.health.timeout", KeyKind::kDuration, "\"2s\"",
     PutHealth<&HealthSection::timeout, ReadPause>},
    {"supervise.health.failures", KeyKind::kInteger, "3",
     PutHealth<&HealthSection::failures, ReadCount>},
    {"supervise.health.start", KeyKind::kDuration, "\"10s\"",
     PutHealth<&HealthSection::start, ReadDuration>},
    {"supervise.health.on_unhealthy", KeyKind::kWord, "\"restart\"", PutOnUnhealthy, kOnUnhealthy},

    {"http", KeyKind::kSection, "", nullptr},
    {"alerts", KeyKind::kSection, "", nullptr},

    {"events.format", KeyKind::kWord, "\"json\"",
     PutWord<&P::events, &EventsSection::format, EventFormat>, kFormat},
    {"events.files", KeyKind::kWord, "\"writes\"", PutFiles, kFiles},
    {"events.to", KeyKind::kList, "[\"stderr\"]", PutSinks},
};

}  // namespace

std::span<const Key> Keys() { return kKeys; }

const Key* FindKey(std::string_view path) {
  const auto* found = std::find_if(std::begin(kKeys), std::end(kKeys),
                                   [&](const Key& key) { return key.path == path; });
  return found == std::end(kKeys) ? nullptr : found;
}

}  // namespace nodeward
