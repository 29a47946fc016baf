// The resolver against a name server of the test's own.
#include "judge/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "unit/judge/name_server.h"

namespace nodeward {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

IpAddress Ip(const std::string& text) {
  IpAddress address;
  address.v6 = text.find(':') != std::string::npos;
  inet_pton(address.v6 ? AF_INET6 : AF_INET, text.c_str(), address.bytes.data());
  return address;
}

// Far away: a test that reaches it has failed.
Resolver::Clock::time_point Late() { return Resolver::Clock::now() + seconds(20); }

// Changes as the resolver tells them.
class Changes {
 public:
  Resolver::Tell Teller() {
    return [this](const ResolveChange& change) {
      const std::lock_guard lock(mutex_);
      told_.push_back(change.name + ": " + change.why);
      changed_.notify_all();
    };
  }
  // The first `count`.
  std::vector<std::string> Wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, Late(), [&] { return told_.size() >= count; });
    return told_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> told_;
};

// An empty file: no search domains and no servers of the machine's.
class ResolverTest : public testing::Test {
 protected:
  ResolverTest() {
    char folder[] = "/tmp/nodeward-resolver-XXXXXX";
    folder_ = mkdtemp(folder);
    WriteConf("options ndots:1\n");
  }
  ~ResolverTest() override { std::filesystem::remove_all(folder_); }

  void WriteConf(const std::string& text) const {
    std::ofstream(folder_ + "/new") << text;
    std::filesystem::rename(folder_ + "/new", folder_ + "/resolv.conf");
  }
  ResolverOptions At(const NameServer& server) const {
    ResolverOptions options;
    options.channel.servers = server.address();
    options.channel.resolv_conf = folder_ + "/resolv.conf";
    options.channel.timeout = seconds(5);
    options.least_refresh = milliseconds(10);
    options.pauses = {milliseconds(10), milliseconds(40), milliseconds(0)};
    return options;
  }

  std::string folder_;
  NameTable table_;
  Changes changes_;
};

ServerAnswer Both(const DnsQuestion& question) {
  const bool v4 = question.type == NameServer::kA;
  return {.addresses = {v4 ? "192.0.2.7" : "2001:db8::7"}};
}

TEST_F(ResolverTest, BothFamilies) {
  NameServer server(Both);
  Resolver resolver(table_, changes_.Teller(), At(server));
  resolver.Start({"api.example.com"});
  ASSERT_TRUE(resolver.Wait(Late()));
  EXPECT_THAT(table_.NamesOf(Ip("192.0.2.7")), ElementsAre("api.example.com"));
  EXPECT_THAT(table_.NamesOf(Ip("2001:db8::7")), ElementsAre("api.example.com"));
  EXPECT_THAT(changes_.Wait(0), IsEmpty());
}

TEST_F(ResolverTest, MappedAddressesAreTheirIpv4) {
  NameServer server([](const DnsQuestion& question) -> ServerAnswer {
    if (question.type == NameServer::kA) return {.code = 3};
    return {.addresses = {"::ffff:127.0.0.1"}};
  });
  Resolver resolver(table_, nullptr, At(server));
  resolver.Start({"api.example.com"});
  ASSERT_TRUE(resolver.Wait(Late()));
  EXPECT_THAT(table_.NamesOf(Ip("127.0.0.1")), ElementsAre("api.example.com"));
}

TEST_F(ResolverTest, AskedAgainByItself) {
  std::atomic<int> count = 0;
  NameServer server([&count](const DnsQuestion& question) -> ServerAnswer {
    if (question.type != NameServer::kA) return {.code = 3};
    // Balanced: another address each time.
    return {.addresses = {"192.0.2." + std::to_string(++count)}, .ttl = 0};
  });
  ResolverOptions options = At(server);
  options.without_ttl = milliseconds(10);
  Resolver resolver(table_, nullptr, options);
  resolver.Start({"api.example.com"});
  ASSERT_TRUE(server.WaitAsked("api.example.com", NameServer::kA, 3));
  EXPECT_THAT(table_.NamesOf(Ip("192.0.2.1")), ElementsAre("api.example.com"));
  EXPECT_THAT(table_.NamesOf(Ip("192.0.2.2")), ElementsAre("api.example.com"));
}

TEST_F(ResolverTest, FiveHundredAddressesByTcp) {
  NameServer server([](const DnsQuestion& question) -> ServerAnswer {
    if (question.type != NameServer::kA) return {.code = 3};
    ServerAnswer answer{.truncated = true};
    for (int i = 0; i < 500; ++i) {
      answer.addresses.push_back("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250));
    }
    return answer;
  });
  Resolver resolver(table_, nullptr, At(server));
  resolver.Start({"many.example.com"});
  ASSERT_TRUE(resolver.Wait(Late()));
  for (const char* each : {"10.1.0.0", "10.1.0.249", "10.1.1.249"}) {
    EXPECT_THAT(table_.NamesOf(Ip(each)), ElementsAre("many.example.com")) << each;
  }
}

TEST_F(ResolverTest, AnAliasCountsForTheNameThatWasAsked) {
  NameServer server([](const DnsQuestion& question) -> ServerAnswer {
    ServerAnswer answer = Both(question);
    answer.alias = "edge.cdn.example.net";
    return answer;
  });
  Resolver resolver(table_, nullptr, At(server));
  resolver.Start({"www.example.com"});
  ASSERT_TRUE(resolver.Wait(Late()));
  EXPECT_THAT(table_.NamesOf(Ip("192.0.2.7")), ElementsAre("www.example.com"));
}

TEST_F(ResolverTest, ToldOnceThatItDoesNotResolveAndOnceThatItDoes) {
  std::atomic<bool> there = false;
  NameServer server([&there](const DnsQuestion& question) -> ServerAnswer {
    return there ? Both(question) : ServerAnswer{.code = 3};
  });
  Resolver resolver(table_, changes_.Teller(), At(server));
  resolver.Start({"late.example.com"});
  ASSERT_TRUE(server.WaitAsked("late.example.com", NameServer::kAaaa, 4));  // retried by itself
  EXPECT_THAT(changes_.Wait(1), ElementsAre("late.example.com: NXDOMAIN"));
  there = true;
  EXPECT_THAT(changes_.Wait(2), ElementsAre("late.example.com: NXDOMAIN", "late.example.com: "));
  EXPECT_THAT(table_.NamesOf(Ip("192.0.2.7")), ElementsAre("late.example.com"));
}

TEST_F(ResolverTest, AFailureWhileEarlierAnswersHoldIsNotTold) {
  std::atomic<bool> there = true;
  NameServer server([&there](const DnsQuestion& question) -> ServerAnswer {
    if (!there) return {.code = 2};
    ServerAnswer answer = Both(question);
    answer.ttl = 1;
    return answer;
  });
  Resolver resolver(table_, changes_.Teller(), At(server));
  resolver.Start({"api.example.com"});
  ASSERT_TRUE(resolver.Wait(Late()));
  there = false;
  const unsigned before = server.Asked("api.example.com", NameServer::kAaaa);
  resolver.AskAgain();
  ASSERT_TRUE(server.WaitAsked("api.example.com", NameServer::kAaaa, before + 3));
  EXPECT_THAT(changes_.Wait(0), IsEmpty());
  EXPECT_TRUE(table_.Has("api.example.com"));
}

TEST_F(ResolverTest, ASilentServerDelaysNobody) {
  NameServer server([](const DnsQuestion&) -> ServerAnswer { return {.silent = true}; });
  const auto before = Resolver::Clock::now();
  auto resolver = std::make_unique<Resolver>(table_, changes_.Teller(), At(server));
  resolver->Start({"a.example.com", "b.example.com"});
  EXPECT_LT(Resolver::Clock::now() - before, seconds(1));
  ASSERT_TRUE(server.WaitAsked("b.example.com", NameServer::kAaaa, 1));
  EXPECT_FALSE(resolver->Wait(Resolver::Clock::now() + milliseconds(20)));
  EXPECT_FALSE(resolver->WaitFor("a.example.com", Resolver::Clock::now()));
  EXPECT_TRUE(resolver->WaitFor("unasked.example.com", Resolver::Clock::now()));
  const auto ending = Resolver::Clock::now();
  resolver.reset();
  EXPECT_LT(Resolver::Clock::now() - ending, seconds(1)) << "the first try alone takes 5 s";
}

TEST_F(ResolverTest, NoServerAnswersInTime) {
  NameServer server([](const DnsQuestion&) -> ServerAnswer { return {.silent = true}; });
  ResolverOptions options = At(server);
  options.channel.timeout = milliseconds(5);
  Resolver resolver(table_, changes_.Teller(), options);
  resolver.Start({"a.example.com"});
  EXPECT_THAT(changes_.Wait(1), ElementsAre("a.example.com: no name server answers in time"));
}

TEST_F(ResolverTest, AnswersToOtherQuestionsAreNothing) {
  NameServer server([](const DnsQuestion& question) -> ServerAnswer {
    ServerAnswer answer = Both(question);
    answer.forged_first = true;
    return answer;
  });
  Resolver resolver(table_, nullptr, At(server));
  resolver.Start({"api.example.com"});
  ASSERT_TRUE(resolver.Wait(Late()));
  EXPECT_THAT(table_.NamesOf(Ip("6.6.6.6")), IsEmpty());
  EXPECT_THAT(table_.NamesOf(Ip("666::6")), IsEmpty());
  EXPECT_THAT(table_.NamesOf(Ip("192.0.2.7")), ElementsAre("api.example.com"));
}

TEST_F(ResolverTest, WhatTheApplicationAsksIsAskedOnceAndNotTold) {
  NameServer server([](const DnsQuestion& question) -> ServerAnswer {
    return question.name == "no.example.com" ? ServerAnswer{.code = 3} : Both(question);
  });
  Resolver resolver(table_, changes_.Teller(), At(server));
  EXPECT_FALSE(resolver.Ask("x.example.com")) << "there is no thread yet";
  EXPECT_FALSE(resolver.AskAgain());
  resolver.Start({});
  EXPECT_FALSE(resolver.AskAgain()) << "nothing is watched";
  EXPECT_TRUE(resolver.Ask("x.example.com"));
  EXPECT_TRUE(resolver.Ask("no.example.com"));
  ASSERT_TRUE(resolver.Wait(Late()));
  EXPECT_THAT(table_.NamesOf(Ip("192.0.2.7")), ElementsAre("x.example.com"));
  EXPECT_THAT(changes_.Wait(0), IsEmpty());
  EXPECT_EQ(server.Asked("no.example.com", NameServer::kA), 1U);
}

TEST_F(ResolverTest, SearchDomainsForTheProfileAndNotForTheWire) {
  WriteConf("search corp.example.com\n");
  NameServer server([](const DnsQuestion& question) -> ServerAnswer {
    return question.name == "db.corp.example.com" ? Both(question) : ServerAnswer{.code = 3};
  });
  Resolver resolver(table_, changes_.Teller(), At(server));
  resolver.Start({"db"});
  resolver.Ask("cache");
  ASSERT_TRUE(resolver.Wait(Late()));
  EXPECT_THAT(table_.NamesOf(Ip("192.0.2.7")), ElementsAre("db"));
  EXPECT_EQ(server.Asked("cache", NameServer::kA), 1U);
  EXPECT_EQ(server.Asked("cache.corp.example.com", NameServer::kA), 0U);
}

TEST_F(ResolverTest, ANewResolvConfIsRead) {
  NameServer server([](const DnsQuestion& question) -> ServerAnswer {
    return question.name == "db.new.example.com" ? Both(question) : ServerAnswer{.code = 3};
  });
  Resolver resolver(table_, changes_.Teller(), At(server));
  resolver.Start({"db"});
  EXPECT_THAT(changes_.Wait(1), ElementsAre("db: NXDOMAIN"));
  WriteConf("search new.example.com\n");
  EXPECT_THAT(changes_.Wait(2), ElementsAre("db: NXDOMAIN", "db: "));
}

TEST_F(ResolverTest, TheHostsFileComesFirst) {
  NameServer server([](const DnsQuestion&) -> ServerAnswer { return {.code = 3}; });
  Resolver resolver(table_, changes_.Teller(), At(server));
  resolver.Start({"localhost"});
  ASSERT_TRUE(resolver.Wait(Late()));
  EXPECT_THAT(table_.NamesOf(Ip("127.0.0.1")), ElementsAre("localhost"));
  EXPECT_EQ(server.Asked("localhost", NameServer::kA), 0U);
}

TEST_F(ResolverTest, ItsThreadTakesNoSignal) {
  NameServer server(Both);
  Resolver resolver(table_, nullptr, At(server));
  resolver.Start({"api.example.com"});
  ASSERT_TRUE(resolver.Wait(Late()));
  unsigned found = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream status(task.path() / "status");
    const std::string text(std::istreambuf_iterator<char>(status), {});
    if (text.find("Name:\tresolver\n") == std::string::npos) continue;
    ++found;
    const std::uint64_t blocked = std::stoull(text.substr(text.find("SigBlk:") + 7), nullptr, 16);
    for (const int signal : {SIGTERM, SIGINT, SIGCHLD, SIGPIPE, SIGALRM, SIGRTMAX}) {
      EXPECT_NE(blocked & std::uint64_t{1} << (signal - 1), 0U) << signal;
    }
  }
  EXPECT_EQ(found, 1U);
}

TEST_F(ResolverTest, AThousandNamesAtOnce) {
  NameServer server(Both);
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("n" + std::to_string(i) + ".example.com");
  Resolver resolver(table_, changes_.Teller(), At(server));
  resolver.Start(names);
  ASSERT_TRUE(resolver.Wait(Late()));
  EXPECT_EQ(table_.NamesOf(Ip("192.0.2.7")).size(), 1000U);
}

}  // namespace
}  // namespace nodeward
