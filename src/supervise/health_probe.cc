#include "supervise/health_probe.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <utility>

#include "base/result.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "judge/socket_call.h"

namespace nodeward {
namespace {

using Descriptor = boost::asio::posix::stream_descriptor;

constexpr std::size_t kLongestLine = 512;

}  // namespace

std::string JudgeStatusLine(std::string_view line) {
  const std::string shown = EscapeForTerminal(line.substr(0, 64));
  const bool http = line.starts_with("HTTP/1.") && line.size() >= 12 && line[8] == ' ';
  int status = 0;
  for (std::size_t i = 9; http && i < 12; ++i) {
    if (line[i] < '0' || line[i] > '9') return "it answered \"" + shown + "\", which is no HTTP";
    status = status * 10 + (line[i] - '0');
  }
  if (!http || (line.size() > 12 && line[12] != ' ')) {
    return "it answered \"" + shown + "\", which is no HTTP";
  }
  return status >= 200 && status <= 399 ? "" : "it answered with status " + std::to_string(status);
}

class HealthProbe::Question : public std::enable_shared_from_this<Question> {
 public:
  Question(boost::asio::io_context& context, const HealthPlan& plan, Done done)
      : context_(context),
        socket_(context),
        deadline_(context),
        plan_(plan),
        done_(std::move(done)) {}

  void Ask() {
    const auto number = ParseIp(plan_.target.address);
    if (!number) return EndLater(plan_.target.address + " is no address");
    const int domain = number->v6 ? AF_INET6 : AF_INET;
    UniqueFd fd(socket(domain, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.valid()) return EndLater("no socket: " + DescribeErrno(errno));
    const CopiedAddress address = AddressFor({*number, plan_.target.port}, domain);
    if (connect(fd.get(), address.get(), address.size) != 0 && errno != EINPROGRESS) {
      return EndLater(NoConnection(errno));
    }
    socket_.assign(fd.release());
    deadline_.expires_after(plan_.timeout);
    deadline_.async_wait([self = weak_from_this()](boost::system::error_code failed) {
      const auto question = self.lock();
      if (failed || !question) return;
      question->End("no answer within " + std::to_string(question->plan_.timeout.count()) + " ms");
    });
    Wait(Descriptor::wait_write, &Question::Connected);
  }

 private:
  using Step = void (Question::*)();

  void Wait(Descriptor::wait_type kind, Step step) {
    socket_.async_wait(kind, [self = weak_from_this(), step](boost::system::error_code error) {
      const auto question = self.lock();
      if (!error && question) ((*question).*step)();
    });
  }

  std::string NoConnection(int error) const {
    return "no connection to " + plan_.target.Authority() + ": " + DescribeErrno(error);
  }

  void Connected() {
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return End(NoConnection(error));
    if (plan_.target.path.empty()) return End("");
    const std::string request =
        "GET " + plan_.target.path + " HTTP/1.1\r\nHost: " + plan_.target.Authority() +
        "\r\nUser-Agent: nodeward\r\nAccept: */*\r\nConnection: close\r\n\r\n";
    // A new connection's buffer has room for it.
    const ssize_t sent =
        send(socket_.native_handle(), request.data(), request.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request.size())) return End("it took no request");
    Wait(Descriptor::wait_read, &Question::Answered);
  }

  void Answered() {
    std::array<char, kLongestLine> buffer{};
    const ssize_t size =
        recv(socket_.native_handle(), buffer.data(), kLongestLine - line_.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return Wait(Descriptor::wait_read, &Question::Answered);
    if (size < 0) return End("the connection broke: " + DescribeErrno(errno));
    line_.append(buffer.data(), static_cast<std::size_t>(size));
    const std::size_t end = line_.find('\n');
    if (end != std::string::npos) {
      const bool carriage = end > 0 && line_[end - 1] == '\r';
      return End(JudgeStatusLine(std::string_view(line_).substr(0, carriage ? end - 1 : end)));
    }
    if (size == 0) return End("it closed the connection without an answer");
    if (line_.size() >= kLongestLine) return End("its first line has no end");
    Wait(Descriptor::wait_read, &Question::Answered);
  }

  // Not from within the constructor of whoever asks.
  void EndLater(std::string why) {
    boost::asio::post(context_, [self = weak_from_this(), why = std::move(why)] {
      if (const auto question = self.lock()) question->End(why);
    });
  }

  void End(std::string why) {
    if (!done_) return;
    deadline_.cancel();
    boost::system::error_code ignored;
    socket_.close(ignored);
    // What is called may destroy this.
    const Done done = std::exchange(done_, nullptr);
    done(std::move(why));
  }

  boost::asio::io_context& context_;
  Descriptor socket_;
  boost::asio::steady_timer deadline_;
  HealthPlan plan_;
  Done done_;
  std::string line_;
};

HealthProbe::HealthProbe(boost::asio::io_context& context, const HealthPlan& plan, Done done)
    : question_(std::make_shared<Question>(context, plan, std::move(done))) {
  question_->Ask();
}

HealthProbe::~HealthProbe() = default;

}  // namespace nodeward
