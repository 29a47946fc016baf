#include "supervise/rotation.h"

#include <boost/asio/io_context.hpp>
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

class Rotation::Loop {
 public:
  Loop(boost::asio::io_context& context, Plan& plan, RotationActs acts)
      : context_(context), plan_(plan), acts_(std::move(acts)), updates_(context) {}

  Result<void> Prepare() {
    known_ = fingerprints_.Of(plan_.secrets.secrets);
    if (!watch_) {
      auto watch = VaultWatch::Start(context_, Files(), [this] { Look(); });
      if (!watch) return Fail(watch.error());
      watch_ = std::move(*watch);
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
  std::vector<std::string> Files() const {
    auto files = VaultPaths(plan_.profile);
    const std::string identity = FindIdentity(plan_.profile).path;
    if (!identity.empty()) files.push_back(identity);  // what a descriptor gave does not change
    return files;
  }

  void Look() {
    for (const std::string& file : Files()) {
      if (const std::string why = WhyOthersMayChange(file); !why.empty()) {
        return Keep({"it is not believed: " + why, file, "chown root, chmod go-w"});
      }
    }
    auto loaded = LoadSecrets(plan_.profile, plan_.host, plan_.launch.identity, plan_.keys,
                              SecretsFor::kRestart);
    if (!loaded) return Keep(loaded.error());
    kept_.clear();
    auto now = fingerprints_.Of(loaded->secrets);
    const SecretChanges changes = Fingerprints::Between(known_, now);
    if (changes.None()) return;
    known_ = std::move(now);
    // Before the application gets them, so that nothing of it can pass by.
    if (plan_.masking.mask != nullptr) LearnSecrets(*plan_.masking.mask, loaded->secrets);
    acts_.emit(SecretsChangedEvent(changes, OnChangeOf(plan_.profile)));
    Act(loaded->secrets);
  }

  void Act(const Secrets& secrets) {
    const OnChange what = OnChangeOf(plan_.profile);
    if (what.kind == OnChange::kRestart) return acts_.restart();
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
