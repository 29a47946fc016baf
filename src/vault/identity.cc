#include "vault/identity.h"

#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "vault/bech32.h"

namespace nodeward {
namespace {

constexpr std::string_view kPrefix = "AGE-SECRET-KEY-";
constexpr std::string_view kStart = "AGE-SECRET-KEY-1";

struct Foreign {
  std::string_view start;
  const char* what;
  const char* hint;
};

constexpr const char* kMakeOne = "nodeward vault keygen -o identity.txt makes one";

// What people put into an identity file by mistake, known by how the line begins.
constexpr Foreign kForeign[] = {
    {"AGE-SECRET-KEY-PQ-1", "a post-quantum identity, which nodeward cannot use", kMakeOne},
    {"AGE-PLUGIN-", "an identity of an age plugin, which nodeward does not run", kMakeOne},
    {"age1", "a recipient (public key), where an identity (secret key) is wanted",
     "name the file that holds its AGE-SECRET-KEY-1 line"},
    {"ssh-", "an SSH public key, which is no identity", kMakeOne},
    {"-----BEGIN AGE", "an identity file that is encrypted itself",
     "age -d -o identity.txt FILE, readable by nodeward alone"},
    {"age-encryption.org/", "an identity file that is encrypted itself",
     "age -d -o identity.txt FILE, readable by nodeward alone"},
    {"-----BEGIN", "an SSH or other PEM key, which nodeward cannot use", kMakeOne},
};

std::string_view TakeLine(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool IsIgnored(std::string_view line) { return line.empty() || line.starts_with('#'); }

std::size_t CountKeys(std::string_view rest) {
  std::size_t count = 0;
  while (!rest.empty()) count += TakeLine(rest).starts_with(kStart) ? 1u : 0u;
  return count;
}

tl::unexpected<AgeError> Refuse(std::string_view line, const std::string& path,
                                std::size_t number) {
  for (const Foreign& foreign : kForeign) {
    if (line.starts_with(foreign.start)) {
      return FailIdentity(path, number, std::string("this is ") + foreign.what, foreign.hint);
    }
  }
  return FailIdentity(path, number, "this line is not an age identity (AGE-SECRET-KEY-1…)",
                      kMakeOne);
}

}  // namespace

void Identities::Add(const SecretBuffer& key) {
  if (key.size() != kX25519Size || (count_ + 1) * kX25519Size > keys_.size()) return;
  std::memcpy(keys_.data() + count_ * kX25519Size, key.data(), kX25519Size);
  ++count_;
}

AgeResult<Identities> ParseIdentities(const SecretBuffer& text, const std::string& path) {
  std::string_view rest = text.view();
  Identities identities(CountKeys(rest));
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = TakeLine(rest);
    if (IsIgnored(line)) continue;
    if (!line.starts_with(kStart)) return Refuse(line, path, number);
    const std::optional<SecretBuffer> key = DecodeBech32(line, kPrefix);
    if (!key || key->size() != kX25519Size) {
      return FailIdentity(path, number, "a damaged identity: its checksum or length is wrong",
                          "copy the whole AGE-SECRET-KEY-1 line again, without spaces");
    }
    identities.Add(*key);
  }
  if (identities.size() == 0) {
    return FailIdentity(path, 1, "the identity file holds no identity", kMakeOne);
  }
  return identities;
}

}  // namespace nodeward
