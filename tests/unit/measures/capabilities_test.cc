// Which capabilities may be kept, and what a host must have for it.
#include "measures/capabilities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>

#include "measures/rows.h"

namespace nodeward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t Bit(int capability) { return std::uint64_t{1} << capability; }

Profile Keeping(std::vector<std::string> names) {
  Profile profile;
  profile.capabilities.keep.emplace();
  for (auto& name : names) {
    profile.capabilities.keep->push_back({std::move(name), {"app.toml", 9, 9}});
  }
  return profile;
}

HostReport WithCapabilities(std::uint64_t mask) {
  HostReport host;
  host.cap_effective = host.cap_permitted = host.cap_bounding = mask;
  return host;
}

TEST(CapabilityMask, OfNames) {
  EXPECT_EQ(KeepMask(Profile{}), 0u);
  EXPECT_EQ(KeepMask(Keeping({})), 0u);
  EXPECT_EQ(KeepMask(Keeping({"net_bind_service"})), Bit(CAP_NET_BIND_SERVICE));
  EXPECT_EQ(KeepMask(Keeping({"net_raw", "net_bind_service"})),
            Bit(CAP_NET_RAW) | Bit(CAP_NET_BIND_SERVICE));
}

TEST(CapabilityMask, UnknownNamesSayWhere) {
  for (const char* name : {"net_bind", "all", "", "cap_net_raw_x"}) {
    const auto mask = KeepMask(Keeping({"net_raw", name}));
    ASSERT_FALSE(mask) << name;
    EXPECT_THAT(mask.error().what, HasSubstr("there is no capability"));
    EXPECT_EQ(mask.error().where, "app.toml:9:9");
  }
}

// capabilities(7): each of these gives root back, or as much.
TEST(CapabilityMask, WhatWouldUndoTheRestIsRefused) {
  for (const char* name : {"setuid", "setgid", "setpcap", "setfcap", "sys_admin", "sys_module",
                           "sys_rawio", "sys_ptrace", "dac_override", "dac_read_search", "bpf",
                           "sys_boot", "mknod", "chown", "fowner", "mac_admin", "mac_override"}) {
    const auto mask = KeepMask(Keeping({name}));
    ASSERT_FALSE(mask) << name;
    EXPECT_THAT(mask.error().what, HasSubstr("would undo"));
    EXPECT_EQ(mask.error().where, "app.toml:9:9");
  }
}

TEST(CapabilityMask, BackToNames) {
  EXPECT_THAT(CapabilityNames(0), IsEmpty());
  EXPECT_THAT(CapabilityNames(Bit(CAP_NET_BIND_SERVICE) | Bit(CAP_CHOWN)),
              ElementsAre("chown", "net_bind_service"));
  EXPECT_THAT(CapabilityNames(Bit(63)), ElementsAre("capability 63"));
}

TEST(Capabilities, OnlyWhatTheHostHasCanBeKept) {
  const Profile profile = Keeping({"net_bind_service", "net_raw"});
  EXPECT_TRUE(
      std::holds_alternative<Full>(kCapabilitiesMeasure.support(profile, WithCapabilities(~0ull))));
  const Support support =
      kCapabilitiesMeasure.support(profile, WithCapabilities(Bit(CAP_NET_BIND_SERVICE)));
  ASSERT_TRUE(std::holds_alternative<Unavailable>(support));
  EXPECT_THAT(std::get<Unavailable>(support).why, testing::EndsWith(": net_raw"));
  EXPECT_TRUE(
      std::holds_alternative<Full>(kCapabilitiesMeasure.support(Profile{}, WithCapabilities(0))))
      << "keeping nothing needs nothing";
}

TEST(Capabilities, Prepare) {
  LaunchPlan plan;
  const Profile profile = Keeping({"net_bind_service", "net_raw"});
  const HostReport host = WithCapabilities(Bit(CAP_NET_BIND_SERVICE) | Bit(CAP_SETPCAP));
  ASSERT_TRUE(kCapabilitiesMeasure.prepare(profile, host, plan));
  EXPECT_EQ(plan.capabilities.keep, Bit(CAP_NET_BIND_SERVICE)) << "best-effort keeps what there is";
  EXPECT_TRUE(plan.capabilities.lock_securebits);
  ASSERT_TRUE(kCapabilitiesMeasure.prepare(profile, WithCapabilities(0), plan));
  EXPECT_FALSE(plan.capabilities.lock_securebits) << "needs CAP_SETPCAP";
  EXPECT_FALSE(kCapabilitiesMeasure.prepare(Keeping({"sys_admin"}), host, plan));
}

TEST(Bounding, EmptiedButForTheKept) {
  LaunchPlan plan;
  const HostReport host = WithCapabilities(0x1ff | Bit(CAP_NET_BIND_SERVICE));
  ASSERT_TRUE(host.Has(CAP_SETPCAP));
  ASSERT_TRUE(kBoundingMeasure.prepare(Keeping({"net_bind_service"}), host, plan));
  EXPECT_EQ(plan.capabilities.drop_bounding, 0x1ffu);
}

TEST(Bounding, StaysWithoutSetpcap) {
  LaunchPlan plan;
  const HostReport host = WithCapabilities(~Bit(CAP_SETPCAP));
  ASSERT_TRUE(kBoundingMeasure.prepare(Profile{}, host, plan));
  EXPECT_EQ(plan.capabilities.drop_bounding, 0u);
  EXPECT_THAT(kBoundingMeasure.explain(Profile{}, host).what, HasSubstr("CAP_SETPCAP"));
  EXPECT_THAT(kBoundingMeasure.explain(Profile{}, host).lines,
              ElementsAre(HasSubstr("no_new_privs")));
}

}  // namespace
}  // namespace nodeward
