// Changes to a vault's text: what was not meant stays byte for byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vault/document.h"
#include "vault/toml_write.h"
#include "vault/vault.h"

namespace nodeward {
namespace {

using testing::HasSubstr;

VaultDocument Parse(std::string_view text) {
  auto document = VaultDocument::Parse(SecretBuffer::Copy(text), "app.vault.age");
  EXPECT_TRUE(document) << FormatError(document.error());
  return std::move(*document);
}

std::string After(std::string_view text, std::string_view name, std::string_view value) {
  VaultDocument document = Parse(text);
  const auto set = document.Set(VaultTable::kSecrets, name, value);
  return set ? std::string(document.text()) : FormatError(set.error());
}

TEST(VaultDocument, AValueIsReplacedInItsPlace) {
  EXPECT_EQ(After("# first\nA = \"1\"   # why\n\n  B='2'\n", "A", "new"),
            "# first\nA = \"new\"   # why\n\n  B='2'\n");
  EXPECT_EQ(After("A = \"\"\"\nlong\nlines\"\"\"\nB = \"2\"", "A", "x"), "A = \"x\"\nB = \"2\"");
  EXPECT_EQ(After("\"A\" = \"1\"\n", "A", "2"), "\"A\" = \"2\"\n");
}

TEST(VaultDocument, ANewNameGoesAfterTheOthersAndBeforeTheTables) {
  EXPECT_EQ(After("", "A", "1"), "A = \"1\"\n");
  EXPECT_EQ(After("# only a comment", "A", "1"), "# only a comment\nA = \"1\"\n");
  EXPECT_EQ(After("A = \"1\"", "B", "2"), "A = \"1\"\nB = \"2\"\n");
  EXPECT_EQ(
      After("A = \"1\"\n\n# of the table\n[nodeward.changed]\nA = \"2026-01-01\"\n", "B", "2"),
      "A = \"1\"\nB = \"2\"\n\n# of the table\n[nodeward.changed]\nA = \"2026-01-01\"\n");
  EXPECT_EQ(After("[nodeward.changed]\nA = \"2026-01-01\"\n", "A", "2"),
            "A = \"2\"\n[nodeward.changed]\nA = \"2026-01-01\"\n");
}

TEST(VaultDocument, TheTablesAreMadeWhenTheyAreNeeded) {
  VaultDocument document = Parse("A = \"1\"");
  ASSERT_TRUE(document.Set(VaultTable::kRecipients, "age1abc", "alice"));
  ASSERT_TRUE(document.Set(VaultTable::kChanged, "A", "2026-01-01"));
  ASSERT_TRUE(document.Set(VaultTable::kRecipients, "age1def", ""));
  EXPECT_EQ(document.text(),
            "A = \"1\"\n\n[nodeward.recipients]\nage1abc = \"alice\"\nage1def = \"\"\n\n"
            "[nodeward.changed]\nA = \"2026-01-01\"\n");
  EXPECT_EQ(document.Value(*document.Find(VaultTable::kRecipients, "age1abc")).view(), "alice");
  EXPECT_EQ(ParseSecrets(SecretBuffer::Copy(document.text()), "vault")->size(), 1u)
      << "what nodeward keeps for itself is no secret of the application's";
}

TEST(VaultDocument, WhatIsRemovedTakesItsLinesAlong) {
  VaultDocument document = Parse("A = \"1\"\nB = \"\"\"\n2\n\"\"\" # gone\n# stays\nC = \"3\"\n");
  const std::vector<std::string> b = {"B"};
  EXPECT_EQ(document.Unset(VaultTable::kSecrets, b), 1u);
  EXPECT_EQ(document.text(), "A = \"1\"\n# stays\nC = \"3\"\n");
  EXPECT_EQ(document.Unset(VaultTable::kSecrets, b), 0u);
  const std::vector<std::string> a = {"A"};
  EXPECT_EQ(document.Unset(VaultTable::kChanged, a), 0u);
  const std::vector<std::string> several = {"C", "A", "D", "A"};
  EXPECT_EQ(document.Unset(VaultTable::kSecrets, several), 2u);
  EXPECT_EQ(document.text(), "# stays\n");
}

TEST(VaultDocument, WhatAVaultCannotHoldChangesNothing) {
  for (const auto& [name, value] : {std::pair<std::string, std::string>{"1A", "x"},
                                    {"A-B", "x"},
                                    {"", "x"},
                                    {"A", std::string("a\0b", 3)},
                                    {"A", "\xff"},
                                    {"A", std::string(128 * 1024, 'x')}}) {
    VaultDocument document = Parse("A = \"1\"\n");
    const auto set = document.Set(VaultTable::kSecrets, name, value);
    ASSERT_FALSE(set) << name;
    EXPECT_EQ(document.text(), "A = \"1\"\n");
  }
}

TEST(VaultDocument, OnlyItsOwnTablesAndEachOnce) {
  const auto refused = [](std::string_view text) {
    const auto index = IndexVault(text, "v");
    return index ? std::string() : FormatError(index.error());
  };
  EXPECT_THAT(refused("[other]\nA = \"1\"\n"), HasSubstr("v:1:1: a table"));
  EXPECT_THAT(refused("[nodeward.changed]\n[nodeward.changed]\n"), HasSubstr("v:2:1: a table"));
  EXPECT_THAT(refused("[nodeward.changed] A = \"1\"\n"), HasSubstr("v:1:20"));
  EXPECT_THAT(refused("[nodeward.changed]\nA = \"1\"\nA = \"2\"\n"), HasSubstr("there twice"));
  EXPECT_EQ(refused("A = \"1\"\n[nodeward.changed]\nA = \"1\"\n[nodeward.recipients]\n"), "");
}

TEST(TomlWrite, GivesTheSameBytesBack) {
  std::string all;
  for (char c = 1; c < 127; ++c) all += c;
  for (const std::string& value :
       {std::string(), all, std::string("\n"), std::string("\n\n"), std::string("a\nb"),
        std::string("a\r\nb"), std::string("a \nb"), std::string("\"\"\"\n\"\"\""),
        std::string("\\u0041"), std::string("-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n"),
        std::string("é€😀\n")}) {
    VaultDocument document = Parse("");
    ASSERT_TRUE(document.Set(VaultTable::kSecrets, "A", value));
    EXPECT_EQ(document.Value(*document.Find(VaultTable::kSecrets, "A")).view(), value)
        << document.text();
  }
}

TEST(TomlWrite, AKeyOfSeveralLinesCanBeReadByPeople) {
  constexpr std::string_view kWritten = "\"\"\"\none\ntwo\n\"\"\"";
  ASSERT_EQ(TomlStringSize("one\ntwo\n"), kWritten.size());
  SecretBuffer literal(kWritten.size());
  EXPECT_EQ(WriteTomlString("one\ntwo\n", literal.data()), literal.data() + literal.size());
  EXPECT_EQ(literal.view(), kWritten);
}

}  // namespace
}  // namespace nodeward
