// The ancillary data of a message (cmsg(3)), copied from the caller: hostile bytes, walked as the
// kernel walks them, so that it sees the entries that were judged and no others.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstring>
#include <vector>

namespace nodeward {

// Calls visit(header, data, size) for each entry; `data` points into `control`. False when an entry
// does not lie wholly inside, or as soon as a visit answers false. Bytes after the last entry that
// are too few for a header are none, to the kernel as well.
template <class Visit>
bool ForEachControl(std::vector<char>& control, const Visit& visit) {
  for (std::size_t at = 0; at + sizeof(cmsghdr) <= control.size();) {
    cmsghdr entry;
    std::memcpy(&entry, control.data() + at, sizeof(entry));
    if (entry.cmsg_len < sizeof(cmsghdr) || entry.cmsg_len > control.size() - at) return false;
    if (!visit(entry, control.data() + at + CMSG_LEN(0), entry.cmsg_len - CMSG_LEN(0))) {
      return false;
    }
    at += CMSG_ALIGN(entry.cmsg_len);
  }
  return true;
}

}  // namespace nodeward
