// ParseSecrets: what it reads, what it refuses and where, and that no message tells a value.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "vault/vault.h"

namespace nodeward {
namespace {

using testing::HasSubstr;
using testing::Not;

Result<Secrets> Parse(std::string_view document) {
  return ParseSecrets(SecretBuffer::Copy(document), "app.vault.age");
}

std::vector<std::string> Read(std::string_view document) {
  const Result<Secrets> secrets = Parse(document);
  if (!secrets) return {"refused: " + secrets.error().where + ": " + secrets.error().what};
  std::vector<std::string> lines;
  for (const Secret& secret : *secrets) {
    lines.push_back(secret.name + "=" + std::string(secret.value.view()));
  }
  return lines;
}

struct Refusal {
  std::string_view document;
  std::string_view position;
  std::string_view what;  // part of the message
};

void ExpectRefused(const Refusal& refusal) {
  SCOPED_TRACE(refusal.document);
  const Result<Secrets> secrets = Parse(refusal.document);
  ASSERT_FALSE(secrets);
  EXPECT_EQ(secrets.error().where, "app.vault.age:" + std::string(refusal.position));
  EXPECT_THAT(secrets.error().what, HasSubstr(std::string(refusal.what)));
  EXPECT_FALSE(secrets.error().hint.empty());
  EXPECT_THAT(FormatError(secrets.error()), Not(HasSubstr("hunter2")));
}

TEST(Secrets, AreSortedAndKeepTheirBytes) {
  EXPECT_THAT(
      Read("# database\r\nB = \"b # no comment\"   # a comment\n\n  A='a\\n'\r\n_c9 = \"\""),
      testing::ElementsAre("A=a\\n", "B=b # no comment", "_c9="));
  EXPECT_THAT(Read(""), testing::ElementsAre());
  EXPECT_THAT(Read("\xef\xbb\xbf"
                   "A = \"b\""),
              testing::ElementsAre("A=b"));
  EXPECT_THAT(Read("A = \"trailing\\n\"\nB = ' spaces '"),
              testing::ElementsAre("A=trailing\n", "B= spaces "));
}

TEST(Secrets, MultilineStringsHoldKeysOfOtherTools) {
  EXPECT_THAT(Read("PEM = '''\n-----BEGIN KEY-----\r\nab\\c==\n-----END KEY-----\n'''\nZ = \"z\""),
              testing::ElementsAre("PEM=-----BEGIN KEY-----\nab\\c==\n-----END KEY-----\n", "Z=z"));
  EXPECT_THAT(Read("A = \"\"\"one \\\n   two \"quoted\"\"\"\"\""),
              testing::ElementsAre("A=one two \"quoted\"\""));
}

TEST(Secrets, FaultsHaveAPlace) {
  for (const Refusal& refusal :
       {Refusal{"A = 3000", "1:5", "the value of A is not a string"},
        Refusal{"A = \"x\"\nB = true", "2:5", "the value of B is not a string"},
        Refusal{"A = [\"hunter2\"]", "1:5", "the value of A is not a string"},
        Refusal{"A = { b = \"hunter2\" }", "1:5", "the value of A is not a string"},
        Refusal{"A = hunter2", "1:5", "a quoted string"},
        Refusal{"A = ", "1:5", "a quoted string"},
        Refusal{"[database]\nA = \"hunter2\"", "1:1", "a table"},
        Refusal{"db.password = \"hunter2\"", "1:3", "a dotted name"},
        Refusal{"export A=\"hunter2\"", "1:8", "followed by ="},
        Refusal{"A = \"hunter2", "1:5", "A: a string that is not closed"},
        Refusal{"A = \"hunter2\nhunter2\"", "1:5", "not closed on its line"},
        Refusal{"\n\nA = '''hunter2", "3:5", "A: a string that is not closed"},
        Refusal{"A = \"hunter2\"hunter2\"", "1:14", "text after a value"},
        Refusal{"A = \"\xc3\xa9\\q hunter2\"", "1:7", "an escape that TOML does not know"},
        Refusal{"A = \"\\u12\"", "1:6", "too few"},
        Refusal{"A = \"\\uDFFF\"", "1:6", "no Unicode character"},
        Refusal{"A = \"hunter2\\u0000\"", "1:13", "NUL"},
        Refusal{"A = \"hunter2\x01\"", "1:13", "control character"},
        Refusal{"A = \"x\"\nB = \"hunter2\xff\"", "2:1", "not UTF-8"},
        Refusal{"A = \"x\"\n\nA = \"hunter2\"", "3:1", "A is there twice"},
        Refusal{"\"\\u0041\" = 'x'\nA = 'hunter2'", "2:1", "A is there twice"},
        Refusal{"DB-PASSWORD = \"hunter2\"", "1:1", "\"DB-PASSWORD\" is not a name"},
        Refusal{"1A = \"hunter2\"", "1:1", "is not a name"},
        Refusal{"\"\" = \"hunter2\"", "1:1", "is not a name"},
        Refusal{"\"A=B\" = \"hunter2\"", "1:1", "is not a name"},
        Refusal{"\"\xc3\xa9\" = \"hunter2\"", "1:1", "is not a name"}}) {
    ExpectRefused(refusal);
  }
}

// A file that holds the bare secret, and not TOML: nothing of it may be taken for a name.
TEST(Secrets, FilesThatAreNoTomlAreNotRepeated) {
  for (const std::string_view document :
       {"hunter2", "hunter2==", "hunter2=", "hunter2 hunter2", "hunter2.hunter2", "\"hunter2\"",
        "-----BEGIN hunter2-----", "{\"hunter2\": \"hunter2\"}", "hunter2: hunter2",
        "'hunter2' 'hunter2'", "hunter2=hunter2"}) {
    SCOPED_TRACE(document);
    const Result<Secrets> secrets = Parse(document);
    ASSERT_FALSE(secrets);
    EXPECT_THAT(FormatError(secrets.error()), Not(HasSubstr("hunter2")));
  }
}

// execve(2) refuses "NAME=VALUE" and its NUL from 128 KiB + 1 on.
TEST(Secrets, AreAsLongAsTheKernelTakes) {
  const std::size_t most = 128 * 1024 - sizeof "NAME=";
  EXPECT_TRUE(Parse("NAME = '" + std::string(most, 'x') + "'"));
  ExpectRefused({"NAME = '" + std::string(most + 1, 'x') + "'", "1:1", "NAME is too long"});
}

TEST(Secrets, ManyFit) {
  std::string document;
  for (int i = 0; i < 500; ++i) document += "KEY" + std::to_string(i) + " = \"value\"\n";
  const Result<Secrets> secrets = Parse(document);
  ASSERT_TRUE(secrets);
  EXPECT_EQ(secrets->size(), 500u);
}

}  // namespace
}  // namespace nodeward
