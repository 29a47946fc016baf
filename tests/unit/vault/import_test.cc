// dotenv and JSON: what is read, and what is refused with its line and never with its text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "vault/import.h"

namespace nodeward {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Read(std::string_view text, ImportFormat format) {
  const auto secrets = ParseImport(text, format, ".env");
  if (!secrets) return FormatError(secrets.error());
  std::string all;
  for (const Secret& secret : *secrets) {
    all += secret.name + "=" + std::string(secret.value.view()) + ";";
  }
  return all;
}
std::string Dotenv(std::string_view text) { return Read(text, ImportFormat::kDotenv); }
std::string Json(std::string_view text) { return Read(text, ImportFormat::kJson); }

TEST(Dotenv, WhatAllReadersReadAlike) {
  EXPECT_EQ(Dotenv("A=1\n# no\n\n  B = two words  \nexport C=3\r\nD=\n"),
            "A=1;B=two words;C=3;D=;");
  EXPECT_EQ(Dotenv("A='x # y'\nB=\"a\\nb\"\nC='a\\nb'\nD=`'\"`"), "A=x # y;B=a\nb;C=a\\nb;D='\";");
  EXPECT_EQ(Dotenv("KEY=\"-----BEGIN\nMIIB\n-----END\"\nB=2"),
            "B=2;KEY=-----BEGIN\nMIIB\n-----END;");
  EXPECT_EQ(Dotenv("A=$2a$10$abc\nB=\"${A}\"\nC='$(id)'"), "A=$2a$10$abc;B=${A};C=$(id);")
      << "nothing is expanded";
  EXPECT_EQ(Dotenv("\xef\xbb\xbf"
                   "A=1"),
            "A=1;");
  EXPECT_EQ(Dotenv("A=\"a\r\nb\"\r\nB='x' # why\r\n"), "A=a\nb;B=x;");
  EXPECT_EQ(Dotenv("URL=postgres://u:p@h/db?x=y"), "URL=postgres://u:p@h/db?x=y;");
  EXPECT_EQ(Dotenv(""), "");
}

TEST(Dotenv, WhatCouldMeanTwoThingsIsRefusedWithItsLine) {
  for (const auto& [text, where] :
       {std::pair<const char*, const char*>{"A=1\nB=s3cr3t#x", ".env:2: a #"},
        {"A=s3cr3t # why", ".env:1: a #"},
        {"A=\"s3cr3t", ".env:1: a quote that does not close"},
        {"A=\"x\"s3cr3t", ".env:1: text after"},
        {"A='l\nm'\nB=\"x\" s3cr3t", ".env:3: text after"},
        {"A=\"s3cr3t\\\"x\"", ".env:1: a quote after a backslash"},
        {"A=it's s3cr3t", ".env:1: a quote within"},
        {"s3cr3t", ".env:1: neither"},
        {"A.B=s3cr3t", ".env:1: a name"},
        {"=s3cr3t", ".env:1: a name"},
        {"A=1\nA=s3cr3t", ".env:2: A is there twice"}}) {
    EXPECT_THAT(Dotenv(text), HasSubstr(where));
    EXPECT_THAT(Dotenv(text), Not(HasSubstr("s3cr3t")));
  }
}

TEST(FlatJson, StringsAsTheyAre) {
  EXPECT_EQ(Json("{\"B\": \"two\\n\", \"A\": \"\\u00e9\", \"C\": \"\"}"), "A=é;B=two\n;C=;");
  EXPECT_EQ(Json("{}"), "");
}

TEST(FlatJson, EverythingElseIsRefused) {
  for (const auto& [text, what] :
       {std::pair<const char*, const char*>{"{\"A\": 1}", "A: a number; quote it"},
        {"{\"A\": null}", "A: null"},
        {"{\"A\": true}", "A: true"},
        {"{\"A\": {\"s3cr3t\": \"x\"}}", "A: an object within"},
        {"{\"A\": [\"s3cr3t\"]}", "A: a list"},
        {"[\"s3cr3t\"]", "a list"},
        {"\"s3cr3t\"", "a string, where"},
        {"{\"A\": \"x\", \"A\": \"s3cr3t\"}", "A is there twice"},
        {"{\n\"A\": \"s3cr3t\"\n\"B\"}", ".env:3: this is not JSON"},
        {"{\"a b\": \"s3cr3t\"}", "a name"}}) {
    EXPECT_THAT(Json(text), HasSubstr(what));
    EXPECT_THAT(Json(text), Not(HasSubstr("s3cr3t")));
  }
}

}  // namespace
}  // namespace nodeward
