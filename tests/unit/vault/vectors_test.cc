// The age test vectors of C2SP's CCTV kit, each with the outcome that it states.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "unit/vault/support.h"

namespace nodeward {
namespace {

using test::OutcomeOf;

// Of the kit's version that tests/vectors/package-lock.json pins.
constexpr std::size_t kVectorCount = 143;

struct Vector {
  std::string name;
  std::multimap<std::string, std::string> meta;
  std::string file;

  std::string Meta(const std::string& key) const {
    const auto found = meta.find(key);
    return found == meta.end() ? "" : found->second;
  }
  std::string Identities() const {
    std::string text;
    const auto [begin, end] = meta.equal_range("identity");
    for (auto line = begin; line != end; ++line) text += line->second + "\n";
    return text;
  }
  bool WantsPostQuantum() const { return Identities().find("-PQ-") != std::string::npos; }
  VaultKeys Keys() const {
    VaultKeys keys = test::WithPassphrase(Meta("passphrase"));
    if (!meta.contains("passphrase")) keys.passphrase = nullptr;
    if (meta.contains("identity")) keys.identity_file = SecretBuffer::Copy(Identities());
    keys.identity_path = "id.txt";
    return keys;
  }
};

std::vector<Vector> Unpack() {
  const std::string script = NODEWARD_SOURCE_DIR "/tests/vectors/unpack.mjs";
  const test::Folder folder;
  std::string output;
  if (test::Run("node " + script + " " + folder.path(), &output) != 0) {
    ADD_FAILURE() << "no age test vectors; run ./dev setup\n" << output;
    return {};
  }
  std::vector<Vector> vectors;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    if (entry.path().extension() != ".meta") continue;
    Vector vector;
    vector.name = entry.path().stem().string();
    vector.file = test::ReadFile(folder / (vector.name + ".age"));
    std::istringstream meta(test::ReadFile(entry.path().string()));
    for (std::string line; std::getline(meta, line);) {
      const std::size_t colon = line.find(": ");
      vector.meta.emplace(line.substr(0, colon), line.substr(colon + 2));
    }
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

std::string Sha256(const SecretBuffer& bytes) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), bytes.data(), bytes.size());
  std::string hex(hash.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  hex.pop_back();
  return hex;
}

// The kinds of failure that may stand for the kit's word.
std::set<std::string_view> Allowed(const Vector& vector) {
  static const std::map<std::string, std::set<std::string_view>> kKinds = {
      {"success", {"opened"}},
      {"no match", {"kNoMatch", "kWrongPassphrase"}},
      {"HMAC failure", {"kHeaderTampered"}},
      {"header failure", {"kNotAge", "kVersion", "kHeader", "kHeaderCut", "kWorkFactor"}},
      {"payload failure", {"kPayloadTruncated", "kPayloadTampered"}},
      {"armor failure", {"kArmor"}},
  };
  // Text before the BEGIN line: whether that is bad armour or no age file is a matter of taste.
  if (vector.name == "armor_garbage_leading") return {"kNotAge"};
  // Post-quantum identities are not read; a malformed header may be told first.
  if (vector.WantsPostQuantum()) return {"kIdentity", "kHeader"};
  const auto found = kKinds.find(vector.Meta("expect"));
  return found == kKinds.end() ? std::set<std::string_view>{} : found->second;
}

// An operator is told what to do, and never what the file, the key or the passphrase holds.
void ExpectHelpWithoutContent(const Error& error) {
  EXPECT_FALSE(error.what.empty());
  EXPECT_FALSE(error.hint.empty());
  EXPECT_TRUE(error.excerpt.empty());
  for (const char* content : {"-1EGTZ", "-1HZLG", "password\"", "hunter2", "TEiF0ypqr"}) {
    EXPECT_THAT(FormatError(error), testing::Not(testing::HasSubstr(content)));
  }
}

TEST(AgeVectors, AllEndAsTheySay) {
  const std::vector<Vector> vectors = Unpack();
  ASSERT_EQ(vectors.size(), kVectorCount);
  std::map<std::string, int> seen;
  for (const Vector& vector : vectors) {
    SCOPED_TRACE(vector.name);
    const AgeResult<SecretBuffer> result = OpenAge(vector.file, vector.Keys());
    EXPECT_THAT(Allowed(vector), testing::Contains(OutcomeOf(result)));
    if (result) {
      EXPECT_EQ(Sha256(*result), vector.Meta("payload"));
    } else {
      ExpectHelpWithoutContent(result.error().error);
    }
    ++seen[vector.Meta("expect")];
    if (vector.WantsPostQuantum()) ++seen["post-quantum"];
  }
  EXPECT_EQ(seen["success"], 26);
  EXPECT_EQ(seen["no match"], 13);
  EXPECT_EQ(seen["HMAC failure"], 1);
  EXPECT_EQ(seen["post-quantum"], 19);
}

}  // namespace
}  // namespace nodeward
