#include "core/node/cluster_sight.h"

namespace warren::node {

management::ClusterNodeState nodeStateOf(cluster::NodeState agreed, const MemberSight& sight)
{
    using management::ClusterNodeState;
    if (agreed == cluster::NodeState::Joining) return ClusterNodeState::Joining;
    if (agreed == cluster::NodeState::Down) return ClusterNodeState::Down;
    if (!sight.isThere) return ClusterNodeState::Unreachable;
    if (sight.isStopping) return ClusterNodeState::Stopping;
    return sight.isPaused ? ClusterNodeState::Paused : ClusterNodeState::Running;
}

}  // namespace warren::node
