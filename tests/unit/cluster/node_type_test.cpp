#include "core/cluster/node_type.h"

#include <gtest/gtest.h>

namespace warren::cluster {
namespace {

TEST(NodeType, HasRabbitMqsWords)
{
    for (const NodeType type : {NodeType::Disk, NodeType::Ram}) {
        EXPECT_EQ(nodeTypeOf(textOf(type)), type);
    }
    EXPECT_EQ(nodeTypeOf("disk"), NodeType::Disk);
    EXPECT_EQ(nodeTypeOf("Disc"), std::nullopt);
    EXPECT_EQ(nodeTypeOf(""), std::nullopt);
}

TEST(NodeType, OnlyDiskNodesVote)
{
    EXPECT_EQ(roleOf(NodeType::Disk), MemberRole::Voter);
    EXPECT_EQ(roleOf(NodeType::Ram), MemberRole::Standby);
}

}  // namespace
}  // namespace warren::cluster
