#include "core/cluster/mirror_policy.h"

#include "tests/unit/cluster/names.h"

#include <gtest/gtest.h>

namespace warren::cluster {
namespace {

using amqp::FieldArray;
using amqp::FieldTable;
using amqp::FieldValue;

TEST(MirrorPolicy, SaysNothingByItself)
{
    EXPECT_EQ(mirrorPolicyOf({}), MirrorPolicy{});
    EXPECT_EQ(mirrorPolicyOf({{"max-length", std::int64_t{5}}}).mode, MirrorMode::None);
}

TEST(MirrorPolicy, ReadsAllKeys)
{
    const MirrorPolicy policy = mirrorPolicyOf({{"ha-mode", "exactly"},
                                                {"ha-params", std::int64_t{2}},
                                                {"ha-sync-mode", "automatic"},
                                                {"ha-sync-batch-size", std::int32_t{10}},
                                                {"ha-promote-on-shutdown", "always"},
                                                {"ha-promote-on-failure", "when-synced"}});
    EXPECT_EQ(policy.mode, MirrorMode::Exactly);
    EXPECT_EQ(policy.count, 2u);
    EXPECT_EQ(policy.sync, SyncMode::Automatic);
    EXPECT_EQ(policy.syncBatchSize, 10u);
    EXPECT_EQ(policy.onShutdown, PromoteWhen::Always);
    EXPECT_EQ(policy.onFailure, PromoteWhen::WhenSynced);
}

TEST(MirrorPolicy, ReadsNodesAsASet)
{
    const MirrorPolicy policy = mirrorPolicyOf(
        {{"ha-mode", "nodes"},
         {"ha-params", FieldArray{FieldValue{"b@h"}, FieldValue{"a@h"}, FieldValue{"b@h"},
                                  FieldValue{"no node"}, FieldValue{std::int64_t{3}}}}});
    EXPECT_EQ(policy.mode, MirrorMode::Nodes);
    EXPECT_EQ(policy.nodes, nodes("ab"));
}

TEST(MirrorPolicy, TakesNonsenseForNothing)
{
    EXPECT_EQ(mirrorPolicyOf({{"ha-mode", std::int64_t{1}}}), MirrorPolicy{});
    EXPECT_EQ(mirrorPolicyOf({{"ha-mode", "some"}}), MirrorPolicy{});
    EXPECT_EQ(mirrorPolicyOf({{"ha-mode", "exactly"}, {"ha-params", "two"}}), MirrorPolicy{});
    EXPECT_EQ(mirrorPolicyOf({{"ha-mode", "exactly"}, {"ha-params", std::int64_t{-1}}}),
              MirrorPolicy{});
    EXPECT_EQ(mirrorPolicyOf({{"ha-mode", "exactly"}, {"ha-params", true}}), MirrorPolicy{});
    EXPECT_EQ(mirrorPolicyOf({{"ha-sync-batch-size", std::int64_t{1} << 50}}).syncBatchSize,
              0xFFFF'FFFFu);
}

TEST(MirrorPolicy, KnowsTheLocators)
{
    EXPECT_EQ(masterLocatorNamed("min-masters"), MasterLocator::MinMasters);
    EXPECT_EQ(masterLocatorNamed("client-local"), MasterLocator::ClientLocal);
    EXPECT_EQ(masterLocatorNamed("random"), MasterLocator::Random);
    EXPECT_EQ(masterLocatorNamed("balanced"), std::nullopt);
}

}  // namespace
}  // namespace warren::cluster
