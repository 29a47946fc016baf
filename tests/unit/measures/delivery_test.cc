// Which way secrets go: as variables, in one file in memory, or in a file each.
#include "measures/delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measures/rows.h"

namespace nodeward {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Profile Delivering(Deliver deliver) {
  Profile profile;
  profile.secrets.vaults = {{{.value = "/etc/nodeward/app.vault.age"}}};
  profile.secrets.deliver = {deliver, {"app.toml", 3, 1}};
  return profile;
}

LaunchPlan With(const SecretBuffer& value, int count = 1) {
  LaunchPlan plan;
  for (int i = 0; i < count; ++i) plan.secrets.push_back({"S" + std::to_string(i), &value});
  return plan;
}

TEST(Delivery, AsVariables) {
  const SecretBuffer value = SecretBuffer::Copy("x");
  LaunchPlan plan = With(value);
  const auto variables = DeliverSecrets(Delivering(Deliver::kEnv), plan);
  ASSERT_EQ(variables->size(), 1u);
  EXPECT_EQ(variables->front().secret, &value);
  EXPECT_THAT(plan.memory_files, IsEmpty());
}

TEST(Delivery, InMemoryTheEnvironmentHoldsTheNumberOfAFile) {
  const SecretBuffer value = SecretBuffer::Copy("x");
  LaunchPlan plan = With(value, 3);
  const auto variables = DeliverSecrets(Delivering(Deliver::kMemory), plan);
  ASSERT_EQ(variables->size(), 1u);
  EXPECT_EQ(variables->front().name, kSecretsFd);
  EXPECT_EQ(variables->front().number, OwnNumber::kMemoryFile);
  EXPECT_EQ(variables->front().secret, nullptr);
  ASSERT_EQ(plan.memory_files.size(), 1u);
  EXPECT_EQ(plan.memory_files.front().contents.size(), 3u);
  EXPECT_TRUE(plan.memory_files.front().records);
}

TEST(Delivery, AnEmptyVaultMayBeFilledWhileTheApplicationRuns) {
  LaunchPlan plan;
  EXPECT_EQ(DeliverSecrets(Delivering(Deliver::kMemory), plan)->size(), 1u);
  EXPECT_EQ(plan.memory_files.size(), 1u);
}

TEST(Delivery, UpdatesHaveAPipeOnlyWhereTheyAreAskedFor) {
  LaunchPlan plan;
  Profile profile = Delivering(Deliver::kMemory);
  profile.secrets.watch = {true, {}};
  EXPECT_FALSE(UpdatesInMemory(profile)) << "a restart is the default";
  profile.secrets.on_change = {{OnChange::kUpdate, 0}, {}};
  EXPECT_TRUE(UpdatesInMemory(profile));
  const auto variables = DeliverSecrets(profile, plan);
  ASSERT_EQ(variables->size(), 2u);
  EXPECT_EQ(variables->at(1).name, kSecretsUpdates);
  EXPECT_EQ(variables->at(1).number, OwnNumber::kUpdates);
  profile.secrets.watch = {false, {}};
  EXPECT_FALSE(UpdatesInMemory(profile));
}

TEST(Delivery, AFileEach) {
  const SecretBuffer value = SecretBuffer::Copy("x");
  LaunchPlan plan = With(value, 2);
  const auto variables = DeliverSecrets(Delivering(Deliver::kFile), plan);
  ASSERT_EQ(variables->size(), 2u);
  EXPECT_EQ(variables->at(1).name, "S1_FILE");
  EXPECT_EQ(variables->at(1).text, "/proc/self/fd/");
  EXPECT_EQ(variables->at(1).memory_file, 1u);
  EXPECT_FALSE(plan.memory_files.at(1).records);
}

TEST(Delivery, MoreFilesThanThereIsRoomForAreRefused) {
  const SecretBuffer value = SecretBuffer::Copy("x");
  LaunchPlan most = With(value, kMaxMemoryFiles);
  EXPECT_TRUE(DeliverSecrets(Delivering(Deliver::kFile), most));
  LaunchPlan more = With(value, kMaxMemoryFiles + 1);
  const auto refused = DeliverSecrets(Delivering(Deliver::kFile), more);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("more than 128 secrets"));
  EXPECT_EQ(refused.error().where, "app.toml:3:1");
}

TEST(Delivery, IsVerifiedByWhatIsOpen) {
  const SecretBuffer value = SecretBuffer::Copy("x");
  LaunchPlan plan = With(value);
  ASSERT_TRUE(DeliverSecrets(Delivering(Deliver::kMemory), plan));
  Observed observed;
  EXPECT_FALSE(kDeliveryMeasure.verify(plan, observed));
  observed.fds = {{7, true, "/memfd:nodeward-secrets (deleted)"}};
  EXPECT_FALSE(kDeliveryMeasure.verify(plan, observed)) << "it would be closed at execve";
  observed.fds.front().close_on_exec = false;
  EXPECT_TRUE(kDeliveryMeasure.verify(plan, observed));
  plan.updates = 5;
  plan.updates_target = "socket:[77]";
  EXPECT_FALSE(kDeliveryMeasure.verify(plan, observed));
  observed.fds.push_back({8, false, "socket:[77]"});
  EXPECT_TRUE(kDeliveryMeasure.verify(plan, observed));
}

}  // namespace
}  // namespace nodeward
