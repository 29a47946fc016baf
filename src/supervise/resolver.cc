#include "supervise/resolver.h"

#include <ares.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <tuple>
#include <utility>

#include "base/unique_fd.h"

namespace nodeward {
namespace {

// What fits one frame everywhere, as in what the application sends.
constexpr int kUdpSize = 1232;
// How a question ended.
struct Ending {
  ResolveQuestion question;
  std::vector<ResolvedAddress> addresses;
  std::string why;  // empty: it was answered
};

std::string InWords(int status) {
  switch (status) {
    case ARES_ENOTFOUND:
      return "NXDOMAIN";
    case ARES_ENODATA:
      return "it has no address";
    case ARES_ETIMEOUT:
      return "no name server answers in time";
    case ARES_ESERVFAIL:
      return "SERVFAIL";
    case ARES_EREFUSED:
      return "the name servers refuse the question";
    case ARES_ECONNREFUSED:
      return "no name server can be reached";
    default:
      return ares_strerror(status);
  }
}

std::optional<IpAddress> AddressOf(const ares_addrinfo_node& node) {
  IpAddress address;
  if (node.ai_family == AF_INET && node.ai_addrlen >= sizeof(sockaddr_in)) {
    sockaddr_in v4 = {};
    std::memcpy(&v4, node.ai_addr, sizeof(v4));
    std::memcpy(address.bytes.data(), &v4.sin_addr, sizeof(v4.sin_addr));
    return address;
  }
  if (node.ai_family != AF_INET6 || node.ai_addrlen < sizeof(sockaddr_in6)) return std::nullopt;
  sockaddr_in6 v6 = {};
  std::memcpy(&v6, node.ai_addr, sizeof(v6));
  // A mapped one is the IPv4 address (address.h).
  const bool mapped = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
  address.v6 = !mapped;
  std::memcpy(address.bytes.data(), v6.sin6_addr.s6_addr + (mapped ? 12 : 0), mapped ? 4 : 16);
  return address;
}

// A chain is as good as its shortest part.
std::vector<ResolvedAddress> AddressesOf(const ares_addrinfo& answer) {
  int chain = std::numeric_limits<int>::max();
  for (const auto* alias = answer.cnames; alias != nullptr; alias = alias->next) {
    chain = std::min(chain, alias->ttl);
  }
  std::vector<ResolvedAddress> addresses;
  for (const auto* node = answer.nodes; node != nullptr; node = node->ai_next) {
    if (addresses.size() >= NameTable::kMaxAddressesOfName) break;
    const auto address = AddressOf(*node);
    if (address)
      addresses.push_back({*address, std::chrono::seconds(std::min(chain, node->ai_ttl))});
  }
  return addresses;
}

// What tells one resolv.conf from the next.
struct FileState {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  time_t seconds = 0;
  long nanoseconds = 0;
  bool operator==(const FileState&) const = default;
};

FileState StateOf(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
          status.st_mtim.tv_nsec};
}

// c-ares' channel, used by one thread.
class Channel {
 public:
  explicit Channel(const ResolverOptions& options) : options_(options) {}
  ~Channel() { Close(); }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // The end comes with TakeEnded; it may be there at once.
  void Ask(ResolveQuestion question) {
    Renew();
    ++asking_;
    auto request = std::make_unique<Request>(this, std::move(question));
    if (channel_ == nullptr) {
      return Ended(std::move(request), ARES_EFILE, nullptr);
    }
    ares_addrinfo_hints hints = {};
    hints.ai_family = AF_UNSPEC;
    hints.ai_flags = ARES_AI_NOSORT;  // sorting opens a socket for each address
    const ResolveQuestion& asked = request->question;
    // A dot at the end: no search domains.
    const std::string name = asked.absolute ? asked.name + "." : asked.name;
    ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, &Channel::OnAnswer,
                     request.release());
  }

  std::vector<Ending> TakeEnded() { return std::exchange(ended_, {}); }

  void AppendTo(std::vector<pollfd>& polled) const {
    for (const auto& [fd, events] : sockets_) polled.push_back({fd, events, 0});
  }
  std::optional<std::chrono::milliseconds> Timeout() const {
    timeval left = {};
    if (channel_ == nullptr || ares_timeout(channel_, nullptr, &left) == nullptr) {
      return std::nullopt;
    }
    return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::seconds(left.tv_sec) +
                                                        std::chrono::microseconds(left.tv_usec));
  }
  // `polled` as AppendTo filled it, after poll(2).
  void Process(std::span<const pollfd> polled) {
    if (channel_ == nullptr) return;
    for (const pollfd& one : polled) {
      const bool in = (one.revents & (POLLIN | POLLERR | POLLHUP)) != 0;
      const bool out = (one.revents & POLLOUT) != 0;
      if (!in && !out) continue;
      ares_process_fd(channel_, in ? one.fd : ARES_SOCKET_BAD, out ? one.fd : ARES_SOCKET_BAD);
    }
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // what has timed out
  }

 private:
  struct Request {
    Request(Channel* owner, ResolveQuestion what) : channel(owner), question(std::move(what)) {}
    Channel* channel;
    ResolveQuestion question;
  };

  // c-ares calls it once for each question, also when the channel is destroyed.
  static void OnAnswer(void* context, int status, int, ares_addrinfo* answer) {
    std::unique_ptr<Request> request(static_cast<Request*>(context));
    Channel* const self = request->channel;
    self->Ended(std::move(request), status, answer);
    if (answer != nullptr) ares_freeaddrinfo(answer);
  }

  void Ended(std::unique_ptr<Request> request, int status, const ares_addrinfo* answer) {
    --asking_;
    Ending ending{std::move(request->question), {}, {}};
    if (status == ARES_SUCCESS && answer != nullptr) ending.addresses = AddressesOf(*answer);
    if (ending.addresses.empty()) {
      ending.why = InWords(status == ARES_SUCCESS ? ARES_ENODATA : status);
    }
    ended_.push_back(std::move(ending));
  }

  static void OnSocket(void* context, ares_socket_t fd, int readable, int writable) {
    auto& sockets = static_cast<Channel*>(context)->sockets_;
    if (readable == 0 && writable == 0) {
      sockets.erase(fd);
      return;
    }
    sockets[fd] = static_cast<short>((readable != 0 ? POLLIN : 0) | (writable != 0 ? POLLOUT : 0));
  }

  // Reads resolv.conf when it is another one. A question that is being asked keeps its channel.
  void Renew() {
    if (asking_ > 0) return;
    const FileState state = StateOf(options_.resolv_conf);
    if (channel_ != nullptr && state == state_) return;
    Close();
    state_ = state;
    Open();
  }

  void Open() {
    ares_options options = {};
    // No file that $HOSTALIASES names is read.
    options.flags = ARES_FLAG_NOALIASES | ARES_FLAG_EDNS;
    options.timeout = static_cast<int>(options_.timeout.count());
    options.tries = options_.tries;
    options.ednspsz = kUdpSize;
    std::string lookups = "fb";  // the hosts file, then name servers
    options.lookups = lookups.data();
    std::string path = options_.resolv_conf;
    options.resolvconf_path = path.data();
    options.sock_state_cb = &Channel::OnSocket;
    options.sock_state_cb_data = this;
    constexpr int kGiven = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ |
                           ARES_OPT_LOOKUPS | ARES_OPT_RESOLVCONF | ARES_OPT_SOCK_STATE_CB;
    if (ares_init_options(&channel_, &options, kGiven) != ARES_SUCCESS) channel_ = nullptr;
    if (channel_ == nullptr || options_.servers.empty()) return;
    if (ares_set_servers_ports_csv(channel_, options_.servers.c_str()) != ARES_SUCCESS) Close();
  }

  void Close() {
    if (channel_ != nullptr) ares_destroy(std::exchange(channel_, nullptr));
    sockets_.clear();
  }

  const ResolverOptions& options_;
  ares_channel channel_ = nullptr;
  FileState state_;
  std::map<ares_socket_t, short> sockets_;
  std::vector<Ending> ended_;
  std::size_t asking_ = 0;
};

}  // namespace

class Resolver::Work {
 public:
  Work(NameTable& table, Tell tell, ResolverOptions options)
      : table_(table),
        tell_(std::move(tell)),
        options_(std::move(options)),
        schedule_(options_.pauses) {}

  ~Work() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    Wake();
    if (thread_.joinable()) thread_.join();
  }

  void Start(const std::vector<std::string>& names) {
    const std::lock_guard lock(mutex_);
    schedule_.Watch(names, Clock::now());
    if (thread_.joinable()) {
      Wake();
      return;
    }
    wake_.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    thread_ = std::thread([this] { Serve(); });
  }

  bool Ask(std::string_view name) {
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable() || !schedule_.Ask(name)) return false;
    Wake();
    return true;
  }

  bool AskAgain() {
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable() || !schedule_.AskAgain(Clock::now())) return false;
    Wake();
    return true;
  }

  bool Wait(Clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    const std::uint64_t upto = schedule_.last();
    return ended_.wait_until(lock, deadline, [&] { return schedule_.Ended(upto); });
  }

  bool WaitFor(std::string_view name, Clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    return ended_.wait_until(lock, deadline, [&] { return !schedule_.Pending(name); });
  }

 private:
  void Wake() const {
    if (wake_.valid()) eventfd_write(wake_.get(), 1);
  }

  void Serve() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    pthread_setname_np(pthread_self(), "resolver");
    Channel channel(options_);
    for (;;) {
      std::optional<Clock::time_point> due;
      {
        std::unique_lock lock(mutex_);
        if (ending_) return;
        std::vector<ResolveQuestion> questions = schedule_.TakeDue(Clock::now());
        due = schedule_.NextDue();
        lock.unlock();
        for (ResolveQuestion& question : questions) channel.Ask(std::move(question));
      }
      // What ended makes room for what waits.
      if (Keep(channel.TakeEnded())) continue;
      Sleep(channel, due);
    }
  }

  // Whether there was anything.
  bool Keep(const std::vector<Ending>& endings) {
    for (const Ending& ending : endings) {
      // Before anybody who waits is woken.
      if (ending.why.empty()) table_.Put(ending.question.name, ending.addresses);
      const auto change = Note(ending);
      ended_.notify_all();
      if (change && tell_) tell_(*change);
    }
    return !endings.empty();
  }

  std::optional<ResolveChange> Note(const Ending& ending) {
    const bool good = table_.Has(ending.question.name);
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (!ending.why.empty()) return schedule_.Failed(ending.question, ending.why, good, now);
    return schedule_.Answered(ending.question, GoodFor(ending.addresses), now);
  }

  Clock::duration GoodFor(const std::vector<ResolvedAddress>& addresses) const {
    std::chrono::seconds ttl = NameTable::kMaxTtl;
    for (const ResolvedAddress& address : addresses) ttl = std::min(ttl, address.ttl);
    if (ttl <= std::chrono::seconds(0)) return options_.without_ttl;
    return std::max<Clock::duration>(ttl, options_.least_refresh);
  }

  // Until a name server answers or does not, a name is due, or somebody wakes the thread.
  void Sleep(Channel& channel, std::optional<Clock::time_point> due) {
    std::vector<pollfd> polled = {{wake_.get(), POLLIN, 0}};
    channel.AppendTo(polled);
    auto left = channel.Timeout();
    if (due) {
      const auto until = std::max(*due, Clock::now()) - Clock::now();
      const auto wait = std::chrono::ceil<std::chrono::milliseconds>(until);
      left = left ? std::min(*left, wait) : wait;
    }
    constexpr std::chrono::milliseconds kLongest{std::chrono::hours(24)};
    poll(polled.data(), polled.size(),
         left ? static_cast<int>(std::min(*left, kLongest).count()) : -1);
    if ((polled.front().revents & POLLIN) != 0) {
      eventfd_t count = 0;
      eventfd_read(wake_.get(), &count);
    }
    channel.Process(std::span(polled).subspan(1));
  }

  NameTable& table_;
  const Tell tell_;
  const ResolverOptions options_;
  std::mutex mutex_;  // schedule_, ending_
  std::condition_variable ended_;
  ResolveSchedule schedule_;
  bool ending_ = false;
  UniqueFd wake_;
  std::thread thread_;
};

Resolver::Resolver(NameTable& table, Tell tell, ResolverOptions options)
    : work_(std::make_unique<Work>(table, std::move(tell), std::move(options))) {}
Resolver::~Resolver() = default;
void Resolver::Start(const std::vector<std::string>& names) { work_->Start(names); }
bool Resolver::Ask(std::string_view name) { return work_->Ask(name); }
bool Resolver::AskAgain() { return work_->AskAgain(); }
bool Resolver::Wait(Clock::time_point deadline) { return work_->Wait(deadline); }
bool Resolver::WaitFor(std::string_view name, Clock::time_point deadline) {
  return work_->WaitFor(name, deadline);
}

}  // namespace nodeward
