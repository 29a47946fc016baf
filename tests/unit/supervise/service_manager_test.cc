// What a service manager gave nodeward: taken when it is addressed to this process, and no further.
#include "supervise/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>

#include "support/scratch_folder.h"

namespace nodeward {
namespace {

constexpr pid_t kSelf = 4242;

class ServiceEnvironmentTest : public testing::Test {
 protected:
  ~ServiceEnvironmentTest() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS",
                             "LISTEN_PID", "LISTEN_FDNAMES"}) {
      unsetenv(name);
    }
  }
  static void Set(const char* name, const char* value) { setenv(name, value, 1); }
};

TEST_F(ServiceEnvironmentTest, NothingIsNothing) {
  const auto service = ReadServiceEnvironment(kSelf);
  EXPECT_EQ(service.notify_socket, "");
  EXPECT_FALSE(service.watchdog.has_value());
  EXPECT_EQ(service.sockets, 0);
}

TEST_F(ServiceEnvironmentTest, TheWatchdogIsThisProcesses) {
  Set("WATCHDOG_USEC", "5000000");
  EXPECT_EQ(ReadServiceEnvironment(kSelf).watchdog, std::chrono::seconds(5));
  Set("WATCHDOG_PID", "4242");
  EXPECT_TRUE(ReadServiceEnvironment(kSelf).watchdog.has_value());
  for (const char* other : {"1", "x", "42420", "4242x"}) {
    Set("WATCHDOG_PID", other);
    EXPECT_FALSE(ReadServiceEnvironment(kSelf).watchdog.has_value()) << other;
  }
}

TEST_F(ServiceEnvironmentTest, AWatchdogOfNoTimeIsNone) {
  for (const char* time : {"", "0", "-1", "x", "99999999999999999999"}) {
    Set("WATCHDOG_USEC", time);
    EXPECT_FALSE(ReadServiceEnvironment(kSelf).watchdog.has_value()) << time;
  }
}

TEST_F(ServiceEnvironmentTest, SocketsAreThisProcesses) {
  Set("LISTEN_FDS", "2");
  Set("LISTEN_FDNAMES", "web:metrics");
  EXPECT_EQ(ReadServiceEnvironment(kSelf).sockets, 0) << "LISTEN_PID is not optional";
  Set("LISTEN_PID", "4242");
  EXPECT_EQ(ReadServiceEnvironment(kSelf).sockets, 2);
  EXPECT_EQ(ReadServiceEnvironment(kSelf).socket_names, "web:metrics");
  Set("LISTEN_PID", "4243");
  EXPECT_EQ(ReadServiceEnvironment(kSelf).sockets, 0);
}

TEST_F(ServiceEnvironmentTest, AWildNumberOfSocketsStaysANumber) {
  Set("LISTEN_PID", "4242");
  for (const char* wild : {"-1", "x", "99999999999999999999", ""}) {
    Set("LISTEN_FDS", wild);
    EXPECT_EQ(ReadServiceEnvironment(kSelf).sockets, 0) << wild;
  }
  Set("LISTEN_FDS", "2000000000");
  EXPECT_LE(ReadServiceEnvironment(kSelf).sockets, 17) << "one too many is refused by name later";
}

// What arrives at `address` when `socket` is told of something.
std::string Told(const sockaddr_un& address, socklen_t size, const std::string& socket) {
  const UniqueFd receiver(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  EXPECT_EQ(bind(receiver.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  ServiceManager(socket).Tell("READY=1");
  std::string text(64, '\0');
  const ssize_t length = recv(receiver.get(), text.data(), text.size(), 0);
  text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return text;
}

TEST(ServiceManager, IsToldAtAPathAndAtAnAbstractName) {
  test::ScratchFolder folder;
  const std::string path = folder / "notify";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  EXPECT_EQ(Told(address, sizeof(address), path), "READY=1");

  const std::string name = "nodeward-test-" + std::to_string(getpid());
  sockaddr_un abstract{};
  abstract.sun_family = AF_UNIX;
  name.copy(abstract.sun_path + 1, sizeof(abstract.sun_path) - 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  EXPECT_EQ(Told(abstract, size, "@" + name), "READY=1");
}

TEST(ServiceManager, ThatIsNoneIsPassedOver) {
  for (const std::string& socket : {std::string(), std::string("vsock:2:1"),
                                    std::string("relative"), "/" + std::string(200, 'x')}) {
    EXPECT_FALSE(ServiceManager(socket).present()) << socket;
    ServiceManager(socket).Tell("READY=1");
  }
}

}  // namespace
}  // namespace nodeward
