// Promise 3, "and nowhere else": after a vault was read, its plaintext stands in no memory of the
// process. The test itself never holds the value: a shell makes it, and the search computes it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "unit/vault/support.h"

namespace nodeward {
namespace {

constexpr std::size_t kMarkerLength = 40;

// Letter i of the marker that the shell command below prints, too.
constexpr char MarkerAt(std::size_t i) { return static_cast<char>('a' + (i * i * 7 + i * 3) % 26); }

const char* const kPrintVault =
    "awk 'BEGIN { for (i = 0; i < 40; i++) m = m sprintf(\"%c\", 97 + (i * i * 7 + i * 3) % 26); "
    "printf \"BASIC = \\\"%s\\\\n\\\"\\nLITERAL = \\047%s\\047\\nLONG = "
    "\\\"\\\"\\\"\\n%s\\n%s\\\"\\\"\\\"\\n\", "
    "m, m, m, m }'";

std::size_t CountMarkers(const std::vector<char>& bytes) {
  std::size_t count = 0;
  const char* const end = bytes.data() + bytes.size();
  const auto next = [end](const char* from) {
    return static_cast<const char*>(
        std::memchr(from, MarkerAt(0), static_cast<std::size_t>(end - from)));
  };
  for (const char* at = next(bytes.data()); at != nullptr; at = next(at + 1)) {
    std::size_t i = 0;
    while (at + i < end && i < kMarkerLength && at[i] == MarkerAt(i)) ++i;
    count += i == kMarkerLength ? 1u : 0u;
  }
  return count;
}

struct Region {
  unsigned long long start = 0;
  unsigned long long size = 0;
};

// What is mapped for writing, but for the sanitizer's shadow, which is huge and holds no data.
std::vector<Region> WritableRegions() {
  constexpr unsigned long long kHuge = 1ULL << 33;
  std::vector<Region> regions;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    Region region;
    unsigned long long end = 0;
    char rights[5] = "";
    if (std::sscanf(line.c_str(), "%llx-%llx %4s", &region.start, &end, rights) != 3) continue;
    region.size = end - region.start;
    if (rights[0] == 'r' && rights[1] == 'w' && region.size < kHuge) regions.push_back(region);
  }
  return regions;
}

// Markers in the memory of this process. Pages are read through /proc, which does not mind red
// zones.
std::size_t MarkersInMemory() {
  constexpr std::size_t kStep = 1 << 20;
  std::ifstream memory("/proc/self/mem", std::ios::binary);
  std::size_t count = 0;
  std::vector<char> bytes;
  for (const Region& region : WritableRegions()) {
    for (unsigned long long at = 0; at < region.size; at += kStep) {
      bytes.assign(std::min<std::size_t>(kStep + kMarkerLength - 1, region.size - at), '\0');
      memory.clear();
      memory.seekg(static_cast<std::streamoff>(region.start + at));
      memory.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      count += CountMarkers(bytes);
      std::fill(bytes.begin(), bytes.end(), '\0');
    }
  }
  return count;
}

TEST(Memory, HoldsNoPlaintextOnceTheVaultWasRead) {
  const test::Folder folder;
  std::string output;
  ASSERT_EQ(test::Run("age-keygen -o " + folder / "id.txt", &output), 0) << output;
  ASSERT_EQ(test::Run(std::string(kPrintVault) + " | age -r $(age-keygen -y " + folder / "id.txt" +
                          ") -o " + folder / "vault.age",
                      &output),
            0)
      << output;
  const VaultKeys keys = test::WithIdentity(test::ReadFile(folder / "id.txt"));
  const std::string file = test::ReadFile(folder / "vault.age");

  ASSERT_EQ(MarkersInMemory(), 0u);
  {
    Result<SecretBuffer> plaintext = DecryptAge(file, keys);
    ASSERT_TRUE(plaintext);
    EXPECT_EQ(MarkersInMemory(), 4u);  // the plaintext itself: the search does find it
    const Result<Secrets> secrets = ParseSecrets(*plaintext, "vault.age");
    ASSERT_TRUE(secrets) << FormatError(secrets.error());
    ASSERT_EQ(secrets->size(), 3u);
    EXPECT_EQ(MarkersInMemory(), 8u);  // the plaintext and the values, and no third copy
  }
  EXPECT_EQ(MarkersInMemory(), 0u);
}

}  // namespace
}  // namespace nodeward
