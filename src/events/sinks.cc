#include "events/sinks.h"

#include <fcntl.h>
#include <spdlog/sinks/sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/unique_fd.h"
#include "events/datagram.h"
#include "events/native_log.h"

namespace nodeward {

// A spdlog sink that takes finished payloads: lines are format.h's, so patterns mean nothing here.
// It is used without a spdlog::logger, which would hide the errno that losses are told with.
class LineSink : public spdlog::sinks::sink {
 public:
  void log(const spdlog::details::log_msg& message) final {
    error_ = Put({message.payload.data(), message.payload.size()});
  }
  void flush() final {}
  void set_pattern(const std::string&) final {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) final {}

  // The payload of one event; sinks differ.
  virtual std::string Encode(const Record& record, const SinkOptions& options) const {
    return options.format == SinkFormat::kJson ? FormatJson(record, options.origin)
                                               : FormatText(record);
  }
  virtual Result<void> Reopen() { return {}; }
  virtual FdWriter* writer() { return nullptr; }
  int error() const { return error_; }  // of the last log(): 0 or errno

 protected:
  virtual int Put(std::string_view payload) = 0;  // 0 or errno

 private:
  int error_ = 0;
};

namespace {

class StderrSink final : public LineSink {
 public:
  explicit StderrSink(const SinkOptions& options) : writer_(options.stderr_fd, options.abort_fd) {}
  FdWriter* writer() override { return &writer_; }

 protected:
  int Put(std::string_view payload) override { return writer_.WriteLine(payload); }

 private:
  FdWriter writer_;
};

// Whether this file is what descriptor 1 or 2 leads to: the application inherits those and could
// truncate it.
bool IsStandardStream(const struct stat& file) {
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat other {};
    if (fstat(fd, &other) == 0 && other.st_dev == file.st_dev && other.st_ino == file.st_ino) {
      return true;
    }
  }
  return false;
}

// A description of its own, so that what the application does to its descriptors (O_NONBLOCK,
// offsets) does not matter here. O_NONBLOCK keeps the open of a FIFO from waiting for a reader.
Result<UniqueFd> OpenFile(const std::string& path) {
  constexpr int kFlags =
      O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
  UniqueFd file(open(path.c_str(), kFlags, 0640));
  if (!file.valid()) {
    const int error = errno;
    return Fail("cannot open the event file: " + DescribeErrno(error), path,
                error == ELOOP ? "name the file itself instead of a symbolic link to it"
                               : "make its folder writable for nodeward's user, or change "
                                 "[events] to");
  }
  struct stat info {};
  if (fstat(file.get(), &info) != 0) return Fail(DescribeErrno(errno), path);
  if (!S_ISREG(info.st_mode)) {
    return Fail("the event file is not a regular file", path, "[events] to = [\"stderr\"]");
  }
  if (IsStandardStream(info)) {
    return Fail(
        "the event file is also the application's standard output or error, so the "
        "application could change it",
        path, "[events] to = [\"stderr\"], or a file of its own for events");
  }
  return file;
}

class FileSink final : public LineSink {
 public:
  FileSink(std::string path, UniqueFd file, int abort_fd)
      : path_(std::move(path)), file_(std::move(file)), writer_(file_.get(), abort_fd) {}

  Result<void> Reopen() override {
    auto file = OpenFile(path_);
    if (!file) return Fail(std::move(file.error()));
    file_ = std::move(*file);
    writer_.Replace(file_.get());
    return {};
  }

 protected:
  int Put(std::string_view payload) override { return writer_.WriteLine(payload); }

 private:
  std::string path_;
  UniqueFd file_;
  FdWriter writer_;
};

class SyslogSink final : public LineSink {
 public:
  explicit SyslogSink(DatagramSocket socket) : socket_(std::move(socket)) {}
  std::string Encode(const Record& record, const SinkOptions& options) const override {
    return EncodeSyslog(record.event, LineSink::Encode(record, options), getpid());
  }

 protected:
  int Put(std::string_view payload) override { return socket_.Send(payload); }

 private:
  DatagramSocket socket_;
};

class JournalSink final : public LineSink {
 public:
  explicit JournalSink(DatagramSocket socket) : socket_(std::move(socket)) {}
  std::string Encode(const Record& record, const SinkOptions& options) const override {
    return EncodeJournal(record, options.origin);
  }

 protected:
  int Put(std::string_view payload) override { return socket_.SendOrAttach(payload); }

 private:
  DatagramSocket socket_;
};

Result<std::unique_ptr<LineSink>> OpenFileSink(std::string_view path, int abort_fd) {
  // Absolute, so that a reopening after a change of folder finds the same file.
  std::error_code error;
  const std::string absolute = std::filesystem::absolute(path, error).string();
  if (error) return Fail("cannot find the working directory: " + error.message());
  auto file = OpenFile(absolute);
  if (!file) return Fail(std::move(file.error()));
  return std::make_unique<FileSink>(absolute, std::move(*file), abort_fd);
}

template <class Sink>
Result<std::unique_ptr<LineSink>> OpenDatagramSink(const std::string& path, int abort_fd) {
  DatagramSocket socket(path, abort_fd);
  if (const int error = socket.Open(); error != 0) {
    return Fail("no log daemon takes events: " + DescribeErrno(error), path,
                "start the daemon, or [events] to = [\"stderr\"]");
  }
  return std::make_unique<Sink>(std::move(socket));
}

Result<std::unique_ptr<LineSink>> OpenLineSink(const std::string& to, const SinkOptions& options) {
  constexpr std::string_view kFile = "file:";
  if (to == "stderr") return std::make_unique<StderrSink>(options);
  if (to.starts_with(kFile)) {
    return OpenFileSink(std::string_view(to).substr(kFile.size()), options.abort_fd);
  }
  if (to == "syslog") return OpenDatagramSink<SyslogSink>(options.syslog_socket, options.abort_fd);
  if (to == "journal") {
    return OpenDatagramSink<JournalSink>(options.journal_socket, options.abort_fd);
  }
  return Fail("events cannot go to \"" + to + "\"", "[events] to",
              "stderr, file:PATH, syslog or journal");
}

spdlog::level::level_enum Level(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return spdlog::level::info;
    case Severity::kWarn:
      return spdlog::level::warn;
    case Severity::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

Result<std::unique_ptr<EventSink>> EventSink::Open(const std::string& to,
                                                   const SinkOptions& options) {
  auto sink = OpenLineSink(to, options);
  if (!sink) return Fail(std::move(sink.error()));
  return std::unique_ptr<EventSink>(new EventSink(to, options, std::move(*sink)));
}

EventSink::EventSink(std::string name, SinkOptions options, std::unique_ptr<LineSink> sink)
    : name_(std::move(name)), options_(std::move(options)), sink_(std::move(sink)) {}

EventSink::~EventSink() = default;

int EventSink::Write(const Record& record) {
  const std::string payload = sink_->Encode(record, options_);
  sink_->log({record.event.time, {}, "nodeward", Level(record.event.severity), payload});
  return sink_->error();
}

Result<void> EventSink::Reopen() { return sink_->Reopen(); }

FdWriter* EventSink::writer() { return sink_->writer(); }

}  // namespace nodeward
