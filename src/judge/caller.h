// Who made a call that waits: names and parents from /proc. The notify thread's.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace nodeward {

struct Caller {
  pid_t process = 0;  // thread group
  pid_t parent = 0;
  std::string command = "?";
};

// "Name:", "Tgid:" and "PPid:" of /proc/TID/status; the number alone when it has gone.
Caller ReadCaller(pid_t tid);

// The callers' parents from the nearest on, up to and without `last`: "sh (4243)". At most eight.
std::vector<std::string> ParentsOf(const Caller& caller, pid_t last);

// Whether `process` descends from `ancestor`, by the chain of parents.
bool DescendsFrom(pid_t process, pid_t ancestor);

// Every process that descends from it.
std::vector<pid_t> TreeOf(pid_t ancestor);

}  // namespace nodeward
