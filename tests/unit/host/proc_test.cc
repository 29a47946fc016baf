#include "host/proc.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <ostream>
#include <random>
#include <string>

#include "base/unique_fd.h"

namespace nodeward {
namespace {

using std::string_view_literals::operator""sv;

const std::string kStatus =
    "Name:\tnode\nUmask:\t0077\nState:\tS (sleeping)\nTgid:\t42\nPid:\t42\nPPid:\t1\n"
    "Uid:\t1000\t1001\t1002\t1003\nGid:\t2000\t2001\t2002\t2003\nFDSize:\t64\nGroups:\t4 24 \n"
    "Threads:\t11\nCapInh:\t0000000000000001\nCapPrm:\t0000000000000002\n"
    "CapEff:\t0000000000000004\nCapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000010\n"
    "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n";

const std::string kLimits =
    "Limit                     Soft Limit           Hard Limit           Units     \n"
    "Max cpu time              unlimited            unlimited            seconds   \n"
    "Max core file size        1                    1                    bytes     \n"
    "Max open files            1024                 4096                 files     \n"
    "Max nice priority         0                    0                    \n";

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(ParseStatusTest, ReadsEveryField) {
  Observed out;
  const auto parsed = ParseStatus(kStatus, &out);
  ASSERT_TRUE(parsed) << parsed.error().what;
  EXPECT_EQ(out.uids, (std::vector<uid_t>{1000, 1001, 1002, 1003}));
  EXPECT_EQ(out.gids, (std::vector<gid_t>{2000, 2001, 2002, 2003}));
  EXPECT_EQ(out.groups, (std::vector<gid_t>{4, 24}));
  EXPECT_EQ(out.umask, 0077u);
  EXPECT_EQ(out.threads, 11);
  EXPECT_EQ(out.cap_inheritable, 1u);
  EXPECT_EQ(out.cap_permitted, 2u);
  EXPECT_EQ(out.cap_effective, 4u);
  EXPECT_EQ(out.cap_bounding, 0x1ffffffffffu);
  EXPECT_EQ(out.cap_ambient, 0x10u);
  EXPECT_TRUE(out.no_new_privs);
  EXPECT_EQ(out.seccomp_mode, 2);
  EXPECT_EQ(out.seccomp_filters, 3);
}

TEST(ParseStatusTest, GroupsMayBeEmpty) {
  Observed out;
  out.groups = {1};
  ASSERT_TRUE(ParseStatus(Replaced(kStatus, "4 24 ", ""), &out));
  EXPECT_TRUE(out.groups.empty());
}

TEST(ParseStatusTest, AnOlderKernelDoesNotCountFilters) {
  Observed out;
  ASSERT_TRUE(ParseStatus(Replaced(kStatus, "Seccomp_filters:\t3\n", ""), &out));
  EXPECT_EQ(out.seccomp_filters, -1);
}

TEST(ParseStatusTest, AKernelWithoutSeccompHasModeZero) {
  Observed out;
  const std::string text = Replaced(kStatus, "Seccomp:\t2\nSeccomp_filters:\t3\n", "");
  ASSERT_TRUE(ParseStatus(text, &out));
  EXPECT_EQ(out.seccomp_mode, 0);
}

// An absent line must not read as "no capabilities", nor as anything else that a check would like.
class RequiredStatusLine : public testing::TestWithParam<std::string> {};

TEST_P(RequiredStatusLine, AbsenceIsAnErrorThatNamesIt) {
  const std::string& name = GetParam();
  const std::size_t start = kStatus.find("\n" + name + ":") + 1;
  std::string text = kStatus;
  text.erase(start, text.find('\n', start) - start + 1);
  Observed out;
  const auto parsed = ParseStatus(text, &out);
  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.error().what.find(name), std::string::npos) << parsed.error().what;
}

TEST_P(RequiredStatusLine, AValueThatIsNoNumberIsAnError) {
  const std::string& name = GetParam();
  Observed out;
  EXPECT_FALSE(ParseStatus(Replaced(kStatus, "\n" + name + ":\t", "\n" + name + ":\tx"), &out));
}

TEST_P(RequiredStatusLine, TwiceIsAnError) {
  Observed out;
  EXPECT_FALSE(ParseStatus(kStatus + GetParam() + ":\t0\n", &out));
}

INSTANTIATE_TEST_SUITE_P(All, RequiredStatusLine,
                         testing::Values<std::string>("Uid", "Gid", "Groups", "Umask", "CapInh",
                                                      "CapPrm", "CapEff", "CapBnd", "CapAmb",
                                                      "NoNewPrivs", "Threads"));

TEST(ParseStatusTest, ThreeIdsAreNotFour) {
  Observed out;
  EXPECT_FALSE(ParseStatus(Replaced(kStatus, "\t1003\n", "\n"), &out));
  EXPECT_FALSE(ParseStatus(Replaced(kStatus, "\t2003\n", "\n"), &out));
}

TEST(ParseStatusTest, NumbersMustFit) {
  Observed out;
  EXPECT_FALSE(ParseStatus(Replaced(kStatus, "\t1003\n", "\t4294967296\n"), &out));
  EXPECT_FALSE(ParseStatus(Replaced(kStatus, "000001ffffffffff", "10000000000000000"), &out));
  EXPECT_FALSE(ParseStatus(Replaced(kStatus, "Threads:\t11", "Threads:\t-11"), &out));
}

struct StatCase {
  std::string what;
  std::string text;
  friend void PrintTo(const StatCase& test, std::ostream* out) { *out << test.what; }
};
class NamesInStat : public testing::TestWithParam<StatCase> {};

TEST_P(NamesInStat, DoNotMoveTheFields) {
  Observed out;
  const auto parsed = ParseStat(GetParam().text, &out);
  ASSERT_TRUE(parsed) << parsed.error().what;
  EXPECT_EQ(out.parent, 10);
  EXPECT_EQ(out.group, 20);
  EXPECT_EQ(out.session, 30);
}

INSTANTIATE_TEST_SUITE_P(All, NamesInStat,
                         testing::Values(StatCase{"Plain", "42 (node) S 10 20 30 0 -1 4194304\n"},
                                         StatCase{"Spaces", "42 (my app) S 10 20 30 0 -1\n"},
                                         StatCase{"Parentheses",
                                                  "42 (a) S 1 1 1 (b)) S 10 20 30 0 -1\n"},
                                         StatCase{"OnlyParenthesis", "42 ()) R 10 20 30\n"},
                                         StatCase{"Empty", "42 () R 10 20 30\n"},
                                         StatCase{"Newline", "42 (a\nb) R 10 20 30 0\n"}),
                         [](const auto& test) { return test.param.what; });

TEST(ParseStatTest, RefusesWhatIsNoStatLine) {
  Observed out;
  for (const char* text : {"", "42", "42 (node", "42 (node) S", "42 (node) S 10 20",
                           "42 (node) S 10 x 30", "42 (node) S 10 20 99999999999"}) {
    EXPECT_FALSE(ParseStat(text, &out)) << text;
  }
}

TEST(ParseLimitsTest, ReadsNamesWithSpacesAndUnlimited) {
  Observed out;
  const auto parsed = ParseLimits(kLimits, &out);
  ASSERT_TRUE(parsed) << parsed.error().what;
  EXPECT_EQ(out.limits.size(), 4u);
  EXPECT_EQ(out.limits["Max open files"], (std::pair<std::uint64_t, std::uint64_t>(1024, 4096)));
  EXPECT_EQ(out.limits["Max core file size"], (std::pair<std::uint64_t, std::uint64_t>(1, 1)));
  EXPECT_EQ(out.limits["Max cpu time"].first, UINT64_MAX);
  EXPECT_EQ(out.limits["Max nice priority"].second, 0u);
}

TEST(ParseLimitsTest, RefusesMalformedLines) {
  Observed out;
  EXPECT_FALSE(ParseLimits("", &out));
  EXPECT_FALSE(ParseLimits(Replaced(kLimits, "4096", "4o96"), &out));
  EXPECT_FALSE(ParseLimits(kLimits + "Max\n", &out));
  EXPECT_FALSE(ParseLimits(kLimits + "\n", &out));
}

TEST(ParseCgroupsTest, EachControllerHasItsPath) {
  Observed out;
  const auto parsed = ParseCgroups(
      "9:name=systemd:/\n8:pids:/a:b\n1:cpu,cpuacct:/nodeward/x y\n0::/system.slice\n", &out);
  ASSERT_TRUE(parsed) << parsed.error().what;
  EXPECT_EQ(out.cgroups, (std::map<std::string, std::string>{{"name=systemd", "/"},
                                                             {"pids", "/a:b"},
                                                             {"cpu", "/nodeward/x y"},
                                                             {"cpuacct", "/nodeward/x y"},
                                                             {"", "/system.slice"}}));
}

TEST(ParseCgroupsTest, RefusesMalformedLines) {
  Observed out;
  for (const char* text : {"8:pids\n", "8\n", "\n", "x:pids:/\n", "8:pids:a\n", ":::\n"}) {
    EXPECT_FALSE(ParseCgroups(text, &out)) << text;
  }
}

TEST(ParseCloseOnExecTest, ReadsTheOctalFlag) {
  EXPECT_EQ(ParseCloseOnExec("pos:\t0\nflags:\t02100002\nmnt_id:\t1\n").value(), true);
  EXPECT_EQ(ParseCloseOnExec("pos:\t0\nflags:\t0100002\nmnt_id:\t1\n").value(), false);
  EXPECT_FALSE(ParseCloseOnExec("pos:\t0\nmnt_id:\t1\n"));
  EXPECT_FALSE(ParseCloseOnExec("flags:\t0109\n"));
  EXPECT_FALSE(ParseCloseOnExec(""));
}

TEST(ParseMeminfoTest, ReadsKibibytes) {
  const auto sizes = ParseMeminfo(
      "MemTotal:       24684092 kB\nHugePages_Total:       0\nSwapTotal: 0 kB\nOdd: 1 MB\n"
      "Huge: 18446744073709551615 kB\n");
  EXPECT_EQ(sizes.size(), 2u);
  EXPECT_EQ(sizes.at("MemTotal"), 24684092ull * 1024);
  EXPECT_EQ(sizes.at("SwapTotal"), 0u);
}

TEST(IdentityMapTest, OnlyTheWholeMapIsTheInitialOne) {
  EXPECT_TRUE(IsFullIdentityMap("         0          0 4294967295\n"));
  EXPECT_FALSE(IsFullIdentityMap("         0     100000      65536\n"));
  EXPECT_FALSE(IsFullIdentityMap("0 0 4294967294\n4294967294 4294967294 1\n"));
  for (const char* text : {"", "\n", "0\n", "0 0\n", "0 0 4294967295 0\n"}) {
    EXPECT_FALSE(IsFullIdentityMap(text)) << text;
  }
}

TEST(IdMapTest, HasTheIdsInside) {
  const auto ranges =
      ParseIdMap("         0       1000          1\n         1     100000      65536\n");
  ASSERT_EQ(ranges.size(), 2u);
  EXPECT_EQ(ranges[1].first, 1u);
  EXPECT_EQ(ranges[1].count, 65536u);
  EXPECT_EQ(ParseIdMap("0 0 4294967295\n").size(), 1u);
  for (const char* text : {"", "\n", "0 0\n", "0 0 x\n", "0 0 4294967296\n", "0 0 1\n1 1\n"}) {
    EXPECT_TRUE(ParseIdMap(text).empty()) << text;
  }
}

TEST(ParseNumberTest, TakesWholeFieldsOnly) {
  EXPECT_EQ(ParseNumber("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(ParseNumber("ff", 16), 255u);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "0x1", "18446744073709551616"}) {
    EXPECT_EQ(ParseNumber(text), std::nullopt) << text;
  }
}

// A file of `size` bytes, by its path below /proc.
class TemporaryText {
 public:
  explicit TemporaryText(std::size_t size) : fd_(::memfd_create("text", MFD_CLOEXEC)) {
    EXPECT_EQ(::ftruncate(fd_.get(), static_cast<off_t>(size)), 0);
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }

 private:
  UniqueFd fd_;
};

TEST(ReadProcFileTest, ReadsMoreThanOneBlock) {
  const TemporaryText file(3 * 4096 + 1);
  const auto text = ReadProcFile(AT_FDCWD, file.path());
  ASSERT_TRUE(text) << text.error().what;
  EXPECT_EQ(text->size(), 3u * 4096 + 1);
}

TEST(ReadProcFileTest, RefusesRatherThanCutOff) {
  const TemporaryText file((1u << 20) + 1);
  const auto text = ReadProcFile(AT_FDCWD, file.path());
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().where, file.path());
}

TEST(ReadProcFileTest, AbsenceIsAnErrorOrEmpty) {
  const auto absent = ReadProcFile(AT_FDCWD, "/proc/self/no-such-file");
  ASSERT_FALSE(absent);
  EXPECT_NE(absent.error().what.find("ENOENT"), std::string::npos) << absent.error().what;
  EXPECT_EQ(ReadProcFileOrEmpty("/proc/self/no-such-file"), "");
}

// Whatever bytes come, the parsers end, stay inside the text (AddressSanitizer watches) and answer
// with a value or an error that is safe to print.
void ParseAll(std::string_view text) {
  using Parser = Result<void> (*)(std::string_view, Observed*);
  for (const Parser parse : {ParseStatus, ParseStat, ParseLimits, ParseCgroups}) {
    Observed out;
    const auto parsed = parse(text, &out);
    if (parsed) continue;
    for (const char c : parsed.error().what) ASSERT_GE(static_cast<unsigned char>(c), 0x20);
  }
  (void)ParseCloseOnExec(text);
  (void)ParseMeminfo(text);
  (void)IsFullIdentityMap(text);
  (void)ParseIdMap(text);
}

TEST(ProcParsersTest, SurviveEveryPrefixOfRealText) {
  for (const std::string& whole : {kStatus, kLimits, std::string("42 (a) b) S 1 2 3\n"),
                                   std::string("1:cpu,cpuacct:/x\n0::/\n")}) {
    for (std::size_t length = 0; length <= whole.size(); ++length) {
      const std::string exact(whole, 0, length);  // its own allocation: an over-read is seen
      ParseAll(exact);
    }
  }
}

TEST(ProcParsersTest, SurviveRandomDamage) {
  std::mt19937 random(20240607);
  constexpr std::string_view kAlphabet = "\0\n\t :,)(/019afx\x7f\x80\xff"sv;
  for (int round = 0; round < 3000; ++round) {
    std::string text = round % 2 == 0 ? kStatus : kLimits;
    for (auto damage = random() % 12; damage > 0; --damage) {
      const std::size_t at = random() % text.size();
      const char byte = kAlphabet[random() % kAlphabet.size()];
      if (random() % 3 == 0) {
        text.erase(at, random() % 20);
      } else {
        text.insert(at, random() % 3, byte);
        text[at] = byte;
      }
      if (text.empty()) text = "\n";
    }
    ParseAll(text);
  }
}

}  // namespace
}  // namespace nodeward
