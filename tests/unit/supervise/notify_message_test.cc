// What an application says in sd_notify's words, and what is left of what it should not say.
#include "supervise/notify_message.h"

#include <gtest/gtest.h>

namespace nodeward {
namespace {

TEST(NotifyMessage, TakesTheWordsThatAreProxied) {
  const auto message = ParseNotify(
      "READY=1\nRELOADING=1\nSTOPPING=1\nWATCHDOG=1\nSTATUS=up\nEXTEND_TIMEOUT_USEC=5\n");
  EXPECT_TRUE(message.ready);
  EXPECT_TRUE(message.reloading);
  EXPECT_TRUE(message.stopping);
  EXPECT_TRUE(message.watchdog);
  EXPECT_FALSE(message.watchdog_failed);
  EXPECT_EQ(message.status, "up");
  EXPECT_EQ(message.extend_usec, 5u);
}

TEST(NotifyMessage, PassesOverEverythingElse) {
  for (const char* text : {"", "\n", "READY", "READY=", "READY=0", "READY=11", "ready=1",
                           " READY=1", "MAINPID=1", "FDSTORE=1", "=1", "\0READY=1"}) {
    const auto message = ParseNotify(text);
    EXPECT_FALSE(message.ready) << text;
    EXPECT_FALSE(message.status.has_value()) << text;
    EXPECT_FALSE(message.extend_usec.has_value()) << text;
  }
  EXPECT_TRUE(ParseNotify("WATCHDOG=trigger").watchdog_failed);
  EXPECT_FALSE(ParseNotify("WATCHDOG=trigger").watchdog);
}

TEST(NotifyMessage, AStatusIsOneHarmlessLineOfABoundedLength) {
  EXPECT_EQ(ParseNotify("STATUS=\x1b[31m\rred").status, "\\x1b[31m\\rred");
  const auto longest = ParseNotify("STATUS=" + std::string(100'000, 'x')).status;
  EXPECT_EQ(longest->size(), kLongestStatus);
  EXPECT_EQ(ParseNotify("STATUS=a\nREADY=1").status, "a");
}

TEST(NotifyMessage, AnExtensionIsANumberOfAtMostAnHour) {
  EXPECT_EQ(ParseNotify("EXTEND_TIMEOUT_USEC=18446744073709551615").extend_usec, kLongestExtension);
  for (const char* value : {"", "x", "-1", "5s", "18446744073709551616", " 5"}) {
    EXPECT_FALSE(ParseNotify(std::string("EXTEND_TIMEOUT_USEC=") + value).extend_usec) << value;
  }
}

}  // namespace
}  // namespace nodeward
