#include "judge/dns_channel.h"

#include <ares.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <utility>

// c-ares looks up services (/etc/services) when it is asked for one, and it never is. In a static
// binary the C library's functions for it would bring name service switching along, with libraries
// that are loaded at run time. The linker puts these in their place (cmake/libraries.cmake).
extern "C" {
servent* NoServiceByName(const char* name, const char* protocol) asm("__wrap_getservbyname");
int NoServiceByPort(int port, const char* protocol, servent* service, char* buffer,
                    std::size_t size, servent** result) asm("__wrap_getservbyport_r");

servent* NoServiceByName(const char*, const char*) { return nullptr; }
int NoServiceByPort(int, const char*, servent*, char*, std::size_t, servent** result) {
  *result = nullptr;
  return 0;
}
}

namespace nodeward {
namespace {

// What fits one frame everywhere, as in what the application sends.
constexpr int kUdpSize = 1232;
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
  sockaddr_storage address = {};
  if (node.ai_addrlen > sizeof(address)) return std::nullopt;
  std::memcpy(&address, node.ai_addr, node.ai_addrlen);
  const auto endpoint = EndpointOf(address, node.ai_addrlen);
  if (!endpoint) return std::nullopt;
  return endpoint->address;
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

}  // namespace

class DnsChannel::Ares {
 public:
  explicit Ares(DnsChannelOptions options) : options_(std::move(options)) {}
  ~Ares() { Close(); }
  Ares(const Ares&) = delete;
  Ares& operator=(const Ares&) = delete;

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
    ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, &Ares::OnAnswer, request.release());
  }

  std::vector<ResolveEnding> TakeEnded() { return std::exchange(ended_, {}); }

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
    Request(Ares* owner, ResolveQuestion what) : channel(owner), question(std::move(what)) {}
    Ares* channel;
    ResolveQuestion question;
  };

  // c-ares calls it once for each question, also when the channel is destroyed.
  static void OnAnswer(void* context, int status, int, ares_addrinfo* answer) {
    std::unique_ptr<Request> request(static_cast<Request*>(context));
    Ares* const self = request->channel;
    self->Ended(std::move(request), status, answer);
    if (answer != nullptr) ares_freeaddrinfo(answer);
  }

  void Ended(std::unique_ptr<Request> request, int status, const ares_addrinfo* answer) {
    --asking_;
    ResolveEnding ending{std::move(request->question), {}, {}};
    if (status == ARES_SUCCESS && answer != nullptr) ending.addresses = AddressesOf(*answer);
    if (ending.addresses.empty()) {
      ending.why = InWords(status == ARES_SUCCESS ? ARES_ENODATA : status);
    }
    ended_.push_back(std::move(ending));
  }

  static void OnSocket(void* context, ares_socket_t fd, int readable, int writable) {
    auto& sockets = static_cast<Ares*>(context)->sockets_;
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
    options.sock_state_cb = &Ares::OnSocket;
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

  const DnsChannelOptions options_;
  ares_channel channel_ = nullptr;
  FileState state_;
  std::map<ares_socket_t, short> sockets_;
  std::vector<ResolveEnding> ended_;
  std::size_t asking_ = 0;
};

DnsChannel::DnsChannel(DnsChannelOptions options)
    : ares_(std::make_unique<Ares>(std::move(options))) {}
DnsChannel::~DnsChannel() = default;
void DnsChannel::Ask(ResolveQuestion question) { ares_->Ask(std::move(question)); }
std::vector<ResolveEnding> DnsChannel::TakeEnded() { return ares_->TakeEnded(); }
void DnsChannel::AppendTo(std::vector<pollfd>& polled) const { ares_->AppendTo(polled); }
std::optional<std::chrono::milliseconds> DnsChannel::Timeout() const { return ares_->Timeout(); }
void DnsChannel::Process(std::span<const pollfd> polled) { ares_->Process(polled); }

}  // namespace nodeward
