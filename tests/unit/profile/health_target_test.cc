// What a health check may ask: an address of loopback, and nothing that could be taken for another.
#include "profile/health_target.h"

#include <gtest/gtest.h>

namespace nodeward {
namespace {

std::string Http(const std::string& url) {
  const auto target = ParseHttpCheck(url);
  return target ? target->Authority() + " " + target->path : "refused";
}
std::string Tcp(const std::string& text) {
  const auto target = ParseTcpCheck(text);
  return target ? target->Authority() + target->path : "refused";
}

TEST(HealthTarget, Http) {
  EXPECT_EQ(Http("http://127.0.0.1:3000/healthz"), "127.0.0.1:3000 /healthz");
  EXPECT_EQ(Http("http://127.0.0.5/"), "127.0.0.5:80 /");
  EXPECT_EQ(Http("http://localhost:8080"), "127.0.0.1:8080 /");
  EXPECT_EQ(Http("http://[::1]:3000/a?b=c"), "[::1]:3000 /a?b=c");
  EXPECT_EQ(Http("http://[::1]"), "[::1]:80 /");
  EXPECT_EQ(Http("http://127.0.0.1?x"), "127.0.0.1:80 /?x");
}

TEST(HealthTarget, NothingButLoopback) {
  for (const char* url : {"",
                          "http://",
                          "http:///x",
                          "https://127.0.0.1/",
                          "HTTP://127.0.0.1/",
                          "http://10.0.0.1/",
                          "http://169.254.169.254/",
                          "http://0.0.0.0/",
                          "http://[::]/",
                          "http://127.1/",
                          "http://0177.0.0.1/",
                          "http://2130706433/",
                          "http://127.0.0.1.example.com/",
                          "http://user@127.0.0.1/",
                          "http://127.0.0.1@example.com/",
                          "http://[::ffff:10.0.0.1]/",
                          "http://127.0.0.1:0/",
                          "http://127.0.0.1:65536/",
                          "http://127.0.0.1:x/",
                          "http://127.0.0.1:/",
                          "http://127.0.0.1:-1/",
                          "http://127.0.0.1:80#a",
                          "http://127.0.0.1/a b",
                          "http://127.0.0.1/\r\nHost: x",
                          "http://127.0.0.1/\x7f",
                          "http://127.0.0.1/\xc3\xa4"}) {
    EXPECT_EQ(Http(url), "refused") << url;
  }
  EXPECT_EQ(Http("http://127.0.0.1/" + std::string(2000, 'x')), "refused");
}

TEST(HealthTarget, Tcp) {
  EXPECT_EQ(Tcp("127.0.0.1:3000"), "127.0.0.1:3000");
  EXPECT_EQ(Tcp("3000"), "127.0.0.1:3000");
  EXPECT_EQ(Tcp("localhost:3000"), "127.0.0.1:3000");
  EXPECT_EQ(Tcp("[::1]:3000"), "[::1]:3000");
  for (const char* text : {"", ":", "127.0.0.1", "[::1]", "10.0.0.1:80", "127.0.0.1:0",
                           "example.com:80", "127.0.0.1:80/x", "::1:80"}) {
    EXPECT_EQ(Tcp(text), "refused") << text;
  }
}

}  // namespace
}  // namespace nodeward
