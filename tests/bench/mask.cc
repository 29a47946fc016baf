// How fast output is masked: fifty secrets with all their forms, in this process alone, on one
// core. Each figure is the best of five passes, by the time of this thread. Prints rows for
// table.js.
//
//   mask FOLDER    also writes the texts there, and the secrets, for other programs to work on
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "mask/stream_mask.h"

namespace {

using namespace nodeward;

constexpr std::size_t kSize = 64u << 20;
constexpr std::size_t kChunk = 64 * 1024;
constexpr int kPasses = 5;

double Now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::mt19937_64 random_bits(20260131);

std::string Letters(std::size_t size, std::string_view of) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += of[random_bits() % of.size()];
  return text;
}

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// As vaults have them: tokens with one header, URLs with a password, passwords, and a key.
std::vector<std::string> Secrets50() {
  std::vector<std::string> secrets;
  for (int i = 0; i < 49; ++i) {
    const std::string own = Letters(20 + random_bits() % 40, kBase64);
    if (i % 3 == 0) secrets.push_back("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + own);
    if (i % 3 == 1)
      secrets.push_back("postgres://app:" + own.substr(0, 24) + "@db.internal:5432/app");
    if (i % 3 == 2) secrets.push_back(own.substr(0, 12) + "$&-_=!" + own.substr(12));
  }
  std::string key = "-----BEGIN PRIVATE KEY-----\n";
  for (int line = 0; line < 27; ++line) key += Letters(64, kBase64) + "\n";
  secrets.push_back(key + "-----END PRIVATE KEY-----\n");
  return secrets;
}

std::string LogLine() {
  char line[400];
  std::snprintf(
      line, sizeof(line),
      "{\"level\":\"info\",\"time\":%llu,\"pid\":%u,\"hostname\":\"web-%u\",\"req\":{\"id\":"
      "\"%016llx\",\"method\":\"GET\",\"url\":\"/api/v1/users/%u\"},\"msg\":\"request completed\","
      "\"responseTime\":%u}\n",
      1700000000000ULL + random_bits() % 1000000, static_cast<unsigned>(random_bits() % 30000),
      static_cast<unsigned>(random_bits() % 100), static_cast<unsigned long long>(random_bits()),
      static_cast<unsigned>(random_bits() % 100000), static_cast<unsigned>(random_bits() % 1000));
  return line;
}

void Measure(const char* name, const std::string& text, const std::shared_ptr<const Mask>& mask) {
  double best = 1e9;
  for (int pass = 0; pass < kPasses; ++pass) {
    StreamMask stream(mask);
    std::string out;
    const double begin = Now();
    for (std::size_t at = 0; at < text.size(); at += kChunk) {
      out.clear();
      stream.Feed(std::string_view(text).substr(at, kChunk), out);
    }
    out.clear();
    stream.Flush(out);
    best = std::min(best, Now() - begin);
  }
  std::printf("%s\t%.2f\n", name, static_cast<double>(text.size()) / best / 1e9);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> secrets = Secrets50();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < secrets.size(); ++i) names.push_back("SECRET_" + std::to_string(i));
  std::vector<SecretView> views;
  for (std::size_t i = 0; i < secrets.size(); ++i) views.push_back({names[i], secrets[i]});
  const auto mask = std::make_shared<Mask>();
  const double begin = Now();
  mask->Learn(views);
  std::printf("needles\t%zu\nlearn_ms\t%.1f\n", mask->matcher()->size(), (Now() - begin) * 1e3);

  std::string log;
  std::string some;      // one byte in a hundred is a secret's
  std::string prefixes;  // each secret but for its last byte
  const auto any = [&]() -> const std::string& { return secrets[random_bits() % secrets.size()]; };
  while (log.size() < kSize) log += LogLine();
  for (std::size_t secret = 0; some.size() < kSize;) {
    some += LogLine();
    if (secret * 100 >= some.size()) continue;
    const std::string& value = any();
    secret += value.size();
    some += value;
  }
  while (prefixes.size() < kSize) {
    const std::string& value = any();
    // A key's lines are needles of their own, and would be masked.
    if (value.find('\n') == std::string::npos) prefixes += value.substr(0, value.size() - 1) + "~";
  }
  const std::pair<const char*, const std::string*> texts[] = {
      {"log", &log}, {"secrets", &some}, {"prefixes", &prefixes}};
  for (const auto& [name, text] : texts) {
    Measure(name, *text, mask);
    if (argc > 1) std::ofstream(std::string(argv[1]) + "/" + name + ".txt") << *text;
  }
  if (argc > 1) {
    std::ofstream out(std::string(argv[1]) + "/secrets.bin");
    for (const std::string& secret : secrets) out << secret << '\0';
  }
  return 0;
}
