// Values that everybody knows, and what repeats itself.
#include <algorithm>
#include <array>

#include "plan/secret_rules.h"

namespace nodeward {
namespace {

// What stands in documentation and templates, and is left there: the README files of express,
// express-session, cookie-session, jsonwebtoken and passport-jwt, jwt.io's samples, AWS's sample
// keys, the official images of postgres, mysql, mongo, rabbitmq and minio, and the first of every
// list of passwords. Lower case and sorted.
constexpr auto kWeak = std::to_array<std::string_view>({
    "0000",
    "1111",
    "1234",
    "12345",
    "123456",
    "1234567",
    "12345678",
    "123456789",
    "1234567890",
    "a-string-secret-at-least-256-bits-long",
    "abc123",
    "abcd1234",
    "abcdef",
    "access_token_secret",
    "admin",
    "admin123",
    "akiaiosfodnn7example",
    "change-me",
    "change-this",
    "change_me",
    "change_this",
    "changeit",
    "changeme",
    "changethis",
    "correct horse battery staple",
    "correcthorsebatterystaple",
    "default",
    "dummy",
    "example",
    "guest",
    "insecure",
    "jwt-secret",
    "jwt_secret",
    "jwt_secret_key",
    "jwtsecret",
    "key1",
    "keyboard cat",
    "keyboardcat",
    "letmein",
    "minioadmin",
    "my-secret",
    "my-secret-key",
    "my-secret-pw",
    "my_jwt_secret",
    "my_secret",
    "my_secret_key",
    "mypassword",
    "mysecret",
    "mysecretkey",
    "mysecretpassword",
    "notasecret",
    "p@ssw0rd",
    "p@ssword",
    "pass",
    "passw0rd",
    "password",
    "password1",
    "password123",
    "placeholder",
    "postgres",
    "qwerty",
    "qwerty123",
    "refresh_token_secret",
    "replace-me",
    "replace_me",
    "replaceme",
    "root",
    "s3cr3t",
    "secret",
    "secret-key",
    "secret123",
    "secret_key",
    "secretkey",
    "secretpassword",
    "session-secret",
    "session_secret",
    "sessionsecret",
    "shhhhh",
    "some secret",
    "somesecret",
    "super-secret",
    "super_secret",
    "supersecret",
    "supersecretkey",
    "test",
    "test123",
    "testing",
    "this is a secret",
    "thisisasecret",
    "tobemodified",
    "todo",
    "topsecret",
    "welcome",
    "wjalrxutnfemi/k7mdeng/bpxrficyexamplekey",
    "your-256-bit-secret",
    "your-384-bit-secret",
    "your-512-bit-secret",
    "your-jwt-secret",
    "your-secret",
    "your-secret-here",
    "your-secret-key",
    "your_api_key",
    "your_jwt_secret",
    "your_password",
    "your_secret",
    "your_secret_here",
    "your_secret_key",
    "yoursecret",
    "yoursecretkey",
});

constexpr std::size_t kLongestUnit = 4;  // "abcd" again and again

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Without a copy of the value.
bool SameIgnoringCase(std::string_view value, std::string_view lower) {
  return std::ranges::equal(value, lower, {}, Lower);
}

// How many characters repeat to the end of the value, or 0: "aaaa" is 1, "abababab" is 2.
std::size_t RepeatedUnit(std::string_view value) {
  for (std::size_t unit = 1; unit <= kLongestUnit; ++unit) {
    const std::size_t least = unit == 1 ? 3 : 4 * unit;
    if (value.size() < least) return 0;
    if (value.substr(unit) == value.substr(0, value.size() - unit)) return unit;
  }
  return 0;
}

}  // namespace

std::vector<std::string_view> WeakValues() { return {kWeak.begin(), kWeak.end()}; }

std::string WarnAboutWeakness(const Secret& secret) {
  std::string_view value = secret.value.view();
  if (value.ends_with('\n')) value.remove_suffix(1);
  const std::string name = "the secret \"" + secret.name + "\" ";
  for (const std::string_view weak : kWeak) {
    if (SameIgnoringCase(value, weak)) {
      return name + "is a placeholder or a sample that everybody knows; make a value of its own";
    }
  }
  const std::size_t unit = RepeatedUnit(value);
  if (unit == 1) return name + "is one character again and again; make a value of its own";
  if (unit > 1) return name + "is the same few characters again and again; make a value of its own";
  return {};
}

}  // namespace nodeward
