// Reads values of one document for the rows of the key table: each function checks a node, and
// either returns what it means or appends an error that names the key, the place and a line that
// works. Pure; used by keys.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "profile/amounts.h"
#include "profile/document.h"
#include "profile/keys.h"
#include "profile/profile.h"

namespace nodeward {

class Reader {
 public:
  Reader(const Source& source, Errors& errors) : source_(source), errors_(errors) {}

  // The key that the next values belong to.
  void Begin(const Key& key) { key_ = &key; }
  const Key& key() const { return *key_; }
  const Source& source() const { return source_; }

  void Complain(const Where& where, std::string what, std::string hint = {});
  // "limits.memory: WHAT", with a line that would work: `value` in TOML, the key's example if
  // empty.
  std::nullopt_t Wrong(const Node& node, const std::string& what, const std::string& value = {});
  std::nullopt_t WrongKind(const Node& node, const std::string& wanted);

  // A string, or whatever scalar was typed after --set. May be empty.
  std::optional<std::string> Text(const Node& node);
  // Text without control characters, and not empty.
  std::optional<std::string> PlainText(const Node& node);
  std::optional<std::size_t> Word(const Node& node);  // its index in Key::words

  using ReadItem = std::optional<std::string> (*)(Reader&, const Node&);
  std::optional<std::vector<nodeward::Text>> List(const Node& node, ReadItem item);

  // The line to write: `memory = "512M"`, or `--set 'limits.memory="512M"'`.
  std::string Line(std::string_view value) const;

 private:
  const Source& source_;
  Errors& errors_;
  const Key* key_ = nullptr;
};

// Values of one kind each. `node` is the key's value.
std::optional<std::string> ReadAccount(Reader& reader, const Node& node);
std::optional<std::string> ReadDescriptor(Reader& reader, const Node& node);
std::optional<std::string> ReadWorkdir(Reader& reader, const Node& node);
std::optional<std::string> ReadFilePath(Reader& reader, const Node& node);
// "fd:3", and for an identity a path as well.
std::optional<std::string> ReadKeyDescriptor(Reader& reader, const Node& node);
std::optional<std::string> ReadIdentity(Reader& reader, const Node& node);
// A member of [secrets.rules], over what `rule` says already.
void ReadSecretRule(Reader& reader, const Member& member, SecretRule& rule);
// An entry of [filesystem]: "/data", "?/data", "/data/*", "@app".
std::optional<std::string> ReadPathRule(Reader& reader, const Node& node);
// An entry of [network] connect or listen, as text. What a rule means is policy/'s to say; here is
// refused what is no entry at all.
std::optional<std::string> ReadPeer(Reader& reader, const Node& node);
std::optional<std::string> ReadListen(Reader& reader, const Node& node);
std::optional<bool> ReadBoolean(Reader& reader, const Node& node);
std::optional<std::uint32_t> ReadUmask(Reader& reader, const Node& node);
std::optional<Size> ReadMemory(Reader& reader, const Node& node);  // more than 0
std::optional<Size> ReadSwap(Reader& reader, const Node& node);
std::optional<double> ReadCpu(Reader& reader, const Node& node);
std::optional<std::uint64_t> ReadCount(Reader& reader, const Node& node);    // 1 to 2^22
std::optional<LimitPair> ReadCountPair(Reader& reader, const Node& node);    // more than 0
std::optional<LimitPair> ReadSizePair(Reader& reader, const Node& node);     // 0 allowed
std::optional<LimitPair> ReadStackPair(Reader& reader, const Node& node);    // more than 0
std::optional<Milliseconds> ReadDuration(Reader& reader, const Node& node);  // 0 allowed
std::optional<Milliseconds> ReadPause(Reader& reader, const Node& node);     // more than 0
std::optional<int> ReadStopSignal(Reader& reader, const Node& node);
std::optional<std::string> ReadHttpCheck(Reader& reader, const Node& node);
std::optional<std::string> ReadTcpCheck(Reader& reader, const Node& node);
std::optional<std::string> ReadAbsolutePath(Reader& reader, const Node& node);
std::optional<std::string> ReadSupervisorName(Reader& reader, const Node& node);
std::optional<std::string> ReadPattern(Reader& reader, const Node& node);
std::optional<OnChange> ReadOnChange(Reader& reader, const Node& node);
std::optional<std::string> ReadScriptPath(Reader& reader, const Node& node);
std::optional<std::string> ReadEnvironmentName(Reader& reader, const Node& node);
std::optional<std::string> ReadCapability(Reader& reader, const Node& node);
std::optional<std::string> ReadAllowedCall(Reader& reader, const Node& node);
std::optional<std::string> ReadDeniedCall(Reader& reader, const Node& node);
std::optional<std::string> ReadSink(Reader& reader, const Node& node);

}  // namespace nodeward
