#include "core/node/cluster_sight.h"

#include "core/node/value_conversion.h"

#include <QString>

#include <algorithm>

namespace warren::node {

using cluster::NodeName;
using management::ClusterLinkRow;
using management::ClusterLinkState;
using management::ClusterNodeState;

namespace {

QString nameText(const NodeName& name) { return textOf(std::string_view{name.text()}); }

ClusterLinkState linkStateOf(peer::LinkState::Kind kind)
{
    switch (kind) {
    case peer::LinkState::Kind::Up: return ClusterLinkState::Up;
    case peer::LinkState::Kind::Connecting: return ClusterLinkState::Connecting;
    case peer::LinkState::Kind::Refused: return ClusterLinkState::Refused;
    }
    return ClusterLinkState::Unknown;
}

/// This node's own link.
void fillLink(ClusterLinkRow& row, const peer::LinkState& link)
{
    row.state = linkStateOf(link.kind);
    row.reason = textOf(std::string_view{link.reason});
    if (row.state == ClusterLinkState::Up) row.isEncrypted = link.isEncrypted;
    row.unsentBytes = link.unsentBytes;
    row.roundTripMicroseconds = link.roundTrip.count();
}

/// A link that another node has.
void fillLink(ClusterLinkRow& row, const NodeName& self, const PeerSight& from, const NodeName& to)
{
    if (!from.link.isHeard) {
        // That a link to this node does not work, is seen here.
        row.state = to == self ? ClusterLinkState::Down : ClusterLinkState::Unknown;
        row.reason = QStringLiteral("nothing is heard of %1").arg(row.from);
    } else if (to == self) {
        row.state = ClusterLinkState::Up;
    } else if (!from.linkedTo) {
        row.state = ClusterLinkState::Unknown;
    } else {
        const bool isUp = std::ranges::find(*from.linkedTo, to) != from.linkedTo->end();
        row.state = isUp ? ClusterLinkState::Up : ClusterLinkState::Down;
    }
}

}  // namespace

ClusterNodeState nodeStateOf(cluster::NodeState agreed, const MemberSight& sight)
{
    if (agreed == cluster::NodeState::Joining) return ClusterNodeState::Joining;
    if (agreed == cluster::NodeState::Down) return ClusterNodeState::Down;
    if (!sight.isThere) return ClusterNodeState::Unreachable;
    if (sight.isStopping) return ClusterNodeState::Stopping;
    return sight.isPaused ? ClusterNodeState::Paused : ClusterNodeState::Running;
}

QList<ClusterLinkRow> linkRowsOf(const NodeName& self, const std::map<NodeName, PeerSight>& peers)
{
    std::vector<NodeName> names{self};
    for (const auto& [name, sight] : peers)
        names.push_back(name);
    std::ranges::sort(names);
    QList<ClusterLinkRow> rows;
    for (const NodeName& from : names) {
        for (const NodeName& to : names) {
            if (from == to) continue;
            ClusterLinkRow row;
            row.from = nameText(from);
            row.to = nameText(to);
            if (from == self) {
                fillLink(row, peers.at(to).link);
            } else {
                fillLink(row, self, peers.at(from), to);
            }
            rows.append(row);
        }
    }
    return rows;
}

}  // namespace warren::node
