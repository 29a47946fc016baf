// `nodeward doctor --secrets`: where the secrets of a running application can be read, and by whom.
#pragma once

#include <string>

namespace nodeward {

struct DoctorSecretsOptions {
  std::string who;      // a supervisor's name, or a process
  std::string profile;  // whose vault; empty: the supervisor's
  bool json = false;
};

// 0; 1 when somebody besides root and the application's own user can read one; 125 when it could
// not look.
int DoctorSecretsCommand(const DoctorSecretsOptions& options);

}  // namespace nodeward
