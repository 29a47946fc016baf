#include "supervise/rotation.h"

#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <tuple>
#include <utility>
#include <vector>

#include "measures/delivery.h"
#include "plan/file_owner.h"
#include "plan/masking.h"
#include "supervise/reports.h"
#include "supervise/secret_updates.h"
#include "supervise/vault_watch.h"
#include "vault/fingerprint.h"

namespace nodeward {
namespace {

// What of a file changes with it: device, inode, size, time of its last change.
using Stamps = std::vector<std::tuple<dev_t, ino_t, off_t, time_t, long>>;

Stamps StampsOf(const std::vector<std::string>& files) {
  Stamps stamps;
  for (const std::string& file : files) {
    struct stat facts {};
    stat(file.c_str(), &facts);
    stamps.emplace_back(facts.st_dev, facts.st_ino, facts.st_size, facts.st_ctim.tv_sec,
                        facts.st_ctim.tv_nsec);
  }
  return stamps;
}

}  // namespace

class Rotation::Loop {
 public:
  Loop(boost::asio::io_context& context, Plan& plan, RotationActs acts)
      : context_(context), plan_(plan), acts_(std::move(acts)), updates_(context) {}

  Result<void> Prepare() {
    known_ = fingerprints_.Of(plan_.secrets.secrets);
    if (!watch_) {
      auto watch = VaultWatch::Start(context_, SecretFiles(plan_.profile), [this] { Look(); });
      if (!watch) return Fail(watch.error());
      watch_ = std::move(*watch);
      // What changed between the first reading and now.
      boost::asio::post(context_, [this] { Look(); });
    }
    if (!UpdatesInMemory(plan_.profile)) return {};
    auto end = updates_.Renew();
    if (!end) return Fail(end.error());
    applications_ = std::move(*end);
    plan_.launch.updates = applications_.get();
    plan_.launch.updates_target = SocketTarget(applications_.get());
    return {};
  }

  void Launched() {
    plan_.launch.updates = -1;
    applications_.reset();
  }

 private:
  void Look() {
    if (auto believed = BelieveVaults(plan_.profile); !believed) return Keep(believed.error());
    auto seen = StampsOf(SecretFiles(plan_.profile));
    if (seen == seen_) return;  // something else lies in the folder, too
    seen_ = std::move(seen);
    auto loaded = LoadSecrets(plan_.profile, plan_.host, plan_.launch.identity, plan_.keys,
                              SecretsFor::kRestart);
    if (!loaded) return Keep(loaded.error());
    kept_.clear();
    auto now = fingerprints_.Of(loaded->secrets);
    const SecretChanges changes = Fingerprints::Between(known_, now);
    if (changes.None()) return;
    known_ = std::move(now);
    Learn(*loaded);
    acts_.emit(SecretsChangedEvent(changes, OnChangeOf(plan_.profile)));
    acts_.tell_gaps();
    Act(loaded->secrets);
  }

  // Before the application gets them, so that nothing of it can pass by the mask.
  void Learn(LoadedSecrets& loaded) {
    plan_.secrets.warnings = std::move(loaded.warnings);
    plan_.secrets.degraded = std::move(loaded.degraded);
    if (plan_.masking.mask == nullptr) return;
    for (std::string& unmasked : LearnSecrets(*plan_.masking.mask, loaded.secrets)) {
      plan_.secrets.warnings.push_back(std::move(unmasked));
    }
  }

  void Act(const Secrets& secrets) {
    const OnChange what = OnChangeOf(plan_.profile);
    if (what.kind == OnChange::kRestart || !acts_.running()) return acts_.restart();
    if (UpdatesInMemory(plan_.profile)) {
      if (auto sent = updates_.Send(secrets); !sent) Keep(sent.error());
    }
    if (what.kind == OnChange::kSignal) acts_.signal(what.signal);
  }

  // Told once, however often it is looked at.
  void Keep(const Error& error) {
    if (std::exchange(kept_, error.where + error.what) == error.where + error.what) return;
    acts_.emit(SecretsKeptEvent(error));
  }

  boost::asio::io_context& context_;
  Plan& plan_;
  RotationActs acts_;
  Fingerprints fingerprints_;
  Fingerprints::Prints known_;  // of what the application has
  SecretUpdates updates_;
  std::unique_ptr<VaultWatch> watch_;
  UniqueFd applications_;  // its end of the pipe, until it holds it
  Stamps seen_;            // the files that the last look read
  std::string kept_;       // why the last set was not taken
};

Rotation::Rotation(boost::asio::io_context& context, Plan& plan, RotationActs acts) {
  if (Watches(plan.profile)) loop_ = std::make_unique<Loop>(context, plan, std::move(acts));
}

Rotation::~Rotation() = default;

Result<void> Rotation::Prepare() { return loop_ ? loop_->Prepare() : Result<void>(); }

void Rotation::Launched() {
  if (loop_) loop_->Launched();
}

}  // namespace nodeward
