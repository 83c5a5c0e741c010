#include "core/node/cluster_sight.h"

#include <gtest/gtest.h>

namespace warren::node {
namespace {

using cluster::NodeState;
using management::ClusterNodeState;

TEST(ClusterSight, tellsHowAMemberIs)
{
    EXPECT_EQ(nodeStateOf(NodeState::Running, {}), ClusterNodeState::Running);
    const MemberSight paused{.isThere = true, .isPaused = true, .isStopping = false};
    EXPECT_EQ(nodeStateOf(NodeState::Running, paused), ClusterNodeState::Paused);
    EXPECT_EQ(nodeStateOf(NodeState::Joining, paused), ClusterNodeState::Joining);
}

TEST(ClusterSight, aNodeThatIsAboutToStopIsStoppingUntilItIsGone)
{
    MemberSight sight{.isThere = true, .isPaused = false, .isStopping = true};
    EXPECT_EQ(nodeStateOf(NodeState::Running, sight), ClusterNodeState::Stopping);
    sight.isPaused = true;
    EXPECT_EQ(nodeStateOf(NodeState::Running, sight), ClusterNodeState::Stopping);
    // What it said last holds no more.
    sight.isThere = false;
    EXPECT_EQ(nodeStateOf(NodeState::Running, sight), ClusterNodeState::Unreachable);
    EXPECT_EQ(nodeStateOf(NodeState::Down, sight), ClusterNodeState::Down);
}

}  // namespace
}  // namespace warren::node
