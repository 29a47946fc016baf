// The passphrase recipient: its limits hold before anybody is asked and before memory is taken.
#include "vault/scrypt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/vault/support.h"

namespace nodeward {
namespace {

using test::OutcomeOf;
using testing::HasSubstr;

// The kit's own file (cctv-age, "scrypt") for the passphrase "password", with any work factor. Only
// with 10 does it open.
std::string FileWithWorkFactor(const std::string& factor) {
  return "age-encryption.org/v1\n-> scrypt rF0/NwblUHHTpgQgRpe5CQ " + factor +
         "\ngUjEymFKMVXQEKdMMHL24oYexjE3TIC0O0zGSqJ2aUY\n"
         "--- IOXiQYStkoT1mvZW2tFOqZdhRVvj58egABx/sWfZQbc\n"
         "0123456789abcdef0123456789abcdef0123";
}

struct Asked {
  VaultKeys keys;
  int times = 0;
  Asked() {
    keys.passphrase = [this]() -> Result<SecretBuffer> {
      ++times;
      return SecretBuffer::Copy("password");
    };
  }
};

TEST(Scrypt, WorkFactorHasALimit) {
  for (const char* factor : {"21", "22", "30", "63", "64", "999", "1000", "18446744073709551626"}) {
    SCOPED_TRACE(factor);
    Asked asked;
    const AgeResult<SecretBuffer> refused = OpenAge(FileWithWorkFactor(factor), asked.keys);
    ASSERT_EQ(OutcomeOf(refused), "kWorkFactor");
    EXPECT_THAT(refused.error().error.what, HasSubstr("the limit is 2^20 (1G of memory)"));
    EXPECT_EQ(asked.times, 0);
  }
}

TEST(Scrypt, MemoryHasALimit) {
  Asked asked;
  asked.keys.scrypt_memory = 256 << 20;
  const AgeResult<SecretBuffer> refused = OpenAge(FileWithWorkFactor("19"), asked.keys);
  ASSERT_EQ(OutcomeOf(refused), "kWorkFactor");
  EXPECT_THAT(refused.error().error.what,
              HasSubstr("2^19 takes 512M of memory, and here it may take 256M"));
  EXPECT_EQ(asked.times, 0);

  asked.keys.scrypt_memory = 1 << 20;  // what 2^10 takes, exactly
  EXPECT_NE(OutcomeOf(OpenAge(FileWithWorkFactor("10"), asked.keys)), "kWorkFactor");
  EXPECT_EQ(asked.times, 1);
  asked.keys.scrypt_memory = (1 << 20) - 1;
  EXPECT_EQ(OutcomeOf(OpenAge(FileWithWorkFactor("10"), asked.keys)), "kWorkFactor");
  EXPECT_EQ(asked.times, 1);
}

TEST(Scrypt, WorkFactorIsADecimalNumber) {
  for (const char* factor : {"0", "010", "0x10", "+10", "-10", "10k", "1e1"}) {
    SCOPED_TRACE(factor);
    Asked asked;
    EXPECT_EQ(OutcomeOf(OpenAge(FileWithWorkFactor(factor), asked.keys)), "kHeader");
    EXPECT_EQ(asked.times, 0);
  }
}

TEST(Scrypt, PromptMayFail) {
  VaultKeys keys;
  keys.passphrase = [] { return Result<SecretBuffer>(Fail("the terminal went away")); };
  const AgeResult<SecretBuffer> refused = OpenAge(FileWithWorkFactor("10"), keys);
  ASSERT_EQ(OutcomeOf(refused), "kPrompt");
  EXPECT_EQ(refused.error().error.what, "the terminal went away");

  keys.passphrase = nullptr;
  EXPECT_EQ(OutcomeOf(OpenAge(FileWithWorkFactor("10"), keys)), "kNeedsPassphrase");
}

TEST(Scrypt, RightPassphraseOpensTheKeyButNotAForgedHeader) {
  std::string file = FileWithWorkFactor("10");
  EXPECT_EQ(OutcomeOf(OpenAge(file, test::WithPassphrase("password"))), "kPayloadTampered");
  file[file.find("IOXiQ")] = 'J';  // the MAC
  EXPECT_EQ(OutcomeOf(OpenAge(file, test::WithPassphrase("password"))), "kHeaderTampered");
  EXPECT_EQ(OutcomeOf(OpenAge(FileWithWorkFactor("10"), test::WithPassphrase("passwort"))),
            "kWrongPassphrase");
  EXPECT_EQ(OutcomeOf(OpenAge(FileWithWorkFactor("10"), test::WithPassphrase(""))),
            "kWrongPassphrase");
}

}  // namespace
}  // namespace nodeward
