// Decides what may be watched (inotify(7)), which Landlock does not know: what [filesystem] lets be
// read, written or listed. The supervisor finds the object, holds it, looks where it lies, and adds
// the watch itself, by the application's ids: a path that leads elsewhere meanwhile changes
// nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "judge/application_thread.h"
#include "judge/inotify_source.h"
#include "judge/ruling.h"
#include "policy/file_policy.h"

namespace nodeward {

struct InotifyOptions {
  const FilePolicy& files;  // changes between launches alone
  bool permissive = false;
  bool makes = false;  // inotify_init1(2) is asked about: descriptors cannot be fetched
  pid_t keeper = 0;
  Stance standing;                // the application's ids and capabilities
  std::vector<std::string> read;  // [filesystem] read, for hints
};

class InotifyJudge : public Judge {
 public:
  explicit InotifyJudge(InotifyOptions options);
  std::vector<int> Calls() const override;
  Ruling Rule(const Notified& notified) override;

 private:
  Ruling Make(const Notified& notified);
  Ruling Watch(const Notified& notified);

  InotifyOptions options_;
  std::unique_ptr<InotifySource> source_;
};

}  // namespace nodeward
