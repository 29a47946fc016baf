// Making what DecryptAge opens: identities, recipients, whole files; both ways with Debian's age.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/vault/support.h"
#include "vault/bech32.h"
#include "vault/identity.h"
#include "vault/recipient.h"

namespace nodeward {
namespace {

using test::Folder;
using test::ReadFile;

using test::WriteFile;
using testing::HasSubstr;
using testing::Not;

// A pair of C2SP's age vectors.
constexpr std::string_view kIdentity =
    "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";

Recipient RecipientFor(std::string_view identity) {
  return RecipientOf((*ParseIdentities(SecretBuffer::Copy(identity), "id"))[0]);
}

Result<SecretBuffer> Open(std::string_view file, std::string_view identity) {
  VaultKeys keys;
  keys.identity_file = SecretBuffer::Copy(identity);
  return DecryptAge(file, keys);
}

TEST(Seal, AnIdentityIsWrittenAsItIsRead) {
  const auto key = DecodeBech32(kIdentity, "AGE-SECRET-KEY-");
  ASSERT_TRUE(key);
  EXPECT_EQ(EncodeBech32(key->view(), "AGE-SECRET-KEY-").view(), kIdentity);
  for (std::size_t size = 0; size < 70; ++size) {  // every remainder of the five bits
    const std::string bytes(size, '\xa5');
    const SecretBuffer text = EncodeBech32(bytes, "AGE");
    const auto back = DecodeBech32(text.view(), "AGE");
    ASSERT_TRUE(back) << size;
    EXPECT_EQ(back->view(), bytes);
  }
}

TEST(Seal, NewIdentitiesDifferAndHaveRecipients) {
  const SecretBuffer one = MakeIdentity();
  const SecretBuffer other = MakeIdentity();
  EXPECT_NE(one.view(), other.view());
  const Recipient recipient = RecipientFor(one.view());
  const auto parsed = ParseRecipient(recipient.text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->key, recipient.key);
}

TEST(Seal, WhatIsNoRecipientIsToldApart) {
  const auto told = [](std::string_view text) { return FormatError(ParseRecipient(text).error()); };
  EXPECT_THAT(told(kIdentity), HasSubstr("secret key"));
  EXPECT_THAT(told(kIdentity), Not(HasSubstr("1EGTZ")));
  EXPECT_THAT(told("ssh-ed25519 AAAA"), HasSubstr("SSH"));
  EXPECT_THAT(told("age1yubikey1qwerty"), HasSubstr("kind"));
  EXPECT_THAT(told("alice"), HasSubstr("no recipient of age"));
  std::string damaged = RecipientFor(kIdentity).text;
  damaged.back() = damaged.back() == 'q' ? 'p' : 'q';
  EXPECT_THAT(told(damaged), HasSubstr("checksum"));
  std::string mixed = RecipientFor(kIdentity).text;
  mixed[10] = static_cast<char>(mixed[10] & ~0x20);
  EXPECT_FALSE(ParseRecipient(mixed + "Q"));
}

TEST(Seal, EverySizeAroundAChunkComesBack) {
  const Recipient recipient = RecipientFor(kIdentity);
  for (const std::size_t size : {0u, 1u, 65535u, 65536u, 65537u, 131072u, 200000u}) {
    const std::string text(size, 'x');
    for (const bool armored : {false, true}) {
      const auto file = EncryptAge(text, {recipient}, armored);
      ASSERT_TRUE(file);
      EXPECT_EQ(file->starts_with("-----BEGIN"), armored);
      const auto opened = Open(*file, kIdentity);
      ASSERT_TRUE(opened) << size << FormatError(opened.error());
      EXPECT_EQ(opened->view(), text);
    }
  }
}

TEST(Seal, EachRecipientOpensItAndNobodyElse) {
  const SecretBuffer one = MakeIdentity();
  const SecretBuffer two = MakeIdentity();
  const SecretBuffer stranger = MakeIdentity();
  const auto file = EncryptAge("text", {RecipientFor(one.view()), RecipientFor(two.view())}, false);
  ASSERT_TRUE(file);
  EXPECT_TRUE(Open(*file, one.view()));
  EXPECT_TRUE(Open(*file, two.view()));
  EXPECT_FALSE(Open(*file, stranger.view()));
  EXPECT_FALSE(EncryptAge("text", std::vector<Recipient>{}, false)) << "nobody could open it";
}

TEST(Seal, NoTwoFilesAreAlike) {
  const Recipient recipient = RecipientFor(kIdentity);
  EXPECT_NE(*EncryptAge("text", {recipient}, false), *EncryptAge("text", {recipient}, false));
}

TEST(Seal, ARecipientOfLowOrderIsRefused) {
  Recipient zero;
  zero.text = "age1zero";
  const auto file = EncryptAge("text", {zero}, false);
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().what, HasSubstr("low order"));
}

TEST(Seal, DebiansAgeOpensItWithItsOwnReadingOfTheIdentity) {
  const Folder folder;
  const SecretBuffer identity = MakeIdentity();
  WriteFile(folder / "id", identity.view());
  std::string recipient;
  ASSERT_EQ(test::Run("age-keygen -y " + (folder / "id"), &recipient), 0) << recipient;
  EXPECT_EQ(recipient, RecipientFor(identity.view()).text + "\n");
  const std::string text(70000, 'y');
  for (const bool armored : {false, true}) {
    WriteFile(folder / "file", *EncryptAge(text, {RecipientFor(identity.view())}, armored));
    std::string said;
    ASSERT_EQ(test::Run("age -d -i " + (folder / "id") + " -o " + (folder / "out") + " " +
                            (folder / "file"),
                        &said),
              0)
        << said;
    EXPECT_EQ(ReadFile(folder / "out"), text);
  }
}

TEST(Seal, APassphraseIsTheOnlyRecipientAndOpens) {
  const SecretBuffer passphrase = SecretBuffer::Copy("gravel tooth");
  for (const bool armored : {false, true}) {
    const auto file = EncryptAge("A = \"1\"\n", passphrase, armored);
    ASSERT_TRUE(file) << FormatError(file.error());
    EXPECT_TRUE(OpensByPassphrase(*file));
    if (!armored) {
      EXPECT_TRUE(file->starts_with("age-encryption.org/v1\n-> scrypt "));
      EXPECT_NE(file->find(" 18\n"), std::string::npos) << "the work factor";
    }
    VaultKeys keys;
    keys.passphrase = [] { return SecretBuffer::Copy("gravel tooth"); };
    const auto opened = DecryptAge(*file, keys);
    ASSERT_TRUE(opened) << FormatError(opened.error());
    EXPECT_EQ(opened->view(), "A = \"1\"\n");
    keys.passphrase = [] { return SecretBuffer::Copy("gravel tooth "); };
    const auto wrong = DecryptAge(*file, keys);
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().what, HasSubstr("passphrase does not open"));
  }
  EXPECT_NE(*EncryptAge("", passphrase, false), *EncryptAge("", passphrase, false)) << "the salt";
  EXPECT_FALSE(EncryptAge("", SecretBuffer(), false)) << "an empty one";
}

TEST(Seal, WhatAPassphraseDoesNotOpen) {
  const auto file = EncryptAge("", {RecipientFor(kIdentity)}, false);
  ASSERT_TRUE(file);
  EXPECT_FALSE(OpensByPassphrase(*file));
  for (const char* text :
       {"", "x", "age-encryption.org/v1\n", "-----BEGIN AGE ENCRYPTED FILE-----\n"}) {
    EXPECT_FALSE(OpensByPassphrase(text)) << text;
  }
}

}  // namespace
}  // namespace nodeward
