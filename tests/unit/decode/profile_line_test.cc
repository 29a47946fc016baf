#include "decode/profile_line.h"

#include <gtest/gtest.h>

namespace nodeward {
namespace {

TEST(LineWith, KeepsWhatIsThere) {
  EXPECT_EQ(LineWith("filesystem", "read", {}, "/a"), "[filesystem] read = [\"/a\"]");
  EXPECT_EQ(LineWith("network", "connect", {"@loopback", "x:1"}, "y:2"),
            "[network] connect = [\"@loopback\", \"x:1\", \"y:2\"]");
}

}  // namespace
}  // namespace nodeward
