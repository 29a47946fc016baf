// The keys of [network]: what is taken, and the message of what is not.
#include <gtest/gtest.h>

#include "unit/profile/profile_testing.h"

namespace nodeward {
namespace {

TEST(NetworkKeys, ReadsThem) {
  const auto applied = ApplyText(R"([network]
enforcement = "permissive"
listen = [3000, "8000-8010", "127.0.0.1:9229", "udp:5353", "unix:/run/app.sock"]
connect = ["@private", "*.example.com:443"]
dns = "open"
)");
  ASSERT_EQ(Printed(applied.errors), "");
  const NetworkSection& network = applied.profile.network;
  EXPECT_EQ(network.enforcement->value, Enforcement::kPermissive);
  EXPECT_EQ(network.listen->at(0).value, "3000");
  EXPECT_EQ(network.listen->size(), 5u);
  EXPECT_EQ(network.connect->at(1).value, "*.example.com:443");
  EXPECT_EQ(network.connect->at(1).where.Text(), "app.toml:4:24");
  EXPECT_EQ(network.dns->value, "open");
}

// An absent list is the default, an empty one is nothing: they must not be mixed up.
TEST(NetworkKeys, AbsentIsNotEmpty) {
  const auto absent = ApplyText("[network]\n");
  EXPECT_EQ(Printed(absent.errors), "");
  EXPECT_FALSE(absent.profile.network.listen.has_value());
  EXPECT_FALSE(absent.profile.network.connect.has_value());
  const auto empty = ApplyText("[network]\nlisten = []\nconnect = []\n");
  EXPECT_EQ(Printed(empty.errors), "");
  ASSERT_TRUE(empty.profile.network.listen.has_value());
  EXPECT_TRUE(empty.profile.network.listen->empty());
  ASSERT_TRUE(empty.profile.network.connect.has_value());
  EXPECT_TRUE(empty.profile.network.connect->empty());
}

TEST(NetworkKeys, ARefusedListLeavesNoPartOfIt) {
  const auto applied = ApplyText("[network]\nconnect = [\"@loopback\", \"\"]\n");
  EXPECT_EQ(applied.errors.size(), 1u);
  EXPECT_EQ(applied.errors.at(0).where, "app.toml:2:25");
  EXPECT_FALSE(applied.profile.network.connect.has_value());
}

TEST(NetworkKeys, APeerWithANulIsNone) {
  const auto applied = ApplyText("[network]\nconnect = [\"evil\\u0000.good.com\"]\n");
  EXPECT_NE(Printed(applied.errors).find("\"evil\\x00.good.com\" has a control character"),
            std::string::npos);
  EXPECT_FALSE(applied.profile.network.connect.has_value());
}

TEST(NetworkKeys, Refused) {
  const std::pair<const char*, const char*> rows[] = {
      {"connect = [\"\"]", "network.connect: must not be empty"},
      {"connect = \"@public\"", "network.connect: must be a list, not a string"},
      {"connect = [443]", "network.connect: must be a string, not a whole number"},
      {"connect = [\"a b\"]", "network.connect: \"a b\" has a space"},
      {"connect = [\"https://a.com\"]",
       "network.connect: \"https://a.com\" is a URL: a rule has a host and a port"},
      {"listen = 3000", "network.listen: must be a list, not a whole number"},
      {"listen = [\"\"]", "network.listen: must not be empty"},
      {"listen = [0]", "network.listen: 0 is not between 1 and 65535"},
      {"listen = [65536]", "network.listen: 65536 is not between 1 and 65535"},
      {"listen = [true]", "network.listen: must be a port's number or a string, not true or false"},
      {"dns = \"closed\"", "network.dns: \"closed\" is none of \"open\""},
      {"conect = []", "unknown key \"conect\" in [network]"},
  };
  for (const auto& [line, message] : rows) {
    const auto applied = ApplyText(std::string("[network]\n") + line + "\n");
    ASSERT_EQ(applied.errors.size(), 1u) << line;
    EXPECT_EQ(applied.errors[0].what, message);
    EXPECT_NE(applied.errors[0].hint, "") << line;
    EXPECT_TRUE(applied.errors[0].where.starts_with("app.toml:2:")) << line;
    EXPECT_FALSE(applied.profile.network.connect || applied.profile.network.listen ||
                 applied.profile.network.dns)
        << line;
  }
}

}  // namespace
}  // namespace nodeward
