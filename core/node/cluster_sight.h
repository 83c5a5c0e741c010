#pragma once

#include "core/cluster/membership.h"
#include "core/management/snapshot.h"

/// What this node sees of the members of its cluster, as rows for people. Pure.
namespace warren::node {

/// A member from here.
struct MemberSight {
    bool isThere = true;  ///< this node itself, or both hear each other
    bool isPaused = false;
    bool isStopping = false;  ///< it has said so
};

/// How a member is, of which the cluster has agreed that it is in `agreed`.
management::ClusterNodeState nodeStateOf(cluster::NodeState agreed, const MemberSight& sight);

}  // namespace warren::node
