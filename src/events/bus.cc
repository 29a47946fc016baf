#include "events/bus.h"

#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <utility>

#include "events/channel.h"
#include "events/format.h"
#include "events/sinks.h"

namespace nodeward {
namespace {

constexpr std::chrono::milliseconds kStopPatience{900};   // for what is queued
constexpr std::chrono::milliseconds kAbortPatience{100};  // for threads told to give up

Result<std::string> MakeStartId() {
  std::array<unsigned char, 8> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return Fail("no random bytes for the start id: " + DescribeErrno(errno));
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id;
  for (const unsigned char byte : bytes) {
    id += kDigits[byte >> 4];
    id += kDigits[byte & 0xf];
  }
  return id;
}

Result<std::unique_ptr<Channel>> OpenChannel(const std::string& to, const SinkOptions& options,
                                             std::vector<UniqueFd>& relay,
                                             const std::shared_ptr<const Mask>& mask,
                                             bool takes_events) {
  auto sink = EventSink::Open(to, options);
  if (!sink) return Fail(std::move(sink.error()));
  FdWriter* const writer = (*sink)->writer();
  std::vector<UniqueFd> sources;
  if (writer != nullptr) sources = std::exchange(relay, {});
  // Where no events go there are none to forge, and no reason to wait for the end of a line.
  const bool lines = takes_events || mask == nullptr;
  Relay passed(std::move(sources), writer,
               {.format = options.format, .lines = lines, .mask = mask});
  return std::make_unique<Channel>(std::move(*sink), std::move(passed), takes_events);
}

}  // namespace

class EventBus::Impl {
 public:
  Impl(std::shared_ptr<Core> core, std::string start_id)
      : core_(std::move(core)), start_id_(std::move(start_id)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  Core& core() { return *core_; }
  const std::string& start_id() const { return start_id_; }
  std::atomic<std::uint64_t>& violations() { return violations_; }

 private:
  const std::shared_ptr<Core> core_;
  const std::string start_id_;
  std::atomic<std::uint64_t> violations_ = 0;
};

EventBus::Impl::~Impl() {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& channel : core_->channels) channel->RequestStop();
  bool ended = true;
  for (const auto& channel : core_->channels) ended &= channel->AwaitEnd(now + kStopPatience);
  if (!ended) {
    const std::uint64_t one = 1;
    static_cast<void>(!write(core_->abort.get(), &one, sizeof(one)));
    for (const auto& channel : core_->channels) {
      channel->AwaitEnd(now + kStopPatience + kAbortPatience);
    }
  }
  for (const auto& channel : core_->channels) channel->Release();
}

EventBus::EventBus(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventBus::~EventBus() = default;

Result<std::unique_ptr<EventBus>> EventBus::Open(BusOptions options) {
  auto start_id = MakeStartId();
  if (!start_id) return Fail(std::move(start_id.error()));
  auto core = std::make_shared<Core>();
  core->abort = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!core->abort.valid()) return Fail("cannot make an eventfd: " + DescribeErrno(errno));

  core->mask = options.mask;

  SinkOptions sink_options = {
      .format = options.format,
      .origin = {.start_id = *start_id, .profile = options.profile},
      .abort_fd = core->abort.get(),
      .stderr_fd = options.stderr_fd,
      .syslog_socket = options.syslog_socket,
      .journal_socket = options.journal_socket,
  };
  const bool to_stderr = std::ranges::find(options.to, "stderr") != options.to.end();
  std::vector<std::pair<std::string, bool>> wanted;  // and whether events go there
  for (const std::string& to : options.to) wanted.emplace_back(to, true);
  if (!options.relay.empty() && !to_stderr) wanted.emplace_back("stderr", false);
  for (const auto& [to, takes_events] : wanted) {
    auto channel = OpenChannel(to, sink_options, options.relay, options.mask, takes_events);
    if (!channel) return Fail(std::move(channel.error()));
    core->channels.push_back(std::move(*channel));
  }
  if (options.relay_stdout.valid()) {
    std::vector<UniqueFd> source;
    source.push_back(std::move(options.relay_stdout));
    sink_options.stderr_fd = options.stdout_fd;
    auto channel = OpenChannel("stderr", sink_options, source, options.mask, false);
    if (!channel) return Fail(std::move(channel.error()));
    core->channels.push_back(std::move(*channel));
  }
  auto impl = std::make_unique<Impl>(core, *start_id);
  for (const auto& channel : core->channels) {
    if (const int error = channel->Start(core); error != 0) {
      return Fail("cannot start an event thread: " + DescribeErrno(error));
    }
  }
  return std::unique_ptr<EventBus>(new EventBus(std::move(impl)));
}

void EventBus::Emit(Event event) {
  if (event.type == EventType::kViolation) impl_->violations() += CountOf(event);
  impl_->core().Publish(std::move(event));
}

void EventBus::Reopen() {
  for (const auto& channel : impl_->core().channels) channel->RequestReopen();
}

bool EventBus::Flush(int timeout_ms) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  const auto& channels = impl_->core().channels;
  std::vector<std::uint64_t> requests;
  requests.reserve(channels.size());
  for (const auto& channel : channels) requests.push_back(channel->RequestFlush());
  bool flushed = true;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    flushed &= channels[i]->AwaitFlush(requests[i], deadline);
  }
  return flushed;
}

const std::string& EventBus::start_id() const { return impl_->start_id(); }
std::uint64_t EventBus::violations() const { return impl_->violations(); }

}  // namespace nodeward
