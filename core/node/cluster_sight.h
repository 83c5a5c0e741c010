#pragma once

#include "core/cluster/membership.h"
#include "core/cluster/node_name.h"
#include "core/management/snapshot.h"
#include "core/peer/link_options.h"

#include <QList>

#include <map>
#include <optional>
#include <vector>

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

/// The ways between this node and another one, and what that one says of its others.
struct PeerSight {
    peer::LinkState link{};
    /// Whom it has links to, as it said last; nothing: it said nothing yet.
    std::optional<std::vector<cluster::NodeName>> linkedTo{};
};

/// The way from each member to each other one, by from, to. @param peers  all members but `self`
QList<management::ClusterLinkRow> linkRowsOf(const cluster::NodeName& self,
                                             const std::map<cluster::NodeName, PeerSight>& peers);

}  // namespace warren::node
