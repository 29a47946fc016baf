#include "profile/amounts.h"

#include <gtest/gtest.h>

#include <csignal>

namespace nodeward {
namespace {

std::uint64_t Bytes(std::string_view text) {
  const auto size = ParseSize(text, true);
  EXPECT_TRUE(size.has_value()) << text;
  return size ? size->bytes : 0;
}

TEST(Size, CountsInUnitsOf1024) {
  EXPECT_EQ(Bytes("0"), 0u);
  EXPECT_EQ(Bytes("1000"), 1000u);
  EXPECT_EQ(Bytes("3K"), 3072u);
  EXPECT_EQ(Bytes("512M"), 536870912u);
  EXPECT_EQ(Bytes("2G"), 2147483648u);
}

TEST(Size, LargestIsWhatAFileOffsetHolds) {
  EXPECT_EQ(Bytes("9223372036854775807"), 9223372036854775807u);
  EXPECT_EQ(Bytes("8589934591G"), 8589934591u << 30);
  for (const char* text : {"9223372036854775808", "18446744073709551616", "8589934592G",
                           "9007199254740992K", "99999999999999999999999M"}) {
    const auto size = ParseSize(text, true);
    ASSERT_FALSE(size.has_value()) << text;
    EXPECT_NE(size.error().what.find("too large"), std::string::npos) << size.error().what;
  }
}

TEST(Size, Percent) {
  const auto size = ParseSize("25%", true);
  ASSERT_TRUE(size.has_value());
  EXPECT_EQ(size->percent, 25.0);
  EXPECT_EQ(size->bytes, 0u);
  EXPECT_FALSE(ParseSize("25%", false).has_value());
  EXPECT_FALSE(ParseSize("101%", true).has_value());
  EXPECT_FALSE(ParseSize("%", true).has_value());
}

TEST(Size, RefusesWhatIsNoSize) {
  for (const char* text : {"", "M", "-1", "-1M", "+1", "1.5G", "1 M", " 1", "1e3", "0x10", "nan",
                           "inf", "1T", "1MM", "unlimited"}) {
    EXPECT_FALSE(ParseSize(text, true).has_value()) << text;
  }
}

TEST(Size, SuggestsTheSpellingOfOtherProgramsHabits) {
  EXPECT_EQ(ParseSize("512m", true).error().suggestion, "512M");
  EXPECT_EQ(ParseSize("512MB", true).error().suggestion, "512M");
  EXPECT_EQ(ParseSize("1Gi", true).error().suggestion, "1G");
  EXPECT_EQ(ParseSize("64kib", true).error().suggestion, "64K");
}

TEST(Count, DigitsOnly) {
  EXPECT_EQ(ParseCount("4096").value(), 4096u);
  for (const char* text : {"", "-1", "4K", "1.5", "18446744073709551616"}) {
    EXPECT_FALSE(ParseCount(text).has_value()) << text;
  }
}

TEST(Duration, Units) {
  EXPECT_EQ(ParseDuration("200ms").value().count(), 200);
  EXPECT_EQ(ParseDuration("30s").value().count(), 30'000);
  EXPECT_EQ(ParseDuration("5min").value().count(), 300'000);
  EXPECT_EQ(ParseDuration("240h").value().count(), 864'000'000);
}

TEST(Duration, Refuses) {
  for (const char* text : {"", "s", "-1s", "1.5s", "241h", "864000001ms", "99999999999999999999h",
                           "9223372036854775807s", "1d", "1 s", "infs"}) {
    EXPECT_FALSE(ParseDuration(text).has_value()) << text;
  }
  EXPECT_EQ(ParseDuration("5m").error().suggestion, "5min");
  EXPECT_EQ(ParseDuration("30").error().suggestion, "30s");
}

TEST(Umask, OctalOnly) {
  EXPECT_EQ(ParseUmask("0077").value(), 077u);
  EXPECT_EQ(ParseUmask("22").value(), 022u);
  EXPECT_EQ(ParseUmask("0").value(), 0u);
  for (const char* text : {"", "8", "1000", "00077", "0x3f", "-77"}) {
    EXPECT_FALSE(ParseUmask(text).has_value()) << text;
  }
}

TEST(StopSignal, WithAndWithoutPrefix) {
  EXPECT_EQ(ParseStopSignal("SIGTERM").value(), SIGTERM);
  EXPECT_EQ(ParseStopSignal("INT").value(), SIGINT);
  EXPECT_EQ(ParseStopSignal("SIGKILL").value(), SIGKILL);
  EXPECT_EQ(ParseStopSignal("SIGUSR2").value(), SIGUSR2);
}

TEST(StopSignal, RefusesWhatEndsNothing) {
  for (const char* text : {"SIGSTOP", "TSTP", "SIGTTIN", "SIGTTOU", "SIGCONT", "SIGCHLD", "SIGURG",
                           "SIGWINCH", "sigterm", "15", "", "SIG"}) {
    EXPECT_FALSE(ParseStopSignal(text).has_value()) << text;
  }
  EXPECT_EQ(ParseStopSignal("SIGTER").error().suggestion, "SIGTERM");
}

}  // namespace
}  // namespace nodeward
