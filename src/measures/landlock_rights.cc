#include "measures/landlock_rights.h"

#include "kernel/landlock.h"

namespace nodeward {
namespace {

using namespace kernel;
using enum LandlockKind;

constexpr LandlockRight kTable[] = {
    {"execute", kFiles, kFsExecute, 1, "5.13", ""},
    {"write_file", kFiles, kFsWriteFile, 1, "5.13", ""},
    {"read_file", kFiles, kFsReadFile, 1, "5.13", ""},
    {"read_dir", kFiles, kFsReadDir, 1, "5.13", ""},
    {"remove_dir", kFiles, kFsRemoveDir, 1, "5.13", ""},
    {"remove_file", kFiles, kFsRemoveFile, 1, "5.13", ""},
    {"make_char", kFiles, kFsMakeChar, 1, "5.13", ""},
    {"make_dir", kFiles, kFsMakeDir, 1, "5.13", ""},
    {"make_reg", kFiles, kFsMakeReg, 1, "5.13", ""},
    {"make_sock", kFiles, kFsMakeSock, 1, "5.13", ""},
    {"make_fifo", kFiles, kFsMakeFifo, 1, "5.13", ""},
    {"make_block", kFiles, kFsMakeBlock, 1, "5.13", ""},
    {"make_sym", kFiles, kFsMakeSym, 1, "5.13", ""},
    {"refer", kFiles, kFsRefer, 2, "5.19", "moves between folders are refused altogether"},
    {"truncate", kFiles, kFsTruncate, 3, "6.2",
     "the system call filter refuses to cut files by name"},
    {"ioctl_dev", kFiles, kFsIoctlDev, 5, "6.10",
     "the system call filter lets listed ioctl requests through only"},
    {"resolve_unix", kFiles, kFsResolveUnix, 9, "7.1", "the supervisor connects UNIX sockets"},
    {"bind_tcp", kNet, kNetBindTcp, 4, "6.7", "the supervisor binds"},
    {"connect_tcp", kNet, kNetConnectTcp, 4, "6.7", "the supervisor connects"},
    {"abstract_unix_socket", kScope, kScopeAbstractUnix, 6, "6.12",
     "the supervisor connects UNIX sockets"},
    {"signal", kScope, kScopeSignal, 6, "6.12",
     "another user's processes, and the filter's rules for kill"},
};

constexpr std::uint64_t kRead = kFsReadFile | kFsReadDir;
// Device files would need a capability that the application does not have.
constexpr std::uint64_t kWrite = kRead | kFsWriteFile | kFsTruncate | kFsRemoveDir | kFsRemoveFile |
                                 kFsMakeDir | kFsMakeReg | kFsMakeSock | kFsMakeFifo | kFsMakeSym |
                                 kFsRefer;
constexpr std::uint64_t kExec = kRead | kFsExecute;

}  // namespace

const std::uint64_t kRightsOfFiles =
    kFsExecute | kFsWriteFile | kFsReadFile | kFsTruncate | kFsIoctlDev | kFsResolveUnix;

std::span<const LandlockRight> LandlockRights() { return kTable; }

std::uint64_t LandlockMask(LandlockKind kind, int abi) {
  std::uint64_t mask = 0;
  for (const LandlockRight& right : kTable) {
    if (right.kind == kind && right.abi <= abi) mask |= right.bit;
  }
  return mask;
}

std::uint64_t RightsOf(const FileRule& rule, int abi) {
  std::uint64_t rights = 0;
  if (rule.list) rights |= kFsReadDir;
  if (rule.read) rights |= kRead;
  if (rule.write) rights |= kWrite;
  if (rule.exec) rights |= kExec;
  if (rule.device) rights |= kFsIoctlDev;
  if (!rule.folder) rights &= kRightsOfFiles;
  return rights & LandlockMask(kFiles, abi);
}

}  // namespace nodeward
