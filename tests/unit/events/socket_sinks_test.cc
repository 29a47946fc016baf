// syslog and the journal, as their daemons would receive them.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <syslog.h>

#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "events/bus.h"
#include "events/native_log.h"
#include "unit/events/pipes.h"

namespace nodeward {
namespace {

using std::string_literals::operator""s;  // keeps the NULs

// One datagram, and the descriptor that came with it.
struct Received {
  std::string payload;
  UniqueFd attached;
};

Received Receive(const UniqueFd& socket) {
  if (!WaitReadable(socket)) {
    ADD_FAILURE() << "no datagram came";
    return {};
  }
  std::vector<char> buffer(1 << 20);
  iovec part = {buffer.data(), buffer.size()};
  alignas(cmsghdr) std::array<char, 64> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t count = recvmsg(socket.get(), &message, MSG_CMSG_CLOEXEC);
  EXPECT_GE(count, 0) << strerror(errno);
  Received received;
  received.payload.assign(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (const cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof(fd));
    received.attached.reset(fd);
  }
  return received;
}

// The reader's side of the native journal protocol.
std::map<std::string, std::string> Parse(std::string_view entry) {
  std::map<std::string, std::string> fields;
  while (!entry.empty()) {
    const std::string_view line = entry.substr(0, entry.find('\n'));
    const std::size_t equals = line.find('=');
    std::string_view name = line.substr(0, equals);
    std::string_view value;
    if (equals != std::string_view::npos) {
      value = line.substr(equals + 1);
      entry.remove_prefix(line.size() + 1);
    } else {
      std::uint64_t length = 0;
      std::memcpy(&length, entry.data() + line.size() + 1, sizeof(length));
      value = entry.substr(line.size() + 9, length);
      entry.remove_prefix(line.size() + 9 + length + 1);
    }
    fields[std::string(name)] = value;
  }
  return fields;
}

class SocketSinks : public testing::Test {
 protected:
  std::unique_ptr<EventBus> Open(const std::string& to) {
    BusOptions options;
    options.to = {to};
    options.profile = "app.toml";
    options.syslog_socket = path_;
    options.journal_socket = path_;
    auto bus = EventBus::Open(std::move(options));
    if (!bus) {
      ADD_FAILURE() << FormatError(bus.error());
      return nullptr;
    }
    return std::move(*bus);
  }

  TempFolder folder_;
  std::string path_ = folder_ / "log";
  UniqueFd daemon_ = BindDatagram(path_);
};

TEST_F(SocketSinks, SyslogGetsPriorityIdentifierAndLine) {
  const auto bus = Open("syslog");
  bus->Emit(Violation("node tried mount"));
  const std::string payload = Receive(daemon_).payload;
  const std::string expected = "<28>";  // daemon 3 * 8 + warning 4
  EXPECT_TRUE(payload.starts_with(expected)) << payload;
  std::string identifier = " nodeward[";
  identifier.append(std::to_string(getpid())).append("]: ");
  const std::size_t at = payload.find(identifier);
  ASSERT_EQ(at, expected.size() + std::string_view("Jan 31 09:00:00").size()) << payload;
  const auto json = nlohmann::json::parse(payload.substr(at + identifier.size()));
  EXPECT_EQ(json["event"], "violation");
  EXPECT_EQ(json["seq"], 1);
}

TEST_F(SocketSinks, PrioritiesFollowSeverity) {
  EXPECT_EQ(SyslogPriority(Severity::kInfo), LOG_INFO);
  EXPECT_EQ(SyslogPriority(Severity::kWarn), LOG_WARNING);
  EXPECT_EQ(SyslogPriority(Severity::kError), LOG_ERR);
}

TEST_F(SocketSinks, JournalGetsFields) {
  const auto bus = Open("journal");
  bus->Emit(Violation("node tried mount")
                .With("code", std::string("NW201"))
                .With("process.pid", std::int64_t{4242})
                .With("seq", std::string("forged"))
                .With("path", std::string("a\nPRIORITY=0\nb"))
                .With("count", std::int64_t{2}));
  auto fields = Parse(Receive(daemon_).payload);
  EXPECT_EQ(fields["MESSAGE"], "node tried mount, 2 times");
  EXPECT_EQ(fields["PRIORITY"], "4");
  EXPECT_EQ(fields["SYSLOG_IDENTIFIER"], "nodeward");
  EXPECT_EQ(fields["NODEWARD_EVENT"], "violation");
  EXPECT_EQ(fields["NODEWARD_CODE"], "NW201");
  EXPECT_EQ(fields["NODEWARD_PROCESS_PID"], "4242");
  EXPECT_EQ(fields["NODEWARD_PATH"], "a\\nPRIORITY=0\\nb");
  EXPECT_EQ(fields["NODEWARD_SEQ"], "1");
  EXPECT_EQ(fields["NODEWARD_START_ID"], bus->start_id());
  EXPECT_EQ(fields["NODEWARD_PROFILE"], "app.toml");
  EXPECT_EQ(nlohmann::json::parse(fields["NODEWARD_JSON"])["code"], "NW201");
}

TEST_F(SocketSinks, JournalValuesWithNewlinesCarryTheirLength) {
  std::string entry;
  AppendJournalField(entry, "A", "1");
  AppendJournalField(entry, "B", "two\nlines");
  AppendJournalField(entry, "C", "");
  EXPECT_EQ(entry, "A=1\nB\n\x09\0\0\0\0\0\0\0two\nlines\nC=\n"s);
  EXPECT_EQ(Parse(entry)["B"], "two\nlines");
}

TEST_F(SocketSinks, LargeJournalEntriesTravelInASealedFile) {
  const auto bus = Open("journal");
  const std::string large(1 << 20, 'x');
  bus->Emit(Violation(large));
  const Received received = Receive(daemon_);
  EXPECT_EQ(received.payload, "");
  ASSERT_TRUE(received.attached.valid());
  EXPECT_EQ(fcntl(received.attached.get(), F_GET_SEALS),
            F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
  auto fields = Parse(ReadFile("/proc/self/fd/" + std::to_string(received.attached.get())));
  EXPECT_EQ(fields["MESSAGE"], large);
}

TEST_F(SocketSinks, GoesOnWhenTheDaemonWasRestarted) {
  const auto bus = Open("syslog");
  bus->Emit(Violation("before"));
  EXPECT_NE(Receive(daemon_).payload.find("before"), std::string::npos);
  daemon_.reset();
  unlink(path_.c_str());
  daemon_ = BindDatagram(path_);
  bus->Emit(Violation("after"));
  EXPECT_NE(Receive(daemon_).payload.find("after"), std::string::npos);
}

TEST_F(SocketSinks, TellsWhatWasLostWhileTheDaemonWasAway) {
  const auto bus = Open("syslog");
  daemon_.reset();
  unlink(path_.c_str());
  bus->Emit(Violation("lost"));
  EXPECT_TRUE(bus->Flush(60'000));
  daemon_ = BindDatagram(path_);
  bus->Emit(Violation("back"));
  EXPECT_NE(Receive(daemon_).payload.find("back"), std::string::npos);
  const std::string told = Receive(daemon_).payload;
  EXPECT_NE(told.find("\"event\":\"degraded\""), std::string::npos) << told;
  EXPECT_NE(told.find("\"lost\":1,\"errno\":\"ENOENT\""), std::string::npos) << told;
}

TEST_F(SocketSinks, WaitsWhileTheDaemonIsSlow) {
  const auto bus = Open("syslog");
  for (int i = 0; i < 500; ++i) bus->Emit(Violation("x"));
  for (int i = 1; i <= 500; ++i) {
    const std::string payload = Receive(daemon_).payload;
    ASSERT_EQ(nlohmann::json::parse(payload.substr(payload.find('{')))["seq"], i);
  }
}

TEST_F(SocketSinks, RefusesToOpenWithoutADaemon) {
  for (const char* to : {"syslog", "journal"}) {
    BusOptions options;
    options.to = {to};
    options.syslog_socket = folder_ / "none";
    options.journal_socket = folder_ / "none";
    const auto bus = EventBus::Open(std::move(options));
    ASSERT_FALSE(bus);
    EXPECT_EQ(bus.error().where, folder_ / "none");
    EXPECT_NE(bus.error().what.find("ENOENT"), std::string::npos);
  }
}

}  // namespace
}  // namespace nodeward
