// A name server of a test's own on 127.0.0.1, over UDP and TCP: answers as the test's function
// says, and counts what it was asked.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "judge/dns_message.h"

namespace nodeward {

struct ServerAnswer {
  std::vector<std::string> addresses;  // of the family that is asked
  std::uint32_t ttl = 60;
  unsigned code = 0;          // 3: NXDOMAIN
  bool silent = false;        // no answer at all
  bool truncated = false;     // over UDP: come by TCP
  bool forged_first = false;  // before it one with another id, and one to another question
  std::string alias;          // answers by way of this name
  std::uint32_t alias_ttl = 60;
};

class NameServer {
 public:
  using Bytes = std::vector<std::uint8_t>;
  using Answer = std::function<ServerAnswer(const DnsQuestion&)>;
  static constexpr std::uint16_t kA = 1;
  static constexpr std::uint16_t kAaaa = 28;

  explicit NameServer(Answer answer) : answer_(std::move(answer)) {
    udp_.reset(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    tcp_.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    // The same port for both; another one when TCP has it taken.
    for (int tries = 0; tries < 100 && !Bind(); ++tries) {
      udp_.reset(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    }
    end_.reset(eventfd(0, EFD_CLOEXEC));
    thread_ = std::thread([this] { Serve(); });
  }
  ~NameServer() {
    eventfd_write(end_.get(), 1);
    thread_.join();
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  // Waits until it was asked `count` times for the name and type. False when that takes so long
  // that it will not happen.
  [[nodiscard]] bool WaitAsked(const std::string& name, std::uint16_t type, unsigned count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] {
      return asked_[{name, type}] >= count;
    });
  }
  unsigned Asked(const std::string& name, std::uint16_t type) {
    const std::lock_guard lock(mutex_);
    return asked_[{name, type}];
  }

 private:
  static void Word(Bytes& out, std::size_t word) {
    out.push_back(static_cast<std::uint8_t>(word >> 8 & 0xff));
    out.push_back(static_cast<std::uint8_t>(word & 0xff));
  }
  static void Name(Bytes& out, std::string_view name) {
    DnsQuestion named;
    named.name = name;
    const Bytes whole = Rewrite(named);
    out.insert(out.end(), whole.begin() + 12, whole.end() - 4);
  }
  static void Record(Bytes& out, std::string_view owner, std::size_t type, std::uint32_t ttl,
                     const Bytes& data) {
    Name(out, owner);
    for (const std::size_t word :
         {type, std::size_t{1}, std::size_t{ttl >> 16}, std::size_t{ttl & 0xffff}, data.size()}) {
      Word(out, word);
    }
    out.insert(out.end(), data.begin(), data.end());
  }

  static Bytes Write(const DnsQuestion& question, const ServerAnswer& answer, bool truncate) {
    Bytes out;
    const bool alias = !answer.alias.empty();
    const std::size_t records = truncate ? 0 : answer.addresses.size() + (alias ? 1 : 0);
    for (const std::size_t word :
         {std::size_t{question.id}, std::size_t{0x8180U | (truncate ? 0x0200U : 0U) | answer.code},
          std::size_t{1}, records, std::size_t{0}, std::size_t{0}}) {
      Word(out, word);
    }
    Name(out, question.name);
    Word(out, question.type);
    Word(out, 1);
    if (truncate) return out;
    if (alias) {
      Bytes target;
      Name(target, answer.alias);
      Record(out, question.name, 5, answer.alias_ttl, target);
    }
    for (const std::string& address : answer.addresses) {
      Bytes data(question.type == kA ? 4 : 16);
      inet_pton(question.type == kA ? AF_INET : AF_INET6, address.c_str(), data.data());
      Record(out, alias ? answer.alias : question.name, question.type, answer.ttl, data);
    }
    return out;
  }

  bool Bind() {
    sockaddr_in at = {};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    auto* const address = reinterpret_cast<sockaddr*>(&at);
    if (bind(udp_.get(), address, size) != 0) return false;
    getsockname(udp_.get(), address, &size);
    port_ = ntohs(at.sin_port);
    return bind(tcp_.get(), address, size) == 0 && listen(tcp_.get(), 16) == 0;
  }

  void Serve() {
    for (;;) {
      pollfd polled[] = {{end_.get(), POLLIN, 0}, {udp_.get(), POLLIN, 0}, {tcp_.get(), POLLIN, 0}};
      poll(polled, 3, -1);
      if (polled[0].revents != 0) return;
      if (polled[1].revents != 0) ServeUdp();
      if (polled[2].revents != 0) ServeTcp();
    }
  }

  void ServeUdp() {
    Bytes query(1500);
    sockaddr_in from = {};
    socklen_t size = sizeof(from);
    auto* const address = reinterpret_cast<sockaddr*>(&from);
    const ssize_t got = recvfrom(udp_.get(), query.data(), query.size(), 0, address, &size);
    if (got <= 0) return;
    const auto question = ParseQuery(std::span(query).first(static_cast<std::size_t>(got)));
    if (!question) return;
    const ServerAnswer answer = answer_(*question);
    std::vector<Bytes> sent;
    if (answer.forged_first) {
      DnsQuestion other = *question;
      other.id = static_cast<std::uint16_t>(other.id + 1);
      const ServerAnswer lie{.addresses = {question->type == kA ? "6.6.6.6" : "666::6"}};
      sent.push_back(Write(other, lie, false));
      other.id = question->id;
      other.name = "other.example.com";
      sent.push_back(Write(other, lie, false));
    }
    if (!answer.silent) sent.push_back(Write(*question, answer, answer.truncated));
    for (const Bytes& one : sent) sendto(udp_.get(), one.data(), one.size(), 0, address, size);
    Count(*question);
  }

  // One connection, as many queries as it brings.
  void ServeTcp() {
    const UniqueFd client(accept4(tcp_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    Bytes arrived;
    for (;;) {
      pollfd polled[] = {{end_.get(), POLLIN, 0}, {client.get(), POLLIN, 0}};
      poll(polled, 2, -1);
      if (polled[0].revents != 0) {
        eventfd_write(end_.get(), 1);
        return;
      }
      Bytes some(1500);
      const ssize_t got = recv(client.get(), some.data(), some.size(), 0);
      if (got <= 0) return;
      arrived.insert(arrived.end(), some.begin(), some.begin() + got);
      for (;;) {
        const auto first = FirstTcpQuery(arrived);
        if (!first || !*first) break;
        const auto question = ParseQuery(**first);
        const auto size = static_cast<std::ptrdiff_t>((*first)->size());
        arrived.erase(arrived.begin(), arrived.begin() + 2 + size);
        if (!question) continue;
        const Bytes sent = FrameForTcp(Write(*question, answer_(*question), false));
        send(client.get(), sent.data(), sent.size(), MSG_NOSIGNAL);
        Count(*question);
      }
    }
  }

  void Count(const DnsQuestion& question) {
    const std::lock_guard lock(mutex_);
    ++asked_[{question.name, question.type}];
    changed_.notify_all();
  }

  const Answer answer_;
  UniqueFd udp_;
  UniqueFd tcp_;
  UniqueFd end_;
  unsigned port_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::pair<std::string, std::uint16_t>, unsigned> asked_;
  std::thread thread_;
};

}  // namespace nodeward
