// Copies of a socket call's arguments, from memory that lies: every size, every field.
#include "judge/socket_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/uio.h>

#include <cerrno>
#include <climits>
#include <cstring>

#include "judge/control_entries.h"
#include "unit/decode/fake_memory.h"

namespace nodeward {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t kName = 0x10000;
constexpr std::uint64_t kParts = 0x20000;
constexpr std::uint64_t kControl = 0x60000;
constexpr std::uint64_t kHeader = 0x70000;
constexpr std::uint64_t kData = 0x1000000;
constexpr std::uint64_t kNowhere = 0xdead0000;

std::uint64_t Negative(int number) { return static_cast<std::uint64_t>(std::int64_t{number}); }

struct Part {
  std::uint64_t base;
  std::uint64_t size;
};

// A message in the caller's memory, as sendmsg(2) takes it; each field can be made to lie.
struct Message {
  std::uint64_t name = 0;
  std::int32_t name_size = 0;
  std::uint32_t padding = 0xffffffff;
  std::uint64_t parts = 0;
  std::uint64_t count = 0;
  std::uint64_t control = 0;
  std::uint64_t control_size = 0;
  std::uint32_t flags = 0xffffffff;
  std::uint32_t padding_after = 0xffffffff;
};
static_assert(sizeof(Message) == sizeof(msghdr));

void PlaceParts(FakeMemory& memory, Message& message, const std::vector<Part>& parts) {
  memory.Place(kParts, {reinterpret_cast<const char*>(parts.data()), parts.size() * sizeof(Part)});
  message.parts = kParts;
  message.count = parts.size();
}

Copied<CopiedMessage> Copy(FakeMemory& memory, const Message& message) {
  memory.PlaceObject(kHeader, message);
  return CopyMessage(memory, kHeader);
}

std::string PayloadOf(const CopiedMessage& message) {
  return {message.payload.begin(), message.payload.end()};
}

TEST(CopyAddress, TakesWhatTheKernelTakes) {
  FakeMemory memory;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(443);
  memory.PlaceObject(kName, address);
  const auto copy = CopyAddress(memory, kName, sizeof(address));
  EXPECT_EQ(copy.error, 0);
  EXPECT_EQ(copy.value.size, sizeof(address));
  EXPECT_EQ(copy.value.family(), AF_INET);
  EXPECT_EQ(std::memcmp(copy.value.get(), &address, sizeof(address)), 0);
}

TEST(CopyAddress, SizesThatLie) {
  FakeMemory memory;
  memory.Place(kName, std::string(4096, '\x01'));
  for (const std::uint64_t size :
       {Negative(-1), Negative(INT_MIN), std::uint64_t{129}, std::uint64_t{INT_MAX},
        std::uint64_t{0x80000000}, std::uint64_t{0xffffffff}}) {
    const auto copy = CopyAddress(memory, kName, size);
    EXPECT_EQ(copy.error, EINVAL) << size;
    EXPECT_EQ(copy.value.size, 0u) << size;
  }
  EXPECT_EQ(memory.total, 0u) << "nothing is read for them";
  // An int to the kernel: what stands above is not looked at.
  EXPECT_EQ(CopyAddress(memory, kName, 0xdeadbeef00000010).value.size, 16u);
  EXPECT_EQ(CopyAddress(memory, kName, 128).error, 0);
}

TEST(CopyAddress, TooShortForAFamily) {
  FakeMemory memory;
  memory.Place(kName, std::string(2, '\x02'));
  EXPECT_EQ(CopyAddress(memory, kNowhere, 0).error, 0) << "no bytes, no fault";
  EXPECT_EQ(CopyAddress(memory, kNowhere, 0).value.family(), 0);
  const auto one = CopyAddress(memory, kName, 1);
  EXPECT_EQ(one.error, 0);
  EXPECT_EQ(one.value.family(), 0) << "half a family is none";
  EXPECT_EQ(CopyAddress(memory, kName, 2).value.family(), 0x0202);
}

TEST(CopyAddress, WhatCannotBeReadWhole) {
  FakeMemory memory;
  memory.Place(kName, std::string(15, '\x02'));
  EXPECT_EQ(CopyAddress(memory, kName, 16).error, EFAULT);
  EXPECT_EQ(CopyAddress(memory, kNowhere, 16).error, EFAULT);
  EXPECT_EQ(CopyAddress(memory, 0, 16).error, EFAULT);
}

TEST(CopyBytes, AtMostADatagram) {
  FakeMemory memory;
  memory.Place(kData, std::string(kMostPayload + 10, 'x'));
  EXPECT_EQ(CopyBytes(memory, kData, 3).value.size(), 3u);
  EXPECT_EQ(CopyBytes(memory, kData, 0).error, 0);
  for (const std::uint64_t size :
       {std::uint64_t{kMostPayload}, std::uint64_t{kMostPayload + 1}, ~std::uint64_t{0}}) {
    const auto copy = CopyBytes(memory, kData, size);
    EXPECT_EQ(copy.error, 0) << size;
    EXPECT_EQ(copy.value.size(), kMostPayload) << size;
  }
  EXPECT_EQ(CopyBytes(memory, kData + 20, kMostPayload).error, EFAULT) << "cut short";
  EXPECT_EQ(CopyBytes(memory, kNowhere, 1).error, EFAULT);
}

TEST(CopyMessage, EveryPartInItsOrder) {
  FakeMemory memory;
  Message message;
  memory.Place(kData, "worldhello ");
  PlaceParts(memory, message, {{kData + 5, 6}, {kNowhere, 0}, {kData, 5}});
  memory.Place(kName, std::string(16, '\x02'));
  memory.Place(kControl, std::string(24, 'c'));
  message.name = kName;
  message.name_size = 16;
  message.control = kControl;
  message.control_size = 24;
  const auto copy = Copy(memory, message);
  ASSERT_EQ(copy.error, 0);
  EXPECT_EQ(PayloadOf(copy.value), "hello world");
  EXPECT_TRUE(copy.value.whole);
  EXPECT_TRUE(copy.value.addressed);
  EXPECT_EQ(copy.value.name.size, 16u);
  EXPECT_EQ(copy.value.control, std::vector<char>(24, 'c'));
}

TEST(CopyMessage, AnAbsentNameAndControl) {
  FakeMemory memory;
  for (const auto& [name, size] : {std::pair<std::uint64_t, int>{0, 16}, {kNowhere, 0}}) {
    Message message;
    message.name = name;
    message.name_size = size;
    message.control = name;
    message.control_size = static_cast<std::uint64_t>(size);
    const auto copy = Copy(memory, message);
    EXPECT_EQ(copy.error, 0);
    EXPECT_FALSE(copy.value.addressed);
    EXPECT_TRUE(copy.value.control.empty());
  }
}

TEST(CopyMessage, ALongNameIsCutAndANegativeOneRefused) {
  FakeMemory memory;
  memory.Place(kName, std::string(4096, '\x02'));
  Message message;
  message.name = kName;
  for (const int size : {129, 4096, INT_MAX}) {
    message.name_size = size;
    const auto copy = Copy(memory, message);
    EXPECT_EQ(copy.error, 0) << size;
    EXPECT_EQ(copy.value.name.size, sizeof(sockaddr_storage)) << size;
  }
  for (const int size : {-1, INT_MIN}) {
    message.name_size = size;
    EXPECT_EQ(Copy(memory, message).error, EINVAL) << size;
  }
}

TEST(CopyMessage, AFaultAtEachField) {
  FakeMemory memory;
  EXPECT_EQ(CopyMessage(memory, kNowhere).error, EFAULT);
  EXPECT_EQ(CopyMessage(memory, 0).error, EFAULT);
  memory.Place(kHeader, std::string(sizeof(Message) - 1, '\0'));
  EXPECT_EQ(CopyMessage(memory, kHeader).error, EFAULT) << "a header that ends early";
  memory.Place(kData, "12345678");
  memory.Place(kName, std::string(15, '\x02'));
  memory.Place(kControl, std::string(23, 'c'));
  Message whole;
  PlaceParts(memory, whole, {{kData, 8}});
  ASSERT_EQ(Copy(memory, whole).error, 0);
  const auto fails = [&](auto change) {
    Message message = whole;
    change(message);
    return Copy(memory, message).error;
  };
  EXPECT_EQ(fails([](Message& m) { m.name = kNowhere, m.name_size = 16; }), EFAULT);
  EXPECT_EQ(fails([](Message& m) { m.name = kName, m.name_size = 16; }), EFAULT);
  EXPECT_EQ(fails([](Message& m) { m.parts = kNowhere; }), EFAULT);
  EXPECT_EQ(fails([](Message& m) { m.parts = 0; }), EFAULT);
  EXPECT_EQ(fails([](Message& m) { m.count = 2; }), EFAULT) << "the second is not there";
  EXPECT_EQ(fails([](Message& m) { m.control = kNowhere, m.control_size = 16; }), EFAULT);
  EXPECT_EQ(fails([](Message& m) { m.control = kControl, m.control_size = 24; }), EFAULT);
  for (const Part part : {Part{kNowhere, 1}, Part{0, 1}, Part{kData, 9}, Part{kData + 8, 1},
                          Part{~std::uint64_t{0}, 2}}) {
    Message message;
    PlaceParts(memory, message, {part});
    EXPECT_EQ(Copy(memory, message).error, EFAULT) << part.base;
  }
}

TEST(CopyMessage, AsManyPartsAsTheKernelTakes) {
  FakeMemory memory;
  memory.Place(kData, "ab");
  Message message;
  PlaceParts(memory, message, std::vector<Part>(1024, Part{kData, 2}));
  const auto copy = Copy(memory, message);
  EXPECT_EQ(copy.error, 0);
  EXPECT_EQ(copy.value.payload.size(), 2048u);
  PlaceParts(memory, message, std::vector<Part>(1025, Part{kData, 2}));
  memory.total = 0;
  EXPECT_EQ(Copy(memory, message).error, EMSGSIZE);
  EXPECT_EQ(memory.total, sizeof(Message)) << "none of them is read";
  for (const std::uint64_t count : {std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
    message.count = count;
    EXPECT_EQ(Copy(memory, message).error, EMSGSIZE) << count;
  }
}

TEST(CopyMessage, MoreThanADatagramIsAPart) {
  FakeMemory memory;
  memory.Place(kData, std::string(kMostPayload, 'x'));
  Message message;
  PlaceParts(memory, message, {{kData, kMostPayload}});
  EXPECT_TRUE(Copy(memory, message).value.whole);
  for (const std::uint64_t more : {std::uint64_t{1}, ~std::uint64_t{0}}) {
    PlaceParts(memory, message, {{kData, kMostPayload}, {kData, more}, {kNowhere, more}});
    const auto copy = Copy(memory, message);
    EXPECT_EQ(copy.error, 0);
    EXPECT_FALSE(copy.value.whole);
    EXPECT_EQ(copy.value.payload.size(), kMostPayload);
  }
  // Each of 1024 parts as large as there is: no more is read than fits.
  PlaceParts(memory, message, std::vector<Part>(1024, Part{kData, ~std::uint64_t{0}}));
  memory.total = 0;
  EXPECT_EQ(Copy(memory, message).value.payload.size(), kMostPayload);
  EXPECT_EQ(memory.total, sizeof(Message) + 1024 * sizeof(Part) + kMostPayload);
}

TEST(CopyMessage, ControlIsBounded) {
  FakeMemory memory;
  memory.Place(kControl, std::string(2000, 'c'));
  Message message;
  message.control = kControl;
  message.control_size = kMostControl;
  EXPECT_EQ(Copy(memory, message).value.control.size(), kMostControl);
  for (const std::uint64_t size : {std::uint64_t{kMostControl + 1}, ~std::uint64_t{0}}) {
    message.control_size = size;
    memory.total = 0;
    const auto copy = Copy(memory, message);
    EXPECT_EQ(copy.error, ENOBUFS) << size;
    EXPECT_TRUE(copy.value.control.empty());
    EXPECT_EQ(memory.total, sizeof(Message)) << "none of it is read";
  }
}

// ---- Ancillary data.

struct Entry {
  std::size_t length;  // as the header says
  int level;
  int type;
  std::string data;
};

std::vector<char> Control(const std::vector<Entry>& entries) {
  std::vector<char> bytes;
  for (const Entry& entry : entries) {
    const cmsghdr header{entry.length, entry.level, entry.type};
    const auto* raw = reinterpret_cast<const char*>(&header);
    bytes.insert(bytes.end(), raw, raw + sizeof(header));
    bytes.insert(bytes.end(), entry.data.begin(), entry.data.end());
    bytes.resize(CMSG_ALIGN(bytes.size()));
  }
  return bytes;
}

// "TYPE:DATA" of each entry that was visited; "!" at the end when the whole does not hold.
std::vector<std::string> Visited(std::vector<char> control) {
  std::vector<std::string> seen;
  const bool whole = ForEachControl(control, [&](const cmsghdr& entry, char* data, std::size_t n) {
    seen.push_back(std::to_string(entry.cmsg_type) + ":" + std::string(data, n));
    return true;
  });
  if (!whole) seen.emplace_back("!");
  return seen;
}

TEST(ForEachControl, VisitsEachEntry) {
  EXPECT_THAT(Visited({}), ElementsAre());
  EXPECT_THAT(Visited(Control({{17, 1, 1, "a"}, {16, 1, 2, ""}, {24, 1, 3, "12345678"}})),
              ElementsAre("1:a", "2:", "3:12345678"));
}

TEST(ForEachControl, LengthsThatLie) {
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{25},
                                   std::size_t{1} << 32, SIZE_MAX, SIZE_MAX - 7}) {
    EXPECT_THAT(Visited(Control({{length, 1, 1, "12345678"}})), ElementsAre("!")) << length;
    EXPECT_THAT(Visited(Control({{17, 1, 7, "a"}, {length, 1, 1, "12345678"}})),
                ElementsAre("7:a", "!"))
        << length;
  }
}

TEST(ForEachControl, BytesTooFewForAHeaderAreNone) {
  for (std::size_t more = 0; more < sizeof(cmsghdr); ++more) {
    auto control = Control({{17, 1, 1, "a"}});
    control.resize(control.size() + more, '\xff');
    EXPECT_THAT(Visited(control), ElementsAre("1:a")) << more;
  }
  // The padding after the last entry may be missing.
  auto control = Control({{17, 1, 1, "a"}});
  control.resize(17);
  EXPECT_THAT(Visited(control), ElementsAre("1:a"));
}

TEST(ForEachControl, EndsWhereAVisitSaysNo) {
  auto control = Control({{16, 1, 1, ""}, {16, 1, 2, ""}});
  int visits = 0;
  EXPECT_FALSE(
      ForEachControl(control, [&](const cmsghdr&, char*, std::size_t) { return ++visits, false; }));
  EXPECT_EQ(visits, 1);
}

TEST(ForEachControl, AgreesWithTheMacrosOfTheKernel) {
  // Each single byte of the lengths, damaged: the same entries as CMSG_FIRSTHDR and CMSG_NXTHDR.
  const auto sound = Control({{20, 1, 1, "abcd"}, {16, 1, 2, ""}, {23, 1, 3, "abcdefg"}});
  for (std::size_t place = 0; place < sound.size(); ++place) {
    for (const int value : {0, 1, 15, 16, 17, 24, 40, 255}) {
      auto control = sound;
      control[place] = static_cast<char>(value);
      std::vector<std::string> expected;
      msghdr header{};
      header.msg_control = control.data();
      header.msg_controllen = control.size();
      for (cmsghdr* entry = CMSG_FIRSTHDR(&header); entry != nullptr;
           entry = CMSG_NXTHDR(&header, entry)) {
        const auto at = static_cast<std::size_t>(reinterpret_cast<char*>(entry) - control.data());
        if (entry->cmsg_len < sizeof(cmsghdr) || entry->cmsg_len > control.size() - at) break;
        expected.push_back(
            std::to_string(entry->cmsg_type) + ":" +
            std::string(control.data() + at + sizeof(cmsghdr), entry->cmsg_len - sizeof(cmsghdr)));
      }
      auto seen = Visited(control);
      if (!seen.empty() && seen.back() == "!") seen.pop_back();
      EXPECT_EQ(seen, expected) << place << " " << value;
    }
  }
}

}  // namespace
}  // namespace nodeward
